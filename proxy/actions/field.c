/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that add and remove header fields; field_replace.c changes what they hold. */
#include "config/loader.h"
#include "proxy/actions/field_priv.h"
#include "proxy/actions/rows.h"
#include "proxy/base/ascii.h"
#include "proxy/base/regex.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/state/bind_state.h"

enum rule_verdict field_no_room(struct sample_env *env)
{
    struct stream *s = env->stream;
    unsigned thread = s->thread->loop->index;
    bind_count(s->session->bind, thread, COUNTER_FAILED_REWRITES, 1);
    if (s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), COUNTER_FAILED_REWRITES,
                     1);
    return RULE_FAILS;
}

struct field_edit *field_compile_name(struct compiler *c, struct rule_words *words)
{
    const struct conf_word *word = rule_words_next(c, words, "the name of a header field");
    if (word == NULL)
        return NULL;
    struct field_edit *edit = arena_alloc(c->l->arena, sizeof(*edit));
    char *name = arena_copy(c->l->arena, word->text);
    for (char *at = name; *at != '\0'; at++)
        *at = ascii_lower(*at);
    *edit = (struct field_edit){.name = name, .name_len = strlen(name)};
    edit->id = http_header_find(name, edit->name_len);
    if (edit->name_len > 0)
        return edit;
    CONF_FAIL(c->l, word->span, NULL, "the name of a header field is empty");
    return NULL;
}

bool field_compile_value(struct compiler *c, struct rule_words *words, struct field_edit *edit)
{
    const struct conf_word *word = rule_words_next(c, words, "the value, a format string");
    edit->value = word != NULL ? format_compile(c, word, compiler_uses(c)) : NULL;
    return edit->value != NULL;
}

bool field_follow(struct sample_env *env, const struct field_edit *edit, struct http_edit *e)
{
    return env->is_response || edit->id != HTTP_HDR_HOST || edit_follow_host(e);
}

/* ---- add-header, set-header --------------------------------------------------------------------------- */

static void write_beforehand(struct compiler *c, struct field_edit *edit, const char *value)
{
    size_t len = strlen(value);
    char *line = arena_alloc(c->l->arena, edit->name_len + len + HTTP_LINE_EXTRA);
    http_field_line(line, edit->name, edit->name_len, value, len);
    edit->line = line;
    edit->line_value_len = len;
}

static const void *compile_set(struct compiler *c, const struct action *row,
                               struct rule_words *words, const char *parens)
{
    struct field_edit *edit = field_compile_name(c, words);
    (void)row, (void)parens;
    if (edit == NULL || !field_compile_value(c, words, edit))
        return NULL;
    const char *constant = format_constant(edit->value);
    if (constant != NULL)
        write_beforehand(c, edit, constant);
    return edit;
}

static bool add_line(struct sample_env *env, const struct field_edit *edit, struct http_edit *e)
{
    trace_tell(env->trace, TRACE_FIELD, "%s: %s", edit->name, format_constant(edit->value));
    return edit_add_line(e, edit->id, edit->line, edit->name_len, edit->line_value_len);
}

static bool add_value(struct sample_env *env, const struct field_edit *edit, struct http_edit *e,
                      const char *value, size_t len)
{
    trace_tell(env->trace, TRACE_FIELD, "%s: %.*s", edit->name, (int)len, value);
    return edit_add_as(e, edit->id, edit->name, edit->name_len, value, len);
}

static enum rule_verdict add(struct sample_env *env, const struct field_edit *edit, bool replaces)
{
    struct http_edit e = stream_edit(env->stream, env->is_response);
    size_t len;
    const char *value = edit->line == NULL ? format_text(edit->value, env, &len) : NULL;
    if (value == NULL && edit->line == NULL)
        return field_no_room(env);
    if (replaces) /* a value may be made of what goes */
        edit_drop_as(&e, edit->id, edit->name, edit->name_len);
    bool added =
        edit->line != NULL ? add_line(env, edit, &e) : add_value(env, edit, &e, value, len);
    return added && field_follow(env, edit, &e) ? RULE_GOES_ON : field_no_room(env);
}

static enum rule_verdict run_add(struct sample_env *env, const struct rule *rule)
{
    return add(env, rule->data, false);
}

static enum rule_verdict run_set(struct sample_env *env, const struct rule *rule)
{
    return add(env, rule->data, true);
}

/* ---- del-header --------------------------------------------------------------------------------------- */

static bool name_fits(const struct field_edit *edit, const char *name, size_t len)
{
    switch (edit->match) {
    case NAME_IS:
        return len == edit->name_len && http_text_same(name, edit->name, len);
    case NAME_BEGINS:
        return len >= edit->name_len && http_text_same(name, edit->name, edit->name_len);
    case NAME_ENDS:
        return len >= edit->name_len &&
               http_text_same(name + len - edit->name_len, edit->name, edit->name_len);
    case NAME_CONTAINS:
        for (size_t i = 0; i + edit->name_len <= len; i++)
            if (http_text_same(name + i, edit->name, edit->name_len))
                return true;
        return false;
    default:
        return regex_match(edit->regex, name, len);
    }
}

static const struct {
    const char *word;
    enum name_match match;
} name_matches[] = {{"str", NAME_IS},
                    {"beg", NAME_BEGINS},
                    {"end", NAME_ENDS},
                    {"sub", NAME_CONTAINS},
                    {"reg", NAME_FITS}};

/* [-m <method>] behind the name. */
static bool compile_match(struct compiler *c, struct rule_words *words, struct field_edit *edit,
                          const struct conf_word *name)
{
    if (!rule_words_more(words))
        return true;
    const struct conf_word *flag = rule_words_next(c, words, "'-m'");
    const struct conf_word *method =
        strcmp(flag->text, "-m") == 0 ? rule_words_next(c, words, "how the name is found") : flag;
    for (size_t i = 0; method != NULL && i < sizeof(name_matches) / sizeof(name_matches[0]); i++) {
        if (method == flag || strcmp(method->text, name_matches[i].word) != 0)
            continue;
        edit->match = name_matches[i].match;
        if (edit->match == NAME_FITS)
            edit->regex = compiler_regex(c, name->text, true, name->span);
        return edit->match != NAME_FITS || edit->regex != NULL;
    }
    if (method != NULL)
        CONF_FAIL(c->l, method->span, "as in: del-header x- -m beg (str, beg, end, sub, reg)",
                  "'%s' is not expected here", method->text);
    return false;
}

static const void *compile_del(struct compiler *c, const struct action *row,
                               struct rule_words *words, const char *parens)
{
    const struct conf_word *name = &words->items[words->at];
    struct field_edit *edit = field_compile_name(c, words);
    (void)row, (void)parens;
    return edit != NULL && compile_match(c, words, edit, name) ? edit : NULL;
}

COLD static void tell_gone(struct sample_env *env, const struct field_edit *edit,
                           const struct http_edit *e)
{
    for (unsigned i = 0; i < e->msg->header_count; i++) {
        const struct http_header *h = &e->msg->headers[i];
        const char *name = e->base + h->name_off;
        if ((h->flags & HTTP_HEADER_DROP) == 0 && name_fits(edit, name, h->name_len))
            trace_say(env->trace, TRACE_FIELD, "%.*s is gone", (int)h->name_len, name);
    }
}

static enum rule_verdict run_del(struct sample_env *env, const struct rule *rule)
{
    const struct field_edit *edit = rule->data;
    struct http_edit e = stream_edit(env->stream, env->is_response);
    if (env->trace != NULL)
        tell_gone(env, edit, &e);
    if (edit->match == NAME_IS) {
        edit_drop_as(&e, edit->id, edit->name, edit->name_len);
        return RULE_GOES_ON;
    }
    for (unsigned i = 0; i < e.msg->header_count; i++) {
        const struct http_header *h = &e.msg->headers[i];
        if (name_fits(edit, e.base + h->name_off, h->name_len))
            edit_drop(&e, i);
    }
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action field_actions[] = {
    {.name = "add-header", .rulesets = FIELD_RULESETS, .compile = compile_set, .run = run_add,
     .takes = "<name> <fmt>", .doc = "Adds a header field behind the others."},
    {.name = "set-header", .rulesets = FIELD_RULESETS, .compile = compile_set, .run = run_set,
     .takes = "<name> <fmt>", .doc = "Adds a header field in place of all of that name."},
    {.name = "del-header", .rulesets = FIELD_RULESETS, .compile = compile_del, .run = run_del,
     .takes = "<name> [-m { str | beg | end | sub | reg }]", .doc = "Removes all header fields of that name, or whose names are found by the method."},
    {.name = NULL},
};
/* clang-format on */
