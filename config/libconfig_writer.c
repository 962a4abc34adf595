/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outline in libconfig's syntax. What stands several times in haproxy.cfg (bind, server, acl) is
 * one list here, where its first line stood.
 */
#include <ctype.h>
#include <string.h>

#include "config/outline_text.h"
#include "config/section_kinds.h"

enum { LINE_MAX_COLUMNS = 100, INDENT_COLUMNS = 4 };

struct writer {
    FILE *out;
    struct loader *l;
    unsigned depth;
};

static void indent(struct writer *w)
{
    fprintf(w->out, "%*s", (int)(w->depth * INDENT_COLUMNS), "");
}

static void put_above(struct writer *w, const struct outline_remarks *remarks)
{
    for (size_t i = 0; i < remarks->above_count; i++) {
        indent(w);
        fprintf(w->out, "#%s\n", remarks->above[i]);
    }
}

static void end_line(struct writer *w, const struct outline_remarks *remarks)
{
    if (remarks->behind != NULL)
        fprintf(w->out, " #%s", remarks->behind);
    fputc('\n', w->out);
}

/* A plain number, of a row that takes one, needs no quotes. */
static bool is_number(const struct keyword *row, const char *value)
{
    static const bool kinds[KW_KIND_COUNT] = {
        [KW_UINT] = true,  [KW_DURATION] = true, [KW_SIZE] = true,   [KW_CHOICE] = true,
        [KW_LATER] = true, [KW_NOTHING] = true,  [KW_REFUSED] = true};
    size_t len = strlen(value);
    return kinds[row->kind] && len > 0 && len < 10 && strspn(value, "0123456789") == len &&
           (*value != '0' || len == 1);
}

static const char *print_value(struct writer *w, const struct keyword *row, const char *value)
{
    return is_number(row, value) ? value : libconfig_quote(w->l->scratch, value);
}

/* One value, or all of an array; every element in quotes there, because they must be of one type. */
static const char *print_values(struct writer *w, const struct outline_entry *entry)
{
    struct conf_arena *arena = w->l->scratch;
    if (entry->value_count == 1)
        return print_value(w, entry->row, entry->values[0]);
    const char *text = "[";
    for (size_t i = 0; i < entry->value_count; i++)
        text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "",
                            libconfig_quote(arena, entry->values[i]));
    return arena_printf(arena, "%s]", text);
}

static const char *print_group(struct writer *w, const struct outline_entries *entries,
                               size_t column);

/* What stands behind "name =", or in a list, where it begins at a column. */
static const char *print_setting(struct writer *w, const struct outline_entry *entry, size_t column)
{
    if (entry->form == OUTLINE_OFF)
        return "false";
    if (entry->form == OUTLINE_LINE)
        return libconfig_quote(w->l->scratch,
                               haproxy_join(w->l->scratch, entry->values, entry->value_count));
    if (entry->form == OUTLINE_GROUP && entry->params.count > 0)
        return print_group(w, &entry->params, column);
    return entry->value_count == 0 ? "true" : print_values(w, entry);
}

/* Is it the first entry of a row that makes a list? */
static bool is_first(const struct outline_entries *entries, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (entries->items[i].row == entries->items[at].row)
            return false;
    }
    return true;
}

/* All values of a row that adds, in one array. */
static struct outline_entry gather_values(struct writer *w, const struct outline_entries *entries,
                                          size_t at)
{
    struct outline_entry all = {.row = entries->items[at].row};
    for (size_t i = at; i < entries->count; i++) {
        const struct outline_entry *entry = &entries->items[i];
        if (entry->row != all.row)
            continue;
        outline_hoist(w->l, &all.remarks, &entry->remarks);
        for (size_t k = 0; k < entry->value_count; k++) {
            all.values =
                arena_list_grow(w->l->scratch, all.values, all.value_count, sizeof *all.values);
            all.values[all.value_count++] = entry->values[k];
        }
    }
    return all;
}

/* "{ name = "a"; address = "10.0.0.1:80"; }", the words with a place of their own first. */
static const char *print_group(struct writer *w, const struct outline_entries *entries,
                               size_t column)
{
    struct conf_arena *arena = w->l->scratch;
    size_t margin = column + 1;
    const char *text = "{";
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < entries->count; i++) {
            struct outline_entry entry = entries->items[i];
            if ((entry.row->position == 0) == (pass == 0))
                continue;
            if (outline_repeats(entry.row) && !is_first(entries, i))
                continue;
            if (entry.row->adds)
                entry = gather_values(w, entries, i);
            const char *name = keyword_libconfig_name(arena, entry.row);
            const char *member = arena_printf(arena, " %s = %s;", name,
                                              print_setting(w, &entry, margin + strlen(name) + 4));
            column += strlen(member);
            bool breaks = column > LINE_MAX_COLUMNS - 6 && text[1] != '\0';
            if (breaks)
                column = margin + strlen(member);
            text = breaks ? arena_printf(arena, "%s\n%*s%s", text, (int)margin, "", member)
                          : arena_printf(arena, "%s%s", text, member);
        }
    }
    return arena_printf(arena, "%s }", text);
}

/* Is every element of the list just the value that stands for it, with comments above all? */
static bool is_bare_list(const struct outline_entries *entries, const struct keyword *row,
                         size_t first)
{
    for (size_t i = first; i < entries->count; i++) {
        const struct outline_entry *entry = &entries->items[i];
        if (entry->row != row)
            continue;
        bool is_plain = entry->form == OUTLINE_GROUP && entry->params.count == 1 &&
                        entry->params.items[0].row->bare && entry->params.items[0].value_count == 1;
        bool has_remarks =
            entry->remarks.behind != NULL || (entry->remarks.above_count > 0 && i != first);
        if (!is_plain || has_remarks)
            return false;
    }
    return true;
}

static void put_bare_list(struct writer *w, const struct outline_entries *entries,
                          const struct keyword *row)
{
    const char *comma = "";
    indent(w);
    fprintf(w->out, "%s = [", keyword_libconfig_name(w->l->scratch, row));
    for (size_t i = 0; i < entries->count; i++) {
        if (entries->items[i].row != row)
            continue;
        fprintf(w->out, "%s%s", comma,
                libconfig_quote(w->l->scratch, entries->items[i].params.items[0].values[0]));
        comma = ", ";
    }
    fputs("];\n", w->out);
}

/* name = ( element, element ); */
static void put_list(struct writer *w, const struct outline_entries *entries, size_t at)
{
    const struct keyword *row = entries->items[at].row;
    size_t left = 0;
    if (row->kind == KW_LIST && is_bare_list(entries, row, at)) {
        put_above(w, &entries->items[at].remarks);
        put_bare_list(w, entries, row);
        return;
    }
    for (size_t i = at; i < entries->count; i++)
        left += entries->items[i].row == row;
    indent(w);
    fprintf(w->out, "%s = (\n", keyword_libconfig_name(w->l->scratch, row));
    w->depth++;
    for (size_t i = at; i < entries->count; i++) {
        const struct outline_entry *entry = &entries->items[i];
        if (entry->row != row)
            continue;
        put_above(w, &entry->remarks);
        indent(w);
        fprintf(w->out, "%s%s", print_setting(w, entry, (size_t)w->depth * INDENT_COLUMNS),
                --left > 0 ? "," : "");
        end_line(w, &entry->remarks);
    }
    w->depth--;
    indent(w);
    fputs(");\n", w->out);
}

static void put_entries(struct writer *w, const struct outline_entries *entries)
{
    for (size_t i = 0; i < entries->count; i++) {
        struct outline_entry entry = entries->items[i];
        if (outline_repeats(entry.row) && !is_first(entries, i))
            continue;
        if (entry.row->kind == KW_LIST || entry.row->kind == KW_LINES) {
            put_list(w, entries, i);
            continue;
        }
        if (entry.row->adds)
            entry = gather_values(w, entries, i);
        put_above(w, &entry.remarks);
        indent(w);
        if (entry.form == OUTLINE_MOOT) {
            fprintf(w->out, "# no %s", entry.row->name);
            end_line(w, &entry.remarks);
            continue;
        }
        const char *name = keyword_libconfig_name(w->l->scratch, entry.row);
        size_t column = w->depth * INDENT_COLUMNS + strlen(name) + 3;
        fprintf(w->out, "%s = %s;", name, print_setting(w, &entry, column));
        end_line(w, &entry.remarks);
    }
}

/* The group of a section; behind it stands `end`. */
static void put_section(struct writer *w, const struct outline_section *section, bool says_kind,
                        const char *end)
{
    fputc('{', w->out);
    end_line(w, &section->remarks);
    w->depth++;
    const struct {
        const char *name, *value;
    } words[] = {
        {"section", says_kind ? section_kinds[section->kind].name : NULL},
        {"name", section->name},
        {"from", section->from},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].value == NULL)
            continue;
        indent(w);
        fprintf(w->out, "%s = %s;\n", words[i].name,
                libconfig_quote(w->l->scratch, words[i].value));
    }
    put_entries(w, &section->entries);
    put_above(w, &section->tail);
    w->depth--;
    indent(w);
    fprintf(w->out, "}%s\n", end);
}

/* name = ( { ... }, { ... } ); of `count` sections */
static void put_sections(struct writer *w, const char *name, const struct outline_section *sections,
                         size_t count, bool says_kind)
{
    fprintf(w->out, "%s = (\n", name);
    w->depth++;
    for (size_t i = 0; i < count; i++) {
        put_above(w, &sections[i].remarks);
        indent(w);
        put_section(w, &sections[i], says_kind, i + 1 < count ? "," : "");
    }
    w->depth--;
    fputs(");\n", w->out);
}

static void put_alone(struct writer *w, const struct outline_section *section)
{
    put_above(w, &section->remarks);
    fprintf(w->out, "%s = ", section_kinds[section->kind].list);
    put_section(w, section, false, ";");
}

static size_t run_length(const struct outline *outline, size_t from)
{
    size_t end = from;
    while (end < outline->count && outline->sections[end].kind == outline->sections[from].kind)
        end++;
    return end - from;
}

/*
 * How many sections can be written kind by kind. Where sections of one kind stand apart the order
 * would be lost (defaults hold for what follows, numbers go by it), so from the first proxy on the
 * rest goes into a list of all kinds.
 */
static size_t count_grouped(const struct outline *outline)
{
    bool seen[CONF_SECTION_ANY] = {false};
    size_t proxies = 0;
    while (proxies < outline->count && outline->sections[proxies].kind <= CONF_SECTION_DEFAULTS)
        proxies++;
    for (size_t i = 0; i < outline->count; i += run_length(outline, i)) {
        enum conf_section_kind kind = outline->sections[i].kind;
        if (seen[kind])
            return i < proxies ? 0 : proxies;
        seen[kind] = true;
    }
    return outline->count;
}

static void put_kinds(struct writer *w, const struct outline *outline, size_t end)
{
    for (size_t i = 0, count; i < end; i += count) {
        const struct section_kind *kind = &section_kinds[outline->sections[i].kind];
        count = run_length(outline, i);
        if (i > 0)
            fputc('\n', w->out);
        if (count == 1 && kind->may_be_single)
            put_alone(w, &outline->sections[i]);
        else
            put_sections(w, kind->list, &outline->sections[i], count, false);
    }
}

char *libconfig_write(const struct outline *outline)
{
    char *text = NULL;
    size_t len = 0;
    struct writer w = {.out = open_memstream(&text, &len), .l = outline->l};
    size_t grouped = count_grouped(outline);
    put_kinds(&w, outline, grouped);
    if (grouped > 0 && grouped < outline->count)
        fputc('\n', w.out);
    if (grouped < outline->count)
        put_sections(&w, "sections", outline->sections + grouped, outline->count - grouped, true);
    if (outline->tail.above_count > 0 && outline->count > 0)
        fputc('\n', w.out);
    put_above(&w, &outline->tail);
    fclose(w.out);
    return text;
}
