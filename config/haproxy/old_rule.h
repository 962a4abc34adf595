/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a line of before 2.1 becomes: a rule of today, with a condition where the old word had searched.
 *
 *   reqideny ^Host:\ bad if local     http-request deny if { req.fhdr(Host) -m reg -i -- ^bad } local
 *            `- search     `- rest                      `- tests                               `- rest
 */
#ifndef WEIR_CONFIG_HAPROXY_OLD_RULE_H
#define WEIR_CONFIG_HAPROXY_OLD_RULE_H

#include "config/haproxy/reader_priv.h"

enum { OLD_RULE_WORDS = 8, OLD_RULE_TESTS = 32 };

struct old_rule {
    struct haproxy_line *line;
    size_t old_words;    /* of the line, that the rule replaces; what follows is its condition */
    const char *ruleset; /* where facts for the tests are gathered: http-request, http-response */
    const char *words[OLD_RULE_WORDS];
    size_t count;
    const char *tests[OLD_RULE_TESTS]; /* with their braces; all of them must hold */
    size_t test_count;
    const char *help; /* the lines of today, to paste */
};

void old_rule_say(struct old_rule *rule, const char *word);

/* Words of a test, without braces; NULL ends them, NULL words between are left out with "". */
void old_rule_test(struct old_rule *rule, const char *const *words, size_t count);

/* A variable of this line, set by a line before the rule: "set-var(txn.old_7) WORD". */
const char *old_rule_set(struct old_rule *rule, const char *action, const char *value);

/* Makes the line that of today, and says so. */
void old_rule_put(struct old_rule *rule);

/* haproxy/old_search.c: the search becomes tests. */
void old_rule_search(struct old_rule *rule, const char *search, bool ignore_case);

/* Behind "^METHOD ", however the method is asked for: what asks for it is in the tests. NULL: it is no
 * request line that is searched for. *group_out: the method is the first group. */
const char *old_rule_method(struct old_rule *rule, const char *search, bool *group_out);

/* Behind "^Name" the rest, or NULL; *name_out is in the arena of the configuration. */
const char *old_header_name(struct loader *l, const char *search, const char **name_out);

/* The first such character of a regular expression outside of its groups and classes, or NULL. */
const char *old_find_outside(const char *pattern, char wanted);

/* Blanks behind the colon, however they are asked for. */
const char *old_skip_blanks(const char *text);

#endif
