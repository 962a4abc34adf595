/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access control lists: named tests of samples, and the conditions made of them.
 *
 *   condition  "if a !b or { path /x }"
 *     `-- alternative (any)   `-- term (all): an acl, perhaps negated
 *                                  `-- test (any): expression, method, set of patterns
 *
 * What stands here is for those who look inside, as the search of rules that can be found by one lookup;
 * to run a condition see condition.h.
 *
 * Thread:  immutable but for the sets of pattern lists, which lock for themselves.
 */
#ifndef WEIR_RULES_ACL_H
#define WEIR_RULES_ACL_H

#include "config/directive.h"
#include "proxy/rules/condition.h"
#include "proxy/rules/pattern.h"

struct compiler;
struct expr;

struct acl_test {
    const struct expr *expr;
    const struct pattern_set *set; /* NULL: the method compares with none, or there is none */
    enum pattern_method method;
    struct conf_place place;
};

struct acl {
    const char *name; /* of an anonymous one: its text */
    struct acl_test *tests;
    size_t count;
    bool is_broken; /* a line of it was refused: whether it is ever true cannot be told */
};

/* The terms of one alternative stand together. */
struct condition_term {
    const struct acl *acl;
    bool is_negated;
    bool is_last; /* of its alternative */
};

struct condition {
    bool is_negated; /* unless */
    size_t count;
    struct condition_term terms[]; /* in one piece with it: each request runs through here */
};

/* Does any of its tests hold? MAYBE: more bytes may tell. */
enum condition_result acl_run(const struct acl *acl, struct sample_env *env);

/* ---- at load time -------------------------------------------------------------------------------------- */

/* A test as it stands behind the name of an acl or between braces; false after reporting. */
MUST_CHECK bool acl_add_test(struct compiler *c, struct acl *acl, const struct conf_word *words,
                             size_t count, struct conf_span span);
/* By its name: of the proxy, or one of those that every proxy has; NULL after reporting. */
struct acl *acl_find(struct compiler *c, const char *name, struct conf_span span);

/*
 * The names under which acls know a fetch together with a method: "hdr_beg" is hdr with beg. Returns the
 * length of the fetch's name within that of the acl, or 0 if it is none of those.
 */
size_t acl_name_split(const char *name, size_t len, enum pattern_method *method_out);

#endif
