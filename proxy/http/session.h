/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client connection, accept to close.
 *
 *   GREETING --> HANDSHAKE --> IDLE <--> HEAD --> STREAM --> IDLE ...
 *                                `---------`--------`-----> LINGER --> CLOSED
 *
 * An idle session owns no buffer: a stream, which holds one, is taken from the thread's pool when bytes
 * arrive and given back when its response has gone.
 *
 * Ownership: the thread's list; freed by itself when it closes.
 * Thread:    the data thread that accepted it.
 */
#ifndef WEIR_HTTP_SESSION_H
#define WEIR_HTTP_SESSION_H

#include "proxy/base/addr.h"
#include "proxy/http/relay.h"
#include "proxy/http/thread.h"
#include "proxy/net/conn.h"
#include "proxy/rules/vars.h"

enum session_state {
    SESSION_GREETING,  /* a PROXY protocol header is to come */
    SESSION_HANDSHAKE, /* TLS */
    SESSION_IDLE,      /* nothing of the next request has come */
    SESSION_HEAD,      /* a part of its head has */
    SESSION_STREAM,    /* a request is being served */
    SESSION_LINGER,    /* we have said all; what the client still sends is read and dropped */
    SESSION_CLOSED,
    SESSION_STATES,
};

/* Headers that come before all else; or-ed. */
enum session_greeting { SESSION_GREETS_PROXY = 1, SESSION_GREETS_NETSCALER = 2 };

/* What a PROXY header told besides the client's address. */
struct session_origin {
    struct addr peer;    /* who connected to us, and */
    struct addr peer_to; /* whereto, if rules of the connection said so: else AF_UNSPEC */
    struct addr to;      /* where the client did, if has_to */
    bool has_to;
    /* As they were before rules of a request changed them, for that request alone. */
    bool is_changed, had_to;
    struct addr address_before, to_before;
    uint16_t tlvs_len;
    uint8_t tlvs[]; /* see proxy_header_tlv() */
};

struct session {
    /* what each request touches stands together: of thousands of sessions each costs cache misses */
    struct conn client;
    enum session_state state;
    unsigned requests;          /* begun so far */
    struct http_thread *thread; /* borrowed */
    struct snapshot *snapshot;  /* held */
    const struct bind *bind;    /* borrowed: from the snapshot */
    struct stream *stream;      /* owned; NULL in HANDSHAKE, IDLE and LINGER */
    struct list kept; /* owned server connections: http-reuse never keeps them with their session */
    uint64_t idle_since_us; /* when the last response had gone; accept for the first */
    size_t upload_bytes; /* the last upload's size: read so much at once for the next; 0 = none */
    size_t burst_bytes;  /* it took as much at once before: read so much for it again */
    /* Read from the client, but not yet wanted: more than a stream's buffer holds. With cap 0 the bytes lie
     * in the thread's scratch, for as long as the callback lasts. */
    struct relay_bytes intake;
    struct wheel_timer deadline; /* of the session's state, or of its stream */

    struct tracked_set *tracked; /* owned: stick counters of the connection; mostly NULL */
    struct var_store vars;       /* owned: those of the scope sess */
    struct handover *handover;   /* owned: of a stream of TCP, for the first of HTTP; or NULL */
    uint8_t greetings;           /* enum session_greeting: those still to come */
    bool had_proxy_header;
    bool speaks_http;       /* although its frontend has mode tcp */
    struct list node;       /* in the thread's sessions */
    struct loop_task again; /* a pipelined request waits in the buffer, or reading goes on */
    struct loop_garbage garbage;
    uint64_t accepted_us;
    struct addr address; /* of the client */
    struct session_origin
        *origin; /* owned; NULL: nobody has told of the client's first connection */
    int handshake_ms;
    unsigned linger_bytes; /* read and dropped */
};

/* Takes the descriptor. False when there is no memory: then it is closed. */
bool session_open(struct http_thread *thread, const struct bind *bind, int fd,
                  const struct sockaddr *from);

enum session_fate {
    SESSION_KEEPS,   /* another request may follow */
    SESSION_LEAVES,  /* nothing more is expected of the client: close */
    SESSION_LINGERS, /* it may still be sending, and must get to read what we said */
    SESSION_CUTS,    /* the response was not finished, which the client must notice */
};
/* Rules take the client for another one, or its destination: session->address, origin->to. False when memory runs
 * out. What is changed in a request holds until its end. */
MUST_CHECK bool session_change_ends(struct session *session);
void session_restore_ends(struct session *session);
/* Where the client has connected to; family AF_UNSPEC when that cannot be told. */
void session_destination(const struct session *session, struct addr *out);
/* Of the connection itself, whatever was told of the client afterwards. */
void session_conn_ends(const struct session *session, struct addr *from_out, struct addr *to_out);
/* Of a TCP frontend: what is read from now on, and was so far, is HTTP. There is no stream. */
void session_speak_http(struct session *session);
/* The stream has ended; session->stream is NULL, or a new one with the first bytes of the next request. */
void session_stream_ended(struct session *session, enum session_fate fate);
/* Its address is not configured any more: the connection ends with the stream at hand. */
bool session_is_orphan(const struct session *session);
/* A newer configuration has come: the next request is served by that, if it has the address. */
void session_move_on(struct session *session);
/* Of the client; its intake first. A count, or as conn_recv(). session_own_intake() must follow. */
ssize_t session_read(struct session *session, char *to, size_t room);
/* The scratch is about to be used for something else. False when memory runs out. */
MUST_CHECK bool session_own_intake(struct session *session);
/* The only way out. */
void session_close(struct session *session);
/* Ends it if it is idle after a request. */
void session_drain(struct session *session);

static inline const struct conf_proxy *session_frontend(const struct session *session)
{
    return session->bind->proxy->conf;
}

#endif
