/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the forms of the manual share (Markdown, man page, `weir help`): chapters, and the facts of
 * a row. A form decides how a fact looks, never what it says.
 */
#ifndef WEIR_CONFIG_MANUAL_REFERENCE_PRIV_H
#define WEIR_CONFIG_MANUAL_REFERENCE_PRIV_H

#include "config/manual/reference.h"

struct reference {
    FILE *out;
    struct conf_arena *arena;
    struct keyword_index index;
};

void reference_start(struct reference *r, FILE *out, const struct keyword_table *const *tables);
void reference_end(struct reference *r);

struct reference_chapter {
    enum keyword_level level;
    const char *title, *intro; /* title NULL ends the list */
};
extern const struct reference_chapter reference_chapters[];

/* "takes" and "a duration"; what stands between backquotes is meant literally. */
struct reference_fact {
    const char *name; /* NULL ends the list */
    const char *text;
};

enum { REFERENCE_FACTS = 12 };
typedef struct reference_fact reference_facts[REFERENCE_FACTS];

/* All there is to say about a row besides its doc; texts are in the arena. */
void reference_facts_of(struct reference *r, const struct keyword *row, reference_facts facts_out);

/* What becomes of a word that weir knows and does nothing with; NULL for any other kind. */
const char *reference_idle_words(enum keyword_kind kind);

#endif
