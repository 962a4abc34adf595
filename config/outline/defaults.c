/* SPDX-License-Identifier: Apache-2.0 */
/* Who inherits what from which defaults. */
#include <string.h>

#include "config/outline/text.h"
#include "config/section_kinds.h"

const struct outline_entries *outline_inherited(const struct outline_heritage *heritage,
                                                const struct outline_section *section)
{
    if (!section_is_of_proxies(section->kind))
        return NULL;
    if (section->from != NULL)
        return names_get(&heritage->by_name, section->from);
    return section->kind == CONF_SECTION_DEFAULTS ? NULL : heritage->latest;
}

void outline_bequeath(struct loader *l, struct outline_heritage *heritage,
                      const struct outline_section *section, const struct outline_entries *entries)
{
    heritage->latest = entries;
    if (section->name != NULL)
        names_add(l->scratch, &heritage->by_name, section->name, entries);
}

void outline_inherit(struct loader *l, struct outline_entries *to,
                     const struct outline_entries *from, enum conf_section_kind kind)
{
    for (size_t i = 0; from != NULL && i < from->count; i++) {
        if ((from->items[i].row->scopes & section_kinds[kind].scope) != 0)
            outline_append(l, to, from->items[i]);
    }
}

/* HAProxy's rules: its own, and what becomes one there. */
static bool is_rule(const struct keyword *row)
{
    return (row->kind == KW_LINES && row->set == NULL) ||
           strcmp(row->name, "option forwarded-proto") == 0;
}

/* Moves the rules of a section to the end of others; their comments stay where they stood. */
static void take_rules(struct loader *l, struct outline_section *section,
                       struct outline_entries *rules)
{
    size_t kept = 0;
    for (size_t i = 0; i < section->entries.count; i++) {
        struct outline_entry entry = section->entries.items[i];
        if (!is_rule(entry.row)) {
            section->entries.items[kept++] = entry;
            continue;
        }
        outline_hoist(l, &section->tail, &entry.remarks);
        entry.remarks = (struct outline_remarks){0};
        outline_append(l, rules, entry);
    }
    section->entries.count = kept;
}

static bool is_same_list(const struct keyword *a, const struct keyword *b)
{
    const int http_request = CONF_LINE_HTTP_REQUEST; /* what option forwarded-proto becomes */
    return (a->kind == KW_LINES ? a->value : http_request) ==
           (b->kind == KW_LINES ? b->value : http_request);
}

/* Rules of a list stand together, as they would in libconfig. */
static void gather_rules(struct outline_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct outline_entry entry = entries->items[i];
        size_t to = i;
        while (to > 0 && !(is_rule(entry.row) && is_rule(entries->items[to - 1].row) &&
                           is_same_list(entries->items[to - 1].row, entry.row)))
            to--;
        if (to == 0)
            continue;
        memmove(&entries->items[to + 1], &entries->items[to], (i - to) * sizeof entry);
        entries->items[to] = entry;
    }
}

void outline_spread_rules(struct outline *outline)
{
    struct loader *l = outline->l;
    struct outline_heritage heritage = {0};
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_section *section = &outline->sections[i];
        const struct outline_entries *from = outline_inherited(&heritage, section);
        struct outline_entries *entries = arena_alloc(l->scratch, sizeof *entries);
        if (!section_is_of_proxies(section->kind))
            continue;
        outline_inherit(l, entries, from, section->kind);
        if (section->kind == CONF_SECTION_DEFAULTS) {
            take_rules(l, section, entries);
            outline_bequeath(l, &heritage, section, entries);
            continue;
        }
        outline_inherit(l, entries, &section->entries, section->kind);
        gather_rules(entries);
        section->entries = *entries;
    }
}

bool outline_is_moot(struct loader *l, enum keyword_level level,
                     const struct outline_entries *inherited, const struct outline_entry *entry)
{
    const struct keyword *row = entry->row;
    if (entry->form != OUTLINE_OFF || (row->initial != NULL && strcmp(row->initial, "false") != 0))
        return false;
    KEYWORDS_OF(&l->index, level, other)
    {
        if (other->turns_on != 0 && other->turns_on == row->offset && other != row)
            return false;
    }
    for (size_t i = 0; inherited != NULL && i < inherited->count; i++) {
        if (inherited->items[i].row == row && inherited->items[i].form != OUTLINE_OFF)
            return false;
    }
    return true;
}

static void mark_entries(struct loader *l, enum keyword_level level,
                         const struct outline_entries *inherited, struct outline_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (haproxy_off(l, entries->items[i].row) == NULL &&
            outline_is_moot(l, level, inherited, &entries->items[i]))
            entries->items[i].form = OUTLINE_MOOT;
    }
}

void outline_mark_moot(struct outline *outline)
{
    struct loader *l = outline->l;
    struct outline_heritage heritage = {0};
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_section *section = &outline->sections[i];
        const struct outline_entries *from = outline_inherited(&heritage, section);
        mark_entries(l, section_kinds[section->kind].level, from, &section->entries);
        if (section->kind == CONF_SECTION_DEFAULTS) {
            struct outline_entries *entries = arena_alloc(l->scratch, sizeof *entries);
            outline_inherit(l, entries, from, section->kind);
            outline_inherit(l, entries, &section->entries, section->kind);
            outline_bequeath(l, &heritage, section, entries);
        }
    }
}
