/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches of TLS: the connection of the client (ssl_fc_*), that of the server (ssl_bc_*), and how the client's
 * certificate was judged. What stands in certificates is asked in tls_certificates.c.
 */
#include "proxy/fetches/tls_priv.h"

#include <string.h>

#include "proxy/http/probe_view.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"

const struct tls_session *tls_fetch_session(const struct sample_env *env, const struct fetch *row)
{
    if ((row->value & BACK) == 0)
        return env->session->client.tls;
    if (env->probe != NULL)
        return env->probe->conn->tls;
    const struct stream *s = env->stream;
    return s != NULL && s->sconn != NULL ? s->sconn->conn.tls : NULL;
}

static bool is_tls(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)args;
    sample_set_bool(out, tls_fetch_session(env, row) != NULL);
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
    const struct tls_session *tls = tls_fetch_session(env, row);
    const char *text = tls != NULL ? texts[tls_fetch_fact(row)](tls) : "";
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
    const struct tls_session *tls = tls_fetch_session(env, row);
    bool value = false;
    if (tls != NULL)
        value = tls_fetch_fact(row) == RESUMED           ? tls_session_is_resumed(tls)
                : tls_fetch_fact(row) == HAS_SNI         ? *tls_session_sni(tls) != '\0'
                : tls_fetch_fact(row) == HAS_CERTIFICATE ? tls_session_has_peer_certificate(tls)
                                                         : false; /* early data is never accepted */
    sample_set_bool(out, value);
    return tls != NULL || tls_fetch_fact(row) == HAS_SNI || tls_fetch_fact(row) == RESUMED;
}

static bool key_bits(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
    if (tls == NULL)
        return false;
    sample_set_int(out, tls_session_key_bits(tls, tls_fetch_fact(row) != 0));
    return true;
}

static bool blob(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
    unsigned char bytes[256];
    return tls != NULL && tls_fetch_copy(env, out, SAMPLE_BINARY, bytes,
                                         tls_session_blob(tls, (enum tls_blob)tls_fetch_fact(row),
                                                          bytes, sizeof bytes));
}

/* X509_V_*, 0 when all is well */
static bool verify_result(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
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
    const struct tls_session *tls = tls_fetch_session(env, row);
    if (tls == NULL)
        return false;
    sample_set_int(out, (long long)tls_session_fault(tls));
    return true;
}

static bool fault_text(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)args;
    const struct tls_session *tls = tls_fetch_session(env, row);
    struct tls_error_text fault = {""};
    if (tls != NULL && tls_session_fault(tls) != 0)
        tls_fault_text(tls_session_fault(tls), &fault);
    return fault.text[0] != '\0' &&
           sample_set_copy(out, env, SAMPLE_STRING, fault.text, strlen(fault.text));
}

/* Both connections have these. */
#define OF_CONNECTION(prefix, need, which, whose)                                                  \
    TLS_FACT(prefix, SAMPLE_BOOL, is_tls, need, which,                                             \
             "Whether the connection of the " whose " uses TLS."),                                 \
        TLS_FACT(prefix "_protocol", SAMPLE_STRING, text_fact, need, (which) | VERSION,            \
                 "Its version, such as TLSv1.3."),                                                 \
        TLS_FACT(prefix "_cipher", SAMPLE_STRING, text_fact, need, (which) | CIPHER,               \
                 "Its cipher."),                                                                   \
        TLS_FACT(prefix "_alpn", SAMPLE_STRING, text_fact, need, (which) | ALPN,                   \
                 "The protocol agreed on."),                                                       \
        TLS_FACT(prefix "_is_resumed", SAMPLE_BOOL, flag_fact, need, (which) | RESUMED,            \
                 "Whether the session was resumed."),                                              \
        TLS_FACT(prefix "_use_keysize", SAMPLE_INT, key_bits, need, (which) | 0,                   \
                 "Bits of the key in use."),                                                       \
        TLS_FACT(prefix "_alg_keysize", SAMPLE_INT, key_bits, need, (which) | 1,                   \
                 "Bits of the cipher's keys."),                                                    \
        TLS_FACT(prefix "_session_id", SAMPLE_BINARY, blob, need, (which) | TLS_SESSION_ID,        \
                 "Identifier of the session."),                                                    \
        TLS_FACT(prefix "_session_key", SAMPLE_BINARY, blob, need, (which) | TLS_MASTER_KEY,       \
                 "Master key of the session."),                                                    \
        TLS_FACT(prefix "_client_random", SAMPLE_BINARY, blob, need, (which) | TLS_CLIENT_RANDOM,  \
                 "Random bytes of the client."),                                                   \
        TLS_FACT(prefix "_server_random", SAMPLE_BINARY, blob, need, (which) | TLS_SERVER_RANDOM,  \
                 "Random bytes of the server."),                                                   \
        TLS_FACT(prefix "_unique_id", SAMPLE_BINARY, blob, need, (which) | TLS_UNIQUE_ID,          \
                 "What ties other credentials to this session, RFC 5929 3.")

/* clang-format off */
const struct fetch tls_fetches[] = {
    OF_CONNECTION("ssl_fc", USE_SESSION, FRONT, "client"),
    TLS_FACT("ssl_fc_sni", SAMPLE_STRING, text_fact, USE_SESSION, SNI, "The server name the client asked for."),
    TLS_FACT("ssl_fc_has_sni", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_SNI, "Whether the client asked for a server name."),
    TLS_FACT("ssl_fc_has_crt", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_CERTIFICATE, "Whether the client showed a certificate."),
    TLS_FACT("ssl_fc_has_early", SAMPLE_BOOL, flag_fact, USE_SESSION, HAS_EARLY, "Whether the request came as early data, which weir does not accept: false."),
    OF_CONNECTION("ssl_bc", USE_SERVER, BACK, "server"),
    TLS_FACT("ssl_c_verify", SAMPLE_INT, verify_result, USE_SESSION, FRONT, "Result of the verification of the client's certificate, 0 if it is good."),
    TLS_FACT("ssl_c_err", SAMPLE_INT, client_fault, USE_SESSION, FAULT, "Error of the client's certificate, overlooked or not; 0 if there is none."),
    TLS_FACT("ssl_c_ca_err", SAMPLE_INT, client_fault, USE_SESSION, CA_FAULT, "Error of the client's chain above its certificate, overlooked or not; 0 if there is none."),
    TLS_FACT("ssl_c_ca_err_depth", SAMPLE_INT, client_fault, USE_SESSION, CA_FAULT_DEPTH, "How far above the client's certificate that error is."),
    TLS_FACT("ssl_fc_err", SAMPLE_INT, fault_number, USE_SESSION, FRONT, "OpenSSL's number of the last error of the client's connection."),
    TLS_FACT("ssl_fc_err_str", SAMPLE_STRING, fault_text, USE_SESSION, FRONT, "OpenSSL's words for the last error of the client's connection."),
    TLS_FACT("ssl_bc_err", SAMPLE_INT, fault_number, USE_SERVER, BACK, "OpenSSL's number of the last error of the server's connection."),
    TLS_FACT("ssl_bc_err_str", SAMPLE_STRING, fault_text, USE_SERVER, BACK, "OpenSSL's words for the last error of the server's connection."),
    {.name = NULL},
};
/* clang-format on */
