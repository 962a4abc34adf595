/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directives become entries: names become rows, groups that only gather are taken apart, single
 * values that stand for a parameter become that parameter, and comments find what they are about.
 */
#include "config/outline/outline.h"

#include <limits.h>
#include <string.h>

#include "config/apply.h"
#include "config/haproxy/words.h"
#include "config/outline/remarks.h"
#include "config/rule_groups.h"
#include "config/section_kinds.h"
#include "config/value.h"

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

static void make_entries(struct remark_cursor *cursor, enum keyword_level level,
                         struct outline_entries *to, const struct conf_directive *directives,
                         size_t count);

/* `binds = ["*:80"]`: the value is that of the bare parameter. */
static struct outline_entry make_bare(struct remark_cursor *cursor, const struct keyword *row,
                                      const struct conf_word *word)
{
    struct outline_entry entry = {.row = row, .form = OUTLINE_GROUP, .span = word->span};
    struct outline_entry param = {.row = keyword_bare(&cursor->l->index, row->params),
                                  .span = word->span};
    if (param.row == NULL) {
        CONF_FAIL(cursor->l, word->span, NULL, "'%s' takes a group", row->name);
        return entry;
    }
    add_value(cursor->l, &param, word->text);
    outline_append(cursor->l, &entry.params, param);
    return entry;
}

/* A text of libconfig holds a whole line; `true` is a condition. */
static struct outline_entry make_line(struct remark_cursor *cursor, const struct keyword *row,
                                      const struct conf_word *word)
{
    const struct haproxy_env env = {.arena = cursor->l->scratch};
    struct outline_entry entry = {.row = row, .form = OUTLINE_LINE, .span = word->span};
    struct haproxy_words words = {0};
    if (row->bare) {
        add_value(cursor->l, &entry, word->text);
        return entry;
    }
    if (word->kind == CONF_WORD_BOOL) {
        struct conf_line line;
        rule_true_read(cursor->l, word->span, &line);
        words.items = line.words;
        words.count = line.word_count;
    } else if (!haproxy_words_split(cursor->l, &env, word->text, strlen(word->text),
                                    word->span.place, &words))
        return entry;
    for (size_t i = 0; i < words.count; i++)
        add_value(cursor->l, &entry, words.items[i].text);
    return entry;
}

/* A group of libconfig is one as well. */
static struct outline_entry make_rule(struct remark_cursor *cursor, const struct keyword *row,
                                      const struct conf_directive *d)
{
    struct outline_entry entry = {.row = row, .form = OUTLINE_LINE, .span = d->name.span};
    struct conf_line line;
    if (rule_group_read(cursor->l, row, d, &line)) {
        for (size_t i = 0; i < line.word_count; i++)
            add_value(cursor->l, &entry, line.words[i].text);
    }
    return entry;
}

/* Each value of a list or of lines is an entry of its own, and has its own comments. */
static void make_each(struct remark_cursor *cursor, const struct keyword *row,
                      struct outline_entries *to, const struct conf_directive *d,
                      struct outline_remarks remarks)
{
    for (size_t i = 0; i < d->arg_count; i++) {
        remarks_take_above(cursor, &d->args[i].span.place, &remarks);
        struct outline_entry entry = row->kind == KW_LINES ? make_line(cursor, row, &d->args[i])
                                                           : make_bare(cursor, row, &d->args[i]);
        remarks_take_behind(cursor, d->args[i].span.place, &remarks);
        entry.remarks = remarks;
        outline_append(cursor->l, to, entry);
        remarks = (struct outline_remarks){0};
    }
}

static struct outline_entry make_entry(struct remark_cursor *cursor, const struct keyword *row,
                                       const struct conf_directive *d)
{
    struct outline_entry entry = {.row = row, .span = d->name.span};
    if (take_flag(&entry, d))
        return entry;
    if (row->kind == KW_LINES && d->is_group)
        return make_rule(cursor, row, d);
    bool is_group = row->kind == KW_GROUP || row->kind == KW_LIST;
    if (is_group && d->arg_count == 1)
        return make_bare(cursor, row, &d->args[0]);
    for (size_t i = 0; i < d->arg_count; i++)
        add_value(cursor->l, &entry, d->args[i].text);
    if (d->is_line)
        entry.form = OUTLINE_LINE;
    if (!is_group || (!d->is_group && d->arg_count == 0))
        return entry;
    entry.form = OUTLINE_GROUP;
    bool was_held = cursor->is_held;
    cursor->is_held = true;
    make_entries(cursor, row->params, &entry.params, d->params, d->param_count);
    cursor->is_held = was_held;
    return entry;
}

static void report_unknown(struct remark_cursor *cursor, enum keyword_level level,
                           const struct conf_word *name)
{
    struct loader *l = cursor->l;
    const char *nearest = keyword_nearest(&l->index, l->scratch, level, ~0U, name->text);
    CONF_FAIL(l, name->span,
              nearest != NULL ? arena_printf(l->scratch, "did you mean '%s'?", nearest)
                              : "docs/reference.md lists every keyword",
              "unknown keyword '%s'", name->text);
}

static void make_one(struct remark_cursor *cursor, enum keyword_level level,
                     struct outline_entries *to, const struct conf_directive *d)
{
    struct loader *l = cursor->l;
    const struct keyword *row = keyword_find(&l->index, l->scratch, level, d->name.text);
    if (apply_is_gathering(l, level, row, d)) {
        for (size_t i = 0; i < d->param_count; i++) {
            struct conf_directive joined = d->params[i];
            joined.name.text = arena_printf(l->scratch, "%s_%s", d->name.text, joined.name.text);
            make_one(cursor, level, to, &joined);
        }
        return;
    }
    if (row == NULL) {
        report_unknown(cursor, level, &d->name);
        return;
    }
    struct outline_remarks remarks = {0};
    remarks_take_above(cursor, &d->name.span.place, &remarks);
    bool is_each = (row->kind == KW_LIST || row->kind == KW_LINES) && !d->is_group && !d->is_line &&
                   !apply_is_off(d);
    if (is_each) {
        make_each(cursor, row, to, d, remarks);
        return;
    }
    struct outline_entry entry = make_entry(cursor, row, d);
    remarks_take_within(cursor, d, &remarks);
    entry.remarks = remarks;
    outline_append(l, to, entry);
}

static void make_entries(struct remark_cursor *cursor, enum keyword_level level,
                         struct outline_entries *to, const struct conf_directive *directives,
                         size_t count)
{
    for (size_t i = 0; i < count; i++)
        make_one(cursor, level, to, &directives[i]);
}

static void make_section(struct remark_cursor *cursor, struct outline *outline,
                         const struct conf_section *section)
{
    struct loader *l = cursor->l;
    struct outline_section made = {.kind = section->kind};
    remarks_take_above(cursor, &section->span.place, &made.remarks);
    remarks_take_behind(cursor, section->span.place, &made.remarks);
    if (section->name.text != NULL)
        made.name = loader_template(l, section->name.text);
    if (section->from.text != NULL)
        made.from = loader_template(l, section->from.text);
    make_entries(cursor, section_kinds[section->kind].level, &made.entries, section->directives,
                 section->directive_count);
    outline->sections = arena_list_grow(l->scratch, outline->sections, outline->count, sizeof made);
    outline->sections[outline->count++] = made;
}

void outline_make(struct loader *l, struct outline *outline_out)
{
    struct remark_cursor cursor = {.l = l};
    *outline_out = (struct outline){.l = l};
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        struct conf_place next = {cursor.file, UINT_MAX, 1};
        if (i + 1 < l->sections.count)
            next = section[1].span.place;
        make_section(&cursor, outline_out, section);
        remarks_take_tail(&cursor, section, &next, &outline_out->sections[i].tail);
    }
    remarks_take_rest(&cursor, &outline_out->tail);
}
