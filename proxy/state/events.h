/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who wants to know when a server changes: lines for the log, and notices for the data threads.
 *
 * Thread:    lines are told on the control thread; notices run on each data thread.
 * Ownership: a listener is linked, so it must stay until state_unlisten(). Hooks are set once at
 * start, before the threads.
 */
#ifndef WEIR_STATE_EVENTS_H
#define WEIR_STATE_EVENTS_H

#include "proxy/base/list.h"

struct backend;
struct loop;
struct server;

/* A line about a server or a backend, in HAProxy's words, without line end. */
struct state_event {
    const struct backend *backend;
    const struct server *server; /* NULL when it is about the whole backend */
    int level;                   /* of syslog: LOG_ALERT ... */
    bool is_warning;             /* HAProxy prints it on stderr too, after "Server be/s1 is DOWN" */
    const char *text;
};

struct state_listener {
    struct list node;
    void (*told)(struct state_listener *listener, const struct state_event *event);
};

/* Tells all listeners; for this room, and others that have news of a backend. */
void state_tell(const struct state_event *event);
void state_listen(struct state_listener *listener);
void state_unlisten(struct state_listener *listener);

enum server_notice {
    NOTICE_DOWN = 1,           /* close idle connections */
    NOTICE_SHUT_SESSIONS = 2,  /* on-marked-down shutdown-sessions: end the streams on it, too */
    NOTICE_MOVED = 8,          /* has another address: close idle connections */
    NOTICE_KILL_SESSIONS = 16, /* the operator ends the streams on it */
    NOTICE_RETIRED = 4,        /* no longer configured: close idle connections, keep no new ones */
};

/* What a data thread must do about a server; bits of enum server_notice. Runs on that thread. */
struct state_hooks {
    void (*server_notice)(struct loop *loop, struct server *server, unsigned notice);
};

/* loops: the data threads', loop_count of them; borrowed for good. */
void state_set_hooks(const struct state_hooks *hooks, struct loop *const *loops,
                     unsigned loop_count);

#endif
