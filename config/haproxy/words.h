/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of haproxy.cfg in words: quotes, escapes, variables and comments resolved as HAProxy
 * does, and the place of each word as it was written.
 *
 *   bind "${ADDR-*}:80"   name front\ door   # a comment
 *   ^~~~ ^~~~~~~~~~~~~~   ^~~~ ^~~~~~~~~~~
 */
#ifndef WEIR_CONFIG_HAPROXY_WORDS_H
#define WEIR_CONFIG_HAPROXY_WORDS_H

#include "config/haproxy/env.h"
#include "config/loader.h"

/* As in HAProxy. */
enum { HAPROXY_WORDS_MAX = 64 };

struct haproxy_words {
    struct conf_word *items; /* in the scratch arena; their texts in that of the configuration */
    size_t count;
    size_t comment_at; /* offset of the comment behind them, or the length of the line */
};

/*
 * Splits a line, of which `start` is the place of its first byte. False after reporting what is
 * wrong; the line then has no words.
 */
MUST_CHECK bool haproxy_words_split(struct loader *l, const struct haproxy_env *env,
                                    const char *line, size_t len, struct conf_place start,
                                    struct haproxy_words *words_out);

/*
 * Addresses may hold ${NAME} and $NAME outside of quotes too; in the arena of the configuration. A
 * variable that is not set stands for nothing, and a warning says so.
 */
const char *haproxy_words_expand(struct loader *l, const struct haproxy_env *env,
                                 const struct conf_word *word);

#endif
