/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions of the control thread about the streams of a data thread: which there are, and the end of one.
 *
 *   control thread  session_query_send() --message--> data thread: fills in ... --> done()
 *
 * A stream is told by the address of its session, which may be another one's by the time it is named.
 *
 * Ownership: the query stays with whoever sent it, and must live until done().
 */
#ifndef WEIR_HTTP_SESSION_QUERY_H
#define WEIR_HTTP_SESSION_QUERY_H

#include "proxy/base/addr.h"
#include "proxy/net/loop.h"

#define SESSION_NAME_BYTES 64
#define SESSION_VIEWS 32

/* One stream; copies, as all of it may be gone soon. */
struct session_view {
    const void *id;
    struct addr client;
    char frontend[SESSION_NAME_BYTES], backend[SESSION_NAME_BYTES], server[SESSION_NAME_BYTES];
    uint64_t accepted_us; /* of the loop's clock */
    uint64_t age_ms;
    uint64_t expires_in_ms; /* 0: without a deadline */
    unsigned requests;
    const char *state; /* a constant */
};

enum session_question { SESSION_QUERY_LIST, SESSION_QUERY_KILL };

struct session_query {
    struct loop_message message;
    struct loop *home;   /* borrowed: of whoever asks */
    struct loop *thread; /* borrowed: of whoever is asked */
    void (*done)(struct session_query *query);
    enum session_question question;
    const void *id;    /* of the one that is asked for; NULL: all */
    uint64_t after_us; /* goes on behind so many of those accepted then */
    unsigned after_count;
    bool has_more;  /* not all fitted in */
    unsigned count; /* of those that were told, or ended */
    struct session_view views[SESSION_VIEWS];
};

/* thread: the loop of a data thread. */
void session_query_send(struct session_query *query, struct loop *thread);

#endif
