/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http-request <action> [<parameter>...] [if|unless <condition>] becomes the same directive that
 * libconfig's http_request = ( { path = ...; return = { ... }; } ) makes, one for each path.
 */
#include "config/haproxy_rules.h"

#include <string.h>

#include "config/suggest.h"

static bool is_word(const struct haproxy_line *line, size_t at, const char *text)
{
    return at < line->count && strcmp(line->words[at].text, text) == 0;
}

static bool refuse_condition(const struct haproxy_line *line, size_t from)
{
    CONF_FAIL(line->r->l, haproxy_span(line->words + from, line->count - from),
              "so far: if { path /one /two }, if TRUE", "this condition is not supported yet");
    return false;
}

/* { path [-m str] [--] /a /b } */
static bool read_paths(const struct haproxy_line *line, size_t from,
                       struct haproxy_condition_paths *when)
{
    size_t at = from + 3, last = line->count - 1;
    if (!is_word(line, from + 1, "{") || !is_word(line, from + 2, "path") ||
        !is_word(line, last, "}"))
        return refuse_condition(line, from);
    if (is_word(line, at, "-m") && is_word(line, at + 1, "str"))
        at += 2;
    at += is_word(line, at, "--");
    when->paths = line->words + at;
    when->path_count = at < last ? last - at : 0;
    for (size_t i = 0; i < when->path_count; i++) {
        if (*when->paths[i].text != '/')
            return refuse_condition(line, from);
    }
    return when->path_count > 0 || refuse_condition(line, from);
}

bool haproxy_rule_condition(const struct haproxy_line *line, size_t from,
                            struct haproxy_condition_paths *when_out)
{
    *when_out = (struct haproxy_condition_paths){0};
    bool is_unless = is_word(line, from, "unless");
    bool is_true = is_word(line, from + 1, "TRUE"), is_false = is_word(line, from + 1, "FALSE");
    if (!is_unless && !is_word(line, from, "if")) {
        CONF_FAIL(line->r->l, line->words[from].span, "a condition begins with if or unless",
                  "unexpected '%s'", line->words[from].text);
        return false;
    }
    if (from + 1 == line->count) {
        CONF_FAIL(line->r->l, line->words[from].span, "as in: if { path /metrics }",
                  "'%s' needs a condition", line->words[from].text);
        return false;
    }
    if (line->count == from + 2 && (is_true || is_false)) {
        when_out->is_never = is_true == is_unless;
        return true;
    }
    return is_unless ? refuse_condition(line, from) : read_paths(line, from, when_out);
}

/* Where the condition begins, or the end of the line. */
static size_t find_condition(const struct haproxy_line *line)
{
    size_t at = 2;
    while (at < line->count && !is_word(line, at, "if") && !is_word(line, at, "unless"))
        at++;
    return at;
}

/* The row of the action; NULL after reporting that it is unknown. */
static const struct keyword *find_action(const struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const struct conf_word *word = &line->words[1];
    const char *name = arena_copy_bytes(l->scratch, word->text, strcspn(word->text, "("));
    const struct keyword *row = keyword_spelt(&l->index, LEVEL_ACTION, name);
    struct suggestion suggestion;
    if (row != NULL && strcmp(name, "path") != 0)
        return row;
    suggestion_start(&suggestion, name);
    KEYWORDS_OF(&l->index, LEVEL_ACTION, other)
    suggestion_try(&suggestion, other->name);
    CONF_FAIL(l, word->span,
              suggestion.best != NULL
                  ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                  : "return, deny or use-service",
              "unknown action '%s' of 'http-request'", word->text);
    return NULL;
}

/* deny_status is the row's status. */
static const struct conf_word *action_words(const struct haproxy_line *line, size_t count)
{
    struct conf_word *words =
        arena_list_copy(line->r->l->scratch, line->words + 2, count, sizeof *words);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].text, "deny_status") == 0)
            words[i].text = "status";
    }
    return words;
}

/* The action with its parameters, as a parameter of the rule; false after reporting. */
static bool read_action(const struct haproxy_line *line, const struct keyword *row, size_t end,
                        struct conf_directive *action)
{
    size_t count = end - 2;
    *action = (struct conf_directive){.name = haproxy_reword(line->words[1], row->name)};
    if (row->kind == KW_REFUSED) {
        CONF_FAIL(line->r->l, line->words[1].span, row->note,
                  "'http-request %s' is not supported yet", row->name);
        return false;
    }
    if (row->kind != KW_GROUP) {
        action->args = line->words + 2;
        action->arg_count = count;
        return true;
    }
    action->is_group = true;
    return haproxy_params(line, row, action_words(line, count), count, action);
}

static bool has_param(const struct conf_directive *d, const char *name)
{
    for (size_t i = 0; i < d->param_count; i++) {
        if (strcmp(d->params[i].name.text, name) == 0)
            return true;
    }
    return false;
}

/* A body without a type is refused, as HAProxy does: browsers would guess. */
static bool check_body(const struct haproxy_line *line, const struct conf_directive *action)
{
    bool has_body = has_param(action, "string") || has_param(action, "file");
    if (!has_body || has_param(action, "content-type"))
        return true;
    CONF_FAIL(line->r->l, action->name.span, "add: content-type text/plain",
              "'%s' of a body needs a content-type", action->name.text);
    return false;
}

static void emit_rule(const struct haproxy_line *line, const struct conf_directive *action,
                      const struct conf_word *path)
{
    struct loader *l = line->r->l;
    struct conf_directive rule = {.name = line->words[0], .is_group = true};
    if (path != NULL)
        haproxy_param(l, &rule, haproxy_reword(*path, "path"), path, 1);
    *haproxy_param(l, &rule, action->name, NULL, 0) = *action;
    *haproxy_emit(line->r, rule.name) = rule;
}

/* set-header NAME %[ssl_fc,iif(https,http)]: what option forwarded-proto does. */
static bool read_forwarded_proto(const struct haproxy_line *line)
{
    if (line->count != 4 || !is_word(line, 1, "set-header") ||
        !is_word(line, 3, "%[ssl_fc,iif(https,http)]"))
        return false;
    struct conf_directive *d =
        haproxy_emit(line->r, haproxy_reword(line->words[0], "option forwarded-proto"));
    d->args = &line->words[2];
    d->arg_count = 1;
    return true;
}

void haproxy_rule_read(const struct haproxy_line *line)
{
    struct haproxy_condition_paths when = {0};
    struct conf_directive action;
    if (line->count < 2) {
        CONF_FAIL(line->r->l, line->words[0].span, "return, deny or use-service",
                  "'http-request' needs an action");
        return;
    }
    if (read_forwarded_proto(line))
        return;
    const struct keyword *row = find_action(line);
    size_t end = find_condition(line);
    if (row == NULL || !read_action(line, row, end, &action) || !check_body(line, &action))
        return;
    if (end < line->count && !haproxy_rule_condition(line, end, &when))
        return;
    for (size_t i = 0; i < when.path_count; i++)
        emit_rule(line, &action, &when.paths[i]);
    if (when.path_count == 0 && !when.is_never)
        emit_rule(line, &action, NULL);
}
