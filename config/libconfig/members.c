/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of libconfig's tree become directives: names, values, groups within groups, lists. What makes them
 * a section is in libconfig/reader.c.
 *
 * A setting of a group has no order in libconfig, so within a section what adds (lists: servers,
 * binds) is handed on after what sets (default_server), wherever it was written.
 */
#include "config/libconfig/reader_priv.h"

#include <string.h>

enum { GROUP_DEPTH_MAX = 8 };

struct directive_list {
    struct conf_directive *items;
    size_t count;
};

struct conf_span libconfig_span(const struct libconfig_reader *r, const struct token *token)
{
    return (struct conf_span){joined_text_place(r->joined, token->line, token->column),
                              (unsigned)token->len};
}

struct token libconfig_peek(struct libconfig_reader *r)
{
    struct token token = tokens_peek(&r->tokens);
    while (token.kind == TOKEN_SIGN && strchr(",;=:", *token.start) != NULL) {
        tokens_next(&r->tokens);
        token = tokens_peek(&r->tokens);
    }
    return token;
}

struct token libconfig_next(struct libconfig_reader *r)
{
    libconfig_peek(r);
    return tokens_next(&r->tokens);
}

static bool is_scalar(const config_setting_t *setting)
{
    return !config_setting_is_aggregate(setting);
}

static struct conf_word read_scalar(struct libconfig_reader *r, const config_setting_t *setting)
{
    struct token token = libconfig_next(r);
    struct conf_word word = {.kind = CONF_WORD_NUMBER, .span = libconfig_span(r, &token)};
    const char *string = config_setting_get_string(setting);
    if (string != NULL) {
        word.kind = CONF_WORD_TEXT;
        word.text = arena_copy(r->l->arena, string);
    } else {
        word.text = arena_copy_bytes(r->l->arena, token.start, token.len);
        if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
            word.kind = CONF_WORD_BOOL;
    }
    return word;
}

static struct conf_directive *append(struct libconfig_reader *r, struct directive_list *list,
                                     struct conf_directive d)
{
    list->items = arena_list_grow(r->l->scratch, list->items, list->count, sizeof d);
    list->items[list->count] = d;
    return &list->items[list->count++];
}

static void read_member(struct libconfig_reader *r, config_setting_t *setting,
                        struct directive_list *sets, struct directive_list *adds);
static void read_elements(struct libconfig_reader *r, config_setting_t *list, struct conf_word name,
                          struct directive_list *sets, struct directive_list *adds);

/* The members of a group; what sets first, then what adds, unless the text is to be kept. */
static struct directive_list read_members(struct libconfig_reader *r, config_setting_t *group)
{
    struct directive_list sets = {0}, adds = {0};
    bool is_kept = r->l->comments != NULL;
    for (int i = 0; i < config_setting_length(group); i++)
        read_member(r, config_setting_get_elem(group, (unsigned)i), &sets, is_kept ? &sets : &adds);
    for (size_t i = 0; i < adds.count; i++)
        append(r, &sets, adds.items[i]);
    return sets;
}

void libconfig_read_group(struct libconfig_reader *r, config_setting_t *group,
                          struct conf_directive *d)
{
    libconfig_next(r);
    d->is_group = true;
    if (++r->depth == GROUP_DEPTH_MAX + 1)
        CONF_FAIL(r->l, d->name.span, NULL, "groups within groups, more than %d deep",
                  GROUP_DEPTH_MAX);
    struct directive_list members = read_members(r, group);
    d->params = members.items;
    d->param_count = members.count;
    r->depth--;
    struct token close = libconfig_next(r);
    r->closed = libconfig_span(r, &close).place;
}

/* The plain values that stand together in a list are the arguments of one directive. */
static void read_plain(struct libconfig_reader *r, config_setting_t *list, unsigned *next,
                       struct conf_directive *plain)
{
    unsigned length = (unsigned)config_setting_length(list);
    for (; *next < length && is_scalar(config_setting_get_elem(list, *next)); (*next)++) {
        plain->args =
            arena_list_grow(r->l->scratch, plain->args, plain->arg_count, sizeof *plain->args);
        plain->args[plain->arg_count++] = read_scalar(r, config_setting_get_elem(list, *next));
    }
}

/* A group in a list is a directive of its own. */
static void read_element(struct libconfig_reader *r, config_setting_t *element, const char *name,
                         struct directive_list *adds)
{
    struct token open = libconfig_peek(r);
    struct conf_directive d = {.name = {.text = name, .span = libconfig_span(r, &open)}};
    if (config_setting_is_group(element)) {
        libconfig_read_group(r, element, &d);
        append(r, adds, d);
    } else {
        CONF_FAIL(r->l, d.name.span, NULL, "a list within the list '%s'", name);
        struct directive_list ignored = {0};
        read_elements(r, element, d.name, &ignored, &ignored);
    }
}

/* ( ) or [ ]; one that holds only plain values sets, any other adds. */
static void read_elements(struct libconfig_reader *r, config_setting_t *list, struct conf_word name,
                          struct directive_list *sets, struct directive_list *adds)
{
    unsigned length = (unsigned)config_setting_length(list), next = 0;
    struct directive_list *to = sets;
    libconfig_next(r);
    while (next < length) {
        struct conf_directive plain = {.name = name};
        read_plain(r, list, &next, &plain);
        if (next < length)
            to = adds;
        if (plain.arg_count > 0)
            append(r, to, plain);
        if (next < length)
            read_element(r, config_setting_get_elem(list, next++), name.text, adds);
    }
    libconfig_next(r);
    if (length == 0 && config_setting_is_array(list))
        append(r, sets, (struct conf_directive){.name = name});
}

struct conf_word libconfig_read_name(struct libconfig_reader *r, const config_setting_t *setting)
{
    struct token token = libconfig_next(r);
    return (struct conf_word){.text = arena_copy(r->l->scratch, config_setting_name(setting)),
                              .span = libconfig_span(r, &token)};
}

/* Rules keep their order, whether they are written as texts or as groups. */
static bool is_rules(struct libconfig_reader *r, const char *name)
{
    const struct keyword *row = keyword_find(&r->l->index, r->l->scratch, LEVEL_PROXY, name);
    return row != NULL && row->kind == KW_LINES;
}

static void read_member(struct libconfig_reader *r, config_setting_t *setting,
                        struct directive_list *sets, struct directive_list *adds)
{
    struct conf_directive d = {.name = libconfig_read_name(r, setting)};
    if (is_scalar(setting)) {
        d.args = arena_alloc(r->l->scratch, sizeof *d.args);
        d.args[0] = read_scalar(r, setting);
        d.arg_count = 1;
        append(r, sets, d);
    } else if (config_setting_is_group(setting)) {
        libconfig_read_group(r, setting, &d);
        append(r, sets, d);
    } else {
        read_elements(r, setting, d.name, sets, is_rules(r, d.name.text) ? sets : adds);
    }
}

void libconfig_skip_value(struct libconfig_reader *r, config_setting_t *setting,
                          const struct conf_word *name)
{
    struct conf_directive ignored = {.name = *name};
    struct directive_list nowhere = {0};
    if (is_scalar(setting))
        read_scalar(r, setting);
    else if (config_setting_is_group(setting))
        libconfig_read_group(r, setting, &ignored);
    else
        read_elements(r, setting, *name, &nowhere, &nowhere);
}
