/* SPDX-License-Identifier: Apache-2.0 */
/* What counts in the end: defaults become part of the proxies that begin with them, several global
 * sections become one, and values that nobody gave are those of the rows. */
#include <string.h>

#include "config/outline.h"

static void drop_moot(struct loader *l, enum keyword_level level, struct outline_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (!outline_is_moot(l, level, NULL, &entries->items[i]))
            entries->items[kept++] = entries->items[i];
    }
    entries->count = kept;
}

/* A value that says something by itself, unlike "false", and that is no part of something off. */
static bool is_worth_saying(const struct keyword *row)
{
    static const bool kinds[KW_KIND_COUNT] = {
        [KW_UINT] = true,   [KW_DURATION] = true, [KW_SIZE] = true,
        [KW_STRING] = true, [KW_CHOICE] = true,   [KW_NAME] = true};
    return row->initial != NULL && kinds[row->kind] && row->turns_on == 0;
}

static void add_initial(struct loader *l, enum keyword_level level, unsigned scope,
                        struct outline_entries *entries)
{
    KEYWORDS_OF(&l->index, level, row)
    {
        if (!is_worth_saying(row) || (row->scopes & scope) == 0 ||
            outline_find(entries, row->name) != NULL)
            continue;
        struct outline_entry entry = {.row = row, .value_count = 1};
        entry.values = arena_alloc(l->scratch, sizeof *entry.values);
        entry.values[0] = row->initial;
        outline_append(l, entries, entry);
    }
}

static void complete(struct loader *l, struct outline_section *section)
{
    enum keyword_level level = section_level(section->kind);
    outline_drop_repeated(l, &section->entries);
    drop_moot(l, level, &section->entries);
    add_initial(l, level, outline_scope(section->kind), &section->entries);
}

/* All that global sections say, as the first section. */
static void gather_global(struct outline *outline, struct outline *to)
{
    struct loader *l = outline->l;
    struct outline_section global = {.kind = CONF_SECTION_GLOBAL};
    for (size_t i = 0; i < outline->count; i++) {
        if (outline->sections[i].kind == CONF_SECTION_GLOBAL)
            outline_inherit(l, &global.entries, &outline->sections[i].entries, CONF_SECTION_GLOBAL);
    }
    complete(l, &global);
    to->sections[to->count++] = global;
}

void outline_effective(struct outline *outline)
{
    struct loader *l = outline->l;
    struct outline made = {.l = l};
    struct outline_heritage heritage = {0};
    made.sections = arena_alloc(l->scratch, (outline->count + 1) * sizeof *made.sections);
    gather_global(outline, &made);
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_section section = outline->sections[i];
        const struct outline_entries *from = outline_inherited(&heritage, &section);
        struct outline_entries *entries = arena_alloc(l->scratch, sizeof *entries);
        if (section.kind == CONF_SECTION_GLOBAL)
            continue;
        outline_inherit(l, entries, from, section.kind);
        outline_inherit(l, entries, &section.entries, section.kind);
        if (section.kind == CONF_SECTION_DEFAULTS) {
            outline_bequeath(l, &heritage, &section, entries);
            continue;
        }
        section.entries = *entries;
        section.from = NULL;
        complete(l, &section);
        made.sections[made.count++] = section;
    }
    *outline = made;
}
