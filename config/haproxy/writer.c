/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outline in HAProxy's syntax: a line for each entry. Lines with a grammar of their own are in
 * haproxy/writer_forms.c.
 */
#include "config/haproxy/writer.h"
#include "config/section_kinds.h"

#include <string.h>

static void put_above(struct haproxy_writer *w, const struct outline_remarks *remarks,
                      const char *indent)
{
    for (size_t i = 0; i < remarks->above_count; i++)
        fprintf(w->out, "%s#%s\n", indent, remarks->above[i]);
}

void haproxy_put_line(struct haproxy_writer *w, const char *format, ...)
{
    va_list args;
    fputs("    ", w->out);
    va_start(args, format);
    vfprintf(w->out, format, args);
    va_end(args);
    if (w->entry->remarks.behind != NULL)
        fprintf(w->out, " #%s", w->entry->remarks.behind);
    fputc('\n', w->out);
}

static const char *join_values(struct haproxy_writer *w, const struct outline_entry *entry)
{
    return haproxy_join(w->l->scratch, entry->values, entry->value_count);
}

void haproxy_put_unsaid(struct haproxy_writer *w, const char *why)
{
    const struct outline_entry *entry = w->entry;
    CONF_WARN(w->l, entry->span, why, "'%s' has no counterpart in haproxy.cfg", entry->row->name);
    haproxy_put_line(w, "# %s %s", keyword_libconfig_name(w->l->scratch, entry->row),
                     entry->form == OUTLINE_OFF ? "= false" : join_values(w, entry));
}

static void warn_own_word(struct haproxy_writer *w, const struct keyword *row,
                          struct conf_span span)
{
    if (row->since != NULL && strcmp(row->since, "weir") == 0)
        CONF_WARN(w->l, span, "weir reads it in haproxy.cfg too",
                  "HAProxy itself does not know '%s'", row->name);
}

/* "name(first) rest" */
static const char *print_in_parens(struct haproxy_writer *w, const struct outline_entry *entry)
{
    struct conf_arena *arena = w->l->scratch;
    const char *text = "";
    for (size_t i = 0; i < entry->value_count; i++) {
        const char *value = entry->values[i], *rest = value + strcspn(value, " ");
        text = arena_printf(arena, "%s%s%s(%.*s)", text, i > 0 ? " " : "", entry->row->name,
                            (int)(rest - value), value);
        if (*rest != '\0')
            text = arena_printf(arena, "%s %s", text, haproxy_quote(arena, rest + 1));
    }
    return text;
}

/* A list of words is one word with commas; values that add stand behind a name each. */
static const char *print_named(struct haproxy_writer *w, const struct outline_entry *entry)
{
    struct conf_arena *arena = w->l->scratch;
    const char *name = entry->row->name, *text = name;
    if (entry->value_count == 0)
        return name;
    if (entry->row->in_parens)
        return print_in_parens(w, entry);
    if (entry->row->adds && entry->value_count > 1) {
        text = "";
        for (size_t i = 0; i < entry->value_count; i++)
            text = arena_printf(arena, "%s%s%s %s", text, i > 0 ? " " : "", name,
                                haproxy_quote(arena, entry->values[i]));
        return text;
    }
    if ((entry->row->kind != KW_WORDS && entry->row->kind != KW_OWN) || entry->row->words > 1)
        return arena_printf(arena, "%s %s", name, join_values(w, entry));
    const char *words = entry->values[0];
    for (size_t i = 1; i < entry->value_count; i++)
        words = arena_printf(arena, "%s,%s", words, entry->values[i]);
    return arena_printf(arena, "%s %s", name, haproxy_quote(arena, words));
}

static const char *print_param(struct haproxy_writer *w, const struct outline_entry *param)
{
    warn_own_word(w, param->row, param->span);
    if (param->form != OUTLINE_OFF)
        return print_named(w, param);
    const char *off = haproxy_off(w->l, param->row);
    if (off != NULL)
        return off;
    if (param->row->initial == NULL || strcmp(param->row->initial, "false") != 0)
        CONF_WARN(w->l, param->span, NULL, "'%s' cannot be switched off in haproxy.cfg",
                  param->row->name);
    return NULL;
}

const char *haproxy_print_placed(struct haproxy_writer *w, enum keyword_level level,
                                 const struct outline_entries *params, unsigned from)
{
    const struct keyword *const *rows = w->l->index.by_position[level];
    const char *text = "";
    unsigned last = 0;
    for (unsigned position = from; position < KEYWORD_POSITIONS; position++) {
        if (rows[position] != NULL && outline_find(params, rows[position]->name) != NULL)
            last = position;
    }
    for (unsigned position = from; position <= last; position++) {
        const struct outline_entry *param =
            rows[position] != NULL ? outline_find(params, rows[position]->name) : NULL;
        const char *value = param != NULL && param->value_count > 0 ? param->values[0]
                            : rows[position] != NULL                ? rows[position]->initial
                                                                    : NULL;
        if (value != NULL)
            text = arena_printf(w->l->scratch, "%s %s", text, haproxy_quote(w->l->scratch, value));
    }
    return text;
}

const char *haproxy_print_named(struct haproxy_writer *w, const struct outline_entries *params)
{
    const char *text = "";
    for (size_t i = 0; i < params->count; i++) {
        const char *word =
            params->items[i].row->position == 0 ? print_param(w, &params->items[i]) : NULL;
        if (word != NULL)
            text = arena_printf(w->l->scratch, "%s %s", text, word);
    }
    return text;
}

/* `option x = false` is `no option x`; a few other words have one that undoes them. */
static void put_off(struct haproxy_writer *w)
{
    const struct keyword *row = w->entry->row;
    const char *off = haproxy_off(w->l, row);
    bool is_option = strncmp(row->name, "option ", strlen("option ")) == 0;
    if (off != NULL) {
        haproxy_put_line(w, "%s", off);
    } else if (w->entry->form == OUTLINE_MOOT || keyword_is_idle(row)) {
        haproxy_put_line(w, "# no %s", row->name);
    } else if (is_option) {
        CONF_WARN(w->l, w->entry->span, "weir reads it in haproxy.cfg too",
                  "HAProxy itself does not take 'no %s'", row->name);
        haproxy_put_line(w, "no %s", row->name);
    } else {
        haproxy_put_unsaid(w, "it can only be left out there");
    }
}

static void put_entry(struct haproxy_writer *w, enum keyword_level level,
                      const struct outline_entry *entry)
{
    w->entry = entry;
    put_above(w, &entry->remarks, "    ");
    if (haproxy_put_form(w, level))
        return;
    if (entry->form == OUTLINE_OFF || entry->form == OUTLINE_MOOT) {
        put_off(w);
        return;
    }
    warn_own_word(w, entry->row, entry->span);
    if (entry->form == OUTLINE_GROUP)
        haproxy_put_line(w, "%s%s%s", entry->row->name,
                         haproxy_print_placed(w, entry->row->params, &entry->params, 1),
                         haproxy_print_named(w, &entry->params));
    else if (entry->form == OUTLINE_LINE)
        haproxy_put_line(w, "%s%s%s", entry->row->name, entry->value_count > 0 ? " " : "",
                         join_values(w, entry));
    else if (entry->row->adds)
        for (size_t i = 0; i < entry->value_count; i++)
            haproxy_put_line(w, "%s %s", entry->row->name,
                             haproxy_quote(w->l->scratch, entry->values[i]));
    else
        haproxy_put_line(w, "%s", print_named(w, entry));
}

static void put_section(struct haproxy_writer *w, const struct outline_section *section)
{
    struct conf_arena *arena = w->l->scratch;
    put_above(w, &section->remarks, "");
    fputs(section_kinds[section->kind].name, w->out);
    if (section->name != NULL)
        fprintf(w->out, " %s", haproxy_quote(arena, section->name));
    if (section->from != NULL)
        fprintf(w->out, " from %s", haproxy_quote(arena, section->from));
    if (section->remarks.behind != NULL)
        fprintf(w->out, " #%s", section->remarks.behind);
    fputc('\n', w->out);
    for (size_t i = 0; i < section->entries.count; i++)
        put_entry(w, section_kinds[section->kind].level, &section->entries.items[i]);
    put_above(w, &section->tail, "    ");
}

char *haproxy_write(const struct outline *outline)
{
    char *text = NULL;
    size_t len = 0;
    struct haproxy_writer w = {.out = open_memstream(&text, &len), .l = outline->l};
    for (size_t i = 0; i < outline->count; i++) {
        if (i > 0)
            fputc('\n', w.out);
        put_section(&w, &outline->sections[i]);
    }
    if (outline->tail.above_count > 0 && outline->count > 0)
        fputc('\n', w.out);
    put_above(&w, &outline->tail, "");
    fclose(w.out);
    return text;
}
