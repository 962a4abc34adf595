/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a finished stream (or session without one) leaves behind: the source of its log line.
 * Names of the fields follow HAProxy's log format, configuration manual section 8.2.
 *
 * Ownership: all pointers are borrowed for the duration of the call.
 * Thread:    the data thread on which the stream ran.
 */
#ifndef WEIR_STATE_ACCESS_RECORD_H
#define WEIR_STATE_ACCESS_RECORD_H

#include "proxy/base/addr.h"
#include "proxy/state/snapshot.h"

/* Not ended by NUL; data NULL: there is none. */
struct access_text {
    const char *data;
    size_t len;
};

struct access_record {
    const struct conf_proxy *frontend;
    const struct conf_proxy *backend; /* NULL: none was chosen; logged as the frontend's name */
    const char *server;               /* NULL: "<NOSRV>"; "<STATS>" for the statistics */
    const struct conf_bind *bind;
    const struct addr *client;
    int64_t accepted_wall_us; /* %t / %tr: request date; since 1970 */
    /* milliseconds, -1 where the phase was not reached (HAProxy's timers) */
    int handshake_ms;        /* %Th */
    int idle_ms;             /* %Ti */
    int request_ms;          /* %TR */
    int queue_ms;            /* %Tw */
    int connect_ms;          /* %Tc */
    int response_ms;         /* %Tr */
    int active_ms;           /* %Ta: of the request; %Tt adds handshake and idle */
    int status;              /* %ST; -1 when none was sent; 0 in TCP mode */
    uint64_t bytes_read;     /* %B: to the client */
    uint64_t bytes_uploaded; /* %U: from the client */
    char termination[4];     /* "--", "sC", ... the two letters; cookie letters are added here */
    unsigned actconn, feconn, beconn, srv_conn;
    unsigned retries;
    bool redispatched;
    unsigned srv_queue, backend_queue;
    const char *request_line;             /* method target version as received, not ended by NUL */
    size_t request_line_len;              /* 0: "<BADREQ>" */
    bool is_request;                      /* its head had come, whatever became of it */
    const char *tls_version, *tls_cipher; /* NULL on plain connections */
    const char *tls_sni;                  /* or NULL: none was sent */
    bool tls_resumed;
    const struct access_text
        *captured; /* %hr: by slot, captured_count of them; NULL: none of all */
    const struct access_text *captured_resp; /* %hs */
    size_t captured_count, captured_resp_count;
    struct access_text cookie, cookie_resp; /* %CC, %CS */
    int8_t log_level;                       /* 1 + what an action set; 0: the usual one */
    /* The line by the frontend's format, and structured data for RFC 5424; data NULL: as access_line.h has it. */
    struct access_text line, structured;
    const struct addr *local;  /* where the client connected to; NULL: the address of the bind */
    const char *session_error; /* of a session without a stream: "SSL handshake failure" */
    unsigned thread;
    uint64_t logged_us; /* monotonic: the turn of its loop in which it ended */
};

#endif
