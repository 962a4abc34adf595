/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressing what a server answers, where the configuration asks for it and the client takes it.
 *
 *   request, after its rules      compression_request()   what does the client take?  [offload]
 *   response, before its rules    compression_response()  is it fit for that?  makes the compressor
 *   response, after its rules     compression_edit()      its fields
 *   body                          relay_frame.c
 *   end of the stream             compression_end()       counts, frees
 *
 * Thread:  the stream's.
 */
#ifndef WEIR_HTTP_COMPRESSION_H
#define WEIR_HTTP_COMPRESSION_H

#include "proxy/http/stream.h"

/* Does either side's proxy compress at all? */
static inline bool compression_is_configured(const struct stream *s)
{
    return s->frontend->conf->compression.coding_count != 0 ||
           (s->backend != NULL && s->backend->conf->compression.coding_count != 0);
}

void compression_request(struct stream *s);
/* The head lies in s->resp, read but not yet changed. */
void compression_response(struct stream *s);
/* Only where there is a compressor; where there is no room for the fields there is none afterwards. */
void compression_edit(struct stream *s);
/* Counts what was compressed, and gives the compressor back. */
void compression_end(struct stream *s);

#endif
