/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a stream keeps of its messages for its log line: fields named by `capture`, and whatever an action
 * stores into a slot. A field of the request is not copied, as its buffer outlives the log line.
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_CAPTURES_H
#define WEIR_HTTP_CAPTURES_H

#include "proxy/http/rules.h"

/* The head of that message is whole: takes the fields that the frontend's rules name. */
void captures_take(struct stream *s, const struct proxy_rules *rules, bool is_response);
/* Rules have let it pass: takes the cookie that the frontend names. */
void captures_take_cookie(struct stream *s, bool is_response);
/* Into a slot; too long a text is cut. False when there is no such slot, or no room. */
bool captures_store(struct stream *s, const struct proxy_rules *rules, bool is_response,
                    unsigned slot, struct sample_text text);
/* NULL data: nothing was captured there. */
struct sample_text captures_get(const struct stream *s, bool is_response, unsigned slot);

#endif
