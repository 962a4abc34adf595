/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A value that is put together piece by piece in the scratch: just what was written is taken of it, at the end.
 * Nothing else may take scratch meanwhile.
 */
#ifndef WEIR_FETCHES_TEXT_WRITER_H
#define WEIR_FETCHES_TEXT_WRITER_H

#include "proxy/rules/sample.h"

#include <string.h>

struct text_writer {
    struct sample_scratch *scratch; /* borrowed: the thread's */
    size_t len;                     /* written so far */
    bool is_full;                   /* there was no room for all */
};

static inline struct text_writer text_writer_begin(const struct sample_env *env)
{
    return (struct text_writer){.scratch = env->scratch};
}

/* Room for so many bytes behind what is written, which they become; NULL: there is none. */
static inline char *text_writer_more(struct text_writer *w, size_t len)
{
    size_t used = w->scratch->used + w->len;
    w->is_full = w->is_full || len > w->scratch->size - used;
    if (w->is_full)
        return NULL;
    w->len += len;
    return w->scratch->base + used;
}

static inline void text_writer_put(struct text_writer *w, const char *data, size_t len)
{
    char *to = text_writer_more(w, len);
    if (to != NULL)
        memcpy(to, data, len);
}

/* What was written becomes the sample's text; false if it did not fit. */
static inline bool text_writer_end(struct text_writer *w, enum sample_type type, struct sample *out)
{
    if (w->is_full)
        return false;
    sample_set_text(out, type, w->scratch->base + w->scratch->used, w->len);
    w->scratch->used += w->len;
    return true;
}

#endif
