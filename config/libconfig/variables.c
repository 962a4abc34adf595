/* SPDX-License-Identifier: Apache-2.0 */
/* Rewrites words in place; a word without "${" is not touched. */
#include "config/libconfig/variables.h"
#include "config/section_kinds.h"

#include <stdlib.h>
#include <string.h>

/* The length of a variable's name, 0 where there is none. */
static size_t name_length(const char *text)
{
    return strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
}

/* Appends the value of the variable that begins behind "${"; NULL after reporting a mistake in it,
 * else what follows its brace. */
static const char *expand_one(struct loader *l, const struct conf_word *word, const char *text,
                              const char **expanded)
{
    size_t len = name_length(text);
    const char *otherwise = text[len] == '-' ? text + len + 1 : text + len;
    const char *end = strchr(otherwise, '}');
    if (len == 0 || end == NULL || (text[len] != '-' && text[len] != '}')) {
        CONF_FAIL(l, word->span, "\"${NAME}\" or \"${NAME-default}\"; a literal ${ is $${",
                  "a variable that is not whole");
        return NULL;
    }
    const char *value = getenv(arena_copy_bytes(l->scratch, text, len));
    if (value == NULL)
        value = arena_copy_bytes(l->scratch, otherwise, (size_t)(end - otherwise));
    *expanded = arena_printf(l->arena, "%s%s", *expanded, value);
    return end + 1;
}

static void expand_word(struct loader *l, struct conf_word *word)
{
    const char *rest = word->text, *expanded = "", *open;
    bool has_variable = false;
    while (rest != NULL && (open = strstr(rest, "${")) != NULL) {
        bool is_literal = open > rest && open[-1] == '$';
        expanded =
            arena_printf(l->arena, "%s%.*s", expanded, (int)(open - rest - is_literal), rest);
        if (is_literal) {
            expanded = arena_printf(l->arena, "%s${", expanded);
            rest = open + 2;
        } else {
            has_variable = true;
            rest = expand_one(l, word, open + 2, &expanded);
        }
    }
    if (rest == NULL || rest == word->text)
        return;
    const char *written = word->text;
    word->text = arena_printf(l->arena, "%s%s", expanded, rest);
    if (has_variable)
        loader_add_template(l, word->text, written);
}

static void expand_directive(struct loader *l, enum keyword_level level, const char *prefix,
                             struct conf_directive *d);

static void expand_all(struct loader *l, enum keyword_level level, const char *prefix,
                       struct conf_directive *directives, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expand_directive(l, level, prefix, &directives[i]);
}

/* Does it hold lines of rules, by itself or within a group that gathers (tcp_request = { ... })? */
static bool has_lines(struct loader *l, enum keyword_level level, const char *name)
{
    const struct keyword *row = keyword_find(&l->index, l->scratch, level, name);
    return row != NULL && row->kind == KW_LINES;
}

static void expand_directive(struct loader *l, enum keyword_level level, const char *prefix,
                             struct conf_directive *d)
{
    bool has_variables = false;
    for (size_t i = 0; i < d->arg_count && !has_variables; i++)
        has_variables = strstr(d->args[i].text, "${") != NULL;
    if (!has_variables && d->param_count == 0)
        return;
    const char *name = d->name.text;
    if (*prefix != '\0')
        name = arena_printf(l->scratch, "%s_%s", prefix, name);
    bool is_left_alone = has_variables && has_lines(l, level, name);
    for (size_t i = 0; i < d->arg_count && !is_left_alone; i++)
        expand_word(l, &d->args[i]);
    expand_all(l, level, name, d->params, d->param_count);
}

void libconfig_variables(struct loader *l, struct conf_section *section)
{
    struct conf_word *words[] = {&section->name, &section->from};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i]->text != NULL)
            expand_word(l, words[i]);
    }
    expand_all(l, section_kinds[section->kind].level, "", section->directives,
               section->directive_count);
}
