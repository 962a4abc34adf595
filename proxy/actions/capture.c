/* SPDX-License-Identifier: Apache-2.0 */
/* The action capture, and the lines that declare what is captured; see captures.h. */
#include <stdlib.h>

#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/http/captures.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

struct capture_set {
    const struct expr *value;
    unsigned slot;
};

static const struct rule_capture *grow(struct compiler *c, const struct rule_capture *items,
                                       size_t *count, struct rule_capture item)
{
    struct rule_capture *grown =
        arena_list_grow(c->l->arena, (void *)items, *count, sizeof(*items));
    grown[(*count)++] = item;
    return grown;
}

static unsigned add_slot(struct compiler *c, bool is_response, struct rule_capture slot)
{
    struct proxy_rules *r = c->rules;
    if (is_response) {
        r->response_captures = grow(c, r->response_captures, &r->response_capture_count, slot);
        return (unsigned)r->response_capture_count - 1;
    }
    r->request_captures = grow(c, r->request_captures, &r->request_capture_count, slot);
    return (unsigned)r->request_capture_count - 1;
}

static bool read_count(struct compiler *c, const struct conf_word *word, unsigned *out)
{
    char *end;
    if (word == NULL)
        return false;
    unsigned long n = strtoul(word->text, &end, 10);
    *out = (unsigned)n;
    if (*word->text >= '0' && *word->text <= '9' && *end == '\0' && n <= 65536)
        return true;
    CONF_FAIL(c->l, word->span, "a number", "'%s' is not a number", word->text);
    return false;
}

/* <expression> len <n>, which makes a slot; or <expression> id <n>, of one that was declared. */
static const void *compile_capture(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    const struct conf_word *value = rule_words_next(c, words, "an expression");
    const struct conf_word *how = value != NULL ? rule_words_next(c, words, "'len' or 'id'") : NULL;
    struct capture_set *set = arena_alloc(c->l->arena, sizeof(*set));
    bool is_response = c->ruleset == RULES_HTTP_RESPONSE;
    unsigned number;
    (void)row, (void)parens;
    if (how == NULL || !read_count(c, rule_words_next(c, words, "a number"), &number))
        return NULL;
    set->value = expr_compile_word(c, value, compiler_uses(c));
    if (strcmp(how->text, "len") == 0 && number == 0) {
        CONF_FAIL(c->l, how->span, "as in: len 64", "a capture of length 0 keeps nothing");
        return NULL;
    }
    if (strcmp(how->text, "len") == 0 && !is_response && (c->proxy->caps & CONF_FRONTEND) != 0)
        set->slot = add_slot(c, false, (struct rule_capture){.max_len = number});
    else if (strcmp(how->text, "id") == 0)
        set->slot = number;
    else {
        CONF_FAIL(c->l, how->span,
                  "len <n> in requests of frontends, else id <n> of a declared slot",
                  "'%s' is not expected here", how->text);
        return NULL;
    }
    return set->value != NULL ? set : NULL;
}

static enum rule_verdict run_capture(struct sample_env *env, const struct rule *rule)
{
    const struct capture_set *set = rule->data;
    const struct proxy_rules *rules = env->stream->frontend->conf->rules;
    struct sample_text text;
    if (rules == NULL || !expr_text(set->value, env, &text))
        return RULE_GOES_ON;
    trace_tell(env->trace, TRACE_VARIABLE, "capture %u = %.*s", set->slot, (int)text.len,
               text.data);
    (void)captures_store(env->stream, rules, env->is_response, set->slot, text);
    return RULE_GOES_ON;
}

/* capture cookie <name> len <n> */
static void take_cookie(struct compiler *c, const struct conf_line *line)
{
    const struct conf_word *w = line->words;
    unsigned len;
    if (line->word_count != 4 || strcmp(w[2].text, "len") != 0) {
        CONF_FAIL(c->l, line->span, "as in: capture cookie SESSION len 32",
                  "'capture cookie' needs a name and a length");
        return;
    }
    if (!read_count(c, &w[3], &len))
        return;
    c->rules->capture_cookie = w[1].text;
    c->rules->capture_cookie_len = len;
}

/* capture request|response header <name> len <n>; declare capture request|response len <n> */
static void compile_capture_line(struct compiler *c, const struct conf_line *line)
{
    const struct conf_word *w = line->words;
    bool is_declared = strcmp(line->keyword, "declare capture") == 0;
    size_t at = is_declared ? 1 : 3, count = line->word_count;
    struct rule_capture slot = {0};
    if (!is_declared && count > 0 && strcmp(w[0].text, "cookie") == 0) {
        take_cookie(c, line);
        return;
    }
    bool is_request = count > 0 && strcmp(w[0].text, "request") == 0;
    bool is_side = is_request || (count > 0 && strcmp(w[0].text, "response") == 0);
    bool is_form = count == at + 2 && strcmp(w[at].text, "len") == 0 &&
                   (is_declared || strcmp(w[1].text, "header") == 0);
    if (!is_side || !is_form) {
        CONF_FAIL(c->l, line->span,
                  is_declared ? "as in: declare capture request len 32"
                              : "as in: capture request header Host len 64",
                  "'%s' is not complete", line->keyword);
        return;
    }
    slot.header = is_declared ? NULL : w[2].text;
    if (read_count(c, &w[at + 1], &slot.max_len))
        add_slot(c, !is_request, slot);
}

const struct line_row http_lines[] = {
    {CONF_LINE_CAPTURE, compile_capture_line},
    {0},
};

/* clang-format off */
const struct action capture_actions[] = {
    {.name = "capture", .rulesets = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) | IN_RULES(RULES_TCP_CONTENT), .compile = compile_capture, .run = run_capture,
     .takes = "<expression> { len <n> | id <n> }", .doc = "Keeps a value for the log line, in a slot of its own or in one that was declared.", .since = "1.6"},
    {.name = NULL},
};
/* clang-format on */
