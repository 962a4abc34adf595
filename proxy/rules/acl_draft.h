/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files that read a test of an ACL share: acl_test.c its expression and flags, acl_patterns.c its patterns.
 *
 * Thread: that of the load.
 */
#ifndef WEIR_RULES_ACL_DRAFT_H
#define WEIR_RULES_ACL_DRAFT_H

#include "proxy/rules/pattern_list.h"
#include "proxy/rules/sample.h"

struct acl;
struct acl_test;
struct compiler;

/* A test that is being read. */
struct acl_draft {
    struct compiler *c;
    const struct conf_word *words;
    size_t count, at;
    struct acl *acl;       /* of which the test becomes a part */
    struct acl_test *test; /* but for its patterns */
    const char *keyword;   /* for messages: the name the expression begins with */
    enum sample_type type;
    struct pattern_use use; /* for what comes next */
    bool has_files, as_map;
    int id;
};

/* The next word; NULL at the end. An empty word ends a test, as the end of the line does. */
const struct conf_word *acl_draft_peek(const struct acl_draft *d);

/* What the row has to say of a pattern, or of there being none (NULL); a converter behind it makes other values. */
bool acl_draft_check(struct acl_draft *d, const char *text, struct conf_span span);

/* All words that are left, to the list. False with an error reported. */
bool acl_draft_patterns(struct acl_draft *d, struct pattern_list *list);

#endif
