/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its response; or a tunnel of TCP, which is a stream without the parts at its end that are
 * HTTP's, and goes from CONNECTING to TUNNEL.
 *
 *   (head complete) --> QUEUED --> CONNECTING --> WAITING --> HOLDING --> RELAYING --> ended
 *          |               ^            |   ^--retry-'  |          `-----> TUNNEL --> ended
 *          |               `---retry----'               |
 *          |--> ANSWERING (statistics, errors, fixed replies) <---- any failure before a response
 *          |--> PREPARING --^
 *          `--> RULES --> QUEUED ...
 *
 *   client ==up==> server     the request's body, then whatever a tunnel carries
 *   client <=down== server    the response
 *
 * Files, which share stream_steps.h:
 *        stream.c       life and states
 *        stream_pump.c  bytes in both directions, deadlines
 *        stream_end.c   blame, and the end
 *        dispatch.c     which server, queue, connecting; dispatch_retry.c after failures
 *        request.c      the head as the server shall see it
 *        response.c     the response's head, read and judged; response_send.c writes it
 *        rules.c        rules on the way of both: rules_request.c, rules_response.c
 *        local.c        answers of our own
 *        http_mode.c    where HTTP differs from TCP, whose table is in proxy/tcp/
 *
 * Ownership: belongs to its session, or to nobody once it has ended but a queue still names it.
 * Thread:    the session's.
 */
#ifndef WEIR_HTTP_STREAM_H
#define WEIR_HTTP_STREAM_H

#include "proxy/http/persist.h"
#include "proxy/http/relay.h"
#include "proxy/http/rule_progress.h"
#include "proxy/http/server_conn.h"
#include "proxy/http/service.h"
#include "proxy/http/session.h"
#include "proxy/http/thread.h"
#include "proxy/http/tracking.h"
#include "proxy/http1/h1.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"

enum stream_state {
    STREAM_HEAD,       /* the request's head is still arriving: the session reads it */
    STREAM_RULES,      /* rules wait for more of the request, or for a time to pass */
    STREAM_QUEUED,     /* every server is at its maxconn */
    STREAM_PAUSED,     /* the only server refused: a moment's rest before it is tried again */
    STREAM_CONNECTING, /* TCP, then TLS */
    STREAM_WAITING,    /* the request is on its way; no final response head yet */
    STREAM_HOLDING,    /* rules wait for more of the response, or for a time to pass */
    STREAM_RELAYING,   /* the response's head has been sent on */
    STREAM_TUNNEL,     /* after 101, or 2xx to CONNECT */
    STREAM_PREPARING,  /* another thread does what our own answer tells of */
    STREAM_ANSWERING,  /* an answer of our own is being written */
    STREAM_ENDED,
    STREAM_STATES,
};

enum stream_event {
    STREAM_GRANTED,      /* the queue has given us s->server */
    STREAM_CLIENT_READY, /* the client's connection can be read or written */
    STREAM_SERVER_READY, /* the server's can */
    STREAM_RESUMED,      /* its share of a turn was used up: go on */
    STREAM_TIMED_OUT,
    STREAM_SERVER_DOWN, /* probes say so */
    STREAM_PREPARED,    /* another thread has done it: see STREAM_PREPARING, errand.h */
    STREAM_EVENTS,
};

/* Whose fault an end is; the first of HAProxy's termination letters. */
enum stream_cause {
    CAUSE_NONE,
    CAUSE_CLIENT_ABORT,
    CAUSE_CLIENT_TIMEOUT,
    CAUSE_SERVER_ABORT,
    CAUSE_SERVER_TIMEOUT,
    CAUSE_PROXY,       /* refused by us: a bad request or a bad response */
    CAUSE_RESOURCE,    /* no memory, no descriptors */
    CAUSE_INTERNAL,    /* a rule could not do its work */
    CAUSE_LOCAL,       /* answered by us, as configured */
    CAUSE_SERVER_DOWN, /* on-marked-down shutdown-sessions */
    CAUSE_KILLED,      /* by the operator */
    CAUSES,
};

#define STREAM_INTERIM_MAX 32 /* 1xx responses to one request; then the server is broken */

/* What a stream does in the way of its protocol. Rows: stream_http, and stream_tcp of the room above. */
struct stream_mode {
    /* The server's connection stands. */
    enum stream_state (*connected)(struct stream *s);
    /* Tells the client why it gets no answer; NULL: by closing. */
    enum stream_state (*refuse)(struct stream *s, int status);
    /* STREAM_RULES: more of the client may be here; or what was waited for is over. */
    enum stream_state (*look_again)(struct stream *s);
    enum stream_state (*waited)(struct stream *s);
    /* STREAM_RULES: the rule's errand is back. */
    enum stream_state (*go_on)(struct stream *s);
    /* The client has ended its side while a server is looked for: is it to be had in vain? */
    bool (*is_forsaken)(const struct stream *s);
    /* Once it has ended: what becomes of the client's connection. */
    enum session_fate (*fate)(struct stream *s);
    /* STREAM_TUNNEL, while inspects_answer: the server may have said more, or the wait is over. */
    enum stream_state (*look_at_answer)(struct stream *s);
    /* Gives back what this mode alone has; or NULL. */
    void (*release)(struct stream *s);
    /* Bytes of the client. */
    uint64_t (*uploaded)(const struct stream *s);
    /* Fills in what the log line tells of this protocol alone. */
    void (*describe)(const struct stream *s, struct access_record *record);
    bool counts_requests;
};

extern const struct stream_mode stream_http;

struct stream {
    struct session *session; /* borrowed; NULL once ended */
    struct http_thread *thread;
    const struct stream_mode *mode;         /* borrowed: a row */
    struct pool *pool;                      /* borrowed: where its memory came from */
    struct snapshot *snapshot;              /* held */
    const struct proxy *frontend, *backend; /* borrowed: from the snapshot; backend may be NULL */
    struct server *server;                  /* borrowed; we hold one of its slots while not NULL */
    const struct server *last_server;       /* for the log: kept after the slot has gone */
    struct server *avoid;                   /* the one that failed */
    struct server_conn *sconn;              /* owned while not NULL */
    struct rule_trace *trace;               /* is told of each decision; mostly NULL */
    struct explained *explained;            /* owned: of a request with the secret; or NULL */
    struct queue_entry queue;
    bool queued;     /* in the backend's queue, or a grant is on its way */
    bool queue_owes; /* left the queue too late: on_granted() will still be called */
    enum stream_state state;

    struct relay up, down;
    bool logged;       /* its line is written: with option logasap before the end */
    bool resp_started; /* bytes of a final response have gone to the client */
    bool keep_client;  /* the client's connection may serve another request */
    bool keep_server;
    bool suspects_death; /* the connection broke; a new one shows whether the server lives */
    bool fresh_conn;     /* idle connections have failed it: open a new one */
    bool up_broken;      /* the server takes no more of the request: its answer may explain */
    bool closes_server;  /* a rule says so */
    bool
        inspects_answer; /* of TCP: rules look at what the server says, and nothing of it goes on yet */
    bool redispatched;
    uint32_t serial; /* %rt: from 1; 0 = nobody asked yet */
    char *unique_id; /* owned; NULL until unique_id_of() is asked */
    unsigned retries;

    /* deadlines of each side in the loop's ms; 0 = that side is not waited for */
    uint64_t client_deadline_ms, server_deadline_ms;

    /* how it ends */
    enum stream_cause cause;
    char phase; /* the second termination letter, '-' = all went well */
    int status; /* sent to the client; -1 none */

    /* for the timers of the log, in the loop's us; 0 = not reached */
    uint64_t began_us, head_us, assigned_us, connected_us, response_us;
    uint64_t whole_us; /* as head_us; where rules wait for the body, when that had come */
    unsigned srv_queue, backend_queue;

    struct rule_progress rules;
    struct persistence persist;
    struct stream_stick *stick; /* owned: stick counters and stores; NULL: none */
    /* a response head that did not come in one piece; of TCP what rules look at */
    struct relay_bytes resp_head;

    /* ---- what follows a tunnel of TCP has no memory for: see STREAM_TUNNEL_BYTES ---- */
    struct h1_error bad; /* why request or response was refused */
    bool upgrade;        /* the client asks for another protocol */
    bool needs_length;   /* rules took the length of the request's body away */
    bool
        keeps_body; /* an answer of ours to a request with a body ends the connection: redirections, as in HAProxy */
    unsigned interim_count;

    /* received from the client: this request's head, body bytes that came with it, the next request */
    uint32_t in_len;
    uint32_t in_used;            /* bytes of this request consumed from `in` */
    uint32_t in_top;             /* from here to its end lies what rules wrote: see edit.h */
    uint32_t line_off, line_len; /* the request line as it came, without its CRLF */
    uint8_t asked_method;        /* enum http_method of the client; rules may ask for another */
    uint8_t
        coding; /* enum conf_coding: what the client takes; what its response is compressed by */
    struct compressor *compressor; /* owned: of the response; mostly NULL */

    /* the response while its head is being looked at */
    char *resp_base;   /* borrowed: the thread's scratch, resp_head, or an answer of ours */
    uint32_t resp_len; /* bytes received there, or written */
    uint32_t resp_top; /* as in_top */
    bool resp_cut;     /* while rules hold it: no more of it will come */

    /* what follows is large, and not read before it is written: stream_new() clears only what is above, of
     * the answer what stands before its headers, and the status of the response */
    struct service_answer answer;
    struct rule_decision decision;
    struct h1_parser parser; /* of the request, then of the response */
    struct http_msg req, resp;
    char in[]; /* thread->buffer_bytes + thread->rewrite_bytes */
};

#define STREAM_TUNNEL_BYTES offsetof(struct stream, bad)

/* For a request that begins now; NULL when memory runs out. */
struct stream *stream_new(struct session *session);
/* Any stream that begins now: what is before `bad` has been cleared. */
void stream_init(struct stream *s, struct session *session, const struct stream_mode *mode,
                 struct pool *pool);
/* Gives the memory back; only in STREAM_HEAD or STREAM_ENDED. */
void stream_free(struct stream *s);
/* Bytes may have come in s->in: parses the head, and sets off when it is whole. */
void stream_parse_head(struct stream *s);
void stream_handle(struct stream *s, enum stream_event event);
/* The session is being closed from outside (deinit): no log of what was not answered. */
void stream_abandon(struct stream *s);
/* on-marked-down shutdown-sessions, or the operator. */
void stream_kill(struct stream *s, enum stream_cause why);

/* Of the backend, once there is one. */
static inline const struct conf_proxy *stream_conf(const struct stream *s)
{
    return s->backend != NULL ? s->backend->conf : s->frontend->conf;
}

/* h1-case-adjust, for either side; NULL: names of fields go as they are. */
static inline const struct conf_name_cases *stream_server_cases(const struct stream *s)
{
    return s->backend->conf->adjusts_for_server ? &s->snapshot->config->global.name_cases : NULL;
}
static inline const struct conf_name_cases *stream_client_cases(const struct stream *s)
{
    return s->frontend->conf->adjusts_for_client ? &s->snapshot->config->global.name_cases : NULL;
}

#endif
