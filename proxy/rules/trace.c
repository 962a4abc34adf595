/* SPDX-License-Identifier: Apache-2.0 */
/* Puts records together for whoever listens. */
#include "proxy/rules/trace.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_BYTES 1024

static const struct {
    const char *name;
    bool is_question; /* it holds, or it does not */
} kinds[TRACE_KINDS] = {
    [TRACE_RULE] = {"rule", true},     [TRACE_ACL] = {"acl", true},
    [TRACE_VARIABLE] = {"set", false}, [TRACE_FIELD] = {"change", false},
    [TRACE_ANSWER] = {"end", false},   [TRACE_BACKEND] = {"backend", false},
    [TRACE_SERVER] = {"server", true}, [TRACE_STEP] = {"step", false},
};

const char *trace_kind_name(enum trace_kind kind)
{
    return kinds[kind].name;
}

const char *trace_verdict(enum trace_kind kind, bool matched)
{
    return !kinds[kind].is_question ? "" : matched ? "yes" : "no";
}

void trace_rule(struct rule_trace *trace, const struct rule *rule, bool matched)
{
    trace->record(trace, &(struct trace_record){TRACE_RULE, rule->place, matched, rule->text});
}

void trace_note(struct rule_trace *trace, enum trace_kind kind, const struct conf_place *place,
                bool matched, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace->record(trace, &(struct trace_record){kind, *place, matched, text});
}

void trace_say(struct rule_trace *trace, enum trace_kind kind, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace->record(trace, &(struct trace_record){.kind = kind, .matched = true, .text = text});
}
