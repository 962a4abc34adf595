/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listener that keeps what it is told, within bounds: rules that did not match are many and say little, so
 * they get half of the room at most and what happened in the end is still in it.
 *
 * A condition is evaluated before its rule is told; here the rule comes first and its tests behind it.
 * Texts are made harmless: control characters become '?'.
 *
 * Ownership: texts are copied; the names of files in places are the configuration's.
 * Thread:    that of the stream.
 */
#ifndef WEIR_RULES_TRACE_LOG_H
#define WEIR_RULES_TRACE_LOG_H

#include "proxy/rules/trace.h"

struct trace_entry {
    enum trace_kind kind;
    struct conf_place place; /* of what has none of its own: that of the rule that did it */
    bool matched;
    char *text; /* owned */
};

struct trace_log {
    struct rule_trace trace;     /* to be told */
    struct trace_entry *entries; /* owned */
    size_t count, capacity;
    size_t entries_max, misses;
    size_t left_out; /* for want of room or memory */
    size_t tests;    /* the last so many entries are of a rule that is yet to be told */
    struct conf_place rule_place;
};

void trace_log_init(struct trace_log *log, size_t entries_max);
void trace_log_clear(struct trace_log *log);

#endif
