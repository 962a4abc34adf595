/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a rule has another thread do while its stream waits in STREAM_RULES. Embedded in whatever is asked for, which
 * outlives a stream that ends meanwhile.
 *
 *   data thread    errand_send()                        > the rule runs again, and takes it
 *   other thread      `--> its message's run() ... errand_return() --'
 *
 * Ownership: the stream's (s->rules.errand) until a rule takes it or errand_leave(); one that is left frees itself when it
 *            comes back.
 * Thread:    the stream's, but for errand_return().
 */
#ifndef WEIR_HTTP_ERRAND_H
#define WEIR_HTTP_ERRAND_H

#include "proxy/net/loop.h"

struct stream;

struct errand {
    struct loop_message message;
    struct loop *home;     /* borrowed: of the stream's thread */
    struct stream *stream; /* borrowed; NULL: nobody waits any more */
    bool is_back;
    void (*free)(struct errand *errand);
};

/* run() is called on the thread of that loop. A stream has one errand at most. */
void errand_send(struct errand *errand, struct stream *stream, struct loop *to,
                 void (*run)(struct loop_message *message));
/* From the thread it was sent to, once: it is not to be touched there any more. */
void errand_return(struct errand *errand);
/* Nobody waits for it any more. NULL is fine. */
void errand_leave(struct errand *errand);

#endif
