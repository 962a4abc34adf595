/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists in the order of the text, walked side by side. */
#include "config/outline/remarks.h"

#include <string.h>

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
static const struct conf_comment *comment_before(const struct remark_cursor *cursor,
                                                 const struct conf_place *place)
{
    const struct conf_comments *comments = cursor->l->comments;
    if (comments == NULL || cursor->is_held || cursor->next == comments->count)
        return NULL;
    const struct conf_comment *comment = &comments->items[cursor->next];
    bool is_here = is_same_file(comment->place.file, place->file);
    bool counts = is_here ? is_before(&comment->place, place)
                          : is_same_file(comment->place.file, cursor->file);
    return counts ? comment : NULL;
}

void remarks_take_above(struct remark_cursor *cursor, const struct conf_place *place,
                        struct outline_remarks *remarks)
{
    const struct conf_comment *comment;
    for (; (comment = comment_before(cursor, place)) != NULL; cursor->next++)
        add_above(cursor->l, remarks, comment->text);
    cursor->file = place->file;
}

void remarks_take_behind(struct remark_cursor *cursor, struct conf_place end,
                         struct outline_remarks *remarks)
{
    const struct conf_comment *comment;
    struct conf_place line_end = {end.file, end.line + 1, 0};
    for (; (comment = comment_before(cursor, &line_end)) != NULL; cursor->next++) {
        bool is_behind = comment->is_behind && comment->place.line == end.line;
        if (!is_before(&comment->place, &end) && !is_behind)
            return;
        if (is_behind && remarks->behind == NULL)
            remarks->behind = comment->text;
        else
            add_above(cursor->l, remarks, comment->text);
    }
}

static void reach(struct conf_place *end, const struct conf_place *place)
{
    if (end->line == 0 || (is_same_file(place->file, end->file) && is_before(end, place)))
        *end = *place;
}

/* The last place in a directive. */
static void reach_end(struct conf_place *end, const struct conf_directive *d)
{
    reach(end, &d->name.span.place);
    for (size_t i = 0; i < d->arg_count; i++)
        reach(end, &d->args[i].span.place);
    for (size_t i = 0; i < d->param_count; i++)
        reach_end(end, &d->params[i]);
}

void remarks_take_within(struct remark_cursor *cursor, const struct conf_directive *d,
                         struct outline_remarks *remarks)
{
    struct conf_place end = {0};
    if (cursor->l->comments == NULL || cursor->is_held)
        return;
    reach_end(&end, d);
    remarks_take_behind(cursor, end, remarks);
}

void remarks_take_tail(struct remark_cursor *cursor, const struct conf_section *section,
                       const struct conf_place *next, struct outline_remarks *tail)
{
    const struct conf_comment *comment;
    bool has_brace = section->end.line != 0;
    for (; (comment = comment_before(cursor, has_brace ? &section->end : next)) != NULL;
         cursor->next++) {
        if (!has_brace && comment->place.column <= next->column)
            return;
        add_above(cursor->l, tail, comment->text);
    }
}

void remarks_take_rest(struct remark_cursor *cursor, struct outline_remarks *remarks)
{
    const struct conf_comments *comments = cursor->l->comments;
    for (; comments != NULL && cursor->next < comments->count; cursor->next++)
        add_above(cursor->l, remarks, comments->items[cursor->next].text);
}
