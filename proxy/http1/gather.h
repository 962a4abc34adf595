/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces on their way out in one gathered write: slices of buffers that stay where they are, and short texts
 * (a chunk head, an added field) that live in the gather itself.
 *
 * Bounds:  GATHER_PIECES slices, GATHER_TEXT bytes of own text; who adds asks gather_has_room()
 *          first where the count is not known to be small. A piece that continues the one before it
 *          is merged with it.
 * Thread:  lives on the stack of one callback.
 */
#ifndef WEIR_HTTP1_GATHER_H
#define WEIR_HTTP1_GATHER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/uio.h>

#define GATHER_PIECES 832 /* four for each of 192 fields, and the rest; less than IOV_MAX */
#define GATHER_LINES 512  /* of the text below, for lines of fields that rules wrote */
#define GATHER_TEXT (2048 + GATHER_LINES)

struct gather {
    int count;
    size_t bytes;
    size_t text_used;
    struct iovec pieces[GATHER_PIECES];
    char text[GATHER_TEXT];
};

static inline void gather_init(struct gather *g)
{
    g->count = 0;
    g->bytes = 0;
    g->text_used = 0;
}

static inline bool gather_has_room(const struct gather *g, int pieces, size_t text)
{
    return g->count + pieces <= GATHER_PIECES && g->text_used + text <= GATHER_TEXT;
}

static inline void gather_add(struct gather *g, const char *data, size_t len)
{
    if (len == 0)
        return;
    g->bytes += len;
    if (g->count > 0) {
        struct iovec *last = &g->pieces[g->count - 1];
        if ((char *)last->iov_base + last->iov_len == data) {
            last->iov_len += len;
            return;
        }
    }
    assert(g->count < GATHER_PIECES);
    g->pieces[g->count++] = (struct iovec){.iov_base = (char *)data, .iov_len = len};
}

/* Copies a short text into the gather. */
static inline void gather_text(struct gather *g, const char *text, size_t len)
{
    assert(g->text_used + len <= GATHER_TEXT);
    char *to = g->text + g->text_used;
    memcpy(to, text, len);
    g->text_used += len;
    gather_add(g, to, len);
}

/* The same for lines that rules wrote here and there: put together they are one piece, which is less than
 * the system takes for a piece each. False: they have had their share, nothing was added. */
static inline bool gather_line(struct gather *g, const char *line, size_t len)
{
    if (g->text_used + len > GATHER_LINES)
        return false;
    gather_text(g, line, len);
    return true;
}

/* For string constants, which need no copy. */
#define gather_literal(g, literal) gather_add((g), (literal), sizeof(literal) - 1)

#endif
