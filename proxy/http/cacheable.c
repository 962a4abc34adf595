/* SPDX-License-Identifier: Apache-2.0 */
/* What a response's fields tell caches; see cacheable.h. */
#include "proxy/http/cacheable.h"

#include "proxy/http/stream.h"

static enum cacheable by_default(const struct stream *s)
{
    static const uint16_t statuses[] = {200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501};
    bool asks_only = s->req.method == HTTP_METHOD_GET || s->req.method == HTTP_METHOD_HEAD ||
                     s->req.method == HTTP_METHOD_OPTIONS || s->req.method == HTTP_METHOD_TRACE;
    if (!asks_only)
        return CACHEABLE_NOT;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (s->rules.server_status == statuses[i])
            return CACHEABLE_WHOLE;
    return CACHEABLE_NOT;
}

/* What a cache is told by the fields. */
struct cache_advice {
    enum cacheable what;
    bool has_validity; /* it can tell for how long, or ask whether it still holds */
};

/* The words that count, and what each makes of the advice; those that only begin a member come last. */
static const struct cache_word {
    const char *word;
    bool is_whole, is_validity;
    enum cacheable at_least, at_most;
} words[] = {
    {"public", true, false, CACHEABLE_WHOLE, CACHEABLE_WHOLE},
    {"private", true, false, CACHEABLE_NOT, CACHEABLE_NOT},
    {"no-cache", true, false, CACHEABLE_NOT, CACHEABLE_NOT},
    {"no-store", true, false, CACHEABLE_NOT, CACHEABLE_NOT},
    {"max-age=0", true, false, CACHEABLE_NOT, CACHEABLE_NOT},
    {"s-maxage=0", true, false, CACHEABLE_NOT, CACHEABLE_NOT},
    {"no-cache=\"set-cookie", false, false, CACHEABLE_NOT, CACHEABLE_WITHOUT_COOKIES},
    {"max-age", false, true, CACHEABLE_NOT, CACHEABLE_WHOLE},
    {"s-maxage", false, true, CACHEABLE_NOT, CACHEABLE_WHOLE},
};

static const struct cache_word *find_word(const char *member, size_t len)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t word_len = strlen(words[i].word);
        if ((words[i].is_whole ? len == word_len : len >= word_len) &&
            http_text_same(member, words[i].word, word_len))
            return &words[i];
    }
    return NULL;
}

static void read_cache_control(const char *at, const char *end, struct cache_advice *advice)
{
    const char *member;
    size_t len;
    while (http_list_next(&at, end, &member, &len)) {
        const struct cache_word *word = find_word(member, len);
        if (word == NULL)
            continue;
        if (advice->what < word->at_least)
            advice->what = word->at_least;
        if (advice->what > word->at_most)
            advice->what = word->at_most;
        advice->has_validity = advice->has_validity || word->is_validity;
    }
}

enum cacheable cacheable_response(const struct stream *s)
{
    const struct http_msg *m = &s->resp;
    struct cache_advice advice = {.what = by_default(s)};
    for (unsigned i = 0; i < m->header_count; i++) {
        const struct http_header *h = &m->headers[i];
        const char *value = s->resp_base + h->value_off;
        if ((h->flags & HTTP_HEADER_DROP) != 0)
            continue;
        switch (h->id) {
        case HTTP_HDR_PRAGMA:
            if (h->value_len == 8 && http_text_same(value, "no-cache", 8))
                return CACHEABLE_NOT;
            break;
        case HTTP_HDR_CACHE_CONTROL:
            read_cache_control(value, value + h->value_len, &advice);
            break;
        case HTTP_HDR_EXPIRES:
        case HTTP_HDR_ETAG:
        case HTTP_HDR_LAST_MODIFIED:
            advice.has_validity = true;
            break;
        default:
            break;
        }
    }
    return advice.has_validity ? advice.what : CACHEABLE_NOT;
}

bool cacheable_has_cookie(const struct stream *s)
{
    return http_msg_find(&s->resp, s->resp_base, "set-cookie", 10, 0) >= 0 ||
           http_msg_find(&s->resp, s->resp_base, "set-cookie2", 11, 0) >= 0;
}
