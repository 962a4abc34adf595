/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of four shapes become one; each shape has a function that fills it in. */
#include "proxy/runtime/rule_words.h"

#include "config/suggest.h"
#include "proxy/runtime/rule_tables.h"

#include <stdarg.h>
#include <string.h>

const char *const rule_word_kinds[WORD_KINDS] = {
    [WORD_FETCH] = "fetches",
    [WORD_CONVERTER] = "converters",
    [WORD_ACTION] = "actions",
    [WORD_TOKEN] = "tokens of formats",
};

static void append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void append(char *text, size_t size, const char *format, ...)
{
    size_t len = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + len, size - len, format, args);
    va_end(args);
}

/* "(<string>[,<integer>])" */
static void append_arguments(char *text, size_t size, const struct arg_spec *spec)
{
    unsigned count = 0;
    while (count < ARGS_MAX && spec->types[count] != ARG_NONE)
        count++;
    if (count == 0)
        return;
    append(text, size, spec->required > 0 ? "(" : "[(");
    for (unsigned i = 0; i < count; i++)
        append(text, size, i < spec->required ? "%s<%s>" : "[%s<%s>]", i > 0 ? "," : "",
               arg_type_name(spec->types[i]));
    append(text, size, "%s%s", spec->repeats ? ",..." : "", spec->required > 0 ? ")" : ")]");
}

static void of_fetch(struct rule_word *word, const struct fetch *row)
{
    append(word->form, sizeof(word->form), "%s", row->name);
    append_arguments(word->form, sizeof(word->form), &row->args);
    append(word->facts, sizeof(word->facts), "gives: %s", sample_type_name(row->out));
    const char *comma = "; looks at ";
    for (unsigned bit = 1; bit != 0 && bit <= row->use; bit <<= 1) {
        const char *what = fetch_use_name(row->use & bit);
        if (what == NULL)
            continue;
        append(word->facts, sizeof(word->facts), "%s%s", comma, what);
        comma = ", ";
    }
}

static void of_converter(struct rule_word *word, const struct converter *row)
{
    append(word->form, sizeof(word->form), "%s", row->name);
    append_arguments(word->form, sizeof(word->form), &row->args);
    append(word->facts, sizeof(word->facts), "makes of: %s; gives: %s", sample_type_name(row->in),
           sample_type_name(row->out));
}

static void of_action(struct rule_word *word, const struct action *row)
{
    const char *comma = "in ", *takes = row->takes != NULL ? row->takes : "";
    bool shows_parens = row->has_parens && *takes != '(';
    append(word->form, sizeof(word->form), "%s%s%s%s%s", row->name, row->is_prefix ? "<n>" : "",
           shows_parens ? "(...)" : "", *takes != '\0' && *takes != '(' ? " " : "", takes);
    for (unsigned id = 0; id < RULES_COUNT; id++) {
        if ((row->rulesets & IN_RULES(id)) == 0)
            continue;
        append(word->facts, sizeof(word->facts), "%s%s", comma, ruleset_name(id));
        comma = ", ";
    }
}

static void of_token(struct rule_word *word, const struct format_token *row)
{
    append(word->form, sizeof(word->form), "%%%s", row->name);
}

/* The rows of a table differ in size; all begin with their name. */
#define EACH(tables, shape, fill)                                                                  \
    for (const struct shape *const *table = (tables); *table != NULL; table++)                     \
        for (const struct shape *row = *table; row->name != NULL; row++) {                         \
            struct rule_word word = {                                                              \
                .kind = kind, .name = row->name, .doc = row->doc, .since = row->since};            \
            fill(&word, row);                                                                      \
            visit(ctx, &word);                                                                     \
        }

void rule_words_each(enum rule_word_kind kind, rule_word_visit *visit, void *ctx)
{
    if (kind == WORD_FETCH)
        EACH(rule_tables.fetches, fetch, of_fetch)
    else if (kind == WORD_CONVERTER)
        EACH(rule_tables.converters, converter, of_converter)
    else if (kind == WORD_ACTION)
        EACH(rule_tables.actions, action, of_action)
    else
        EACH(rule_tables.tokens, format_token, of_token)
}

/* ---- help ------------------------------------------------------------------------------------ */

struct search {
    FILE *out;
    const char *wanted;
    bool found;
};

static void show_word(void *ctx, const struct rule_word *word)
{
    static const char *const one[WORD_KINDS] = {"fetch", "converter", "action", "token"};
    struct search *search = ctx;
    const char *wanted = search->wanted + (word->kind == WORD_TOKEN); /* behind its % */
    if (strcmp(word->name, wanted) != 0)
        return;
    search->found = true;
    fprintf(search->out, "%s  (%s)\n\n  %s\n", word->form, one[word->kind], word->doc);
    if (word->facts[0] != '\0')
        fprintf(search->out, "  %s\n", word->facts);
    if (word->since != NULL && strcmp(word->since, "weir") != 0)
        fprintf(search->out, "  HAProxy: since %s\n", word->since);
    fputc('\n', search->out);
}

bool rule_words_help(FILE *out, const char *name)
{
    struct search search = {.out = out, .wanted = name};
    for (int kind = 0; kind < WORD_KINDS; kind++)
        if (kind != WORD_TOKEN || *name == '%')
            rule_words_each((enum rule_word_kind)kind, show_word, &search);
    return search.found;
}

static void try_word(void *ctx, const struct rule_word *word)
{
    suggestion_try(ctx, word->name);
}

const char *rule_words_nearest(const char *name)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (int kind = 0; kind < WORD_TOKEN; kind++)
        rule_words_each((enum rule_word_kind)kind, try_word, &suggestion);
    return suggestion.best;
}

struct listing {
    FILE *out;
    int column;
};

static void list_word(void *ctx, const struct rule_word *word)
{
    struct listing *listing = ctx;
    bool is_token = word->kind == WORD_TOKEN;
    if (listing->column > 2 && listing->column + (int)strlen(word->name) + is_token > 76) {
        fputs("\n  ", listing->out);
        listing->column = 2;
    }
    listing->column += fprintf(listing->out, "%s%s ", is_token ? "%" : "", word->name);
}

void rule_words_list(FILE *out)
{
    for (int kind = 0; kind < WORD_KINDS; kind++) {
        struct listing listing = {.out = out, .column = 2};
        fprintf(out, "%s\n  ", rule_word_kinds[kind]);
        rule_words_each((enum rule_word_kind)kind, list_word, &listing);
        fputs("\n\n", out);
    }
}
