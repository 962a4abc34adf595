/* SPDX-License-Identifier: Apache-2.0 */
/* First words to servers; see server_greet.h. */
#include "proxy/http/server_greet.h"
#include "proxy/http/server_way.h"
#include "proxy/http/unique_id.h"

#include "proxy/http/rules.h"
#include "proxy/http/session.h"
#include "proxy/http/stream.h"
#include "proxy/net/proxy_protocol.h"
#include "proxy/net/socks4.h"
#include "proxy/rules/expr.h"
#include "proxy/state/server_address.h"
#include "tls/facts.h"
#include "tls/session.h"

#define UNIQUE_ID_BYTES 129 /* HAProxy takes 128 at most */

/* A new socket has room for so few bytes, so less than all is an error. */
static int send_whole(struct conn *conn, const void *data, size_t len)
{
    struct iovec piece = {(void *)data, len};
    ssize_t n = conn_sendv(conn, &piece, 1);
    return n == (ssize_t)len ? 0 : n < 0 && n != UV_EAGAIN ? (int)n : UV_ECONNRESET;
}

static int greet_socks4(struct server_conn *sconn)
{
    uint8_t ask[SOCKS4_ASK_BYTES_MAX], answer[SOCKS4_ANSWER_BYTES];
    struct sockaddr_storage to;
    int len, rc;
    switch (sconn->greeting) {
    case GREETING_NONE:
        (void)server_read_address(sconn->server, &to);
        len = socks4_format_ask((const struct sockaddr *)&to, ask);
        rc = len > 0 ? send_whole(&sconn->conn, ask, (size_t)len) : UV_EAFNOSUPPORT;
        if (rc != 0)
            return rc;
        sconn->greeting = GREETING_ASKED;
        return greet_socks4(sconn);
    case GREETING_ASKED:
        len = (int)conn_peek(&sconn->conn, answer, sizeof(answer));
        if (len != SOCKS4_ANSWER_BYTES)
            return sconn->conn.peer_ended || len == 0 ? UV_ECONNRESET : len < 0 ? len : UV_EAGAIN;
        if (!socks4_is_granted(answer) || conn_recv(&sconn->conn, answer, sizeof(answer)) != len)
            return UV_ECONNREFUSED;
        sconn->greeting = GREETING_CONNECTED;
        return 0;
    default:
        return 0;
    }
}

/* What is told of the client's TLS; the texts live as long as this. */
struct tls_words {
    char name[256], key[32], signature[64];
};

/* The common name of the client's certificate, and how ours is made; "" where there is nothing to tell. */
static void read_certificates(const struct tls_session *tls, struct tls_words *words)
{
    static const struct tls_name_query common_name = {.entry = "CN", .occurrence = 1};
    const struct tls_certificate *theirs = tls_session_certificate(tls, TLS_PEERS);
    const struct tls_certificate *ours = tls_session_certificate(tls, TLS_OURS);
    const struct {
        char *text;
        long len;
    } ends[] = {
        {words->name, theirs == NULL ? -1
                                     : tls_certificate_name(theirs, &common_name, words->name,
                                                            sizeof(words->name) - 1)},
        {words->key, ours == NULL ? -1
                                  : tls_certificate_text(ours, TLS_KEY_KIND, words->key,
                                                         sizeof(words->key) - 1)},
        {words->signature,
         ours == NULL ? -1
                      : tls_certificate_text(ours, TLS_SIGNATURE_ALGORITHM, words->signature,
                                             sizeof(words->signature) - 1)},
    };
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        ends[i].text[ends[i].len > 0 ? ends[i].len : 0] = '\0';
}

static void add_tls_facts(const struct tls_session *tls, unsigned wanted, struct tls_words *words,
                          struct proxy_facts *facts)
{
    facts->tls = true;
    facts->alpn = tls_session_alpn(tls);
    facts->tls_version = tls_session_version(tls);
    facts->tls_verify = (uint32_t)tls_session_verify_result(tls);
    facts->tls_has_certificate = tls_session_has_peer_certificate(tls);
    if ((wanted & CONF_PROXY_AUTHORITY) != 0)
        facts->authority = tls_session_sni(tls);
    if ((wanted & CONF_PROXY_CIPHER) != 0)
        facts->tls_cipher = tls_session_cipher(tls);
    read_certificates(tls, words);
    facts->tls_cn = (wanted & CONF_PROXY_CN) != 0 ? words->name : NULL;
    facts->tls_key_alg = (wanted & CONF_PROXY_KEY_ALG) != 0 ? words->key : NULL;
    facts->tls_sig_alg = (wanted & CONF_PROXY_SIG_ALG) != 0 ? words->signature : NULL;
}

/* What the formats of the server's line make of the stream. */
static size_t write_tlvs(struct stream *s, const struct server *server, uint8_t *out, size_t room)
{
    const struct conf_server *line = server_way_line(s, server);
    size_t written = 0, len, used = s->thread->sample_scratch.used;
    struct sample_env env;
    rules_env(s, s->backend, false, &env);
    env.is_final = true;
    for (size_t i = 0; line != NULL && i < line->proxy_tlvs.count; i++) {
        const struct conf_proxy_tlv *tlv = &line->proxy_tlvs.items[i];
        const char *text = tlv->format != NULL ? format_text(tlv->format, &env, &len) : NULL;
        written += proxy_tlv_format(tlv->type, text, text != NULL ? len : 0, out + written,
                                    room - written);
    }
    s->thread->sample_scratch.used = used;
    return written;
}

size_t server_header_write(struct stream *s, const struct server *server, uint8_t *out)
{
    const struct session *session = s->session;
    unsigned wanted = server->link.send_proxy;
    struct proxy_facts facts = {.from = session->address,
                                .with_tls = (wanted & CONF_PROXY_SSL) != 0,
                                .with_crc32c = (wanted & CONF_PROXY_CRC32C) != 0};
    struct tls_words words;
    struct sample_text id = {0};
    uint8_t tlvs[PROXY_OUT_BYTES / 2];
    facts.tlvs = tlvs;
    if (server->link.has_proxy_tlvs)
        facts.tlvs_len = write_tlvs(s, server, tlvs, sizeof(tlvs));
    if ((wanted & CONF_PROXY_UNIQUE_ID) != 0)
        id = unique_id_of(s);
    facts.unique_id = id.len > 0 && id.len < UNIQUE_ID_BYTES ? id.data : "";
    session_destination(session, &facts.to);
    if (session->client.tls != NULL)
        add_tls_facts(session->client.tls, wanted, &words, &facts);
    return (wanted & CONF_PROXY_V2) != 0 ? proxy_header_format_v2(&facts, out)
                                         : proxy_header_format_v1(&facts, (char *)out);
}

static int send_proxy_header(struct server_conn *sconn)
{
    uint8_t out[PROXY_OUT_BYTES];
    return send_whole(&sconn->conn, out, server_header_write(sconn->stream, sconn->server, out));
}

int server_greet(struct server_conn *sconn)
{
    const struct server_link *link = &sconn->server->link;
    if (sconn->greeting == GREETING_DONE)
        return 0;
    int rc = link->socks4.ss_family != AF_UNSPEC ? greet_socks4(sconn) : 0;
    if (rc == 0 && link->send_proxy != 0)
        rc = send_proxy_header(sconn);
    if (rc == 0)
        sconn->greeting = GREETING_DONE;
    return rc;
}
