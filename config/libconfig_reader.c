/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks libconfig's tree and the tokens of the same text side by side: the tree says what the text
 * means, the tokens say where each word stands. Both are in the order of the text.
 *
 * A setting of a group has no order in libconfig, so within a section what adds (lists: servers,
 * binds) is handed on after what sets (default_server), wherever it was written.
 */
#include "config/libconfig_reader.h"

#include <libconfig.h>
#include <string.h>

#include "config/libconfig_syntax.h"
#include "config/libconfig_text.h"
#include "config/libconfig_tokens.h"
#include "config/libconfig_variables.h"
#include "config/section_kinds.h"
#include "config/suggest.h"

enum { GROUP_DEPTH_MAX = 8 };

struct reader {
    struct loader *l;
    const struct joined_text *joined;
    struct tokens tokens;
    unsigned depth;
    struct conf_place closed; /* the latest closing brace */
};

struct directive_list {
    struct conf_directive *items;
    size_t count;
};

/* A list whose elements say which kind each is, so that they keep an order. */
static const char any_kind[] = "sections";

static struct conf_span span_of(const struct reader *r, const struct token *token)
{
    return (struct conf_span){joined_text_place(r->joined, token->line, token->column),
                              (unsigned)token->len};
}

/* The next token, past what separates settings, names, values and elements. */
static struct token peek_token(struct reader *r)
{
    struct token token = tokens_peek(&r->tokens);
    while (token.kind == TOKEN_SIGN && strchr(",;=:", *token.start) != NULL) {
        tokens_next(&r->tokens);
        token = tokens_peek(&r->tokens);
    }
    return token;
}

static struct token next_token(struct reader *r)
{
    peek_token(r);
    return tokens_next(&r->tokens);
}

static bool is_scalar(const config_setting_t *setting)
{
    return !config_setting_is_aggregate(setting);
}

static struct conf_word read_scalar(struct reader *r, const config_setting_t *setting)
{
    struct token token = next_token(r);
    struct conf_word word = {.kind = CONF_WORD_NUMBER, .span = span_of(r, &token)};
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

static struct conf_directive *append(struct reader *r, struct directive_list *list,
                                     struct conf_directive d)
{
    list->items = arena_list_grow(r->l->scratch, list->items, list->count, sizeof d);
    list->items[list->count] = d;
    return &list->items[list->count++];
}

static void read_member(struct reader *r, config_setting_t *setting, struct directive_list *sets,
                        struct directive_list *adds);
static void read_elements(struct reader *r, config_setting_t *list, struct conf_word name,
                          struct directive_list *sets, struct directive_list *adds);

/* The members of a group; what sets first, then what adds, unless the text is to be kept. */
static struct directive_list read_members(struct reader *r, config_setting_t *group)
{
    struct directive_list sets = {0}, adds = {0};
    bool is_kept = r->l->comments != NULL;
    for (int i = 0; i < config_setting_length(group); i++)
        read_member(r, config_setting_get_elem(group, (unsigned)i), &sets, is_kept ? &sets : &adds);
    for (size_t i = 0; i < adds.count; i++)
        append(r, &sets, adds.items[i]);
    return sets;
}

/* The group's '{' must be the next token; fills params. */
static void read_group(struct reader *r, config_setting_t *group, struct conf_directive *d)
{
    next_token(r);
    d->is_group = true;
    if (++r->depth == GROUP_DEPTH_MAX + 1)
        CONF_FAIL(r->l, d->name.span, NULL, "groups within groups, more than %d deep",
                  GROUP_DEPTH_MAX);
    struct directive_list members = read_members(r, group);
    d->params = members.items;
    d->param_count = members.count;
    r->depth--;
    struct token close = next_token(r);
    r->closed = span_of(r, &close).place;
}

/* The plain values that stand together in a list are the arguments of one directive. */
static void read_plain(struct reader *r, config_setting_t *list, unsigned *next,
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
static void read_element(struct reader *r, config_setting_t *element, const char *name,
                         struct directive_list *adds)
{
    struct token open = peek_token(r);
    struct conf_directive d = {.name = {.text = name, .span = span_of(r, &open)}};
    if (config_setting_is_group(element)) {
        read_group(r, element, &d);
        append(r, adds, d);
    } else {
        CONF_FAIL(r->l, d.name.span, NULL, "a list within the list '%s'", name);
        struct directive_list ignored = {0};
        read_elements(r, element, d.name, &ignored, &ignored);
    }
}

/* ( ) or [ ]; one that holds only plain values sets, any other adds. */
static void read_elements(struct reader *r, config_setting_t *list, struct conf_word name,
                          struct directive_list *sets, struct directive_list *adds)
{
    unsigned length = (unsigned)config_setting_length(list), next = 0;
    struct directive_list *to = sets;
    next_token(r);
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
    next_token(r);
    if (length == 0 && config_setting_is_array(list))
        append(r, sets, (struct conf_directive){.name = name});
}

static struct conf_word read_name(struct reader *r, const config_setting_t *setting)
{
    struct token token = next_token(r);
    return (struct conf_word){.text = arena_copy(r->l->scratch, config_setting_name(setting)),
                              .span = span_of(r, &token)};
}

/* Rules keep their order, whether they are written as texts or as groups. */
static bool is_rules(struct reader *r, const char *name)
{
    const struct keyword *row = keyword_find(&r->l->index, r->l->scratch, LEVEL_PROXY, name);
    return row != NULL && row->kind == KW_LINES;
}

static void read_member(struct reader *r, config_setting_t *setting, struct directive_list *sets,
                        struct directive_list *adds)
{
    struct conf_directive d = {.name = read_name(r, setting)};
    if (is_scalar(setting)) {
        d.args = arena_alloc(r->l->scratch, sizeof *d.args);
        d.args[0] = read_scalar(r, setting);
        d.arg_count = 1;
        append(r, sets, d);
    } else if (config_setting_is_group(setting)) {
        read_group(r, setting, &d);
        append(r, sets, d);
    } else {
        read_elements(r, setting, d.name, sets, is_rules(r, d.name.text) ? sets : adds);
    }
}

/* Reports what is none of the names of sections. */
static void report_kind(struct reader *r, const struct conf_word *word, bool is_list,
                        const char *problem)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, word->text);
    for (const struct section_kind *kind = section_kinds; kind->name != NULL; kind++)
        suggestion_try(&suggestion, is_list ? kind->list : kind->name);
    const char *help =
        suggestion.best != NULL ? arena_printf(r->l->scratch, "did you mean '%s'?", suggestion.best)
        : is_list
            ? "one of: global, defaults, frontends, backends, listens; settings stand inside them"
            : "one of: global, defaults, frontend, backend, listen";
    CONF_FAIL(r->l, word->span, help, "%s '%s'", problem, word->text);
}

/* The kind that `section = "frontend"` names, in a list of sections of all kinds. */
static void take_kind(struct reader *r, struct conf_section *section, const struct conf_word *word)
{
    for (int kind = 0; section_kinds[kind].name != NULL; kind++) {
        if (strcmp(word->text, section_kinds[kind].name) == 0) {
            section->kind = (enum conf_section_kind)kind;
            return;
        }
    }
    report_kind(r, word, false, "unknown kind of section");
}

/* Takes `section`, `name` and `from` out of a section's members; the others are its directives. */
static void section_fill(struct reader *r, struct conf_section *section,
                         struct directive_list members)
{
    bool is_any = section->kind == CONF_SECTION_ANY;
    section->directives = members.items;
    for (size_t i = 0; i < members.count; i++) {
        struct conf_directive *d = &members.items[i];
        bool plain = d->arg_count == 1 && !d->is_group && section->kind != CONF_SECTION_GLOBAL;
        if (plain && is_any && strcmp(d->name.text, "section") == 0)
            take_kind(r, section, &d->args[0]);
        else if (plain && strcmp(d->name.text, "name") == 0)
            section->name = d->args[0];
        else if (plain && strcmp(d->name.text, "from") == 0)
            section->from = d->args[0];
        else
            section->directives[section->directive_count++] = *d;
    }
}

static void read_section(struct reader *r, config_setting_t *group, enum conf_section_kind kind,
                         struct conf_span span)
{
    struct conf_sections *sections = &r->l->sections;
    struct conf_directive whole = {.name = {.text = "section", .span = span}};
    read_group(r, group, &whole);
    struct conf_section section = {.kind = kind, .span = span, .end = r->closed};
    size_t errors = r->l->report->errors;
    section_fill(r, &section, (struct directive_list){whole.params, whole.param_count});
    if (section.kind == CONF_SECTION_ANY) {
        if (r->l->report->errors == errors)
            CONF_FAIL(r->l, span, "add section = \"frontend\", or another kind",
                      "the kind of this section is not given");
        return;
    }
    section_tell(r->l, section.kind, span);
    sections->items =
        arena_list_grow(r->l->scratch, sections->items, sections->count, sizeof section);
    sections->items[sections->count++] = section;
}

/* Passes over a value that has no place, reporting what is wrong inside all the same. */
static void skip_value(struct reader *r, config_setting_t *setting, const struct conf_word *name)
{
    struct conf_directive ignored = {.name = *name};
    struct directive_list nowhere = {0};
    if (is_scalar(setting))
        read_scalar(r, setting);
    else if (config_setting_is_group(setting))
        read_group(r, setting, &ignored);
    else
        read_elements(r, setting, *name, &nowhere, &nowhere);
}

/* `backends = ( {...}, {...} );` or one group alone */
static void read_sections(struct reader *r, config_setting_t *setting, enum conf_section_kind kind,
                          const struct conf_word *name)
{
    if (config_setting_is_group(setting)) {
        read_section(r, setting, kind, name->span);
        return;
    }
    if (!config_setting_is_list(setting)) {
        CONF_FAIL(r->l, name->span,
                  arena_printf(r->l->scratch, "write %s = ( { ... } );", name->text),
                  "'%s' holds groups", name->text);
        skip_value(r, setting, name);
        return;
    }
    next_token(r);
    for (int i = 0; i < config_setting_length(setting); i++) {
        config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        struct token open = peek_token(r);
        if (config_setting_is_group(element)) {
            read_section(r, element, kind, span_of(r, &open));
            continue;
        }
        CONF_FAIL(r->l, span_of(r, &open), "write { ... }", "an element of '%s' that is no group",
                  name->text);
        skip_value(r, element, name);
    }
    next_token(r);
}

static void read_top(struct reader *r, config_setting_t *setting)
{
    struct conf_word name = read_name(r, setting);
    for (int kind = 0; section_kinds[kind].name != NULL; kind++) {
        if (strcmp(name.text, section_kinds[kind].name) == 0 ||
            strcmp(name.text, section_kinds[kind].list) == 0) {
            read_sections(r, setting, (enum conf_section_kind)kind, &name);
            return;
        }
    }
    if (strcmp(name.text, any_kind) == 0) {
        read_sections(r, setting, CONF_SECTION_ANY, &name);
        return;
    }
    report_kind(r, &name, true, "unknown section");
    skip_value(r, setting, &name);
}

static void on_comment(void *ctx, const struct token *comment, bool is_behind)
{
    struct reader *r = ctx;
    if (r->l->comments != NULL)
        comments_add(r->l->comments, joined_text_place(r->joined, comment->line, comment->column),
                     is_behind, comment->start, comment->len);
}

void libconfig_read(struct loader *l, const struct conf_text *text)
{
    struct joined_text joined;
    if (!joined_text_make(l, text, &joined) || !libconfig_check(l, &joined))
        return;
    config_t tree;
    config_init(&tree);
    if (config_read_string(&tree, joined.bytes) == CONFIG_FALSE) {
        unsigned line = (unsigned)config_error_line(&tree);
        struct conf_span span = {joined_text_place(&joined, line, 1), 1};
        CONF_FAIL(l, span, NULL, "libconfig: %s", config_error_text(&tree));
    } else {
        struct reader r = {.l = l, .joined = &joined};
        size_t first = l->sections.count;
        tokens_start(&r.tokens, joined.bytes, joined.len);
        r.tokens.on_comment = on_comment;
        r.tokens.ctx = &r;
        config_setting_t *root = config_root_setting(&tree);
        for (int i = 0; i < config_setting_length(root); i++)
            read_top(&r, config_setting_get_elem(root, (unsigned)i));
        peek_token(&r); /* comments at the end */
        for (size_t i = first; i < l->sections.count; i++)
            libconfig_variables(l, &l->sections.items[i]);
    }
    config_destroy(&tree);
}
