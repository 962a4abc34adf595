/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP room of one data thread: its listeners, sessions and memory.
 *
 * Thread:  http_thread_create() on the control thread before the loop runs; http_thread_post_*() from the
 *          control thread at any time; everything else on the data thread.
 */
#ifndef WEIR_HTTP_THREAD_H
#define WEIR_HTTP_THREAD_H

#include "proxy/base/pool.h"
#include "proxy/net/loop.h"
#include "proxy/rules/sample.h"
#include "proxy/state/access_record.h"
#include "proxy/state/server.h"
#include "proxy/state/snapshot.h"

struct http_stage; /* proxy/http/stage.h */
struct http_thread;
struct session;

/* What rooms above this one do for it. Constant from start on. */
struct http_hooks {
    void (*access_log)(const struct access_record *record);
    /* The client of a TCP frontend is there, with TLS if that is asked for: begins its stream. */
    void (*begin_tcp)(struct session *session);
    /* Called on the data thread when the last session has ended after http_thread_post_drain(). */
    void (*drained)(struct http_thread *thread);
    /* A line for the event log, about a request of that proxy; level: of syslog, LOG_ALERT ... */
    void (*told)(int level, const struct conf_proxy *proxy, const char *line);
};

struct http_thread {
    struct loop *loop; /* borrowed */
    const struct http_hooks *hooks;
    struct snapshot *snapshot; /* held: the newest this thread has been told of */
    struct list listeners;     /* struct bind_listener, one for each bind of the snapshot */
    struct list sessions;
    unsigned session_count;
    bool draining; /* no new sessions, present ones end with their stream */
    struct pool session_pool, stream_pool, tunnel_pool, stick_pool, server_conn_pool;
    size_t buffer_bytes;                  /* of the head buffer in each stream: tune.bufsize */
    size_t rewrite_bytes;                 /* behind it, for what rules write: tune.maxrewrite */
    struct sample_scratch sample_scratch; /* of the rules */
    struct access_record record;          /* for rules that name log fields */
    struct addr record_local;
    struct wheel_timer upkeep; /* twice a second */
    struct loop_message drain_mail;
    struct http_stage *stage; /* borrowed: what stands in for the network; NULL: nothing does */
    unsigned loose;           /* objects freed since memory was last given back to the system */
};

/* NULL when memory runs out. */
struct http_thread *http_thread_create(struct loop *loop, const struct http_hooks *hooks,
                                       size_t buffer_bytes, size_t rewrite_bytes);
/*
 * From the control thread: use this snapshot from now on (the first one starts the listeners). The thread
 * counts as its user already, see snapshot_publish(). Idle sessions move to it at their next request.
 */
void http_thread_post_snapshot(struct http_thread *thread, struct snapshot *snapshot);
/* From the control thread: stop listening, end idle sessions, let busy ones finish. */
void http_thread_post_drain(struct http_thread *thread);
/* After the loop has ended: closes all sessions and frees. */
void http_thread_free(struct http_thread *thread);

/*
 * Instead of a snapshot by message: there are no listeners, sessions come from whoever put it there, and no
 * byte leaves the process. Before the loop runs; the thread counts as its user already.
 */
void http_thread_set_stage(struct http_thread *thread, struct http_stage *stage,
                           struct snapshot *snapshot);

/* --- for sessions --- */

/* The bind of the present snapshot on the same socket, or NULL. */
const struct bind *http_thread_find_bind(const struct http_thread *thread, const struct bind *old);
/* A session of that bind has closed: its place is free. */
void http_thread_session_left(struct http_thread *thread, const struct bind *bind);

/* The hook for state_set_hooks(). */
void http_server_notice(struct loop *loop, struct server *server, unsigned notice);

/* Sessions of all threads, for logs (actconn). */
extern _Atomic unsigned http_sessions_total;

#endif
