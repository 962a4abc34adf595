/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows read lines with a grammar of their own, which are kept for whoever knows it.
 */
#include <string.h>

#include "config/haproxy/words.h"
#include "config/kinds/kinds_priv.h"
#include "config/line.h"
#include "config/rule_groups.h"

/* Appends, unless the row reads its lines itself; the words outlive the load. */
static void add_line(struct loader *l, const struct keyword *row, void *base, struct conf_line line)
{
    line.words = arena_list_copy(l->arena, line.words, line.word_count, sizeof *line.words);
    if (row->set != NULL) {
        struct conf_directive d = {.name = {.text = row->name, .span = line.span},
                                   .args = line.words,
                                   .arg_count = line.word_count};
        row->set(l, row, base, &d);
        return;
    }
    struct conf_lines *lines = kind_field(row, base);
    line.keyword = row->name;
    line.kind = (enum conf_line_kind)row->value;
    lines->items = arena_list_grow(l->arena, lines->items, lines->count, sizeof line);
    lines->items[lines->count++] = line;
}

/* A text of libconfig holds one line; it begins behind the quote. */
static void split_line(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_word *text)
{
    const struct haproxy_env env = {.arena = l->scratch};
    struct conf_place start = text->span.place;
    struct haproxy_words words;
    if (row->bare) {
        struct conf_word word = *text;
        add_line(l, row, base,
                 (struct conf_line){.words = &word, .word_count = 1, .span = text->span});
        return;
    }
    start.column++;
    if (!haproxy_words_split(l, &env, text->text, strlen(text->text), start, &words))
        return;
    if (words.count == 0) {
        CONF_FAIL(l, text->span, row->doc, "'%s' needs a value", row->name);
        return;
    }
    add_line(
        l, row, base,
        (struct conf_line){.words = words.items, .word_count = words.count, .span = text->span});
}

void kind_add_lines(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    if (d->is_line)
        add_line(
            l, row, base,
            (struct conf_line){.words = d->args, .word_count = d->arg_count, .span = d->name.span});
    struct conf_line line;
    if (d->is_group && rule_group_read(l, row, d, &line))
        add_line(l, row, base, line);
    for (size_t i = 0; i < d->arg_count && !d->is_line; i++) {
        if (d->args[i].kind != CONF_WORD_BOOL) {
            split_line(l, row, base, &d->args[i]);
        } else if (!apply_is_off(d)) {
            rule_true_read(l, d->args[i].span, &line);
            add_line(l, row, base, line);
        }
    }
}
