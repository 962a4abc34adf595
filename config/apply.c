/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the row of each directive and hands over to the row's kind (kinds.c). What has no row is
 * explained: misspelt, in the wrong section, or unknown altogether.
 */
#include "config/apply.h"

#include "config/line.h"

#include <assert.h>
#include <string.h>

/* A misspelt or unknown name. */
static void report_unknown(struct loader *l, enum keyword_level level, unsigned scope,
                           const struct conf_directive *d)
{
    const char *nearest = keyword_nearest(&l->index, l->scratch, level, scope, d->name.text);
    const char *help = NULL;
    if (nearest != NULL)
        help = arena_printf(l->scratch, "did you mean '%s'?", nearest);
    else if (level == LEVEL_PROXY &&
             keyword_find(&l->index, l->scratch, LEVEL_GLOBAL, d->name.text))
        help = "this one belongs in the global section";
    else if (level == LEVEL_GLOBAL &&
             keyword_find(&l->index, l->scratch, LEVEL_PROXY, d->name.text))
        help = "this one belongs in defaults, a frontend, a backend or a listen";
    else if (keyword_is_prefix(&l->index, l->scratch, level, d->name.text))
        help = arena_printf(l->scratch, "it gathers words: %s = { ... };", d->name.text);
    else
        help = "docs/reference.md lists every keyword";
    CONF_FAIL(l, d->name.span, help, "unknown keyword '%s'", d->name.text);
}

static const char *scope_name(unsigned scope)
{
    static const struct {
        unsigned scope;
        const char *name;
    } names[] = {{IN_FRONTEND, "a frontend"},
                 {IN_BACKEND, "a backend"},
                 {IN_DEFAULTS, "defaults"},
                 {IN_SERVER, "a server"},
                 {IN_DEFAULT_SERVER, "default-server"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].scope == scope)
            return names[i].name;
    }
    return "this place";
}

/* Into nowhere: a value that is wrong is wrong anywhere. */
static void try_row(struct loader *l, const struct keyword *row, const struct conf_directive *d)
{
    struct draft_proxy *nowhere = arena_alloc(l->scratch, sizeof *nowhere);
    apply_kinds[row->kind].set(l, row, nowhere, d);
}

/* Rules are compiled with the others, to be checked, and not kept. */
static void keep_misplaced(struct loader *l, const struct keyword *row, void *base,
                           const struct conf_directive *d)
{
    struct conf_lines *lines = &((struct draft_proxy *)base)->p.lines;
    size_t before = lines->count;
    apply_kinds[row->kind].set(l, row, base, d);
    for (size_t i = before; i < lines->count; i++)
        lines->items[i].is_misplaced = true;
}

/* HAProxy ignores a frontend's keyword in a backend and the reverse, and says so; so do we. Servers
 * are more than a word too many. */
static void report_misplaced(struct loader *l, const struct keyword *row, unsigned scope,
                             void *base, const struct conf_directive *d)
{
    bool is_rule = row->kind == KW_LINES && row->set == NULL;
    bool harmless = (scope == IN_FRONTEND && (row->scopes & IN_BACKEND) != 0) ||
                    (scope == IN_BACKEND && (row->scopes & IN_FRONTEND) != 0);
    if (harmless && !row->strict && row->params != LEVEL_SERVER) {
        if (is_rule)
            keep_misplaced(l, row, base, d);
        else
            try_row(l, row, d);
        CONF_WARN(l, d->name.span,
                  arena_printf(l->scratch, "remove it, or move it into %s",
                               scope_name(scope == IN_FRONTEND ? IN_BACKEND : IN_FRONTEND)),
                  "'%s' has no effect in %s", d->name.text, scope_name(scope));
    } else
        CONF_FAIL(l, d->name.span, NULL, "'%s' is not allowed in %s", d->name.text,
                  scope_name(scope));
}

/* timeout = { connect = "5s"; } is timeout_connect = "5s". */
static void apply_prefixed(struct loader *l, enum keyword_level level, unsigned scope, void *base,
                           const struct conf_directive *d)
{
    for (size_t i = 0; i < d->param_count; i++) {
        struct conf_directive joined = d->params[i];
        joined.name.text = arena_printf(l->scratch, "%s_%s", d->name.text, d->params[i].name.text);
        apply_directives(l, level, scope, base, &joined, 1);
    }
}

bool apply_is_gathering(struct loader *l, enum keyword_level level, const struct keyword *row,
                        const struct conf_directive *d)
{
    return d->is_group && (row == NULL || keyword_is_idle(row) || row->kind == KW_LINES) &&
           keyword_is_prefix(&l->index, l->scratch, level, d->name.text);
}

static void apply_one(struct loader *l, enum keyword_level level, unsigned scope, void *base,
                      const struct conf_directive *d)
{
    const struct keyword *row = keyword_find(&l->index, l->scratch, level, d->name.text);
    if (apply_is_gathering(l, level, row, d))
        apply_prefixed(l, level, scope, base, d);
    else if (row == NULL)
        report_unknown(l, level, scope, d);
    else if ((row->scopes & scope) == 0)
        report_misplaced(l, row, scope, base, d);
    else {
        if (row->turns_on != 0)
            *(bool *)((char *)base + row->turns_on) = !apply_is_off(d);
        if (row->turns_off != 0 && !apply_is_off(d))
            *(bool *)((char *)base + row->turns_off) = false;
        apply_kinds[row->kind].set(l, row, base, d);
    }
}

void apply_directives(struct loader *l, enum keyword_level level, unsigned scope, void *base,
                      const struct conf_directive *directives, size_t count)
{
    for (size_t i = 0; i < count; i++)
        apply_one(l, level, scope, base, &directives[i]);
}

bool apply_is_off(const struct conf_directive *d)
{
    return d->arg_count == 1 && d->args[0].kind == CONF_WORD_BOOL &&
           strcasecmp(d->args[0].text, "false") == 0;
}

const struct conf_word *apply_only_arg(struct loader *l, const struct conf_directive *d)
{
    if (d->is_group)
        CONF_FAIL(l, d->name.span, NULL, "'%s' takes a single value, not a group", d->name.text);
    else if (d->arg_count == 0)
        CONF_FAIL(l, d->name.span, NULL, "'%s' needs a value", d->name.text);
    else if (d->arg_count > 1)
        CONF_FAIL(l, d->args[1].span, NULL, "'%s' takes a single value", d->name.text);
    else
        return &d->args[0];
    return NULL;
}

/* `binds = ["*:80"]` is `binds = ({ address = "*:80"; })`. False where only a group will do. */
static bool apply_bare(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d, size_t arg)
{
    const struct keyword *param = keyword_bare(&l->index, row->params);
    if (param == NULL) {
        CONF_FAIL(l, d->args[arg].span,
                  arena_printf(l->scratch, "write %s = { ... }", d->name.text),
                  "'%s' takes a group", d->name.text);
        return false;
    }
    struct conf_directive one = {.name = d->args[arg], .args = &d->args[arg], .arg_count = 1};
    one.name.text = param->name;
    apply_kinds[param->kind].set(l, param, base, &one);
    return true;
}

static unsigned params_scope(const struct keyword *row)
{
    if (row->params == LEVEL_BIND)
        return IN_BIND;
    if (row->params == LEVEL_SERVER)
        return row->kind == KW_LIST ? IN_SERVER | (unsigned)row->value : IN_DEFAULT_SERVER;
    return IN_PARAMS;
}

void apply_group(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d)
{
    void *inner = (char *)base + row->offset;
    if (row->set != NULL)
        row->set(l, row, base, d);
    bool is_flag = d->arg_count == 1 && d->args[0].kind == CONF_WORD_BOOL;
    for (size_t i = 0; i < d->arg_count && !is_flag; i++)
        (void)apply_bare(l, row, inner, d, i);
    apply_directives(l, row->params, params_scope(row), inner, d->params, d->param_count);
}

/* The list's pointer is of another type in every row, so it is copied rather than cast. */
void *apply_list_items(const struct keyword *row, const void *owner)
{
    void *items;
    memcpy(&items, (const char *)owner + row->offset, sizeof items);
    return items;
}

void apply_list_set(const struct keyword *row, void *owner, void *items)
{
    memcpy((char *)owner + row->offset, &items, sizeof items);
}

/* A new element at the end of the list, with the defaults of its level. */
static void *list_append(struct loader *l, const struct keyword *row, void *owner)
{
    const struct keyword_list *list = row->list;
    size_t *count = (size_t *)((char *)owner + list->count_offset);
    if (l->initial[row->params] == NULL) {
        l->initial[row->params] = arena_alloc(l->scratch, list->item_bytes);
        apply_initial(l, row->params, l->initial[row->params]);
    }
    void *items = apply_list_items(row, owner);
    items = arena_list_grow(l->arena, items, *count, list->item_bytes);
    apply_list_set(row, owner, items);
    void *item = (char *)items + *count * list->item_bytes;
    memcpy(item, l->initial[row->params], list->item_bytes);
    (*count)++;
    if (list->begin != NULL)
        list->begin(l, owner, item);
    return item;
}

static const struct conf_directive *find_param(struct loader *l, const struct keyword *row,
                                               const struct conf_directive *d,
                                               const struct keyword *wanted)
{
    for (size_t i = 0; i < d->param_count; i++) {
        if (keyword_find(&l->index, l->scratch, row->params, d->params[i].name.text) == wanted)
            return &d->params[i];
    }
    return NULL;
}

/* Reports what is missing, and says where the element stands: at the word that names it. */
static struct conf_span check_required(struct loader *l, const struct keyword *row,
                                       const struct conf_directive *d)
{
    struct conf_span span = d->name.span;
    bool named = false;
    for (const struct keyword *const *p = l->index.required[row->params]; *p != NULL; p++) {
        const struct keyword *param = *p;
        const struct conf_directive *found = find_param(l, row, d, param);
        if (found == NULL)
            CONF_FAIL(l, d->name.span, arena_printf(l->scratch, "add %s = \"...\"", param->name),
                      "'%s' without '%s'", row->name, param->name);
        else if (!named && found->arg_count > 0) {
            span = found->args[0].span;
            named = true;
        }
    }
    return span;
}

static void list_item(struct loader *l, const struct keyword *row, void *owner,
                      const struct conf_directive *d, const size_t *arg)
{
    void *item = list_append(l, row, owner);
    struct conf_span span;
    if (arg != NULL) {
        span = d->args[*arg].span;
        if (!apply_bare(l, row, item, d, *arg))
            return;
    } else {
        span = check_required(l, row, d);
        apply_directives(l, row->params, params_scope(row), item, d->params, d->param_count);
    }
    if (row->list->place_offset != 0)
        *(struct conf_place *)((char *)item + row->list->place_offset) = span.place;
    if (row->list->finish != NULL)
        row->list->finish(l, row, owner, item, span);
}

void apply_list(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d)
{
    if (apply_is_off(d)) { /* as `no log`: forgets what defaults gave */
        *(size_t *)((char *)base + row->list->count_offset) = 0;
        return;
    }
    if (d->is_group)
        list_item(l, row, base, d, NULL);
    for (size_t i = 0; i < d->arg_count; i++)
        list_item(l, row, base, d, &i);
}

void apply_initial(struct loader *l, enum keyword_level level, void *base)
{
    KEYWORDS_OF(&l->index, level, row)
    {
        if (row->kind == KW_GROUP && row->params != level)
            apply_initial(l, row->params, (char *)base + row->offset);
        if (row->initial == NULL)
            continue;
        struct conf_word value = {.text = row->initial};
        struct conf_directive d = {.name = {.text = row->name}, .args = &value, .arg_count = 1};
        apply_kinds[row->kind].set(l, row, base, &d);
    }
}
