/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of one request on its way through rules, pools and servers: to `weir explain`, and to the
 * event log for a request that carries the secret of `explain-secret`. Where nobody listens env->trace is
 * NULL, and nothing is put together.
 *
 * Thread:  that of the stream; a listener copies what it keeps.
 */
#ifndef WEIR_RULES_TRACE_H
#define WEIR_RULES_TRACE_H

#include "proxy/rules/rows.h"

enum trace_kind {
    TRACE_RULE,     /* a rule was met: place, text, matched */
    TRACE_ACL,      /* a test within its condition: text, matched */
    TRACE_VARIABLE, /* set or unset */
    TRACE_FIELD,    /* a header field, or part of the first line, changed */
    TRACE_ANSWER,   /* weir answers, or closes */
    TRACE_BACKEND,  /* chosen, and why */
    TRACE_SERVER,   /* chosen, or passed over, and why */
    TRACE_STEP,     /* anything else on the way: waiting, persistence */
    TRACE_KINDS,
};

struct trace_record {
    enum trace_kind kind;
    struct conf_place place; /* file NULL: of no line in particular */
    bool matched;            /* a rule or a test holds, a server is chosen */
    const char *text;        /* what: the rule, "txn.x = 5", "app/srv1: chosen by roundrobin" */
};

struct rule_trace {
    void (*record)(struct rule_trace *trace, const struct trace_record *record);
};

COLD void trace_rule(struct rule_trace *trace, const struct rule *rule, bool matched);
/* What has a line of its own in the configuration. */
COLD void trace_note(struct rule_trace *trace, enum trace_kind kind, const struct conf_place *place,
                     bool matched, const char *format, ...) __attribute__((format(printf, 5, 6)));
COLD void trace_say(struct rule_trace *trace, enum trace_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* What a rule does belongs to the line of that rule. trace may be NULL: then nothing behind it is evaluated. */
#define trace_tell(trace, ...) ((trace) != NULL ? trace_say(trace, __VA_ARGS__) : (void)0)

/* "rule", "acl", ...: the first column of a decision; and the second, "yes", "no" or "". */
const char *trace_kind_name(enum trace_kind kind);
const char *trace_verdict(enum trace_kind kind, bool matched);

#endif
