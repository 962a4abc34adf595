/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of bind, server, log and their like: rows of another level, some by their place in the
 * line, the others by name with as many words behind them as the row takes.
 */
#include <string.h>

#include "config/haproxy/reader_priv.h"
#include "config/own/own.h"
#include "config/suggest.h"

struct params {
    const struct haproxy_line *line;
    const struct keyword *owner;
    const struct conf_word *words;
    size_t count, at;
    unsigned position; /* of the next word that needs no name, from 1 */
    struct conf_directive found[HAPROXY_WORDS_MAX];
    size_t found_count;
};

struct conf_directive *haproxy_param(struct loader *l, struct conf_directive *d,
                                     struct conf_word name, const struct conf_word *args,
                                     size_t arg_count)
{
    struct conf_directive param = {.name = name, .arg_count = arg_count};
    param.args = arena_list_copy(l->scratch, args, arg_count, sizeof *args);
    d->params = arena_list_grow(l->scratch, d->params, d->param_count, sizeof param);
    d->params[d->param_count] = param;
    return &d->params[d->param_count++];
}

static const struct keyword *row_at(const struct params *p, unsigned position)
{
    if (position >= KEYWORD_POSITIONS)
        return NULL;
    return p->line->r->l->index.by_position[p->owner->params][position];
}

static const struct keyword *row_named(const struct params *p, const char *name)
{
    const struct keyword_index *index = &p->line->r->l->index;
    const struct keyword *row = keyword_spelt(index, p->owner->params, name);
    return row != NULL && row->position == 0 ? row : NULL;
}

/* "name(first)", of a row whose value begins in parentheses; else NULL. */
static const struct keyword *row_in_parens(const struct params *p, const char *word)
{
    size_t len = strlen(word), name = strcspn(word, "(");
    if (name == len || word[len - 1] != ')')
        return NULL;
    const struct keyword *row = row_named(p, arena_copy_bytes(p->line->r->l->scratch, word, name));
    return row != NULL && row->in_parens ? row : NULL;
}

static size_t words_of(const struct keyword *row)
{
    static const bool alone[KW_KIND_COUNT] = {
        [KW_FLAG] = true,    [KW_FLAG_OFF] = true, [KW_SET] = true,
        [KW_NOTHING] = true, [KW_REFUSED] = true,  [KW_LATER] = true};
    if (row->words != 0)
        return row->words == KEYWORD_ALONE ? 0 : (size_t)row->words;
    return alone[row->kind] ? 0 : 1;
}

/* "server <name> <address> [...]" */
static const char *usage(const struct params *p)
{
    struct loader *l = p->line->r->l;
    const char *text = p->owner->name;
    const struct keyword *row;
    for (unsigned position = 1; (row = row_at(p, position)) != NULL; position++)
        text = arena_printf(l->scratch, row->required ? "%s <%s>" : "%s [<%s>]", text, row->name);
    return arena_printf(l->scratch, "%s [...]", text);
}

static void report_missing(const struct params *p, const struct keyword *row)
{
    const struct haproxy_line *line = p->line;
    CONF_FAIL(line->r->l, haproxy_span(line->words, line->name_words), usage(p), "'%s' needs %s %s",
              p->owner->name, strchr("aeiou", *row->name) ? "an" : "a", row->name);
}

static void report_unknown(const struct params *p)
{
    struct loader *l = p->line->r->l;
    const struct conf_word *word = &p->words[p->at];
    struct suggestion suggestion;
    suggestion_start(&suggestion, word->text);
    KEYWORDS_OF(&l->index, p->owner->params, row)
    {
        if (row->position == 0)
            suggestion_try(&suggestion, row->name);
    }
    CONF_FAIL(l, word->span,
              suggestion.best != NULL
                  ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                  : usage(p),
              "unknown keyword '%s' of '%s'", word->text, p->owner->name);
}

static bool is_address(const struct keyword *row)
{
    return row->set == own_bind_address || row->set == own_server_address ||
           row->set == own_target_address || row->set == own_socks_address ||
           row->set == own_log_address;
}

/* The same words, but for variables in an address. */
static const struct conf_word *expanded(const struct params *p, const struct keyword *row,
                                        const struct conf_word *word)
{
    struct haproxy_reader *r = p->line->r;
    const char *text = is_address(row) ? haproxy_words_expand(r->l, &r->env, word) : word->text;
    if (text == word->text)
        return word;
    struct conf_word *copy = arena_alloc(r->l->scratch, sizeof *copy);
    *copy = haproxy_reword(*word, text);
    return copy;
}

/* The words live as long as the directive, so they need no copy. */
static void add_param(struct params *p, struct conf_word name, const struct conf_word *args,
                      size_t arg_count)
{
    p->found[p->found_count++] = (struct conf_directive){
        .name = name, .args = (struct conf_word *)args, .arg_count = arg_count};
}

static void take_positional(struct params *p, const struct keyword *row)
{
    const struct conf_word *word = &p->words[p->at++];
    p->position++;
    add_param(p, haproxy_reword(*word, row->name), expanded(p, row, word), 1);
}

/* False where words are missing behind the name. */
static bool take_named(struct params *p, const struct keyword *row)
{
    struct loader *l = p->line->r->l;
    struct conf_word name = p->words[p->at++];
    size_t wanted = words_of(row);
    if (p->count - p->at < wanted) {
        CONF_FAIL(l, name.span, row->doc, "'%s' needs a value", row->name);
        return false;
    }
    add_param(p, haproxy_reword(name, row->name), expanded(p, row, p->words + p->at), wanted);
    p->at += wanted;
    return true;
}

/* The first word of the value and, where there is one, what follows the parenthesis. */
static void take_in_parens(struct params *p, const struct keyword *row)
{
    struct conf_arena *arena = p->line->r->l->scratch;
    const struct conf_word name = p->words[p->at++];
    const char *first = strchr(name.text, '(') + 1, *rest = "";
    if (p->at < p->count)
        rest = p->words[p->at++].text;
    struct conf_word *value = arena_alloc(arena, sizeof *value);
    *value = haproxy_reword(name, arena_printf(arena, "%.*s%s%s", (int)strlen(first) - 1, first,
                                               *rest != '\0' ? " " : "", rest));
    add_param(p, haproxy_reword(name, row->name), value, 1);
}

static bool take_one(struct params *p)
{
    const struct keyword *next = row_at(p, p->position);
    bool must_come = next != NULL && next->required && p->position <= 2;
    const struct keyword *named = must_come ? NULL : row_named(p, p->words[p->at].text);
    if (named != NULL)
        return take_named(p, named);
    if (next != NULL) {
        take_positional(p, next);
        return true;
    }
    named = row_in_parens(p, p->words[p->at].text);
    if (named != NULL) {
        take_in_parens(p, named);
        return true;
    }
    report_unknown(p);
    return false;
}

bool haproxy_params(const struct haproxy_line *line, const struct keyword *row,
                    const struct conf_word *words, size_t count, struct conf_directive *d)
{
    struct params p; /* not initialized as a whole: `found` is large */
    p.line = line;
    p.owner = row;
    p.words = words;
    p.count = count;
    p.at = p.found_count = 0;
    p.position = 1;
    const struct keyword *missing;
    if (row->kind == KW_GROUP && row->params == LEVEL_SERVER)
        p.position = 3; /* default-server: neither name nor address */
    while (p.at < p.count) {
        if (!take_one(&p))
            return false;
    }
    for (; (missing = row_at(&p, p.position)) != NULL && row->kind == KW_LIST; p.position++) {
        if (missing->required) {
            report_missing(&p, missing);
            return false;
        }
    }
    d->params = arena_list_copy(line->r->l->scratch, p.found, p.found_count, sizeof *p.found);
    d->param_count = p.found_count;
    return true;
}
