/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks libconfig's tree and the tokens of the same text side by side: the tree says what the text
 * means, the tokens say where each word stands. Both are in the order of the text.
 */
#include "config/libconfig/reader.h"

#include <string.h>

#include "config/libconfig/reader_priv.h"
#include "config/libconfig/syntax.h"
#include "config/libconfig/variables.h"
#include "config/section_kinds.h"
#include "config/suggest.h"

/* A list whose elements say which kind each is, so that they keep an order. */
static const char any_kind[] = "sections";

/* Reports what is none of the names of sections. */
static void report_kind(struct libconfig_reader *r, const struct conf_word *word, bool is_list,
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
static void take_kind(struct libconfig_reader *r, struct conf_section *section,
                      const struct conf_word *word)
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
static void section_fill(struct libconfig_reader *r, struct conf_section *section,
                         const struct conf_directive *whole)
{
    bool is_any = section->kind == CONF_SECTION_ANY;
    section->directives = whole->params;
    for (size_t i = 0; i < whole->param_count; i++) {
        struct conf_directive *d = &whole->params[i];
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

static void read_section(struct libconfig_reader *r, config_setting_t *group,
                         enum conf_section_kind kind, struct conf_span span)
{
    struct conf_sections *sections = &r->l->sections;
    struct conf_directive whole = {.name = {.text = "section", .span = span}};
    libconfig_read_group(r, group, &whole);
    struct conf_section section = {.kind = kind, .span = span, .end = r->closed};
    size_t errors = r->l->report->errors;
    section_fill(r, &section, &whole);
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

/* `backends = ( {...}, {...} );` or one group alone */
static void read_sections(struct libconfig_reader *r, config_setting_t *setting,
                          enum conf_section_kind kind, const struct conf_word *name)
{
    if (config_setting_is_group(setting)) {
        read_section(r, setting, kind, name->span);
        return;
    }
    if (!config_setting_is_list(setting)) {
        CONF_FAIL(r->l, name->span,
                  arena_printf(r->l->scratch, "write %s = ( { ... } );", name->text),
                  "'%s' holds groups", name->text);
        libconfig_skip_value(r, setting, name);
        return;
    }
    libconfig_next(r);
    for (int i = 0; i < config_setting_length(setting); i++) {
        config_setting_t *element = config_setting_get_elem(setting, (unsigned)i);
        struct token open = libconfig_peek(r);
        if (config_setting_is_group(element)) {
            read_section(r, element, kind, libconfig_span(r, &open));
            continue;
        }
        CONF_FAIL(r->l, libconfig_span(r, &open), "write { ... }",
                  "an element of '%s' that is no group", name->text);
        libconfig_skip_value(r, element, name);
    }
    libconfig_next(r);
}

static void read_top(struct libconfig_reader *r, config_setting_t *setting)
{
    struct conf_word name = libconfig_read_name(r, setting);
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
    libconfig_skip_value(r, setting, &name);
}

static void on_comment(void *ctx, const struct token *comment, bool is_behind)
{
    struct libconfig_reader *r = ctx;
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
        struct libconfig_reader r = {.l = l, .joined = &joined};
        size_t first = l->sections.count;
        tokens_start(&r.tokens, joined.bytes, joined.len);
        r.tokens.on_comment = on_comment;
        r.tokens.ctx = &r;
        config_setting_t *root = config_root_setting(&tree);
        for (int i = 0; i < config_setting_length(root); i++)
            read_top(&r, config_setting_get_elem(root, (unsigned)i));
        libconfig_peek(&r); /* comments at the end */
        for (size_t i = first; i < l->sections.count; i++)
            libconfig_variables(l, &l->sections.items[i]);
    }
    config_destroy(&tree);
}
