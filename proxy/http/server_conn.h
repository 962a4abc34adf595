/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection to a server: in use by one stream, or idle in its thread's pool for that server.
 *
 * Idle ones are taken last in, first out; the loop tells at once when the server closes one, so that no
 * extra call checks it before use. They belong to the thread and are never shared with another.
 *
 * Thread:  the data thread that opened it.
 */
#ifndef WEIR_HTTP_SERVER_CONN_H
#define WEIR_HTTP_SERVER_CONN_H

#include "proxy/http/thread.h"
#include "proxy/net/conn.h"

struct server_identity;
struct session;
struct stream;

/* How far server_greet() has come. */
enum server_greeting { GREETING_NONE, GREETING_ASKED, GREETING_CONNECTED, GREETING_DONE };

struct server_conn {
    struct conn conn;
    struct server *server;      /* borrowed: the chain of snapshots keeps it */
    struct http_thread *thread; /* borrowed */
    struct stream *stream;      /* borrowed: the user, or NULL while idle */
    struct session *keeper;     /* borrowed: in whose `kept` this is (http-reuse never), or NULL */
    struct list node; /* while idle: in the thread's list of the server, or the keeper's */
    struct server_identity *identity; /* owned: whom it suits, see server_way.h; NULL: anyone */
    struct loop_garbage garbage;
    uint64_t idle_since_ms;
    unsigned streams; /* served so far */
    unsigned move;    /* the server's `moves` when it was opened */
    enum server_greeting greeting;
    bool in_use;  /* counted as used, not as idle */
    bool secured; /* TLS handshake done, or none needed */
};

/* Starts to connect; NULL with *error_out (a libuv code) when not even that worked: UV_EDESTADDRREQ if the request lacks
 * what it is to connect with. */
struct server_conn *server_conn_open(struct stream *stream, struct server *server, int *error_out);
/* An idle one that suits the stream and that it may use under the reuse policy, or NULL. */
struct server_conn *server_conn_take(struct stream *stream, struct server *server,
                                     enum conf_reuse reuse);
/* The stream is done with it and nothing is under way on it. May close it, if enough are kept. */
void server_conn_give(struct server_conn *sconn, struct session *session, enum conf_reuse reuse);
void server_conn_close(struct server_conn *sconn);
/* Closes what a session keeps, or of that what leads to servers that are no more. */
void server_conn_leave_session(struct session *session, bool all);

/* Closes what has been idle for longer than the server allows; all: everything idle. */
void server_conn_purge(struct http_thread *thread, struct server *server, bool all);

#endif
