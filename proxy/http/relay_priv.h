/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of relays share: relay.c moves bytes, relay_frame.c puts them into the framing they go on in. */
#ifndef WEIR_HTTP_RELAY_PRIV_H
#define WEIR_HTTP_RELAY_PRIV_H

#include "proxy/http/relay.h"
#include "proxy/http1/compressor.h"

/* Input bytes become pieces of g; *used_out of them belonged to the body. The bytes must stay until g is sent. */
enum relay_status relay_frame(struct relay *relay, struct gather *g, const char *data, size_t len,
                              size_t *used_out);
/* Bytes read with an unfinished trailer section before them, as one piece; sent at once. */
enum relay_status relay_take_unread(struct relay *relay, struct gather *g, const char *data,
                                    size_t len, size_t *used_out);
/* What comes out of the compressor stays there until it is asked again: so it is sent before. */
enum relay_status relay_frame_compressed(struct relay *relay, struct gather *g,
                                         enum compressor_step step, const char *data, size_t len);
/* All input has come: what ends the body on the receiver's side. */
enum relay_status relay_frame_end(struct relay *relay, struct gather *g, const char *trailers,
                                  size_t len);

#endif
