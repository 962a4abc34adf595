/* SPDX-License-Identifier: Apache-2.0 */
/* Captures; see captures.h. */
#include "proxy/http/captures.h"

#include <stdlib.h>
#include <string.h>

static struct access_text *const *slots_of(const struct stream *s, bool is_response)
{
    return is_response ? &s->rules.captured_resp : &s->rules.captured;
}

static size_t slot_count(const struct proxy_rules *rules, bool is_response)
{
    return is_response ? rules->response_capture_count : rules->request_capture_count;
}

/* In the request's buffer, which lives as long as the stream does. */
static char *take(struct stream *s, size_t bytes, size_t align)
{
    struct http_edit e = stream_edit(s, false);
    size_t slack =
        s->in_top - bytes < s->in_top ? ((uintptr_t)s->in + s->in_top - bytes) % align : 0;
    return edit_take(&e, bytes + slack);
}

/* TCP has no buffer to put them in: one piece of memory, with all the room they may take, which ends with s. */
static struct access_text *make_slots_of_tcp(struct stream *s, const struct proxy_rules *rules)
{
    size_t count = rules->request_capture_count, bytes = count * sizeof(struct access_text);
    for (size_t i = 0; i < count; i++)
        bytes += rules->request_captures[i].max_len;
    struct access_text *slots = calloc(1, bytes);
    char *room = (char *)(slots + count);
    for (size_t i = 0; slots != NULL && i < count; i++) {
        slots[i].data = room;
        room += rules->request_captures[i].max_len;
    }
    s->rules.captured = slots;
    return slots;
}

static bool store_of_tcp(struct stream *s, const struct proxy_rules *rules, unsigned slot,
                         struct sample_text text)
{
    struct access_text *slots = s->rules.captured;
    if (slots == NULL)
        slots = make_slots_of_tcp(s, rules);
    if (slots == NULL)
        return false;
    unsigned most = rules->request_captures[slot].max_len;
    slots[slot].len = text.len < most ? text.len : most;
    memcpy((char *)slots[slot].data, text.data, slots[slot].len);
    return true;
}

/* The slots, made when first needed; NULL when there are none, or no room. */
static struct access_text *make_slots(struct stream *s, const struct proxy_rules *rules,
                                      bool is_response)
{
    struct access_text **slots = is_response ? &s->rules.captured_resp : &s->rules.captured;
    size_t bytes = slot_count(rules, is_response) * sizeof(**slots);
    if (*slots != NULL || bytes == 0)
        return *slots;
    void *room = take(s, bytes, _Alignof(struct access_text));
    if (room == NULL)
        return NULL;
    *slots = room;
    memset(*slots, 0, bytes);
    return *slots;
}

bool captures_store(struct stream *s, const struct proxy_rules *rules, bool is_response,
                    unsigned slot, struct sample_text text)
{
    if (slot >= slot_count(rules, is_response))
        return false;
    if (s->mode != &stream_http)
        return !is_response && store_of_tcp(s, rules, slot, text);
    const struct rule_capture *capture =
        is_response ? &rules->response_captures[slot] : &rules->request_captures[slot];
    struct access_text *slots = make_slots(s, rules, is_response);
    size_t len = text.len < capture->max_len ? text.len : capture->max_len;
    char *to = slots != NULL ? take(s, len, 1) : NULL;
    if (to == NULL)
        return false;
    memcpy(to, text.data, len);
    slots[slot] = (struct access_text){to, len};
    return true;
}

struct sample_text captures_get(const struct stream *s, bool is_response, unsigned slot)
{
    const struct access_text *slots = *slots_of(s, is_response);
    return slots != NULL ? (struct sample_text){slots[slot].data, slots[slot].len}
                         : (struct sample_text){0};
}

/* The last field of that name, as in HAProxy. */
static void take_field(struct stream *s, const struct proxy_rules *rules, bool is_response,
                       unsigned slot)
{
    const struct http_msg *m = is_response ? &s->resp : &s->req;
    const char *base = is_response ? s->resp_base : s->in;
    const struct rule_capture *capture =
        is_response ? &rules->response_captures[slot] : &rules->request_captures[slot];
    int last = -1;
    if (capture->header == NULL)
        return;
    for (int i = -1; (i = http_msg_find(m, base, capture->header, strlen(capture->header),
                                        (unsigned)(i + 1))) >= 0;)
        last = i;
    struct access_text *slots = last >= 0 ? make_slots(s, rules, is_response) : NULL;
    if (slots == NULL)
        return;
    const char *value = base + m->headers[last].value_off;
    size_t len = m->headers[last].value_len;
    if (is_response)
        (void)captures_store(s, rules, true, slot, (struct sample_text){value, len});
    else
        slots[slot] = (struct access_text){value, len < capture->max_len ? len : capture->max_len};
}

/* ---- capture cookie ------------------------------------------------------------------------------------ */

/* "name=value" up to ';', where the whole begins as was asked for. */
static bool find_cookie(struct sample_text header, const struct proxy_rules *rules,
                        struct sample_text *out)
{
    const char *at = header.data, *end = at + header.len;
    size_t len = strlen(rules->capture_cookie);
    while (at < end) {
        while (at < end && (*at == ' ' || *at == '\t' || *at == ';'))
            at++;
        const char *from = at;
        while (at < end && *at != ';')
            at++;
        size_t pair = (size_t)(at - from);
        if (pair < len || memcmp(from, rules->capture_cookie, len) != 0)
            continue;
        *out = (struct sample_text){
            from, pair < rules->capture_cookie_len ? pair : rules->capture_cookie_len};
        return true;
    }
    return false;
}

static void take_cookie(struct stream *s, const struct proxy_rules *rules, bool is_response)
{
    struct http_msg *m = is_response ? &s->resp : &s->req;
    const char *base = is_response ? s->resp_base : s->in;
    struct access_text *slot = is_response ? &s->rules.cookie_resp : &s->rules.cookie;
    struct sample_text found;
    struct http_header *h = http_msg_first(m, is_response ? HTTP_HDR_SET_COOKIE : HTTP_HDR_COOKIE);
    for (; h != NULL && slot->data == NULL; h = http_msg_next(m, h)) {
        if ((h->flags & HTTP_HEADER_DROP) != 0 ||
            !find_cookie((struct sample_text){base + h->value_off, h->value_len}, rules, &found))
            continue;
        char *copy = is_response ? take(s, found.len, 1) : NULL;
        if (copy != NULL)
            memcpy(copy, found.data, found.len);
        if (copy != NULL || !is_response)
            *slot = (struct access_text){is_response ? copy : found.data, found.len};
    }
}

void captures_take(struct stream *s, const struct proxy_rules *rules, bool is_response)
{
    for (unsigned i = 0; i < slot_count(rules, is_response); i++)
        take_field(s, rules, is_response, i);
}

void captures_take_cookie(struct stream *s, bool is_response)
{
    const struct proxy_rules *rules = s->frontend->conf->rules;
    if (rules != NULL && rules->capture_cookie != NULL)
        take_cookie(s, rules, is_response);
}
