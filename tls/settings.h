/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the caller decides about TLS, as plain values. Start from the *_default constant and change
 * what the configuration mentions; NULL always means "the default".
 *
 * The defaults are Mozilla's "intermediate" recommendation: TLS 1.2 and 1.3, forward secrecy only.
 * The strings are only read while a context is being made and need not outlive that call.
 */
#ifndef WEIR_TLS_SETTINGS_H
#define WEIR_TLS_SETTINGS_H

#include "tls/verify_errors.h"

#include <stdbool.h>

enum tls_version {
    TLS_VERSION_DEFAULT, /* 1.2 as the lowest, 1.3 as the highest */
    TLS_VERSION_1_0,     /* asking for less than 1.2 also lowers OpenSSL's security level to 0, */
    TLS_VERSION_1_1,     /* without which it refuses the SHA-1 that these versions need */
    TLS_VERSION_1_2,
    TLS_VERSION_1_3,
};

enum tls_verify {
    TLS_VERIFY_NONE,
    TLS_VERIFY_OPTIONAL, /* towards clients: a certificate is asked for but need not come */
    TLS_VERIFY_REQUIRED,
};

/* What both sides have in common. */
struct tls_protocol_settings {
    enum tls_version version_min;
    enum tls_version version_max;
    const char *ciphers;      /* up to TLS 1.2, as `man 1 ciphers` writes them */
    const char *ciphersuites; /* TLS 1.3 */
    const char *curves;       /* "X25519:P-256:P-384" */
    const char *alpn;         /* "h2,http/1.1", in order of preference; NULL: no ALPN */
    const char *ca_file;      /* PEM; whom to trust when verifying. "@system-ca": the system's */
    const char *crl_file;     /* PEM; checked for the whole chain when given */
};

/* As a server, towards clients: a `bind` line. */
struct tls_settings {
    struct tls_protocol_settings protocol;
    bool prefer_client_ciphers; /* else the order of the list above decides */
    bool strict_sni;            /* refuse a client whose name no certificate bears */
    bool tickets;               /* resumption without memory on our side */
    unsigned session_lifetime_s;
    enum tls_verify verify;     /* of the client's certificate; needs ca_file or the next */
    const char *ca_verify_file; /* more to trust, whose names clients are not told; or NULL */
    bool hides_ca_names;        /* clients are told no names at all */
    struct tls_verify_errors ca_overlooked, overlooked; /* of the authorities; of the client */
    /*
     * Sessions are resumed only between contexts of equal scope (and equal verification): give the
     * contexts of one bind the same word over reloads, and binds that must not mix other words.
     */
    const char *scope;
};

/* As a client, towards servers: a `server` line. */
struct tls_client_settings {
    struct tls_protocol_settings protocol;
    enum tls_verify verify;  /* NONE or REQUIRED; REQUIRED needs ca_file */
    const char *verify_host; /* whose certificate it must be where no SNI is sent, else it is that
                                    name; NULL: there the chain alone counts */
    const char *certificate; /* PEM that is shown when the server asks for it, or NULL */
    const char *certificate_key; /* its key, when that is a file of its own, or NULL */
    bool session_reuse;          /* resume the latest session of this context */
};

extern const struct tls_settings tls_settings_default;
extern const struct tls_client_settings tls_client_settings_default; /* verifies: REQUIRED */

/* "TLSv1.2" and so on, as HAProxy's ssl-min-ver spells them. False when it is no version. */
bool tls_version_parse(const char *text, enum tls_version *version_out);

#endif
