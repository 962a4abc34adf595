/* SPDX-License-Identifier: Apache-2.0 */
/* Puts records together for whoever listens. */
#include "proxy/rules/trace.h"

#include <stdarg.h>
#include <stdio.h>

void trace_rule(struct rule_trace *trace, const struct rule *rule, bool matched)
{
    trace->record(trace, &(struct trace_record){TRACE_RULE, rule->place, matched, rule->text});
}

void trace_write(struct rule_trace *trace, enum trace_kind kind, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    trace->record(trace, &(struct trace_record){.kind = kind, .matched = true, .text = text});
}
