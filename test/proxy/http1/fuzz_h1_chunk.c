/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chunked bodies: what is decoded may not depend on how the bytes arrive. The first byte of an
 * input says how many arrive at a time.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/http1/h1.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    INPUT_MAX = 16384,
};

struct result {
    char body[INPUT_MAX];
    size_t body_len;
    size_t taken;
    bool refused;
    bool over;
};

/* Takes pieces out of the bytes up to `there` until more are needed. */
static void decode_some(struct h1_chunked *c, const char *in, size_t there, struct result *r)
{
    struct h1_piece piece = {.kind = H1_PIECE_DATA};
    while (piece.kind == H1_PIECE_DATA && !r->refused && !r->over) {
        const size_t len = there - r->taken;
        char *copy = malloc(len > 0 ? len : 1); /* no byte to spare: ASan sees a step too far */
        assert(copy != NULL);
        memcpy(copy, in + r->taken, len);
        const int64_t taken = h1_chunk_next(c, copy, len, &piece);
        if (taken < 0) {
            assert(c->error.reason != NULL && c->error.offset <= len);
            r->refused = true;
        } else {
            assert((size_t)taken <= len && (uint64_t)piece.off + piece.len <= (uint64_t)taken);
            r->taken += (size_t)taken;
        }
        if (piece.kind == H1_PIECE_DATA) {
            memcpy(r->body + r->body_len, copy + piece.off, piece.len);
            r->body_len += piece.len;
        }
        r->over = piece.kind == H1_PIECE_END;
        free(copy);
    }
}

static void decode(const char *in, size_t len, size_t step, unsigned options, struct result *r)
{
    struct h1_chunked c;
    memset(r, 0, sizeof(*r));
    h1_chunk_init(&c, options);
    for (size_t there = 0; there < len && !r->refused && !r->over;) {
        there = len - there < step ? len : there + step;
        decode_some(&c, in, there, r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct result whole;
    static struct result parts;
    if (size < 2 || size > INPUT_MAX)
        return 0;
    const char *in = (const char *)data + 1;
    const unsigned options = data[0] & 1 ? H1_LENIENT : 0;
    decode(in, size - 1, size, options, &whole);
    decode(in, size - 1, (data[0] >> 1) + 1, options, &parts);
    assert(whole.refused == parts.refused && whole.over == parts.over);
    assert(whole.refused || whole.taken == parts.taken);
    assert(whole.body_len == parts.body_len);
    assert(memcmp(whole.body, parts.body, whole.body_len) == 0);
    return 0;
}
