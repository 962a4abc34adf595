/* SPDX-License-Identifier: Apache-2.0 */
/* What the fetches of messages share: which message a row is about, and whether it can be seen now. */
#ifndef WEIR_FETCHES_VIEW_H
#define WEIR_FETCHES_VIEW_H

#include "proxy/http/stream.h"
#include "proxy/rules/rows.h"

/* The value of a row. */
enum fetch_side {
    OF_REQUEST,
    OF_RESPONSE,
    OF_RULE, /* that of the rule it stands in */
};

struct message_view {
    struct http_msg *msg;
    const char *base; /* of its slices */
    bool is_response;
};

/* False: there is no such message now. A request that was sent on is not there any more, as in HAProxy. */
bool fetch_view(const struct sample_env *env, enum fetch_side side, struct message_view *out);

/* Of a request within TCP, which is not there: more bytes may make one of what has come. */
bool fetch_may_view(const struct sample_env *env);

static inline struct sample_text view_text(const struct message_view *v, uint32_t off, size_t len)
{
    return (struct sample_text){v->base + off, len};
}

/* The first field of a known name, NULL if there is none. */
const struct http_header *view_first(const struct message_view *v, enum http_header_id id);

/* A text becomes the number that its first digits are, 0 without any; true. */
bool view_to_number(struct sample *out);

/* How a row says it, by both its sides. */
#define FETCH_USE(side) ((side) == OF_REQUEST ? USE_REQUEST : USE_RESPONSE)

/* Bytes of that side that are here: of HTTP, head and all; of TCP, what was read to look at it. */
struct sample_text fetch_bytes(const struct sample_env *env, enum fetch_side side);

#endif
