/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: read once into a fetch row, converter rows and arguments, then run as a chain of calls.
 *
 *   fetch(args),converter(args),converter      no blank within, but in quotes
 *
 * Types of neighbours are checked when read; a cast runs only where they differ.
 */
#include "proxy/rules/expr.h"

#include <ctype.h>
#include <string.h>

#include "config/suggest.h"
#include "proxy/rules/expr_priv.h"

struct expr_step {
    const struct converter *row;
    const struct arg *args;
};

struct expr {
    const struct fetch *fetch;
    const struct arg *args;
    const struct expr_step *steps;
    size_t step_count;
    enum sample_type out;
    const char *source;
};

/* ---- running ------------------------------------------------------------------------------------------ */

static bool convert(const struct expr *e, struct sample_env *env, struct sample *s)
{
    for (size_t i = 0; i < e->step_count; i++) {
        const struct expr_step *step = &e->steps[i];
        if (!sample_cast(s, step->row->in, env) || !step->row->run(env, step->row, step->args, s))
            return false;
    }
    return true;
}

/* In TCP, a request is there only as what is peeked at. */
static unsigned absent_uses(const struct sample_env *env)
{
    return env->peek != NULL ? USE_RESPONSE : USE_REQUEST | USE_RESPONSE;
}

static bool run(const struct expr *e, struct sample_env *env, struct sample *out)
{
    enum { OF_REQUEST = USE_REQUEST | USE_MESSAGE | USE_TXN };
    if (env->lacks_message && (e->fetch->use & absent_uses(env)) != 0)
        return false;
    if (e->fetch->run(env, e->fetch, e->args, out))
        return convert(e, env, out);
    if (env->peek != NULL && env->peek->found == PEEK_PART && !env->is_final &&
        (e->fetch->use & OF_REQUEST) != 0)
        out->flags |= SAMPLE_MAY_CHANGE;
    return false;
}

bool expr_run(const struct expr *e, struct sample_env *env, struct sample *out)
{
    *out = (struct sample){0};
    return run(e, env, out);
}

bool expr_next(const struct expr *e, struct sample_env *env, struct sample *out)
{
    out->flags = 0;
    return run(e, env, out);
}

bool expr_text(const struct expr *e, struct sample_env *env, struct sample_text *out)
{
    struct sample s;
    if (!expr_run(e, env, &s) || !sample_cast(&s, SAMPLE_STRING, env))
        return false;
    *out = s.text;
    return true;
}

/* ---- looking inside ----------------------------------------------------------------------------------- */

enum sample_type expr_type(const struct expr *e)
{
    return e->out;
}

/* Equal rows and the same words mean the same, wherever they were written. */
bool expr_same(const struct expr *a, const struct expr *b)
{
    if (a->fetch != b->fetch || a->step_count != b->step_count)
        return false;
    return a == b || strcmp(a->source, b->source) == 0;
}

const struct arg *expr_args(const struct expr *e)
{
    return e->args;
}

const struct fetch *expr_fetch(const struct expr *e)
{
    return e->fetch;
}

bool expr_has_converters(const struct expr *e)
{
    return e->step_count > 0;
}

const char *expr_source(const struct expr *e)
{
    return e->source;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("._-+:", c) != NULL);
}

static const char *take_name(struct compiler *c, const struct conf_word *word, size_t *at)
{
    size_t from = *at;
    while (is_name_char(word->text[*at]))
        (*at)++;
    return arena_copy_bytes(c->l->arena, word->text + from, *at - from);
}

static const char *did_you_mean(struct compiler *c, const struct suggestion *s)
{
    return s->best != NULL ? arena_printf(c->l->scratch, "did you mean '%s'?", s->best) : NULL;
}

static const struct fetch *find_fetch(struct compiler *c, const char *name, struct conf_span span)
{
    const struct fetch *found = names_get(&c->fetches, name);
    struct suggestion s;
    if (found != NULL)
        return found;
    suggestion_start(&s, name);
    for (const struct fetch *const *table = c->tables->fetches; *table != NULL; table++) {
        for (const struct fetch *row = *table; row->name != NULL; row++)
            suggestion_try(&s, row->name);
    }
    CONF_FAIL(c->l, span, did_you_mean(c, &s), "unknown fetch method '%s'", name);
    return NULL;
}

static const struct converter *find_converter(struct compiler *c, const char *name,
                                              struct conf_span span)
{
    const struct converter *found = names_get(&c->converters, name);
    struct suggestion s;
    if (found != NULL)
        return found;
    suggestion_start(&s, name);
    for (const struct converter *const *table = c->tables->converters; *table != NULL; table++) {
        for (const struct converter *row = *table; row->name != NULL; row++)
            suggestion_try(&s, row->name);
    }
    CONF_FAIL(c->l, span, did_you_mean(c, &s), "unknown converter '%s'", name);
    return NULL;
}

static const struct {
    enum fetch_use use;
    const char *what;
} uses[] = {
    {USE_CLIENT, "the client's connection"},
    {USE_SESSION, "the session, as it is after the handshakes"},
    {USE_CONTENT, "what the client sends"},
    {USE_REQUEST, "the HTTP request"},
    {USE_BACKEND, "the backend, once it is chosen"},
    {USE_SERVER, "the connection to the server"},
    {USE_RES_CONTENT, "what the server sends"},
    {USE_RESPONSE, "the HTTP response"},
    {USE_ANSWER, "the HTTP response"},
    {USE_MESSAGE, "the HTTP message"},
    {USE_END, "the end of the stream"},
    {USE_TXN, "the HTTP transaction"},
    {USE_BACKEND, "a backend"},
};

const char *fetch_use_name(unsigned use)
{
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        if ((use & uses[i].use) != 0)
            return uses[i].what;
    }
    return NULL;
}

bool expr_check_use(struct compiler *c, const struct fetch *row, unsigned may_use,
                    struct conf_span span)
{
    const char *missing = fetch_use_name(row->use & ~may_use);
    if (missing != NULL)
        CONF_FAIL(c->l, span, NULL, "fetch method '%s' looks at %s, which is not there in %s",
                  row->name, missing, compiler_where(c));
    return missing == NULL;
}

static bool read_fetch(struct compiler *c, const struct conf_word *word, size_t *at,
                       unsigned may_use, struct expr *e)
{
    size_t from = *at;
    const char *name = take_name(c, word, at);
    struct conf_span span = compiler_span_in(word, from, *at > from ? *at - from : 1);
    unsigned count = 0;
    if (*name == '\0') {
        CONF_FAIL(c->l, span, "as in: req.hdr(host),lower", "the name of a fetch is missing");
        return false;
    }
    const struct fetch *row = find_fetch(c, name, span);
    if (row == NULL || !expr_check_use(c, row, may_use, span))
        return false;
    struct arg *args =
        args_compile(c, word, at, &(struct expr_word){"fetch", name, from, &row->args}, &count);
    if (args == NULL || (row->check != NULL && !row->check(c, args, count, row->value)))
        return false;
    if (row->idle != NULL)
        CONF_WARN(c->l, span, row->idle, "fetch method '%s' tells nothing here", row->name);
    e->fetch = row;
    e->args = args;
    e->out = row->out;
    return true;
}

static bool read_converter(struct compiler *c, const struct conf_word *word, size_t *at,
                           struct expr *e)
{
    size_t from = *at;
    const char *name = take_name(c, word, at);
    struct conf_span span = compiler_span_in(word, from, *at > from ? *at - from : 1);
    unsigned count = 0;
    const struct converter *row = find_converter(c, name, span);
    if (row == NULL)
        return false;
    if (!sample_can_cast(e->out, row->in)) {
        CONF_FAIL(c->l, span, NULL, "converter '%s' takes %s, and there is no way to it from %s",
                  name, sample_type_name(row->in), sample_type_name(e->out));
        return false;
    }
    struct arg *args =
        args_compile(c, word, at, &(struct expr_word){"converter", name, from, &row->args}, &count);
    if (args == NULL || (row->check != NULL && !row->check(c, args, count, row->value)))
        return false;
    struct expr_step *steps =
        arena_list_grow(c->l->arena, (void *)e->steps, e->step_count, sizeof *steps);
    steps[e->step_count++] = (struct expr_step){row, args};
    e->steps = steps;
    if (row->out != SAMPLE_SAME)
        e->out = row->out;
    return true;
}

static bool ends_expression(char c)
{
    return c == '\0' || c == ']' || c == ' ' || c == '\t';
}

/* What follows the fetch; several commas count as one, and one at the end of the word as none. */
static bool read_converters(struct compiler *c, const struct conf_word *word, size_t *at,
                            struct expr *e)
{
    while (!ends_expression(word->text[*at])) {
        if (word->text[*at] != ',') {
            CONF_FAIL(c->l, compiler_span_in(word, *at, 1), "a comma stands before a converter",
                      "'%s' is not expected here", word->text + *at);
            return false;
        }
        while (word->text[*at] == ',')
            (*at)++;
        if (word->text[*at] != '\0' && !read_converter(c, word, at, e))
            return false;
    }
    return true;
}

static bool read_all(struct compiler *c, const struct conf_word *word, size_t *at, unsigned may_use,
                     struct expr *e)
{
    return read_fetch(c, word, at, may_use, e) && read_converters(c, word, at, e);
}

const struct expr *expr_compile(struct compiler *c, const struct conf_word *word, size_t *at,
                                unsigned may_use)
{
    struct expr *e = arena_alloc(c->l->arena, sizeof *e);
    size_t from = *at;
    if (!read_all(c, word, at, may_use, e))
        return NULL;
    e->source = arena_copy_bytes(c->l->arena, word->text + from, *at - from);
    return e;
}

static bool ends_word(struct compiler *c, const struct conf_word *word, size_t at)
{
    if (word->text[at] == '\0')
        return true;
    CONF_FAIL(c->l, compiler_span_in(word, at, strlen(word->text + at)), NULL,
              "'%s' is not expected behind an expression", word->text + at);
    return false;
}

const struct expr *expr_compile_word(struct compiler *c, const struct conf_word *word,
                                     unsigned may_use)
{
    size_t at = 0;
    const struct expr *e = expr_compile(c, word, &at, may_use);
    return e != NULL && ends_word(c, word, at) ? e : NULL;
}

bool expr_goes_on(const struct compiler *c, const struct conf_word *word)
{
    size_t len = 0;
    while (is_name_char(word->text[len]))
        len++;
    const char *name = arena_copy_bytes(c->l->scratch, word->text, len);
    return names_get(&c->converters, name) != NULL;
}

const struct expr *expr_compile_words(struct compiler *c, struct rule_words *words,
                                      unsigned may_use)
{
    const struct conf_word *word = rule_words_next(c, words, "an expression");
    struct expr *e = arena_alloc(c->l->arena, sizeof *e);
    size_t at = 0;
    if (word == NULL || !read_all(c, word, &at, may_use, e) || !ends_word(c, word, at))
        return NULL;
    e->source = word->text;
    while (rule_words_more(words) && expr_goes_on(c, &words->items[words->at])) {
        word = &words->items[words->at++];
        at = 0;
        if (!read_converter(c, word, &at, e) || !read_converters(c, word, &at, e) ||
            !ends_word(c, word, at))
            return NULL;
        e->source = arena_printf(c->l->arena, "%s,%s", e->source, word->text);
    }
    return e;
}
