/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of responses share; see stream.h. */
#ifndef WEIR_HTTP_RESPONSE_PRIV_H
#define WEIR_HTTP_RESPONSE_PRIV_H

#include "proxy/http/stream.h"

/* Sends the final head, as rules and compression left it, and what came of the body with it. */
enum stream_state response_send(struct stream *s);
/* 100, 102, 103: passed on to clients that know them, RFC 9110 15.2. */
enum relay_status response_pass_interim(struct stream *s, char *base);

#endif
