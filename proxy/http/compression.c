/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which responses are compressed, and what becomes of their heads; compression.h draws it. The conditions and their
 * order are HAProxy's, whose manual lists them at "compression algo".
 */
#include "proxy/http/compression.h"

#include "proxy/http/rules.h"
#include "proxy/http1/compressor.h"
#include "proxy/http1/content_coding.h"
#include "proxy/http1/head.h"

/* ---- the request --------------------------------------------------------------------------------------- */

/* The backend's algorithms, or else the frontend's; there are some. */
static const struct conf_compression *offered_by(const struct stream *s)
{
    const struct conf_compression *be = s->backend != NULL ? &s->backend->conf->compression : NULL;
    return be != NULL && be->coding_count != 0 ? be : &s->frontend->conf->compression;
}

/* The first field of that name that is still there, or the next after h; or NULL. */
static struct http_header *find_field(struct http_msg *m, enum http_header_id id,
                                      const struct http_header *h)
{
    struct http_header *found = h == NULL ? http_msg_first(m, id) : http_msg_next(m, h);
    while (found != NULL && (found->flags & HTTP_HEADER_DROP) != 0)
        found = http_msg_next(m, found);
    return found;
}

static bool offers_identity(const struct conf_compression *offered)
{
    return memchr(offered->codings, CONF_CODING_IDENTITY, offered->coding_count) != NULL;
}

static bool offloads(const struct stream *s)
{
    return s->frontend->conf->compression.offload ||
           (s->backend != NULL && s->backend->conf->compression.offload);
}

void compression_request(struct stream *s)
{
    const struct conf_compression *offered = offered_by(s);
    struct coding_choice choice = {0, CONF_CODING_NONE};
    const struct http_header *agent = find_field(&s->req, HTTP_HDR_USER_AGENT, NULL);
    s->coding = CONF_CODING_NONE;
    if (agent != NULL && coding_is_claimed_falsely(s->in + agent->value_off, agent->value_len))
        return;
    for (struct http_header *h = find_field(&s->req, HTTP_HDR_ACCEPT_ENCODING, NULL); h != NULL;
         h = find_field(&s->req, HTTP_HDR_ACCEPT_ENCODING, h))
        coding_choose(&choice, offered, s->in + h->value_off, h->value_len);
    if (choice.coding != CONF_CODING_NONE && offloads(s))
        head_drop(&s->req, HTTP_HDR_ACCEPT_ENCODING);
    if (choice.coding == CONF_CODING_NONE && offers_identity(offered))
        choice.coding = CONF_CODING_IDENTITY;
    s->coding = (uint8_t)choice.coding;
}

/* ---- the response: is it fit? -------------------------------------------------------------------------- */

static bool has_fit_status(const struct stream *s)
{
    const struct http_msg *m = &s->resp;
    bool is_head = s->asked_method == HTTP_METHOD_HEAD || s->req.method == HTTP_METHOD_HEAD;
    return s->req.version_minor == 1 && m->version_minor == 1 && !is_head && m->status >= 200 &&
           m->status <= 203 && (m->body == HTTP_BODY_LENGTH || m->body == HTTP_BODY_CHUNKED);
}

static bool may_be_transformed(struct http_msg *m, const char *base)
{
    for (struct http_header *h = find_field(m, HTTP_HDR_CACHE_CONTROL, NULL); h != NULL;
         h = find_field(m, HTTP_HDR_CACHE_CONTROL, h)) {
        const char *at = base + h->value_off, *end = at + h->value_len, *member;
        size_t len;
        while (http_list_next(&at, end, &member, &len))
            if (len == 12 && http_text_same(member, "no-transform", 12))
                return false;
    }
    return true;
}

/* One that can be made weak, or none. */
static bool has_fit_etag(struct http_msg *m, const char *base)
{
    const struct http_header *etag = find_field(m, HTTP_HDR_ETAG, NULL);
    return etag == NULL || (coding_etag_is_valid(base + etag->value_off, etag->value_len) &&
                            find_field(m, HTTP_HDR_ETAG, etag) == NULL);
}

static bool has_fit_type(struct stream *s, const char *base)
{
    const struct conf_words *types = &s->backend->conf->compression.types;
    if (types->count == 0)
        types = &s->frontend->conf->compression.types;
    const struct http_header *h = find_field(&s->resp, HTTP_HDR_CONTENT_TYPE, NULL);
    if (h == NULL)
        return types->count == 0;
    const char *type = base + h->value_off;
    if (h->value_len >= 9 && http_text_same(type, "multipart", 9))
        return false;
    for (size_t i = 0; i < types->count; i++) {
        size_t len = strlen(types->items[i]);
        if (h->value_len >= len && http_text_same(type, types->items[i], len))
            return true;
    }
    return types->count == 0;
}

/* Of one whose length is known. */
static bool has_fit_length(const struct stream *s)
{
    unsigned least = s->backend->conf->compression.least_bytes;
    if (least == 0)
        least = s->frontend->conf->compression.least_bytes;
    return s->resp.body != HTTP_BODY_LENGTH || s->resp.content_length >= least;
}

void compression_response(struct stream *s)
{
    struct http_msg *m = &s->resp;
    const char *base = s->resp_base;
    compressor_free(s->compressor); /* of an answer that was not good enough */
    s->compressor = NULL;
    if (s->coding != CONF_CODING_NONE && has_fit_status(s) &&
        find_field(m, HTTP_HDR_CONTENT_ENCODING, NULL) == NULL && may_be_transformed(m, base) &&
        has_fit_etag(m, base) && has_fit_type(s, base) && has_fit_length(s))
        s->compressor =
            compressor_new((enum conf_coding)s->coding, &s->snapshot->config->global.compressor);
}

/* ---- the response: its head ---------------------------------------------------------------------------- */

/* A strong validator promises the same bytes, RFC 9110 8.8.1. */
static bool weaken_etag(struct stream *s, struct http_edit *e)
{
    const struct http_header *etag = find_field(&s->resp, HTTP_HDR_ETAG, NULL);
    if (etag == NULL || e->base[etag->value_off] != '"')
        return true;
    const char *strong = e->base + etag->value_off;
    size_t len = etag->value_len;
    char *weak = edit_replace_room(e, (unsigned)(etag - s->resp.headers), len + 2);
    if (weak == NULL)
        return false;
    memcpy(weak, "W/", 2);
    memcpy(weak + 2, strong, len);
    return true;
}

static bool add_fields(struct stream *s, struct http_edit *e)
{
    const char *name = coding_content_name(s->coding);
    if (s->resp.body != HTTP_BODY_CHUNKED && !edit_add(e, "transfer-encoding", 17, "chunked", 7))
        return false;
    if (!weaken_etag(s, e) || !edit_add(e, "vary", 4, "Accept-Encoding", 15))
        return false;
    return s->coding == CONF_CODING_IDENTITY ||
           edit_add(e, "content-encoding", 16, name, strlen(name));
}

void compression_edit(struct stream *s)
{
    struct http_edit e = stream_edit(s, true);
    unsigned before = s->resp.header_count;
    if (add_fields(s, &e)) {
        head_drop(&s->resp, HTTP_HDR_CONTENT_LENGTH);
        return;
    }
    while (before < s->resp.header_count)
        edit_drop(&e, before++);
    compressor_free(s->compressor);
    s->compressor = NULL;
}

/* ---- the end ------------------------------------------------------------------------------------------- */

static void count(const struct stream *s, struct counters *cells)
{
    uint64_t in = compressor_bytes_in(s->compressor), out = compressor_bytes_out(s->compressor);
    counters_add(cells, COUNTER_COMP_RESPONSES, 1);
    if (s->coding == CONF_CODING_IDENTITY) {
        counters_add(cells, COUNTER_COMP_BYPASSED, in);
        return;
    }
    counters_add(cells, COUNTER_COMPRESSED_IN, in);
    counters_add(cells, COUNTER_COMPRESSED_OUT, out);
}

void compression_end(struct stream *s)
{
    unsigned thread = s->thread->loop->index;
    if (s->down.compressor != NULL) { /* else rules refused the response */
        count(s, frontend_counters(&s->frontend->state->frontend, thread));
        count(s, backend_counters(&s->backend->state->backend, thread));
    }
    compressor_free(s->compressor);
    s->compressor = NULL;
}
