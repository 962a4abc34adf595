/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of our own answers share: local.c gives pages and replies, local_service.c statistics and metrics. */
#ifndef WEIR_HTTP_LOCAL_PRIV_H
#define WEIR_HTTP_LOCAL_PRIV_H

#include "proxy/http/rules.h"
#include "proxy/http1/gather.h"

/* After an answer of ours the connection goes on only if the request has been read to its end. */
bool local_may_keep_client(const struct stream *s);
/* Neither to HEAD, nor where rules made it a status without one. */
bool local_has_body(const struct stream *s);
/* A body that has come with the head needs no reading: it is behind us. */
void local_skip_body(struct stream *s);
/* The answer begins; nothing is written yet. */
void local_start(struct stream *s, int status);
/* Status line and fields, as http-after-response leaves them, without the connection's and the empty line. False:
 * the rules failed. */
MUST_CHECK bool local_add_head(struct stream *s, struct gather *g, struct sample_text head);
void local_add_connection(const struct stream *s, struct gather *g);
/* All has been handed to the relay: ends the stream, or waits until it has gone. */
enum stream_state local_finish(struct stream *s);

#endif
