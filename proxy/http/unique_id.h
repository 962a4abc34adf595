/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identifier of a stream: what unique-id-format makes of it when it is first asked for, by a rule, a log line,
 * unique-id-header or a PROXY header. It stays the same until the stream ends.
 *
 * Thread: the stream's.
 */
#ifndef WEIR_HTTP_UNIQUE_ID_H
#define WEIR_HTTP_UNIQUE_ID_H

#include "proxy/http/stream.h"
#include "proxy/rules/sample.h"

/* Ends in NUL; data NULL: the frontend has no format, or memory ran out. */
struct sample_text unique_id_of(struct stream *s);

#endif
