/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of certificates: of the client (ssl_c_*), of this bind (ssl_f_*), of the server (ssl_s_*). */
#include "proxy/fetches/tls_priv.h"

#include <string.h>

#include "proxy/rules/compiler.h"

enum { BLOB_BYTES_MAX = 16 * 1024, TEXT_BYTES_MAX = 2048 };

static const struct tls_certificate *certificate_of(const struct sample_env *env,
                                                    const struct fetch *row)
{
    const struct tls_session *tls = tls_fetch_session(env, row);
    if (tls == NULL)
        return NULL;
    return tls_session_certificate(tls, (row->value & PEER) != 0 ? TLS_PEERS : TLS_OURS);
}

static bool certificate_used(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
    sample_set_bool(out, certificate_of(env, row) != NULL);
    return tls != NULL;
}

static bool certificate_version(struct sample_env *env, const struct fetch *row,
                                const struct arg *args, struct sample *out)
{
    (void)args;
    const struct tls_certificate *certificate = certificate_of(env, row);
    if (certificate == NULL)
        return false;
    sample_set_int(out, tls_certificate_version(certificate));
    return true;
}

static bool certificate_blob(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    (void)args;
    const struct tls_certificate *certificate = certificate_of(env, row);
    char *bytes = certificate != NULL ? sample_scratch_take(env, BLOB_BYTES_MAX) : NULL;
    long len = bytes != NULL ? tls_certificate_blob(certificate,
                                                    (enum tls_certificate_blob)tls_fetch_fact(row),
                                                    bytes, BLOB_BYTES_MAX)
                             : -1;
    if (len < 0)
        return false;
    sample_set_text(out, SAMPLE_BINARY, bytes, (size_t)len);
    return true;
}

static bool chain(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
    char *bytes = tls != NULL ? sample_scratch_take(env, BLOB_BYTES_MAX) : NULL;
    long len = bytes != NULL ? tls_session_chain(tls, bytes, BLOB_BYTES_MAX) : -1;
    if (len < 0)
        return false;
    sample_set_text(out, SAMPLE_BINARY, bytes, (size_t)len);
    return true;
}

static bool certificate_text(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    (void)args;
    const struct tls_certificate *certificate = certificate_of(env, row);
    char text[TEXT_BYTES_MAX];
    return certificate != NULL &&
           tls_fetch_copy(env, out, SAMPLE_STRING, text,
                          tls_certificate_text(certificate,
                                               (enum tls_certificate_text)tls_fetch_fact(row), text,
                                               sizeof text));
}

/* ssl_c_s_dn([<entry>[,<occurrence>[,rfc2253]]]); args[0].own is the query. */
static bool certificate_name(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    const struct tls_certificate *certificate = certificate_of(env, row);
    char text[TEXT_BYTES_MAX];
    return certificate != NULL &&
           tls_fetch_copy(env, out, SAMPLE_STRING, text,
                          tls_certificate_name(certificate, args[0].own, text, sizeof text));
}

enum { SUBJECT, ISSUER };

static bool check_name(struct compiler *c, struct arg *args, unsigned count, int value)
{
    struct tls_name_query *query = arena_alloc(c->l->arena, sizeof *query);
    *query = (struct tls_name_query){.issuer = (value & 0xff) == ISSUER, .occurrence = 1};
    if (count > 0 && args[0].type != ARG_NONE)
        query->entry = arena_copy_bytes(c->l->arena, args[0].text.data, args[0].text.len);
    if (count > 1 && args[1].type != ARG_NONE && args[1].integer != 0)
        query->occurrence = (int)args[1].integer;
    if (count > 2 && args[2].text.len > 0) {
        query->rfc2253 = args[2].text.len == 7 && memcmp(args[2].text.data, "rfc2253", 7) == 0;
        if (!query->rfc2253) {
            CONF_FAIL(c->l, args[2].span, "rfc2253", "unknown form of names '%.*s'",
                      (int)args[2].text.len, args[2].text.data);
            return false;
        }
    }
    args[0].own = query;
    return true;
}

#define NAME(word, need, which, text)                                                              \
    {                                                                                              \
        .name = word, .out = SAMPLE_STRING, .args = {{ARG_OWN, ARG_INT, ARG_STRING}, 0},           \
        .run = certificate_name, .use = need, .value = which, .check = check_name, .doc = text     \
    }

/* All certificates have these. */
#define OF_CERTIFICATE(prefix, need, which)                                                        \
    TLS_FACT(prefix "_der", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_DER,              \
             "The certificate as bytes."),                                                         \
        TLS_FACT(prefix "_serial", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_SERIAL,    \
                 "Its serial number."),                                                            \
        TLS_FACT(prefix "_sha1", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_SHA1,        \
                 "Its fingerprint by SHA-1."),                                                     \
        TLS_FACT(prefix "_version", SAMPLE_INT, certificate_version, need, which,                  \
                 "Its version, 3 mostly."),                                                        \
        TLS_FACT(prefix "_key_alg", SAMPLE_STRING, certificate_text, need,                         \
                 (which) | TLS_KEY_ALGORITHM, "The algorithm of its key."),                        \
        TLS_FACT(prefix "_sig_alg", SAMPLE_STRING, certificate_text, need,                         \
                 (which) | TLS_SIGNATURE_ALGORITHM, "The algorithm of its signature."),            \
        TLS_FACT(prefix "_notbefore", SAMPLE_STRING, certificate_text, need,                       \
                 (which) | TLS_NOT_BEFORE, "When it becomes valid: YYMMDDhhmmssZ."),               \
        TLS_FACT(prefix "_notafter", SAMPLE_STRING, certificate_text, need,                        \
                 (which) | TLS_NOT_AFTER, "When it expires: YYMMDDhhmmssZ."),                      \
        NAME(prefix "_s_dn", need, (which) | SUBJECT,                                              \
             "Name of its subject, or of one entry: ([<entry>[,<occurrence>[,rfc2253]]])."),       \
        NAME(prefix "_i_dn", need, (which) | ISSUER,                                               \
             "Name of its issuer, or of one entry: ([<entry>[,<occurrence>[,rfc2253]]]).")

/* clang-format off */
const struct fetch tls_certificate_fetches[] = {
    TLS_FACT("ssl_c_used", SAMPLE_BOOL, certificate_used, USE_SESSION, PEER, "Whether the client showed a certificate."),
    TLS_FACT("ssl_c_chain_der", SAMPLE_BINARY, chain, USE_SESSION, FRONT, "The certificates that the client sent above its own, as bytes."),
    TLS_FACT("ssl_s_chain_der", SAMPLE_BINARY, chain, USE_CLIENT, BACK, "The certificates that the server sent, as bytes."),
    OF_CERTIFICATE("ssl_c", USE_SESSION, PEER),
    OF_CERTIFICATE("ssl_f", USE_SESSION, FRONT),
    OF_CERTIFICATE("ssl_s", USE_CLIENT, BACK | PEER),
    {.name = NULL},
};
/* clang-format on */
