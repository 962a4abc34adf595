/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One libconfig text made of a file and what it includes, with the way back from each of its lines
 * to file and line. We join the files ourselves because libconfig 1.5 would open them itself, past
 * struct conf_source.
 */
#ifndef WEIR_CONFIG_LIBCONFIG_TEXT_H
#define WEIR_CONFIG_LIBCONFIG_TEXT_H

#include "config/loader.h"

struct joined_line {
    const char *file;
    unsigned line;
};

struct joined_text {
    char *bytes; /* in the arena; ends in NUL */
    size_t len, capacity;
    struct joined_line *lines; /* one for each line of bytes */
    size_t line_count, line_capacity;
};

/* Expands @include lines; false after reporting a file that cannot be read or includes itself. */
MUST_CHECK bool joined_text_make(struct loader *l, const struct conf_text *text,
                                 struct joined_text *joined_out);

/* Where a line of the joined text comes from; beyond the end it is the last line. */
struct conf_place joined_text_place(const struct joined_text *joined, unsigned line,
                                    unsigned column);

#endif
