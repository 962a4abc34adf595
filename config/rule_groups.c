/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_request = ( { path = "/x"; return = { status = 200; content_type = "text/plain"; }; } )
 *                    return status 200 content-type text/plain if { path /x }
 *
 * A member is a word of the line, with '-' for '_'; its value stands behind it, unless it is true. Each
 * word keeps the place of the member or value it was made of.
 */
#include "config/rule_groups.h"

#include <string.h>

struct line_words {
    struct loader *l;
    struct conf_word *items;
    size_t count;
};

static void add(struct line_words *words, struct conf_word word)
{
    words->items =
        arena_list_grow(words->l->arena, words->items, words->count, sizeof *words->items);
    words->items[words->count++] = word;
}

static void add_text(struct line_words *words, struct conf_span span, const char *text)
{
    add(words, (struct conf_word){.text = text, .span = span});
}

/* content_type is content-type; one word of HAProxy's is written with '_' in either syntax. */
static void add_name(struct line_words *words, const struct conf_word *name)
{
    char *text = arena_copy(words->l->arena, name->text);
    for (char *c = text; *c != '\0' && strcmp(name->text, "deny_status") != 0; c++)
        *c = *c == '_' ? '-' : *c;
    add_text(words, name->span, text);
}

static bool is_true(const struct conf_directive *d)
{
    return d->arg_count == 1 && d->args[0].kind == CONF_WORD_BOOL &&
           strcasecmp(d->args[0].text, "true") == 0;
}

static void add_param(struct line_words *words, const struct conf_directive *param)
{
    add_name(words, &param->name);
    for (size_t i = 0; i < param->arg_count && !is_true(param); i++)
        add(words, param->args[i]);
}

static bool has_param(const struct conf_directive *action, const char *name)
{
    for (size_t i = 0; i < action->param_count; i++) {
        if (strcmp(action->params[i].name.text, name) == 0)
            return true;
    }
    return false;
}

/* A line of HAProxy must say what a body is; a group need not. */
static void add_content_type(struct line_words *words, const struct conf_directive *action)
{
    if ((has_param(action, "string") || has_param(action, "file")) &&
        !has_param(action, "content_type")) {
        add_text(words, action->name.span, "content-type");
        add_text(words, action->name.span, "text/plain");
    }
}

/* deny = true; deny = 429; use_service = "..."; return = { ... } */
static void add_action(struct line_words *words, const struct conf_directive *action)
{
    bool is_status = action->arg_count == 1 && action->args[0].kind == CONF_WORD_NUMBER;
    if (!is_status) {
        add_param(words, action);
    } else {
        add_name(words, &action->name);
        add_text(words, action->args[0].span, "status");
        add(words, action->args[0]);
    }
    add_content_type(words, action);
    for (size_t i = 0; i < action->param_count; i++)
        add_param(words, &action->params[i]);
}

static void add_path(struct line_words *words, const struct conf_directive *path)
{
    static const char *const before[] = {"if", "{", "path"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        add_text(words, path->name.span, before[i]);
    for (size_t i = 0; i < path->arg_count; i++)
        add(words, path->args[i]);
    add_text(words, path->name.span, "}");
}

void rule_true_read(struct loader *l, struct conf_span span, struct conf_line *line_out)
{
    struct line_words words = {.l = l};
    add_text(&words, span, "if");
    add_text(&words, span, "TRUE");
    *line_out = (struct conf_line){.words = words.items, .word_count = words.count, .span = span};
}

bool rule_group_read(struct loader *l, const struct keyword *row,
                     const struct conf_directive *group, struct conf_line *line_out)
{
    struct line_words words = {.l = l};
    const struct conf_directive *action = NULL, *path = NULL;
    for (size_t i = 0; i < group->param_count; i++) {
        const struct conf_directive *member = &group->params[i];
        if (strcmp(member->name.text, "path") == 0)
            path = member;
        else if (action == NULL)
            action = member;
        else {
            CONF_FAIL(l, member->name.span, "make it two rules", "a rule does one thing");
            return false;
        }
    }
    if (action == NULL) {
        CONF_FAIL(l, group->name.span, "as in: { deny = true; }", "'%s' without an action",
                  row->name);
        return false;
    }
    add_action(&words, action);
    if (path != NULL)
        add_path(&words, path);
    *line_out = (struct conf_line){
        .words = words.items, .word_count = words.count, .span = group->name.span};
    return true;
}
