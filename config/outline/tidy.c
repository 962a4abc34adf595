/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two syntaxes differ in what order means and in what may stand twice; a tidy outline needs
 * neither. Nothing here changes what the configuration means.
 */
#include <string.h>

#include "config/outline/outline.h"
#include "config/section_kinds.h"

/* The later of two entries of a row that counts once. A group keeps what both say. */
static void merge(struct loader *l, const struct outline_entry *earlier,
                  struct outline_entry *later)
{
    struct outline_remarks remarks = {0};
    outline_hoist(l, &remarks, &earlier->remarks);
    const char *behind = later->remarks.behind;
    later->remarks.behind = NULL;
    outline_hoist(l, &remarks, &later->remarks);
    remarks.behind = behind;
    later->remarks = remarks;
    if (earlier->form != OUTLINE_GROUP || later->form == OUTLINE_OFF || later->row->anew)
        return;
    struct outline_entries params = {0};
    for (size_t i = 0; i < earlier->params.count; i++)
        outline_append(l, &params, earlier->params.items[i]);
    for (size_t i = 0; i < later->params.count; i++)
        outline_append(l, &params, later->params.items[i]);
    later->params = params;
    later->form = OUTLINE_GROUP;
}

/* `no log`, which forgets the entries before it. */
static void forget_before(struct loader *l, struct outline_entries *entries, size_t at)
{
    struct outline_entry *off = &entries->items[at];
    for (size_t i = 0; i < at; i++) {
        struct outline_entry *entry = &entries->items[i];
        if (entry->row != off->row)
            continue;
        outline_hoist(l, &off->remarks, &entry->remarks);
        entry->row = NULL;
    }
}

/* Marks what an entry overrides by taking its row away, so that no index changes meanwhile. */
static void override(struct loader *l, struct outline_entries *entries, struct name_map *latest,
                     size_t at)
{
    struct outline_entry *entry = &entries->items[at];
    if (outline_repeats(entry->row)) {
        if (entry->form == OUTLINE_OFF)
            forget_before(l, entries, at);
        return;
    }
    size_t *index = arena_alloc(l->scratch, sizeof *index);
    *index = at;
    size_t *other = names_add(l->scratch, latest, entry->row->name, index);
    if (other == NULL)
        return;
    merge(l, &entries->items[*other], entry);
    entries->items[*other].row = NULL;
    *other = at;
}

void outline_drop_repeated(struct loader *l, struct outline_entries *entries)
{
    struct name_map latest = {0}; /* row name -> size_t: where it stands */
    size_t kept = 0;
    for (size_t i = 0; i < entries->count; i++)
        override(l, entries, &latest, i);
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].row == NULL)
            continue;
        outline_drop_repeated(l, &entries->items[i].params);
        entries->items[kept++] = entries->items[i];
    }
    entries->count = kept;
}

/* The group that gives what the elements of a list begin with: default-server of server. */
static bool is_default_of(const struct outline_entry *group, const struct keyword *list)
{
    return group->row->kind == KW_GROUP && list->kind == KW_LIST &&
           group->row->params == list->params;
}

static const struct keyword *list_before(const struct outline_entries *entries, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (is_default_of(&entries->items[at], entries->items[i].row))
            return entries->items[i].row;
    }
    return NULL;
}

static void drop(struct outline_entries *entries, size_t i)
{
    entries->count--;
    memmove(&entries->items[i], &entries->items[i + 1],
            (entries->count - i) * sizeof *entries->items);
}

/* haproxy.cfg: it counts for the elements below it, so they take it over. */
static void spread(struct loader *l, struct outline_entries *entries, size_t at)
{
    struct outline_entry group = entries->items[at];
    drop(entries, at);
    struct outline_remarks remarks = group.remarks;
    for (size_t i = at; i < entries->count; i++) {
        struct outline_entry *entry = &entries->items[i];
        if (!is_default_of(&group, entry->row))
            continue;
        struct outline_entries params = {0};
        for (size_t p = 0; p < group.params.count; p++)
            outline_append(l, &params, group.params.items[p]);
        for (size_t p = 0; p < entry->params.count; p++)
            outline_append(l, &params, entry->params.items[p]);
        entry->params = params;
        struct outline_remarks own = entry->remarks;
        entry->remarks = remarks;
        outline_hoist(l, &entry->remarks, &(struct outline_remarks){own.above, own.above_count, 0});
        entry->remarks.behind = own.behind;
        remarks = (struct outline_remarks){0};
    }
}

/* libconfig: it counts for all elements, wherever it stands; haproxy.cfg wants it above them. */
static void raise_above(struct outline_entries *entries, size_t at, const struct keyword *list)
{
    struct outline_entry entry = entries->items[at];
    size_t to = 0;
    while (entries->items[to].row != list)
        to++;
    memmove(&entries->items[to + 1], &entries->items[to], (at - to) * sizeof entry);
    entries->items[to] = entry;
}

static void place_defaults(struct loader *l, struct outline_entries *entries, bool is_haproxy)
{
    for (size_t i = entries->count; i-- > 0;) {
        const struct keyword *list = list_before(entries, i);
        if (list == NULL)
            continue;
        if (is_haproxy)
            spread(l, entries, i);
        else {
            raise_above(entries, i, list);
            i++; /* what came to stand here */
        }
    }
}

/* Named conditions first: a list of libconfig stands where its first line does. */
static void raise_conditions(struct outline_entries *entries)
{
    size_t to = 0;
    while (to < entries->count && entries->items[to].row->kind != KW_LINES)
        to++;
    for (size_t i = to; i < entries->count; i++) {
        struct outline_entry entry = entries->items[i];
        if (entry.row->kind != KW_LINES || entry.row->value != CONF_LINE_ACL)
            continue;
        memmove(&entries->items[to + 1], &entries->items[to], (i - to) * sizeof entry);
        entries->items[to++] = entry;
    }
}

/* HAProxy's default is another one than ours: written down where nothing says it. */
static void state_mode(struct outline *outline)
{
    struct loader *l = outline->l;
    const struct keyword *mode = keyword_spelt(&l->index, LEVEL_PROXY, "mode");
    bool follows_defaults = false;
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_section *section = &outline->sections[i];
        if (!section_is_of_proxies(section->kind))
            continue;
        bool inherits =
            section->from != NULL || (section->kind != CONF_SECTION_DEFAULTS && follows_defaults);
        follows_defaults = follows_defaults || section->kind == CONF_SECTION_DEFAULTS;
        if (inherits || outline_find(&section->entries, mode->name) != NULL)
            continue;
        struct outline_entry entry = {.row = mode};
        entry.values = arena_alloc(l->scratch, sizeof *entry.values);
        entry.values[entry.value_count++] = mode->initial;
        outline_append(l, &section->entries, entry);
        struct outline_entry *items = section->entries.items;
        memmove(&items[1], &items[0], (section->entries.count - 1) * sizeof entry);
        items[0] = entry;
    }
}

void outline_tidy(struct outline *outline, bool is_haproxy)
{
    state_mode(outline);
    for (size_t i = 0; i < outline->count; i++) {
        struct outline_entries *entries = &outline->sections[i].entries;
        place_defaults(outline->l, entries, is_haproxy);
        outline_drop_repeated(outline->l, entries);
        raise_conditions(entries);
    }
}
