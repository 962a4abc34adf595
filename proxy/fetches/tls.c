/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches of TLS: the connection of the client (ssl_fc_*), that of the server (ssl_bc_*), and the certificates of
 * client (ssl_c_*), of this bind (ssl_f_*) and of the server (ssl_s_*).
 */
#include "proxy/http/probe_view.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"
#include "tls/facts.h"

enum { BLOB_BYTES_MAX = 16 * 1024, TEXT_BYTES_MAX = 2048 };

/* Which connection, and for certificates which of the two that it has. */
enum { FRONT = 0, BACK = 1 << 8, PEER = 1 << 9 };
/* The rest of a row's value is what to look at. */
static int fact_of(const struct fetch *row)
{
    return row->value & 0xff;
}

static const struct tls_session *tls_of(const struct sample_env *env, const struct fetch *row)
{
    if ((row->value & BACK) == 0)
        return env->session->client.tls;
    if (env->probe != NULL)
        return env->probe->conn->tls;
    const struct stream *s = env->stream;
    return s != NULL && s->sconn != NULL ? s->sconn->conn.tls : NULL;
}

static bool take_blob(struct sample_env *env, struct sample *out, enum sample_type type,
                      const void *bytes, long len)
{
    return len >= 0 && sample_set_copy(out, env, type, bytes, (size_t)len);
}

/* ---- connections -------------------------------------------------------------------------------------- */

static bool is_tls(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)args;
    sample_set_bool(out, tls_of(env, row) != NULL);
    return true;
}

enum { VERSION, CIPHER, ALPN, SNI };

static bool text_fact(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)args;
    static const char *(*const texts[])(const struct tls_session *) = {
        [VERSION] = tls_session_version,
        [CIPHER] = tls_session_cipher,
        [ALPN] = tls_session_alpn,
        [SNI] = tls_session_sni,
    };
    const struct tls_session *tls = tls_of(env, row);
    const char *text = tls != NULL ? texts[fact_of(row)](tls) : "";
    if (*text == '\0')
        return false;
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    return true;
}

enum { RESUMED, HAS_SNI, HAS_CERTIFICATE, HAS_EARLY };

static bool flag_fact(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    bool value = false;
    if (tls != NULL)
        value = fact_of(row) == RESUMED           ? tls_session_is_resumed(tls)
                : fact_of(row) == HAS_SNI         ? *tls_session_sni(tls) != '\0'
                : fact_of(row) == HAS_CERTIFICATE ? tls_session_has_peer_certificate(tls)
                                                  : false; /* early data is never accepted */
    sample_set_bool(out, value);
    return tls != NULL || fact_of(row) == HAS_SNI || fact_of(row) == RESUMED;
}

static bool key_bits(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    if (tls == NULL)
        return false;
    sample_set_int(out, tls_session_key_bits(tls, fact_of(row) != 0));
    return true;
}

static bool blob(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    unsigned char bytes[256];
    return tls != NULL &&
           take_blob(env, out, SAMPLE_BINARY, bytes,
                     tls_session_blob(tls, (enum tls_blob)fact_of(row), bytes, sizeof bytes));
}

/* X509_V_*, 0 when all is well */
static bool verify_result(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    if (tls == NULL)
        return false;
    sample_set_int(out, tls_session_verify_result(tls));
    return true;
}

/* Of the client's certificate, and of its authorities: where, and what. */
enum fault { FAULT, CA_FAULT, CA_FAULT_DEPTH };

static bool client_fault(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)args;
    const struct tls_session *tls = env->session->client.tls;
    if (tls == NULL)
        return false;
    struct tls_client_faults faults = tls_session_client_faults(tls);
    sample_set_int(out, row->value == FAULT      ? faults.error
                        : row->value == CA_FAULT ? faults.ca_error
                                                 : faults.ca_depth);
    return true;
}

/* OpenSSL's number of what failed; a session that was established has none. */
static bool fault_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    if (tls == NULL)
        return false;
    sample_set_int(out, (long long)tls_session_fault(tls));
    return true;
}

static bool fault_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
    struct tls_error_text fault = {""};
    if (tls != NULL && tls_session_fault(tls) != 0)
        tls_fault_text(tls_session_fault(tls), &fault);
    return fault.text[0] != '\0' &&
           sample_set_copy(out, env, SAMPLE_STRING, fault.text, strlen(fault.text));
}

/* ---- certificates ------------------------------------------------------------------------------------- */

static const struct tls_certificate *certificate_of(const struct sample_env *env,
                                                    const struct fetch *row)
{
    const struct tls_session *tls = tls_of(env, row);
    if (tls == NULL)
        return NULL;
    return tls_session_certificate(tls, (row->value & PEER) != 0 ? TLS_PEERS : TLS_OURS);
}

static bool certificate_used(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_of(env, row);
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
    long len = bytes != NULL
                   ? tls_certificate_blob(certificate, (enum tls_certificate_blob)fact_of(row),
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
    const struct tls_session *tls = tls_of(env, row);
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
           take_blob(env, out, SAMPLE_STRING, text,
                     tls_certificate_text(certificate, (enum tls_certificate_text)fact_of(row),
                                          text, sizeof text));
}

/* ssl_c_s_dn([<entry>[,<occurrence>[,rfc2253]]]); args[0].own is the query. */
static bool certificate_name(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    const struct tls_certificate *certificate = certificate_of(env, row);
    char text[TEXT_BYTES_MAX];
    return certificate != NULL &&
           take_blob(env, out, SAMPLE_STRING, text,
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

#define FACT(word, type, function, need, which, text)                                              \
    {                                                                                              \
        .name = word, .out = type, .run = function, .use = need, .value = which, .doc = text       \
    }
#define NAME(word, need, which, text)                                                              \
    {                                                                                              \
        .name = word, .out = SAMPLE_STRING, .args = {{ARG_OWN, ARG_INT, ARG_STRING}, 0},           \
        .run = certificate_name, .use = need, .value = which, .check = check_name, .doc = text     \
    }

/* Both connections have these. */
#define OF_CONNECTION(prefix, need, which, whose)                                                  \
    FACT(prefix, SAMPLE_BOOL, is_tls, need, which,                                                 \
         "Whether the connection of the " whose " uses TLS."),                                     \
        FACT(prefix "_protocol", SAMPLE_STRING, text_fact, need, (which) | VERSION,                \
             "Its version, such as TLSv1.3."),                                                     \
        FACT(prefix "_cipher", SAMPLE_STRING, text_fact, need, (which) | CIPHER, "Its cipher."),   \
        FACT(prefix "_alpn", SAMPLE_STRING, text_fact, need, (which) | ALPN,                       \
             "The protocol agreed on."),                                                           \
        FACT(prefix "_is_resumed", SAMPLE_BOOL, flag_fact, need, (which) | RESUMED,                \
             "Whether the session was resumed."),                                                  \
        FACT(prefix "_use_keysize", SAMPLE_INT, key_bits, need, (which) | 0,                       \
             "Bits of the key in use."),                                                           \
        FACT(prefix "_alg_keysize", SAMPLE_INT, key_bits, need, (which) | 1,                       \
             "Bits of the cipher's keys."),                                                        \
        FACT(prefix "_session_id", SAMPLE_BINARY, blob, need, (which) | TLS_SESSION_ID,            \
             "Identifier of the session."),                                                        \
        FACT(prefix "_session_key", SAMPLE_BINARY, blob, need, (which) | TLS_MASTER_KEY,           \
             "Master key of the session."),                                                        \
        FACT(prefix "_client_random", SAMPLE_BINARY, blob, need, (which) | TLS_CLIENT_RANDOM,      \
             "Random bytes of the client."),                                                       \
        FACT(prefix "_server_random", SAMPLE_BINARY, blob, need, (which) | TLS_SERVER_RANDOM,      \
             "Random bytes of the server."),                                                       \
        FACT(prefix "_unique_id", SAMPLE_BINARY, blob, need, (which) | TLS_UNIQUE_ID,              \
             "What ties other credentials to this session, RFC 5929 3.")

/* All certificates have these. */
#define OF_CERTIFICATE(prefix, need, which)                                                        \
    FACT(prefix "_der", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_DER,                  \
         "The certificate as bytes."),                                                             \
        FACT(prefix "_serial", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_SERIAL,        \
             "Its serial number."),                                                                \
        FACT(prefix "_sha1", SAMPLE_BINARY, certificate_blob, need, (which) | TLS_SHA1,            \
             "Its fingerprint by SHA-1."),                                                         \
        FACT(prefix "_version", SAMPLE_INT, certificate_version, need, which,                      \
             "Its version, 3 mostly."),                                                            \
        FACT(prefix "_key_alg", SAMPLE_STRING, certificate_text, need,                             \
             (which) | TLS_KEY_ALGORITHM, "The algorithm of its key."),                            \
        FACT(prefix "_sig_alg", SAMPLE_STRING, certificate_text, need,                             \
             (which) | TLS_SIGNATURE_ALGORITHM, "The algorithm of its signature."),                \
        FACT(prefix "_notbefore", SAMPLE_STRING, certificate_text, need, (which) | TLS_NOT_BEFORE, \
             "When it becomes valid: YYMMDDhhmmssZ."),                                             \
        FACT(prefix "_notafter", SAMPLE_STRING, certificate_text, need, (which) | TLS_NOT_AFTER,   \
             "When it expires: YYMMDDhhmmssZ."),                                                   \
        NAME(prefix "_s_dn", need, (which) | SUBJECT,                                              \
             "Name of its subject, or of one entry: ([<entry>[,<occurrence>[,rfc2253]]])."),       \
        NAME(prefix "_i_dn", need, (which) | ISSUER,                                               \
             "Name of its issuer, or of one entry: ([<entry>[,<occurrence>[,rfc2253]]]).")

/* clang-format off */
const struct fetch tls_fetches[] = {
    OF_CONNECTION("ssl_fc", USE_SESSION, FRONT, "client"),
    FACT("ssl_fc_sni", SAMPLE_STRING, text_fact, USE_SESSION, SNI, "The server name the client asked for."),
    FACT("ssl_fc_has_sni", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_SNI, "Whether the client asked for a server name."),
    FACT("ssl_fc_has_crt", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_CERTIFICATE, "Whether the client showed a certificate."),
    FACT("ssl_fc_has_early", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_EARLY, "Whether the request came as early data, which weir does not accept: false."),
    OF_CONNECTION("ssl_bc", USE_SERVER, BACK, "server"),
    FACT("ssl_c_used", SAMPLE_BOOL, certificate_used, USE_SESSION, PEER, "Whether the client showed a certificate."),
    FACT("ssl_c_verify", SAMPLE_INT, verify_result, USE_SESSION, FRONT, "Result of the verification of the client's certificate, 0 if it is good."),
    FACT("ssl_c_err", SAMPLE_INT, client_fault, USE_SESSION, FAULT, "Error of the client's certificate, overlooked or not; 0 if there is none."),
    FACT("ssl_c_ca_err", SAMPLE_INT, client_fault, USE_SESSION, CA_FAULT, "Error of the client's chain above its certificate, overlooked or not; 0 if there is none."),
    FACT("ssl_c_ca_err_depth", SAMPLE_INT, client_fault, USE_SESSION, CA_FAULT_DEPTH, "How far above the client's certificate that error is."),
    FACT("ssl_fc_err", SAMPLE_INT, fault_number, USE_SESSION, FRONT, "OpenSSL's number of the last error of the client's connection."),
    FACT("ssl_fc_err_str", SAMPLE_STRING, fault_text, USE_SESSION, FRONT, "OpenSSL's words for the last error of the client's connection."),
    FACT("ssl_bc_err", SAMPLE_INT, fault_number, USE_SERVER, BACK, "OpenSSL's number of the last error of the server's connection."),
    FACT("ssl_bc_err_str", SAMPLE_STRING, fault_text, USE_SERVER, BACK, "OpenSSL's words for the last error of the server's connection."),
    FACT("ssl_c_chain_der", SAMPLE_BINARY, chain, USE_SESSION, FRONT, "The certificates that the client sent above its own, as bytes."),
    FACT("ssl_s_chain_der", SAMPLE_BINARY, chain, USE_CLIENT, BACK, "The certificates that the server sent, as bytes."),
    OF_CERTIFICATE("ssl_c", USE_SESSION, PEER),
    OF_CERTIFICATE("ssl_f", USE_SESSION, FRONT),
    OF_CERTIFICATE("ssl_s", USE_CLIENT, BACK | PEER),
    {.name = NULL},
};
/* clang-format on */
