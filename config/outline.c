/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directives become entries: names become rows, groups that only gather are taken apart, single
 * values that stand for a parameter become that parameter, and comments find what they are about.
 */
#include "config/outline.h"

#include <limits.h>
#include <string.h>

#include "config/apply.h"
#include "config/haproxy_words.h"
#include "config/rule_groups.h"
#include "config/section_kinds.h"
#include "config/value.h"

struct maker {
    struct loader *l;
    size_t next_comment;   /* of l->comments */
    const char *last_file; /* of the latest directive: an included file begins and ends */
    struct conf_place end; /* where the latest directive ends */
    unsigned depth;        /* within parameters, whose comments are those of the whole */
};

struct outline_entry *outline_append(struct loader *l, struct outline_entries *entries,
                                     struct outline_entry entry)
{
    entries->items = arena_list_grow(l->scratch, entries->items, entries->count, sizeof entry);
    entries->items[entries->count] = entry;
    return &entries->items[entries->count++];
}

const struct outline_entry *outline_find(const struct outline_entries *entries, const char *name)
{
    for (size_t i = 0; i < entries->count; i++) {
        if (strcmp(entries->items[i].row->name, name) == 0)
            return &entries->items[i];
    }
    return NULL;
}

bool outline_repeats(const struct keyword *row)
{
    return row->kind == KW_LIST || row->kind == KW_LINES || row->adds;
}

static void add_above(struct loader *l, struct outline_remarks *remarks, const char *text)
{
    remarks->above =
        arena_list_grow(l->scratch, remarks->above, remarks->above_count, sizeof *remarks->above);
    remarks->above[remarks->above_count++] = text;
}

void outline_hoist(struct loader *l, struct outline_remarks *to, const struct outline_remarks *from)
{
    for (size_t i = 0; i < from->above_count; i++)
        add_above(l, to, from->above[i]);
    if (from->behind != NULL)
        add_above(l, to, from->behind);
}

static bool is_before(const struct conf_place *a, const struct conf_place *b)
{
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

static bool is_same_file(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The comment at hand, if it stands before a place; else NULL. */
static const struct conf_comment *comment_before(const struct maker *m,
                                                 const struct conf_place *place)
{
    const struct conf_comments *comments = m->l->comments;
    if (comments == NULL || m->depth > 0 || m->next_comment == comments->count)
        return NULL;
    const struct conf_comment *comment = &comments->items[m->next_comment];
    bool is_here = is_same_file(comment->place.file, place->file);
    bool counts = is_here ? is_before(&comment->place, place)
                          : is_same_file(comment->place.file, m->last_file);
    return counts ? comment : NULL;
}

static void take_above(struct maker *m, const struct conf_place *place,
                       struct outline_remarks *remarks)
{
    const struct conf_comment *comment;
    for (; (comment = comment_before(m, place)) != NULL; m->next_comment++)
        add_above(m->l, remarks, comment->text);
    m->last_file = place->file;
}

/* What stands within something that ends in a line, or behind it in that line. */
static void take_rest(struct maker *m, struct conf_place end, struct outline_remarks *remarks)
{
    const struct conf_comment *comment;
    struct conf_place line_end = {end.file, end.line + 1, 0};
    for (; (comment = comment_before(m, &line_end)) != NULL; m->next_comment++) {
        bool is_behind = comment->is_behind && comment->place.line == end.line;
        if (!is_before(&comment->place, &end) && !is_behind)
            return;
        if (is_behind && remarks->behind == NULL)
            remarks->behind = comment->text;
        else
            add_above(m->l, remarks, comment->text);
    }
}

static void reach(struct maker *m, const struct conf_span *span)
{
    if (is_same_file(span->place.file, m->end.file) ? is_before(&m->end, &span->place)
                                                    : m->end.file == NULL)
        m->end = span->place;
}

/* The last place in a directive. */
static void reach_end(struct maker *m, const struct conf_directive *d)
{
    reach(m, &d->name.span);
    for (size_t i = 0; i < d->arg_count; i++)
        reach(m, &d->args[i].span);
    for (size_t i = 0; i < d->param_count; i++)
        reach_end(m, &d->params[i]);
}

/* Sizes as plain numbers: HAProxy stops at the k of 32k where it reads most of them. */
static const char *print_size(struct loader *l, const char *written)
{
    unsigned bytes;
    return value_size(written, &bytes) == 0 ? arena_printf(l->scratch, "%u", bytes) : written;
}

static void add_value(struct loader *l, struct outline_entry *entry, const char *text)
{
    const char *written = loader_template(l, text);
    entry->values =
        arena_list_grow(l->scratch, entry->values, entry->value_count, sizeof *entry->values);
    entry->values[entry->value_count++] =
        entry->row->kind == KW_SIZE ? print_size(l, written) : written;
}

/* A flag's value, however it was written: on is no value at all. */
static bool take_flag(struct outline_entry *entry, const struct conf_directive *d)
{
    enum keyword_kind kind = entry->row->kind;
    bool is_flag = kind == KW_FLAG || kind == KW_FLAG_OFF || kind == KW_SET, flag = true;
    if (d->arg_count != 1 || (!is_flag && d->args[0].kind != CONF_WORD_BOOL) ||
        value_flag(d->args[0].text, &flag) != 0)
        return false;
    entry->form = flag ? OUTLINE_VALUES : OUTLINE_OFF;
    return true;
}

static void make_entries(struct maker *m, enum keyword_level level, struct outline_entries *to,
                         const struct conf_directive *directives, size_t count);

/* `binds = ["*:80"]`: the value is that of the bare parameter. */
static struct outline_entry make_bare(struct maker *m, const struct keyword *row,
                                      const struct conf_word *word)
{
    struct outline_entry entry = {.row = row, .form = OUTLINE_GROUP, .span = word->span};
    struct outline_entry param = {.row = keyword_bare(&m->l->index, row->params),
                                  .span = word->span};
    if (param.row == NULL) {
        CONF_FAIL(m->l, word->span, NULL, "'%s' takes a group", row->name);
        return entry;
    }
    add_value(m->l, &param, word->text);
    outline_append(m->l, &entry.params, param);
    return entry;
}

/* A text of libconfig holds a whole line; `true` is a condition. */
static struct outline_entry make_line(struct maker *m, const struct keyword *row,
                                      const struct conf_word *word)
{
    const struct haproxy_env env = {.arena = m->l->scratch};
    struct outline_entry entry = {.row = row, .form = OUTLINE_LINE, .span = word->span};
    struct haproxy_words words = {0};
    if (word->kind == CONF_WORD_BOOL) {
        struct conf_line line;
        rule_true_read(m->l, word->span, &line);
        words.items = line.words;
        words.count = line.word_count;
    } else if (!haproxy_words_split(m->l, &env, word->text, strlen(word->text), word->span.place,
                                    &words))
        return entry;
    for (size_t i = 0; i < words.count; i++)
        add_value(m->l, &entry, words.items[i].text);
    return entry;
}

/* A group of libconfig is one as well. */
static struct outline_entry make_rule(struct maker *m, const struct keyword *row,
                                      const struct conf_directive *d)
{
    struct outline_entry entry = {.row = row, .form = OUTLINE_LINE, .span = d->name.span};
    struct conf_line line;
    if (rule_group_read(m->l, row, d, &line)) {
        for (size_t i = 0; i < line.word_count; i++)
            add_value(m->l, &entry, line.words[i].text);
    }
    return entry;
}

/* Each value of a list or of lines is an entry of its own, and has its own comments. */
static void make_each(struct maker *m, const struct keyword *row, struct outline_entries *to,
                      const struct conf_directive *d)
{
    for (size_t i = 0; i < d->arg_count; i++) {
        struct outline_remarks remarks = {0};
        take_above(m, &d->args[i].span.place, &remarks);
        struct outline_entry entry =
            row->kind == KW_LINES ? make_line(m, row, &d->args[i]) : make_bare(m, row, &d->args[i]);
        take_rest(m, d->args[i].span.place, &remarks);
        entry.remarks = remarks;
        outline_append(m->l, to, entry);
    }
}

static struct outline_entry make_entry(struct maker *m, const struct keyword *row,
                                       const struct conf_directive *d)
{
    struct outline_entry entry = {.row = row, .span = d->name.span};
    if (take_flag(&entry, d))
        return entry;
    if (row->kind == KW_LINES && d->is_group)
        return make_rule(m, row, d);
    bool is_group = row->kind == KW_GROUP || row->kind == KW_LIST;
    if (is_group && d->arg_count == 1)
        return make_bare(m, row, &d->args[0]);
    for (size_t i = 0; i < d->arg_count; i++)
        add_value(m->l, &entry, d->args[i].text);
    if (d->is_line)
        entry.form = OUTLINE_LINE;
    if (!is_group || (!d->is_group && d->arg_count == 0))
        return entry;
    entry.form = OUTLINE_GROUP;
    m->depth++;
    make_entries(m, row->params, &entry.params, d->params, d->param_count);
    m->depth--;
    return entry;
}

static void report_unknown(struct maker *m, enum keyword_level level, const struct conf_word *name)
{
    struct loader *l = m->l;
    const char *nearest = keyword_nearest(&l->index, l->scratch, level, ~0U, name->text);
    CONF_FAIL(l, name->span,
              nearest != NULL ? arena_printf(l->scratch, "did you mean '%s'?", nearest)
                              : "docs/reference.md lists every keyword",
              "unknown keyword '%s'", name->text);
}

static void make_one(struct maker *m, enum keyword_level level, struct outline_entries *to,
                     const struct conf_directive *d)
{
    struct loader *l = m->l;
    const struct keyword *row = keyword_find(&l->index, l->scratch, level, d->name.text);
    if (apply_is_gathering(l, level, row, d)) {
        for (size_t i = 0; i < d->param_count; i++) {
            struct conf_directive joined = d->params[i];
            joined.name.text = arena_printf(l->scratch, "%s_%s", d->name.text, joined.name.text);
            make_one(m, level, to, &joined);
        }
        return;
    }
    if (row == NULL) {
        report_unknown(m, level, &d->name);
        return;
    }
    struct outline_remarks remarks = {0};
    take_above(m, &d->name.span.place, &remarks);
    bool is_each = (row->kind == KW_LIST || row->kind == KW_LINES) && !d->is_group && !d->is_line &&
                   !apply_is_off(d);
    if (is_each) {
        size_t first = to->count;
        make_each(m, row, to, d);
        if (to->count > first)
            outline_hoist(l, &to->items[first].remarks, &remarks);
        return;
    }
    struct outline_entry entry = make_entry(m, row, d);
    m->end = (struct conf_place){0};
    reach_end(m, d);
    take_rest(m, m->end, &remarks);
    entry.remarks = remarks;
    outline_append(l, to, entry);
}

static void make_entries(struct maker *m, enum keyword_level level, struct outline_entries *to,
                         const struct conf_directive *directives, size_t count)
{
    for (size_t i = 0; i < count; i++)
        make_one(m, level, to, &directives[i]);
}

/* Comments at the end of a section: before its brace, or indented deeper than what follows. */
static void take_tail(struct maker *m, const struct conf_section *section,
                      const struct conf_place *next, struct outline_remarks *tail)
{
    const struct conf_comment *comment;
    bool has_brace = section->end.line != 0;
    for (; (comment = comment_before(m, has_brace ? &section->end : next)) != NULL;
         m->next_comment++) {
        if (!has_brace && comment->place.column <= next->column)
            return;
        add_above(m->l, tail, comment->text);
    }
}

static void make_section(struct maker *m, struct outline *outline,
                         const struct conf_section *section)
{
    struct loader *l = m->l;
    struct outline_section made = {.kind = section->kind};
    take_above(m, &section->span.place, &made.remarks);
    take_rest(m, section->span.place, &made.remarks);
    if (section->name.text != NULL)
        made.name = loader_template(l, section->name.text);
    if (section->from.text != NULL)
        made.from = loader_template(l, section->from.text);
    make_entries(m, section_kinds[section->kind].level, &made.entries, section->directives,
                 section->directive_count);
    outline->sections = arena_list_grow(l->scratch, outline->sections, outline->count, sizeof made);
    outline->sections[outline->count++] = made;
}

void outline_make(struct loader *l, struct outline *outline_out)
{
    struct maker m = {.l = l};
    *outline_out = (struct outline){.l = l};
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        struct conf_place next = {m.last_file, UINT_MAX, 1};
        if (i + 1 < l->sections.count)
            next = section[1].span.place;
        make_section(&m, outline_out, section);
        take_tail(&m, section, &next, &outline_out->sections[i].tail);
    }
    for (; l->comments != NULL && m.next_comment < l->comments->count; m.next_comment++)
        add_above(l, &outline_out->tail, l->comments->items[m.next_comment].text);
}
