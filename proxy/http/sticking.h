/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stick` lines: a client is kept on the server that a stick table remembers for its key.
 *
 *   match          if the table knows a server for the key, that one is wished for
 *   store-request  the key of the request learns the server once it answers
 *   store-response the key is one of the response
 *   on             match and store-request
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_STICKING_H
#define WEIR_HTTP_STICKING_H

struct stream;

/* After the cookie, before a server is sought. */
void sticking_request(struct stream *s);
/* A server answers, or with TCP is connected. */
void sticking_response(struct stream *s);

#endif
