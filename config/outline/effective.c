/* SPDX-License-Identifier: Apache-2.0 */
/* What counts in the end: defaults become part of the proxies that begin with them, several global
 * sections become one, and values that nobody gave are those of the rows. */
#include <string.h>

#include "config/outline/outline.h"
#include "config/section_kinds.h"

static void drop_moot(struct loader *l, enum keyword_level level, struct outline_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (!outline_is_moot(l, level, NULL, &entries->items[i]))
            entries->items[kept++] = entries->items[i];
    }
    entries->count = kept;
}

static struct outline_entry make_initial(struct loader *l, const struct keyword *row)
{
    struct outline_entry entry = {.row = row, .value_count = 1};
    entry.values = arena_alloc(l->scratch, sizeof *entry.values);
    entry.values[0] = row->initial;
    return entry;
}

/* The value of a row that says something by itself, unlike "false", and is no part of something
 * that is off; of a group, that of the parameter which stands for it. */
static bool find_initial(struct loader *l, const struct keyword *row,
                         struct outline_entry *entry_out)
{
    static const bool kinds[KW_KIND_COUNT] = {
        [KW_UINT] = true,   [KW_DURATION] = true, [KW_SIZE] = true,
        [KW_STRING] = true, [KW_CHOICE] = true,   [KW_NAME] = true};
    if (row->turns_on == 0 && kinds[row->kind] && row->initial != NULL) {
        *entry_out = make_initial(l, row);
        return true;
    }
    bool is_never_bare = row->anew && row->min > 0; /* others are off where nothing says them */
    const struct keyword *param = is_never_bare ? keyword_bare(&l->index, row->params) : NULL;
    if (param == NULL || param->initial == NULL)
        return false;
    *entry_out = (struct outline_entry){.row = row, .form = OUTLINE_GROUP};
    outline_append(l, &entry_out->params, make_initial(l, param));
    return true;
}

static void add_initial(struct loader *l, enum keyword_level level, unsigned scope,
                        struct outline_entries *entries)
{
    struct outline_entry entry;
    KEYWORDS_OF(&l->index, level, row)
    {
        bool is_absent = (row->scopes & scope) != 0 && outline_find(entries, row->name) == NULL;
        if (is_absent && find_initial(l, row, &entry))
            outline_append(l, entries, entry);
    }
}

static void complete(struct loader *l, struct outline_section *section)
{
    enum keyword_level level = section_kinds[section->kind].level;
    outline_drop_repeated(l, &section->entries);
    drop_moot(l, level, &section->entries);
    add_initial(l, level, section_kinds[section->kind].scope, &section->entries);
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
        if (section.kind > CONF_SECTION_LISTEN)
            made.sections[made.count++] = section;
        if (!section_is_of_proxies(section.kind))
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
