/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers that a rule spells out: what `return`, `deny`, `tarpit` and `http-error` have in common.
 *
 *   status 429 content-type text/plain lf-string "wait %[var(txn.s)]s" hdr retry-after 5
 *
 * Thread:  compiled ones are immutable.
 */
#ifndef WEIR_HTTP_REPLY_H
#define WEIR_HTTP_REPLY_H

#include "proxy/http/rules.h"

struct compiler;
struct reply;

/*
 * Reads parameters up to the condition. status: what it is if none is given. is_page: without any
 * parameter it is the error page of that status. NULL after reporting.
 */
const struct reply *reply_compile(struct compiler *c, struct rule_words *words, unsigned status,
                                  bool is_page);
unsigned reply_status(const struct reply *reply);

/* Makes the texts and leaves the decision. RULE_FAILS when there is no room. */
enum rule_verdict reply_give(struct sample_env *env, const struct reply *reply,
                             enum stream_cause cause, bool is_denial);

/* What http-error of that proxy, which may be NULL, gives for a status; NULL: nothing. */
const struct reply *reply_for_error(const struct proxy *proxy, unsigned status);

/* ---- for answers of other shapes: a head that grows in the scratch --------------------------------------- */

struct reply_head {
    struct sample_env *env;
    char *text;
    size_t len, room;
    bool is_full;
};

void reply_head_begin(struct reply_head *head, struct sample_env *env, unsigned status,
                      const char *reason);
void reply_head_add(struct reply_head *head, const char *name, const char *value, size_t len);
enum rule_verdict reply_head_give(const struct reply_head *head, unsigned status,
                                  struct sample_text body, enum stream_cause cause, bool is_denial);

#endif
