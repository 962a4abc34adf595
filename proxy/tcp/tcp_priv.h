/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of TCP share: tcp_stream.c has the stream, tcp_route.c finds its backend. */
#ifndef WEIR_TCP_TCP_PRIV_H
#define WEIR_TCP_TCP_PRIV_H

#include "proxy/http/stream.h"

/* Runs the rules, as far as they can tell by now, and sets off. */
enum stream_state tcp_route(struct stream *s);
/* STREAM_RULES: more of the client is here, or its time is over. */
enum stream_state tcp_look_again(struct stream *s);
enum stream_state tcp_waited(struct stream *s);
/* The session goes on in HTTP, with the bytes read so far; the stream is no more. */
enum stream_state tcp_hand_over(struct stream *s);

#endif
