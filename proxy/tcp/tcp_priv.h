/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of TCP share: tcp_stream.c has the stream, tcp_route.c finds its backend, tcp_answer.c
 * looks at what the server says first. */
#ifndef WEIR_TCP_TCP_PRIV_H
#define WEIR_TCP_TCP_PRIV_H

#include "proxy/http/stream.h"

/* What rules may look at of each side: a ClientHello padded to 16 KB, with the heads of its records and what follows. */
#define INSPECTED_BYTES_MAX ((size_t)32 * 1024)

/* Reads on, as far as the bound. UV_EAGAIN: all that came is here. 0: there was an end. Else no memory or a broken
 * connection. */
MUST_CHECK int tcp_read(struct conn *from, struct relay_bytes *to);

/* Runs the rules, as far as they can tell by now, and sets off. */
enum stream_state tcp_route(struct stream *s);
/* STREAM_RULES: more of the client is here, or its time is over. */
enum stream_state tcp_look_again(struct stream *s);
enum stream_state tcp_waited(struct stream *s);
/* The server's connection stands: rules shall look at what it says, if there are any. */
void tcp_expect_answer(struct stream *s);
/* STREAM_TUNNEL: more of the server is here, or its time is over. */
enum stream_state tcp_look_at_answer(struct stream *s);
/* The session goes on in HTTP, with the bytes read so far; the stream is no more. */
enum stream_state tcp_hand_over(struct stream *s);

#endif
