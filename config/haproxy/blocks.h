/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that begin with a dot: .if .elif .else .endif decide which lines count; .notice .warning
 * .alert and .diag say something.
 */
#ifndef WEIR_CONFIG_HAPROXY_BLOCKS_H
#define WEIR_CONFIG_HAPROXY_BLOCKS_H

#include "config/haproxy/words.h"

enum { HAPROXY_BLOCKS_MAX = 32 };

struct haproxy_blocks {
    struct haproxy_block {
        struct conf_span span; /* of its .if */
        bool taken;            /* one of its branches was taken */
        bool active;           /* this branch counts */
        bool has_else;
    } stack[HAPROXY_BLOCKS_MAX];
    size_t depth;
};

/* Do the lines here count? */
bool haproxy_blocks_active(const struct haproxy_blocks *b);

/* Takes a line whose first word begins with a dot. */
void haproxy_blocks_line(struct loader *l, const struct haproxy_env *env, struct haproxy_blocks *b,
                         const struct haproxy_words *words);

/* The text ends: every .if must have its .endif. */
void haproxy_blocks_end(struct loader *l, const struct haproxy_blocks *b);

/* haproxy/conditions.c: the value of a condition; false after reporting that it has none. */
MUST_CHECK bool haproxy_condition(struct loader *l, const struct haproxy_env *env,
                                  const struct haproxy_words *words, bool *value_out);

#endif
