/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One body on its way through zlib: bytes in, pieces of the compressed body out. It knows no message and no
 * connection.
 *
 * Bounds:    some 64 KB each with the usual settings; maxzlibmem bounds all of them together.
 * Ownership: whoever made it frees it.
 * Thread:    stays on one; the bound on memory is shared.
 */
#ifndef WEIR_HTTP1_COMPRESSOR_H
#define WEIR_HTTP1_COMPRESSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/model.h"

struct compressor;

enum compressor_step {
    COMPRESSOR_MORE,  /* other bytes will follow soon */
    COMPRESSOR_FLUSH, /* what was given has to be on its way now */
    COMPRESSOR_END,   /* that was all */
};

/* NULL when memory, or a bound on memory or rate, is used up. conf lives as long as the compressor. */
struct compressor *compressor_new(enum conf_coding coding, const struct conf_compressor *conf);
void compressor_free(struct compressor *c);

/*
 * Takes the data: *data and *len shrink to what is left. piece_out: what is to be sent, perhaps nothing, kept here
 * until the next call. False: call again for the rest, with the same step.
 */
bool compressor_run(struct compressor *c, enum compressor_step step, const char **data, size_t *len,
                    const char **piece_out, size_t *piece_len_out);
/* Were bytes taken that no piece may tell of yet? */
bool compressor_holds_back(const struct compressor *c);

uint64_t compressor_bytes_in(const struct compressor *c);
uint64_t compressor_bytes_out(const struct compressor *c);

/* Bytes that all compressors take now. */
uint64_t compressors_memory(void);

#endif
