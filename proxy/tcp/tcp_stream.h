/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of TCP: a client's connection and a server's, and bytes between them as they are.
 *
 *   session_begin() --> tcp_begin() --> QUEUED --> CONNECTING --> TUNNEL --> ended
 *
 * Queue, retries, deadlines, counters and the log line are those of any stream (proxy/http/stream.h); here is
 * what differs. It is the stream's front part alone, without message and buffer: while a server is looked for,
 * what the client sends waits in the kernel.
 *
 * Thread:  the session's.
 */
#ifndef WEIR_TCP_TCP_STREAM_H
#define WEIR_TCP_TCP_STREAM_H

struct session;

/* The hook of http_hooks. The session may be closed when it returns. */
void tcp_begin(struct session *session);

#endif
