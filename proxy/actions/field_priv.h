/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the actions on header fields share: field.c adds and removes them, field_replace.c changes their values.
 *
 * Thread:  compiled by that of the load; run by the data thread of the stream.
 */
#ifndef WEIR_ACTIONS_FIELD_PRIV_H
#define WEIR_ACTIONS_FIELD_PRIV_H

#include "proxy/http/rules.h"
#include "proxy/http1/edit.h"
#include "proxy/rules/rows.h"

struct regex;

enum {
    FIELD_RULESETS = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
                     IN_RULES(RULES_HTTP_AFTER_RESPONSE),
};

/* How del-header finds its fields. */
enum name_match { NAME_IS, NAME_BEGINS, NAME_ENDS, NAME_CONTAINS, NAME_FITS };

struct field_edit {
    const char *name; /* in lower case, as HAProxy writes names */
    size_t name_len;
    enum http_header_id id;
    enum name_match match;
    const struct regex *regex; /* of the value, or of the name with NAME_FITS */
    const struct format *value;
    const char *line; /* where the value is always the same: the field as it stands in the head */
    size_t line_value_len;
};

/* From the rule's next word; NULL after reporting. */
struct field_edit *field_compile_name(struct compiler *c, struct rule_words *words);
/* The format behind it; false after reporting. */
bool field_compile_value(struct compiler *c, struct rule_words *words, struct field_edit *edit);

/* The message has no room for what the rule makes: counted, as a failed rewrite. */
enum rule_verdict field_no_room(struct sample_env *env);
/* The host that the target names, too, is the one that the field names. False: no room. */
MUST_CHECK bool field_follow(struct sample_env *env, const struct field_edit *edit,
                             struct http_edit *e);

#endif
