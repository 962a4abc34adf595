/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that requests get on their way. */
#ifndef WEIR_HTTP_REQUEST_FIELDS_H
#define WEIR_HTTP_REQUEST_FIELDS_H

#include "proxy/http/stream.h"
#include "proxy/http1/gather.h"

/* Those of the client that would pass for ours. */
void request_drop_fields(struct stream *s);
void request_add_fields(struct stream *s, struct gather *g);
/* http-send-name-header: behind all others, as HAProxy, which asks for it when the server is known. */
void request_add_name(struct stream *s, struct gather *g);

#endif
