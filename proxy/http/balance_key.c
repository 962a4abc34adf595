/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds what `balance` hashes in a request. Where HAProxy reads something oddly, such as a domain
 * from its end, so does this: a key that differs by a byte is another server.
 */
#include "proxy/http/balance_key.h"

#include "lb-algos/hash.h"
#include "proxy/http/rules.h"
#include "proxy/rules/expr.h"

/* A part of the message; data NULL: it is not there. */
struct span {
    const char *data;
    size_t len;
};

static uint32_t finish(const struct conf_hash *conf, uint32_t hash)
{
    return conf->avalanche ? lb_hash_spread(hash) : hash;
}

static bool key_of_source(const struct stream *s, uint32_t *key_out)
{
    const struct addr *from = &s->session->address;
    if (from->family == AF_INET) {
        *key_out = lb_hash_address(&from->in.sin_addr, 4);
        /* HAProxy hashes what such a socket sees: the address mapped into IPv6 */
        if (s->session->bind->conf->addr.sa.ss_family == AF_INET6)
            *key_out ^= 0xffff;
    } else if (from->family == AF_INET6) {
        *key_out = lb_hash_address(&from->in6.sin6_addr, 16);
    } else {
        return false;
    }
    *key_out = finish(&s->backend->conf->hash, *key_out);
    return true;
}

static struct span target_of(const struct stream *s, bool path_only)
{
    const struct http_msg *m = &s->req;
    uint32_t start = path_only ? m->path_off : m->target_off;
    return (struct span){s->in + start, m->target_off + m->target_len - start};
}

/* Up to the query, and to the bounds the configuration sets. */
static struct span find_uri(const struct stream *s)
{
    const struct conf_balance *conf = &s->backend->conf->balance;
    struct span uri = target_of(s, conf->path_only);
    if (conf->len > 0 && uri.len > conf->len)
        uri.len = conf->len;
    unsigned slashes = 0;
    for (size_t i = 0; i < uri.len; i++) {
        bool is_end = uri.data[i] == '?' && !conf->whole;
        if (uri.data[i] == '/')
            is_end = ++slashes == conf->depth + 1 && conf->depth > 0;
        if (is_end)
            uri.len = i;
    }
    return uri;
}

/* name=value&name=value: the value of the first that has the name. */
static struct span find_parameter(struct span text, const char *name)
{
    size_t name_len = strlen(name);
    const char *at = text.data, *end = text.data + text.len;
    while ((size_t)(end - at) > name_len) {
        if (at[name_len] == '=' && memcmp(at, name, name_len) == 0) {
            const char *value = at + name_len + 1;
            const char *stop = memchr(value, '&', (size_t)(end - value));
            return (struct span){value, (size_t)((stop != NULL ? stop : end) - value)};
        }
        at = memchr(at, '&', (size_t)(end - at));
        if (at == NULL)
            break;
        at++;
    }
    return (struct span){0};
}

/* Of a form that was posted, as far as it has come with the head. */
static struct span find_posted(const struct stream *s, const char *name)
{
    const struct http_msg *m = &s->req;
    if (m->body != HTTP_BODY_LENGTH)
        return (struct span){0};
    struct span body = {s->in + m->head_bytes, s->in_len - m->head_bytes};
    if (body.len > m->content_length)
        body.len = (size_t)m->content_length;
    return find_parameter(body, name);
}

static struct span find_url_param(const struct stream *s)
{
    const char *name = s->backend->conf->balance.parameter;
    struct span uri = target_of(s, false), value = {0};
    const char *query = memchr(uri.data, '?', uri.len);
    if (query != NULL) {
        query++;
        value = find_parameter((struct span){query, (size_t)(uri.data + uri.len - query)}, name);
    }
    return value.data != NULL ? value : find_posted(s, name);
}

/* From the dot before the last one to the last one. */
static struct span domain_of(struct span host)
{
    size_t at = host.len - 1;
    while (at > 0 && host.data[at] != '.')
        at--;
    if (at == 0)
        return host; /* no dot, or nothing before it */
    size_t end = at--;
    while (at > 0 && host.data[at - 1] != '.')
        at--;
    return (struct span){host.data + at, end - at};
}

/* The first member of the first such field, which may be empty. */
static struct span find_header(const struct stream *s)
{
    const struct conf_balance *conf = &s->backend->conf->balance;
    size_t name_len = strlen(conf->parameter);
    int i = -1;
    do {
        i = http_msg_find(&s->req, s->in, conf->parameter, name_len, (unsigned)(i + 1));
    } while (i >= 0 && (s->req.headers[i].flags & HTTP_HEADER_DROP) != 0);
    if (i < 0)
        return (struct span){0};
    const struct http_header *h = &s->req.headers[i];
    struct span value = {s->in + h->value_off, h->value_len};
    bool is_quoted = false;
    for (size_t n = 0; n < value.len; n++) {
        if (value.data[n] == '"' && (n == 0 || value.data[n - 1] != '\\'))
            is_quoted = !is_quoted;
        if (value.data[n] == ',' && !is_quoted)
            value.len = n;
    }
    while (value.len > 0 && (value.data[value.len - 1] == ' ' || value.data[value.len - 1] == '\t'))
        value.len--;
    if (value.len == 0)
        return (struct span){0};
    return conf->domain_only ? domain_of(value) : value;
}

/* As bytes: addresses and numbers as they are, texts as they read. */
static bool key_of_expression(struct stream *s, uint32_t *key_out)
{
    const struct proxy_rules *rules = s->backend->conf->rules;
    const struct conf_hash *conf = &s->backend->conf->hash;
    struct sample_env env;
    struct sample sample = {0};
    rules_env(s, s->backend, false, &env);
    env.is_final = true;
    size_t used = env.scratch->used;
    bool found = rules != NULL && rules->balance_hash != NULL &&
                 expr_run(rules->balance_hash, &env, &sample) &&
                 sample_cast(&sample, SAMPLE_BINARY, &env);
    if (found)
        *key_out = finish(conf, conf->function->hash(sample.text.data, sample.text.len));
    env.scratch->used = used;
    return found;
}

bool balance_key(struct stream *s, uint32_t *key_out)
{
    static struct span (*const finders[])(const struct stream *) = {
        [CONF_KEY_URI] = find_uri,
        [CONF_KEY_URL_PARAM] = find_url_param,
        [CONF_KEY_HEADER] = find_header,
    };
    const struct conf_hash *hash = &s->backend->conf->hash;
    enum conf_balance_key kind = s->backend->conf->balance.key;
    if (kind == CONF_KEY_SOURCE)
        return key_of_source(s, key_out);
    if (kind == CONF_KEY_EXPRESSION)
        return key_of_expression(s, key_out);
    bool has_message = s->backend->conf->mode == CONF_MODE_HTTP;
    if (kind == CONF_KEY_NONE || !has_message || finders[kind] == NULL)
        return false;
    struct span found = finders[kind](s);
    if (found.data == NULL)
        return false;
    *key_out = finish(hash, hash->function->hash(found.data, found.len));
    return true;
}
