/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps a trace; see trace_log.h. */
#include "proxy/rules/trace_log.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 32

static bool is_miss(const struct trace_record *record)
{
    return record->kind == TRACE_ACL || !record->matched;
}

static bool has_room(struct trace_log *log, const struct trace_record *record)
{
    if (log->count >= log->entries_max || (is_miss(record) && log->misses >= log->entries_max / 2))
        return false;
    if (log->count < log->capacity)
        return true;
    size_t capacity = log->capacity > 0 ? 2 * log->capacity : CAPACITY_FIRST;
    struct trace_entry *entries = realloc(log->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    log->entries = entries;
    log->capacity = capacity;
    return true;
}

static char *harmless_copy(const char *text)
{
    char *copy = strdup(text);
    for (char *at = copy; at != NULL && *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = '?';
    }
    return copy;
}

static void record(struct rule_trace *trace, const struct trace_record *r)
{
    struct trace_log *log = (struct trace_log *)trace;
    char *text = has_room(log, r) ? harmless_copy(r->text) : NULL;
    if (r->kind == TRACE_RULE)
        log->rule_place = r->place;
    if (text == NULL) {
        log->left_out++;
        log->tests = r->kind == TRACE_ACL ? log->tests : 0;
        return;
    }
    /* before the tests of its condition, which were told already */
    size_t at = log->count - (r->kind == TRACE_RULE ? log->tests : 0);
    memmove(&log->entries[at + 1], &log->entries[at], (log->count - at) * sizeof *log->entries);
    log->entries[at] = (struct trace_entry){
        r->kind, r->place.file != NULL ? r->place : log->rule_place, r->matched, text};
    log->count++;
    log->misses += is_miss(r);
    log->tests = r->kind == TRACE_ACL ? log->tests + 1 : 0;
}

void trace_log_init(struct trace_log *log, size_t entries_max)
{
    *log = (struct trace_log){.trace = {record}, .entries_max = entries_max};
}

void trace_log_clear(struct trace_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        free(log->entries[i].text);
    free(log->entries);
    trace_log_init(log, log->entries_max);
}
