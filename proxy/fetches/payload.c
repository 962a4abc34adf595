/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fetches that tell what the bytes of a side are the beginning of: TLS, RDP, HTTP. Of an HTTP message they are
 * its head and the part of the body that is here; of TCP what was read to inspect it.
 */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/http/probe_view.h"
#include "tls/client_hello.h"

#include <stdlib.h>
#include <string.h>

static struct sample_text kept_bytes(const struct relay_bytes *kept)
{
    if (kept->len == 0)
        return (struct sample_text){"", 0};
    return (struct sample_text){kept->data + kept->off, kept->len};
}

struct sample_text fetch_bytes(const struct sample_env *env, enum fetch_side side)
{
    const struct stream *s = env->stream;
    if (env->probe != NULL)
        return env->probe->answer;
    bool is_http = s->mode == &stream_http;
    if (side == OF_RESPONSE || (side == OF_RULE && env->is_response))
        return is_http ? (struct sample_text){s->resp_base, s->resp_len}
                       : kept_bytes(&s->resp_head);
    return is_http ? (struct sample_text){s->in, s->in_len} : kept_bytes(&s->session->intake);
}

/* More bytes may make another answer of it, as long as they are waited for. */
static bool not_yet(const struct sample_env *env, struct sample *out)
{
    if (!env->is_final)
        out->flags |= SAMPLE_MAY_CHANGE;
    return false;
}

/* ---- the ClientHello of TLS that is passed on -------------------------------------------------------------- */

enum {
    HELLO_TYPE,
    HELLO_VERSION,
    HELLO_SNI,
    HELLO_ALPN,
    HELLO_GROUPS,
    HELLO_TICKET,
    SERVER_HELLO_TYPE,
    HELLO_LISTS /* and an enum client_hello_list */
};

static bool hello_value(const struct client_hello *hello, int which, const struct sample_env *env,
                        struct sample *out)
{
    size_t len;
    const char *name;
    switch (which) {
    case HELLO_TYPE:
    case SERVER_HELLO_TYPE:
        sample_set_int(out, hello->type);
        return true;
    case HELLO_VERSION: /* 3.1 is 0x30001, as in HAProxy */
        sample_set_int(out, (long long)(hello->version >> 8) << 16 | (hello->version & 0xff));
        return true;
    case HELLO_GROUPS:
        sample_set_bool(out, hello->has_groups);
        return hello->has_groups;
    case HELLO_TICKET:
        sample_set_int(out, hello->ticket);
        return true;
    case HELLO_SNI:
        return hello->has_sni &&
               sample_set_copy(out, env, SAMPLE_STRING, hello->sni, hello->sni_len);
    default: /* the first; for an ACL one after the other */
        name = client_hello_alpn(hello, env->iterates ? out->cursor[0]++ : 0, &len);
        out->flags |= env->iterates && name != NULL ? SAMPLE_HAS_MORE : 0;
        return name != NULL && sample_set_copy(out, env, SAMPLE_STRING, name, len);
    }
}

/* Ciphers are known before the end, and stay so if that is missing. */
static bool hello_list(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct sample_text all = fetch_bytes(env, OF_REQUEST);
    struct client_hello hello;
    (void)args;
    int which = row->value - HELLO_LISTS;
    int status = client_hello_parse((const uint8_t *)all.data, all.len, &hello);
    if (status == CLIENT_HELLO_MORE)
        return not_yet(env, out);
    size_t len = hello.list_len[which];
    return len > 0 && (status == CLIENT_HELLO_WHOLE || which == CLIENT_HELLO_CIPHERS) &&
           sample_set_copy(out, env, SAMPLE_BINARY, (const char *)hello.list[which], len);
}

static bool hello(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out)
{
    struct sample_text all =
        fetch_bytes(env, row->value == SERVER_HELLO_TYPE ? OF_RESPONSE : OF_REQUEST);
    struct client_hello hello;
    (void)args;
    switch (client_hello_parse((const uint8_t *)all.data, all.len, &hello)) {
    case CLIENT_HELLO_WHOLE:
        return hello_value(&hello, row->value, env, out);
    case CLIENT_HELLO_MORE:
        return not_yet(env, out);
    default:
        return false;
    }
}

/* ---- RDP: "Cookie: name=value CRLF" behind eleven bytes of TPKT and X.224 ------------------------------------ */

enum { RDP_HEAD_BYTES = 11 };

enum rdp_found { RDP_NONE, RDP_SHORT, RDP_WHOLE };

/* Of that name, or whichever there is. RDP_SHORT: more bytes may make another answer of it. */
static enum rdp_found find_rdp_cookie(struct sample_text all, struct sample_text name,
                                      struct sample_text *value_out)
{
    static const char label[] = "Cookie:";
    enum { LABEL_LEN = sizeof(label) - 1 };
    if (all.len <= RDP_HEAD_BYTES + LABEL_LEN)
        return RDP_SHORT;
    const char *at = all.data + RDP_HEAD_BYTES, *end = all.data + all.len;
    if (strncasecmp(at, label, LABEL_LEN) != 0)
        return RDP_NONE;
    at += LABEL_LEN;
    while (at < end && *at == ' ')
        at++;
    const char *equals = memchr(at, '=', (size_t)(end - at));
    const char *line_end = memchr(at, '\r', (size_t)(end - at));
    if (equals == NULL || (line_end != NULL && line_end < equals))
        return line_end == NULL ? RDP_SHORT : RDP_NONE;
    if (name.len > 0 &&
        ((size_t)(equals - at) != name.len || strncasecmp(at, name.data, name.len) != 0))
        return RDP_NONE;
    if (line_end == NULL || line_end + 1 == end)
        return RDP_SHORT;
    *value_out = (struct sample_text){equals + 1, (size_t)(line_end - equals - 1)};
    return line_end[1] == '\n' ? RDP_WHOLE : RDP_NONE;
}

static bool rdp_cookie(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct sample_text value = {0};
    (void)row;
    enum rdp_found found = find_rdp_cookie(fetch_bytes(env, OF_REQUEST), args[0].text, &value);
    if (found == RDP_SHORT)
        return not_yet(env, out);
    sample_set_text(out, SAMPLE_STRING, value.data, value.len);
    return found == RDP_WHOLE;
}

static bool rdp_cookie_count(struct sample_env *env, const struct fetch *row,
                             const struct arg *args, struct sample *out)
{
    struct sample_text value;
    (void)row;
    enum rdp_found found = find_rdp_cookie(fetch_bytes(env, OF_REQUEST), args[0].text, &value);
    if (found == RDP_SHORT)
        return not_yet(env, out);
    sample_set_int(out, found == RDP_WHOLE);
    return true;
}

/* ---- HTTP? --------------------------------------------------------------------------------------------- */

/* A head that can be read, and is whole. */
static bool is_http(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    struct message_view v;
    (void)row, (void)args;
    sample_set_bool(out, true);
    if (env->stream->mode == &stream_http || fetch_view(env, OF_REQUEST, &v))
        return true;
    return fetch_may_view(env) ? not_yet(env, out) : false;
}

/* ---- waiting -------------------------------------------------------------------------------------------- */

/* True only once nothing more is waited for. */
static bool wait_end(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)row, (void)args;
    if (!env->is_final)
        return not_yet(env, out);
    sample_set_bool(out, true);
    return true;
}

#define HELLO(word, type, which, text)                                                             \
    {                                                                                              \
        .name = word, .out = type, .use = USE_CONTENT, .run = hello, .value = which, .doc = text   \
    }

#define HELLO_LIST(word, which, text)                                                              \
    {                                                                                              \
        .name = word, .out = SAMPLE_BINARY, .use = USE_CONTENT, .run = hello_list,                 \
        .value = HELLO_LISTS + (which), .since = "3.2", .doc = text                                \
    }

/* clang-format off */
const struct fetch payload_fetches[] = {
    HELLO("req.ssl_hello_type", SAMPLE_INT, HELLO_TYPE, "Of TLS that is passed on: 1 = ClientHello, 2 = ServerHello."),
    HELLO("req_ssl_hello_type", SAMPLE_INT, HELLO_TYPE, "Former name of req.ssl_hello_type."),
    {.name = "res.ssl_hello_type", .out = SAMPLE_INT, .use = USE_RES_CONTENT, .run = hello, .value = SERVER_HELLO_TYPE,
     .doc = "The same of what the server sends."},
    {.name = "rep_ssl_hello_type", .out = SAMPLE_INT, .use = USE_RES_CONTENT, .run = hello, .value = SERVER_HELLO_TYPE,
     .doc = "Former name of res.ssl_hello_type."},
    {.name = "req.ssl_ver", .out = SAMPLE_INT, .use = USE_CONTENT, .run = hello, .value = HELLO_VERSION, .match = "version",
     .doc = "Version of TLS that the client offers: 3.3 is TLS 1.2."},
    {.name = "req_ssl_ver", .out = SAMPLE_INT, .use = USE_CONTENT, .run = hello, .value = HELLO_VERSION, .match = "version",
     .doc = "Former name of req.ssl_ver."},
    HELLO("req.ssl_sni", SAMPLE_STRING, HELLO_SNI, "Host name that the client asks for, of TLS that is passed on."),
    HELLO("req_ssl_sni", SAMPLE_STRING, HELLO_SNI, "Former name of req.ssl_sni."),
    HELLO("req.ssl_alpn", SAMPLE_STRING, HELLO_ALPN, "First protocol that the client offers by ALPN, of TLS that is passed on; an ACL tries each of them."),
    HELLO("req.ssl_ec_ext", SAMPLE_BOOL, HELLO_GROUPS, "Whether the client offers elliptic curves, of TLS that is passed on."),
    HELLO("req.ssl_st_ext", SAMPLE_INT, HELLO_TICKET, "Of TLS that is passed on: 0 = the client knows no session tickets, 1 = asks for one, 2 = sends one."),
    HELLO_LIST("req.ssl_cipherlist", CLIENT_HELLO_CIPHERS, "Numbers of the ciphers that the client offers, of TLS that is passed on."),
    HELLO_LIST("req.ssl_supported_groups", CLIENT_HELLO_GROUPS, "Numbers of the groups that the client supports, of TLS that is passed on."),
    HELLO_LIST("req.ssl_sigalgs", CLIENT_HELLO_SIGNATURES, "Numbers of the signature algorithms that the client supports, of TLS that is passed on."),
    HELLO_LIST("req.ssl_keyshare_groups", CLIENT_HELLO_KEY_SHARES, "Numbers of the groups that the client sends keys of, of TLS that is passed on."),
    {.name = "req.rdp_cookie", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie,
     .doc = "The value of an RDP cookie: of the first, or of that name."},
    {.name = "rdp_cookie", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie,
     .doc = "Former name of req.rdp_cookie."},
    {.name = "req_rdp_cookie", .out = SAMPLE_STRING, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie,
     .doc = "Former name of req.rdp_cookie."},
    {.name = "req.rdp_cookie_cnt", .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie_count,
     .doc = "How many RDP cookies there are: 0 or 1."},
    {.name = "rdp_cookie_cnt", .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie_count,
     .doc = "Former name of req.rdp_cookie_cnt."},
    {.name = "req_rdp_cookie_cnt", .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .use = USE_CONTENT, .run = rdp_cookie_count,
     .doc = "Former name of req.rdp_cookie_cnt."},
    {.name = "req.proto_http", .out = SAMPLE_BOOL, .use = USE_CONTENT, .run = is_http,
     .doc = "Whether what the client sends is an HTTP request."},
    {.name = "req_proto_http", .out = SAMPLE_BOOL, .use = USE_CONTENT, .run = is_http, .doc = "Former name of req.proto_http."},
    {.name = "wait_end", .out = SAMPLE_BOOL, .use = 0, .run = wait_end,
     .doc = "True once the inspect-delay is over, or no more can come."},
    {.name = NULL},
};
/* clang-format on */
