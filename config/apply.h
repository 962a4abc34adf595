/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directives meet keyword rows and become values in fields. Every refusal is reported at the word
 * that caused it; nothing returns an error, because the rest of the file is read all the same.
 */
#ifndef WEIR_CONFIG_APPLY_H
#define WEIR_CONFIG_APPLY_H

#include "config/loader.h"

/* Directives of a section, or params of a directive, into the struct at base. */
void apply_directives(struct loader *l, enum keyword_level level, unsigned scope, void *base,
                      const struct conf_directive *directives, size_t count);

/* The defaults of a level's rows into the struct at base. */
void apply_initial(struct loader *l, enum keyword_level level, void *base);

/* The one value of a directive; NULL after reporting that there is none, or more. */
const struct conf_word *apply_only_arg(struct loader *l, const struct conf_directive *d);

/* Is it written as switched off: `keyword = false`? */
bool apply_is_off(const struct conf_directive *d);

/* Does a group hold what follows a common first word, rather than being one of its own? */
bool apply_is_gathering(struct loader *l, enum keyword_level level, const struct keyword *row,
                        const struct conf_directive *d);

/* One entry of the table of kinds; apply.c finds it by the row's kind. */
struct apply_kind {
    const char *takes; /* the value, for messages and the manual: "a duration" */
    void (*set)(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d);
};
extern const struct apply_kind apply_kinds[KW_KIND_COUNT];

/* KW_GROUP and KW_LIST, which call back into apply_directives(). */
void apply_group(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d);
void apply_list(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d);

/* The array of a KW_LIST in its owner. */
void *apply_list_items(const struct keyword *row, const void *owner);
void apply_list_set(const struct keyword *row, void *owner, void *items);

/* A choice by its name; false after reporting the near misses. */
MUST_CHECK bool apply_choice(struct loader *l, const struct keyword *row,
                             const struct conf_word *word, struct keyword_choice *choice_out);

#endif
