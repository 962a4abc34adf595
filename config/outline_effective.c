/* SPDX-License-Identifier: Apache-2.0 */
/* What counts in the end: defaults become part of the proxies that begin with them, several global
 * sections become one, and values that nobody gave are those of the rows. */
#include <string.h>

#include "config/outline.h"

static unsigned scope_of(enum conf_section_kind kind)
{
    static const unsigned scopes[] = {
        [CONF_SECTION_GLOBAL] = IN_GLOBAL,
        [CONF_SECTION_DEFAULTS] = IN_DEFAULTS,
        [CONF_SECTION_FRONTEND] = IN_FRONTEND,
        [CONF_SECTION_BACKEND] = IN_BACKEND,
        [CONF_SECTION_LISTEN] = IN_FRONTEND | IN_BACKEND,
    };
    return scopes[kind];
}

static void append_all(struct loader *l, struct outline_entries *to,
                       const struct outline_entries *from, unsigned scope)
{
    for (size_t i = 0; i < from->count; i++) {
        if ((from->items[i].row->scopes & scope) != 0)
            outline_append(l, to, from->items[i]);
    }
}

/* Is it off anyway, where nothing says that it is on? Not what other words may switch on. */
static bool is_moot(struct loader *l, enum keyword_level level, const struct outline_entry *entry)
{
    if (entry->form != OUTLINE_OFF ||
        (entry->row->initial != NULL && strcmp(entry->row->initial, "false") != 0))
        return false;
    KEYWORDS_OF(&l->index, level, row)
    {
        if (row->turns_on != 0 && row->turns_on == entry->row->offset && row != entry->row)
            return false;
    }
    return true;
}

static void drop_moot(struct loader *l, enum keyword_level level, struct outline_entries *entries)
{
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++) {
        if (!is_moot(l, level, &entries->items[i]))
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
    add_initial(l, level, scope_of(section->kind), &section->entries);
}

/* All that global sections say, as the first section. */
static void gather_global(struct outline *outline, struct outline *to)
{
    struct loader *l = outline->l;
    struct outline_section global = {.kind = CONF_SECTION_GLOBAL};
    for (size_t i = 0; i < outline->count; i++) {
        if (outline->sections[i].kind == CONF_SECTION_GLOBAL)
            append_all(l, &global.entries, &outline->sections[i].entries, IN_GLOBAL);
    }
    complete(l, &global);
    to->sections[to->count++] = global;
}

/* What the section begins with: the defaults it names, else the latest. */
static const struct outline_entries *inherited(const struct outline_section *section,
                                               const struct name_map *by_name,
                                               const struct outline_entries *latest)
{
    const struct outline_entries *named =
        section->from != NULL ? names_get(by_name, section->from) : NULL;
    if (named != NULL)
        return named;
    return section->kind == CONF_SECTION_DEFAULTS ? NULL : latest;
}

void outline_effective(struct outline *outline)
{
    struct loader *l = outline->l;
    struct outline made = {.l = l};
    struct name_map by_name = {0}; /* of defaults -> struct outline_entries */
    const struct outline_entries *latest = NULL;
    made.sections = arena_alloc(l->scratch, (outline->count + 1) * sizeof *made.sections);
    gather_global(outline, &made);
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_section section = outline->sections[i];
        struct outline_entries *entries = arena_alloc(l->scratch, sizeof *entries);
        const struct outline_entries *from = inherited(&section, &by_name, latest);
        if (section.kind == CONF_SECTION_GLOBAL)
            continue;
        if (from != NULL)
            append_all(l, entries, from, scope_of(section.kind));
        append_all(l, entries, &section.entries, scope_of(section.kind));
        section.entries = *entries;
        section.from = NULL;
        if (section.kind == CONF_SECTION_DEFAULTS) {
            latest = entries;
            if (section.name != NULL)
                names_add(l->scratch, &by_name, section.name, entries);
            continue;
        }
        complete(l, &section);
        made.sections[made.count++] = section;
    }
    *outline = made;
}
