/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said of TLS, on a bind or a server line: certificates, whom to trust, versions and ciphers.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_TLS_H
#define WEIR_CONFIG_MODEL_TLS_H

#include "tls/verify_errors.h"

#include "config/model/basics.h"

struct conf_directive; /* config/directive.h */

enum conf_verify { CONF_VERIFY_NONE, CONF_VERIFY_OPTIONAL, CONF_VERIFY_REQUIRED };

enum conf_tls_version { CONF_TLS_DEFAULT, CONF_TLS_10, CONF_TLS_11, CONF_TLS_12, CONF_TLS_13 };

struct conf_tls;

/* A certificate of a crt-store, which crt names "@store/name". */
struct conf_stored_crt {
    const char *crt;        /* as written: a name of it, as alias is */
    const char *path;       /* the same, complete */
    const char *alias;      /* or NULL */
    const char *key, *ocsp; /* or NULL: beside it */
    struct conf_place place;
};

struct conf_crt_store {
    const char *name; /* "" of one without */
    const char *crt_base, *key_base;
    struct conf_stored_crt *items;
    size_t count;
};

/* What is said of a certificate besides its file. */
struct conf_crt {
    struct conf_place place;
    const struct conf_stored_crt *stored; /* or NULL: it is named by its path */
    const char *line;           /* crt-list: what it says behind the path; NULL: in none */
    struct conf_words names;    /* crt-list: whom it is for; empty: the names in it */
    struct conf_words excluded; /* those it is not for, though they match */
    const struct conf_directive *options; /* crt-list: words for this certificate alone */
    size_t option_count;
    const struct conf_tls *own; /* of the bind with those words; NULL: none */
};

/* TLS words of a bind or a server line; the defaults of `global` are already merged in. */
struct conf_tls {
    bool enabled;
    struct conf_words crt; /* bind: files or folders of chain and key; server: client certificate */
    struct conf_crt *crts; /* of each of these */
    const char *key;       /* separate key file, or NULL */
    const char *ca_file;   /* or NULL: nobody is verified */
    const char *ca_verify_file; /* bind: more to trust, of which clients are not told; or NULL */
    bool hides_ca_names;        /* bind: clients are told of no authority */
    struct tls_verify_errors ca_overlooked, crt_overlooked; /* bind */
    const char *ticket_keys;                                /* bind: their file, or NULL */
    const char *crl_file;                                   /* or NULL */
    const char *ciphers;      /* TLS 1.2, NULL = Mozilla intermediate */
    const char *ciphersuites; /* TLS 1.3 */
    const char *curves;
    const char *ecdhe; /* bind: the only one of them, if curves says nothing */
    bool reuses;       /* server: TLS sessions are resumed */
    struct conf_words alpn;
    enum conf_tls_version min_version, max_version;
    enum conf_verify verify;
    bool tickets; /* default true */
    bool strict_sni;
    bool prefer_client_ciphers;
    const char *sni;                  /* server: name to send, NULL = none */
    const struct conf_word *sni_word; /* server: what it is found by, or NULL */
    const struct expr *sni_expr;      /* the same compiled, by proxy/rules */
    const char *verify_host;          /* server: name the certificate must carry */
    bool self_signed; /* bind: make crt[0] at start if the file is missing (demonstration) */
};

#endif
