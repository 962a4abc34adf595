/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of the language of rules, for `weir help` and the manual: what the rows of fetches,
 * converters, actions and tokens say, in one form.
 */
#ifndef WEIR_RUNTIME_RULE_WORDS_H
#define WEIR_RUNTIME_RULE_WORDS_H

#include <stdbool.h>
#include <stdio.h>

enum rule_word_kind { WORD_FETCH, WORD_CONVERTER, WORD_ACTION, WORD_TOKEN, WORD_KINDS };

struct rule_word {
    enum rule_word_kind kind;
    const char *name;
    char form[256]; /* "map(<string>[,<string>])", "set-header <name> <fmt>", "%ci" */
    char facts
        [512]; /* what it looks at, makes of what, or where it may stand; "" = nothing to say */
    const char *doc;
    const char *since; /* HAProxy's version, "weir", or NULL */
};

extern const char *const rule_word_kinds[WORD_KINDS]; /* "fetches" */

typedef void rule_word_visit(void *ctx, const struct rule_word *word);

/* All words of a kind, in the order of the tables. */
void rule_words_each(enum rule_word_kind kind, rule_word_visit *visit, void *ctx);

/* What is known about a word, whatever it is; false if there is none. */
bool rule_words_help(FILE *out, const char *name);
/* The nearest to a misspelt one, or NULL. */
const char *rule_words_nearest(const char *name);
/* By kind, as `weir help` alone shows them. */
void rule_words_list(FILE *out);

#endif
