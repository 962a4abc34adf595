/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The comments of a text, in its order. Readers only note them; whoever converts the text decides
 * by their places what they belong to.
 *
 * Ownership: in the arena they are noted in.
 */
#ifndef WEIR_CONFIG_COMMENTS_H
#define WEIR_CONFIG_COMMENTS_H

#include "config/arena.h"
#include "config/model.h"

struct conf_comment {
    struct conf_place place; /* of its sign */
    const char *text;        /* behind the sign; never a line feed in it */
    bool is_behind;          /* something stands before it in its line */
};

struct conf_comments {
    struct conf_arena *arena;
    struct conf_comment *items;
    size_t count;
};

/* Copies the text, without blanks at its end; one of several lines makes several comments. */
void comments_add(struct conf_comments *comments, struct conf_place place, bool is_behind,
                  const char *text, size_t len);

#endif
