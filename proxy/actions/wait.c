/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that hold a message: until its body has come, or for a while. */
#include "config/loader.h"
#include "config/value.h"
#include "proxy/actions/rows.h"
#include "proxy/http/body.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

enum {
    ON_MESSAGES = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE),
    US_IN_MS = 1000,
};

struct body_wait {
    unsigned timeout_ms;
    size_t at_least;
};

/* time <time> [at-least <bytes>] */
static const void *compile_wait(struct compiler *c, const struct action *row,
                                struct rule_words *words, const char *parens)
{
    struct body_wait *wait = arena_alloc(c->l->arena, sizeof(*wait));
    wait->at_least = SIZE_MAX;
    (void)row, (void)parens;
    while (rule_words_more(words)) {
        const struct conf_word *name = rule_words_next(c, words, "'time'");
        const struct conf_word *word = rule_words_next(c, words, "what follows");
        unsigned bytes;
        if (word == NULL)
            return NULL;
        if (strcmp(name->text, "time") == 0 &&
            value_duration(word->text, US_IN_MS, &wait->timeout_ms) == 0)
            continue;
        if (strcmp(name->text, "at-least") == 0 && value_size(word->text, &bytes) == 0)
            wait->at_least = bytes;
        else {
            CONF_FAIL(c->l, name->span, "as in: wait-for-body time 1s at-least 1k",
                      "'%s' is not expected here", name->text);
            return NULL;
        }
    }
    if (wait->timeout_ms > 0)
        return wait;
    CONF_FAIL(c->l, words->span, "as in: wait-for-body time 1s", "'wait-for-body' without a time");
    return NULL;
}

static enum rule_verdict run_wait(struct sample_env *env, const struct rule *rule)
{
    const struct body_wait *wait = rule->data;
    struct stream *s = env->stream;
    if (env->is_response ? body_is_ready(s, true, wait->at_least)
                         : body_has_come(s, wait->at_least))
        return RULE_GOES_ON;
    if (rules_may_wait(env, rule, wait->timeout_ms))
        return RULE_WAITS;
    const struct rule_decision late[] = {
        {.kind = DECIDED_ERROR, .cause = CAUSE_CLIENT_TIMEOUT, .status = 408},
        {.kind = DECIDED_ERROR, .cause = CAUSE_SERVER_TIMEOUT, .status = 504},
    };
    return rules_decide(env, &late[env->is_response]);
}

struct pause {
    unsigned ms;
    const struct expr *value; /* in ms; or NULL */
};

static const void *compile_pause(struct compiler *c, const struct action *row,
                                 struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "a time or an expression");
    struct pause *pause = arena_alloc(c->l->arena, sizeof(*pause));
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    if (value_duration(word->text, US_IN_MS, &pause->ms) == 0)
        return pause;
    pause->value = expr_compile_word(c, word, compiler_uses(c));
    return pause->value != NULL ? pause : NULL;
}

static enum rule_verdict run_pause(struct sample_env *env, const struct rule *rule)
{
    const struct pause *pause = rule->data;
    unsigned ms = pause->ms;
    struct sample s;
    if (pause->value != NULL) {
        if (!expr_run(pause->value, env, &s) || !sample_cast(&s, SAMPLE_INT, env) || s.integer <= 0)
            return RULE_GOES_ON;
        ms = s.integer > INT32_MAX ? INT32_MAX : (unsigned)s.integer;
    }
    return rules_may_wait(env, rule, ms) ? RULE_WAITS : RULE_GOES_ON;
}

/* clang-format off */
const struct action wait_actions[] = {
    {.name = "wait-for-body", .rulesets = ON_MESSAGES, .may_wait = true, .compile = compile_wait, .run = run_wait,
     .takes = "time <time> [at-least <bytes>]", .doc = "Waits until the body has come, or so much of it, or a buffer is full.", .since = "2.4"},
    {.name = "pause", .rulesets = ON_MESSAGES, .may_wait = true, .compile = compile_pause, .run = run_pause,
     .takes = "{ <time> | <expression> }", .doc = "Holds the message for a while.", .since = "3.2"},
    {.name = NULL},
};
/* clang-format on */
