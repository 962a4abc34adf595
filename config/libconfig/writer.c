/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outline in libconfig's syntax. What stands several times in haproxy.cfg (bind, server, acl) is
 * one list here, where its first line stood.
 */
#include <ctype.h>
#include <string.h>

#include "config/libconfig/writer.h"

enum { LINE_MAX_COLUMNS = 100, INDENT_COLUMNS = 4 };

void libconfig_indent(struct libconfig_writer *w)
{
    fprintf(w->out, "%*s", (int)(w->depth * INDENT_COLUMNS), "");
}

void libconfig_put_above(struct libconfig_writer *w, const struct outline_remarks *remarks)
{
    for (size_t i = 0; i < remarks->above_count; i++) {
        libconfig_indent(w);
        fprintf(w->out, "#%s\n", remarks->above[i]);
    }
}

void libconfig_end_line(struct libconfig_writer *w, const struct outline_remarks *remarks)
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

static const char *print_value(struct libconfig_writer *w, const struct keyword *row,
                               const char *value)
{
    return is_number(row, value) ? value : libconfig_quote(w->l->scratch, value);
}

/* One value, or all of an array; every element in quotes there, because they must be of one type. */
static const char *print_values(struct libconfig_writer *w, const struct outline_entry *entry)
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

static const char *print_group(struct libconfig_writer *w, const struct outline_entries *entries,
                               size_t column);

/* What stands behind "name =", or in a list, where it begins at a column. */
static const char *print_setting(struct libconfig_writer *w, const struct outline_entry *entry,
                                 size_t column)
{
    if (entry->form == OUTLINE_OFF)
        return "false";
    if (entry->form == OUTLINE_LINE && entry->row->bare && entry->value_count == 1)
        return libconfig_quote(w->l->scratch, entry->values[0]);
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
static struct outline_entry gather_values(struct libconfig_writer *w,
                                          const struct outline_entries *entries, size_t at)
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
static const char *print_group(struct libconfig_writer *w, const struct outline_entries *entries,
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

static void put_bare_list(struct libconfig_writer *w, const struct outline_entries *entries,
                          const struct keyword *row)
{
    const char *comma = "";
    libconfig_indent(w);
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
static void put_list(struct libconfig_writer *w, const struct outline_entries *entries, size_t at)
{
    const struct keyword *row = entries->items[at].row;
    size_t left = 0;
    if (row->kind == KW_LIST && is_bare_list(entries, row, at)) {
        libconfig_put_above(w, &entries->items[at].remarks);
        put_bare_list(w, entries, row);
        return;
    }
    for (size_t i = at; i < entries->count; i++)
        left += entries->items[i].row == row;
    libconfig_indent(w);
    fprintf(w->out, "%s = (\n", keyword_libconfig_name(w->l->scratch, row));
    w->depth++;
    for (size_t i = at; i < entries->count; i++) {
        const struct outline_entry *entry = &entries->items[i];
        if (entry->row != row)
            continue;
        libconfig_put_above(w, &entry->remarks);
        libconfig_indent(w);
        fprintf(w->out, "%s%s", print_setting(w, entry, (size_t)w->depth * INDENT_COLUMNS),
                --left > 0 ? "," : "");
        libconfig_end_line(w, &entry->remarks);
    }
    w->depth--;
    libconfig_indent(w);
    fputs(");\n", w->out);
}

void libconfig_put_entries(struct libconfig_writer *w, const struct outline_entries *entries)
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
        libconfig_put_above(w, &entry.remarks);
        libconfig_indent(w);
        if (entry.form == OUTLINE_MOOT) {
            fprintf(w->out, "# no %s", entry.row->name);
            libconfig_end_line(w, &entry.remarks);
            continue;
        }
        const char *name = keyword_libconfig_name(w->l->scratch, entry.row);
        size_t column = w->depth * INDENT_COLUMNS + strlen(name) + 3;
        fprintf(w->out, "%s = %s;", name, print_setting(w, &entry, column));
        libconfig_end_line(w, &entry.remarks);
    }
}
