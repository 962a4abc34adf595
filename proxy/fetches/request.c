/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of the request line: method, target and its parts, and Host with the path, as texts and hashes. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "lb-algos/hash.h"
#include "proxy/fetches/rows.h"
#include "proxy/fetches/view.h"
#include "proxy/http1/edit.h"

static struct sample_text target_of(const struct message_view *v)
{
    return view_text(v, v->msg->target_off, v->msg->target_len);
}

/* From the path's slash on; len 0 where the target has no path. */
static struct sample_text path_of(const struct message_view *v, bool with_query)
{
    const struct http_msg *m = v->msg;
    uint32_t end = with_query ? m->target_off + m->target_len : http_path_end(m, v->base);
    struct sample_text path = view_text(v, m->path_off, end - m->path_off);
    if (path.len > 0 && *path.data != '/')
        path.len = 0;
    return path;
}

static struct sample_text host_of(const struct message_view *v)
{
    const struct http_header *h = view_first(v, HTTP_HDR_HOST);
    return h != NULL ? view_text(v, h->value_off, h->value_len) : (struct sample_text){"", 0};
}

/* ---- texts -------------------------------------------------------------------------------------------- */

static bool method(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    struct stream *s = env->stream;
    struct message_view v;
    (void)row, (void)args;
    if (s == NULL || s->head_us == 0)
        return false;
    if (s->mode == &stream_http) /* it is known when the request has been sent on, too */
        v = (struct message_view){&s->req, s->in, false};
    else if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    out->text = view_text(&v, v.msg->method_off, v.msg->method_len);
    out->type = SAMPLE_METHOD;
    return true;
}

static bool url(struct sample_env *env, const struct fetch *row, const struct arg *args,
                struct sample *out)
{
    struct message_view v;
    (void)row, (void)args;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    out->text = target_of(&v);
    out->type = SAMPLE_STRING;
    return true;
}

enum path_part { PATH, PATH_QUERY };

static bool path(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    struct message_view v;
    (void)args;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    out->text = path_of(&v, row->value == PATH_QUERY);
    out->type = SAMPLE_STRING;
    return out->text.len > 0;
}

static bool query(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out)
{
    struct message_view v;
    (void)row, (void)args;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    uint32_t mark = http_path_end(v.msg, v.base), end = v.msg->target_off + v.msg->target_len;
    if (mark == end)
        return false;
    sample_set_text(out, SAMPLE_STRING, v.base + mark + 1, end - mark - 1);
    return true;
}

/* Host and path, one behind the other. */
static bool base(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    struct message_view v;
    (void)args;
    if (!fetch_view(env, OF_REQUEST, &v))
        return false;
    struct sample_text host = host_of(&v), rest = path_of(&v, row->value == PATH_QUERY);
    char *to = sample_scratch_take(env, host.len + rest.len);
    if (to == NULL || host.len + rest.len == 0)
        return false;
    memcpy(to, host.data, host.len);
    memcpy(to + host.len, rest.data, rest.len);
    sample_set_text(out, SAMPLE_STRING, to, host.len + rest.len);
    return true;
}

/* ---- hashes ------------------------------------------------------------------------------------------- */

static bool hash_of(struct sample_env *env, const struct fetch *row, uint32_t *hash_out)
{
    struct sample text;
    if (!base(env, row, NULL, &text))
        return false;
    *hash_out = lb_hash_spread(lb_hash_sdbm(text.text.data, text.text.len));
    return true;
}

static bool base32(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    uint32_t hash;
    (void)args;
    if (!hash_of(env, row, &hash))
        return false;
    sample_set_int(out, hash);
    return true;
}

/* The hash, and the client's address behind it. */
static bool base32_and_client(struct sample_env *env, const struct fetch *row,
                              const struct arg *args, struct sample *out)
{
    const struct addr *client = &env->session->address;
    uint32_t hash;
    size_t len = client->family == AF_INET ? 4 : client->family == AF_INET6 ? 16 : 0;
    (void)args;
    if (len == 0 || !hash_of(env, row, &hash))
        return false;
    char *to = sample_scratch_take(env, 4 + len);
    if (to == NULL)
        return false;
    uint32_t number = htonl(hash);
    memcpy(to, &number, 4);
    memcpy(to + 4,
           len == 4 ? (const void *)&client->in.sin_addr : (const void *)&client->in6.sin6_addr,
           len);
    sample_set_text(out, SAMPLE_BINARY, to, 4 + len);
    return true;
}

/* ---- the address in an absolute target ---------------------------------------------------------------- */

static bool read_authority(struct sample_env *env, struct in_addr *ip_out, long long *port_out)
{
    struct message_view v;
    char text[64];
    if (!fetch_view(env, OF_REQUEST, &v) || v.msg->target_form != HTTP_TARGET_ABSOLUTE ||
        v.msg->authority_len >= sizeof(text))
        return false;
    memcpy(text, v.base + v.msg->authority_off, v.msg->authority_len);
    text[v.msg->authority_len] = '\0';
    char *port = strchr(text, ':');
    bool is_https = (v.base[v.msg->target_off + 4] | 0x20) == 's';
    *port_out = is_https ? 443 : 80;
    if (port != NULL) {
        *port = '\0';
        *port_out = strtol(port + 1, NULL, 10);
    }
    return inet_pton(AF_INET, text, ip_out) == 1;
}

static bool url_ip(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    long long port;
    (void)row, (void)args;
    out->type = SAMPLE_IPV4;
    return read_authority(env, &out->ipv4, &port);
}

static bool url_port(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    struct in_addr ip;
    long long port;
    (void)row, (void)args;
    if (!read_authority(env, &ip, &port))
        return false;
    sample_set_int(out, port);
    return true;
}

/* clang-format off */
#define TEXT(word, function, part) .name = word, .out = SAMPLE_STRING, .use = USE_REQUEST, .run = function, .value = part
#define MATCHING(word, function, part, by, what) \
    {TEXT(word "_" by, function, part), .match = by, .doc = "As " word ", in ACLs: " what "."}
#define MATCHES(word, function, part) \
    MATCHING(word, function, part, "beg", "it begins so"), MATCHING(word, function, part, "dir", "one of its directories is so"), \
    MATCHING(word, function, part, "dom", "one of its domains is so"), MATCHING(word, function, part, "end", "it ends so"), \
    MATCHING(word, function, part, "len", "its length"), MATCHING(word, function, part, "reg", "it fits a regular expression"), \
    MATCHING(word, function, part, "sub", "it contains that")

const struct fetch request_fetches[] = {
    {.name = "method", .out = SAMPLE_METHOD, .use = USE_TXN, .run = method, .doc = "The request's method."},
    {TEXT("url", url, 0), .doc = "The target as it stands in the request line."},
    {TEXT("path", path, PATH), .doc = "The path of the target: from its first slash to the question mark."},
    {TEXT("pathq", path, PATH_QUERY), .doc = "The path with its query.", .since = "2.3"},
    {TEXT("query", query, 0), .doc = "What stands behind the first question mark."},
    {TEXT("base", base, PATH), .doc = "The Host field, and the path behind it."},
    {TEXT("baseq", base, PATH_QUERY), .doc = "The Host field, and the path with its query behind it.", .since = "2.5"},
    {.name = "base32", .out = SAMPLE_INT, .use = USE_REQUEST, .run = base32, .value = PATH, .doc = "A hash of base: base,sdbm(1)."},
    {.name = "base32+src", .out = SAMPLE_BINARY, .use = USE_REQUEST, .run = base32_and_client, .value = PATH,
     .doc = "base32 and the client's address behind it, 8 or 20 bytes."},
    {.name = "url32", .out = SAMPLE_INT, .use = USE_REQUEST, .run = base32, .value = PATH_QUERY,
     .doc = "A hash of the Host field and the path with its query."},
    {.name = "url32+src", .out = SAMPLE_BINARY, .use = USE_REQUEST, .run = base32_and_client, .value = PATH_QUERY,
     .doc = "url32 and the client's address behind it, 8 or 20 bytes."},
    {.name = "url_ip", .out = SAMPLE_IPV4, .use = USE_REQUEST, .run = url_ip, .doc = "The address in a target such as http://192.0.2.1/."},
    {.name = "url_port", .out = SAMPLE_INT, .use = USE_REQUEST, .run = url_port, .doc = "The port in such a target, or that of its scheme."},
    MATCHES("url", url, 0),
    MATCHES("path", path, PATH),
    MATCHES("base", base, PATH),
    {.name = NULL},
};
/* clang-format on */
