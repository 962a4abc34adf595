/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From settings to an SSL_CTX: versions, algorithms, modes. The defaults are the "intermediate"
 * list of Mozilla's server side TLS guide 5.7, in its order.
 */
#include "tls/protocol_priv.h"

#include "tls/error_priv.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define CIPHERS_INTERMEDIATE                                                                       \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"     \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"       \
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305"
/* TLS 1.0 and 1.1 know no AEAD: who asks for them needs these, too */
#define CIPHERS_OLD                                                                                \
    CIPHERS_INTERMEDIATE                                                                           \
    ":ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"    \
    "AES128-SHA:AES256-SHA"
#define CIPHERSUITES "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define CURVES "X25519:P-256:P-384"

static const struct {
    int number;
    bool needs_sha1; /* as the hash of the handshake: OpenSSL allows that at level 0 only */
} versions[] = {
    [TLS_VERSION_1_0] = {TLS1_VERSION, true},
    [TLS_VERSION_1_1] = {TLS1_1_VERSION, true},
    [TLS_VERSION_1_2] = {TLS1_2_VERSION, false},
    [TLS_VERSION_1_3] = {TLS1_3_VERSION, false},
};

static int apply_versions(SSL_CTX *ssl_ctx, enum tls_version min, enum tls_version max,
                          struct tls_error_text *error_out)
{
    if (min > max) {
        tls_error_set(error_out, "the lowest TLS version is above the highest (exchange them)");
        return -1;
    }
    if (versions[min].needs_sha1)
        SSL_CTX_set_security_level(ssl_ctx, 0);
    if (SSL_CTX_set_min_proto_version(ssl_ctx, versions[min].number) != 1 ||
        SSL_CTX_set_max_proto_version(ssl_ctx, versions[max].number) != 1) {
        tls_error_set(error_out, "this OpenSSL lacks a TLS version that is asked for (%s)",
                      tls_error_reason());
        return -1;
    }
    return 0;
}

static int set_curves(SSL_CTX *ssl_ctx, const char *list)
{
    return (int)SSL_CTX_set1_curves_list(ssl_ctx, list);
}

/* A list of names; OpenSSL says no more than yes or no about it. */
static int apply_list(SSL_CTX *ssl_ctx, int (*set)(SSL_CTX *, const char *), const char *word,
                      const char *list, struct tls_error_text *error_out)
{
    if (set(ssl_ctx, list) == 1)
        return 0;
    ERR_clear_error();
    tls_error_set(error_out, "%s: OpenSSL cannot use \"%.300s\" (try: openssl %s)", word, list,
                  set == set_curves ? "ecparam -list_curves" : "ciphers -s -v");
    return -1;
}

int tls_protocol_apply(SSL_CTX *ssl_ctx, const struct tls_protocol_settings *settings,
                       struct tls_error_text *error_out)
{
    enum tls_version min =
        settings->version_min != TLS_VERSION_DEFAULT ? settings->version_min : TLS_VERSION_1_2;
    enum tls_version max =
        settings->version_max != TLS_VERSION_DEFAULT ? settings->version_max : TLS_VERSION_1_3;
    if (settings->version_min == TLS_VERSION_DEFAULT && max < min)
        min = max; /* only the highest was named, and it is an old one */
    const char *initial = versions[min].needs_sha1 ? CIPHERS_OLD : CIPHERS_INTERMEDIATE;
    const char *ciphers = settings->ciphers != NULL ? settings->ciphers : initial;
    const char *suites = settings->ciphersuites != NULL ? settings->ciphersuites : CIPHERSUITES;
    const char *curves = settings->curves != NULL ? settings->curves : CURVES;

    if (apply_versions(ssl_ctx, min, max, error_out) != 0 ||
        apply_list(ssl_ctx, SSL_CTX_set_cipher_list, "ciphers", ciphers, error_out) != 0 ||
        apply_list(ssl_ctx, SSL_CTX_set_ciphersuites, "ciphersuites", suites, error_out) != 0 ||
        apply_list(ssl_ctx, set_curves, "curves", curves, error_out) != 0)
        return -1;

    SSL_CTX_set_options(ssl_ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    /* no automatic chain: it would be searched anew in every handshake */
    SSL_CTX_set_mode(ssl_ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_read_ahead(ssl_ctx, 1);
    return 0;
}

/* One name between commas, as a byte of length and the name. 0 when it has no possible length. */
static size_t encode_name(const char *name, size_t len, unsigned char *wire)
{
    if (len == 0 || len > 255)
        return 0;
    wire[0] = (unsigned char)len;
    memcpy(wire + 1, name, len);
    return len + 1;
}

int tls_protocol_alpn(const char *alpn, struct tls_bytes *wire_out,
                      struct tls_error_text *error_out)
{
    *wire_out = (struct tls_bytes){0};
    if (alpn == NULL)
        return 0;
    unsigned char *wire = malloc(strlen(alpn) + 1); /* a length takes the place of each comma */
    if (wire == NULL) {
        tls_error_set(error_out, "alpn: out of memory");
        return -1;
    }
    wire_out->data = wire;
    for (const char *name = alpn;; name++) {
        size_t len = strcspn(name, ",");
        size_t used = encode_name(name, len, wire + wire_out->len);
        if (used == 0) {
            tls_error_set(error_out,
                          "alpn: \"%.300s\" is no list of protocols (try \"h2,http/1.1\")", alpn);
            tls_bytes_free(wire_out);
            return -1;
        }
        wire_out->len += used;
        name += len;
        if (*name == '\0')
            return 0;
    }
}

/* Bits of security that each level of SSL_CTX_set_security_level(3) demands. */
static const int level_bits[] = {0, 80, 112, 128, 192, 256};

int tls_protocol_check_strength(const SSL_CTX *ssl_ctx, const struct tls_certificate *cert,
                                struct tls_error_text *error_out)
{
    int level = SSL_CTX_get_security_level(ssl_ctx);
    int top = (int)(sizeof(level_bits) / sizeof(level_bits[0])) - 1;
    int wanted = level_bits[level < 0 ? 0 : level > top ? top : level];
    if (EVP_PKEY_get_security_bits(cert->key) < wanted) {
        tls_error_set(error_out,
                      "%s: the key (%s) is too weak for security level %d (use RSA 2048 or EC "
                      "P-256)",
                      cert->info.file, cert->info.key_type, level);
        return -1;
    }
    int signature_bits = -1;
    bool self_signed = (X509_get_extension_flags(cert->leaf) & EXFLAG_SS) != 0;
    if (!self_signed &&
        X509_get_signature_info(cert->leaf, NULL, NULL, &signature_bits, NULL) == 1 &&
        signature_bits < wanted) {
        tls_error_set(error_out,
                      "%s: the certificate is signed with a hash too weak for security level %d "
                      "(have it signed with SHA-256)",
                      cert->info.file, level);
        return -1;
    }
    return 0;
}
