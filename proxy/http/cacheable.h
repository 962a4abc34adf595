/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a cache between weir and the client may keep a response, cookies and all: what the cookie's word nocache
 * and option checkcache go by. The judgement is HAProxy's.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_CACHEABLE_H
#define WEIR_HTTP_CACHEABLE_H

#include <stdbool.h>

struct stream;

enum cacheable {
    CACHEABLE_NOT,
    CACHEABLE_WITHOUT_COOKIES, /* no-cache="set-cookie" */
    CACHEABLE_WHOLE,
};

/* Of the response as rules have left it. */
enum cacheable cacheable_response(const struct stream *s);
/* Whether it sets cookies at all. */
bool cacheable_has_cookie(const struct stream *s);

#endif
