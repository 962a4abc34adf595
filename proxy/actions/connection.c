/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that decide on connections: to let them in, to ask who they are, to read them as HTTP. */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/trace.h"

enum {
    ON_CONNECTION = IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION),
    ON_CONTENT = IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE),
};

/* The word that must follow, as there is no other. */
static const void *compile_word(struct compiler *c, const struct action *row,
                                struct rule_words *words, const char *expected)
{
    const struct conf_word *word = rule_words_next(c, words, expected);
    if (word == NULL)
        return NULL;
    if (strcmp(word->text, expected) == 0)
        return row;
    CONF_FAIL(c->l, word->span, expected, "'%s' needs '%s', not '%s'", row->name, expected,
              word->text);
    return NULL;
}

static const void *compile_expect(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    (void)parens;
    return compile_word(c, row, words, "layer4");
}

static const void *compile_switch(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    const void *data = compile_word(c, row, words, "http");
    (void)parens;
    if (data == NULL || !rule_words_more(words) ||
        strcmp(words->items[words->at].text, "proto") != 0)
        return data;
    words->at++;
    const struct conf_word *proto = rule_words_next(c, words, "'h1' behind proto");
    if (proto == NULL || strcmp(proto->text, "h1") == 0)
        return proto != NULL ? data : NULL;
    CONF_FAIL(c->l, proto->span, "proto h1, or leave it out",
              "'proto %s' of switch-mode is not supported yet", proto->text);
    return NULL;
}

static enum rule_verdict run_accept(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    trace_tell(env->trace, TRACE_ANSWER, "let in");
    return RULE_STOPS;
}

/* What the server has said so far still goes to the client. */
static enum rule_verdict run_close(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    env->stream->closes_server = true;
    env->stream->keep_server = false;
    trace_tell(env->trace, TRACE_ANSWER, "the server's connection is closed");
    return RULE_STOPS;
}

static enum rule_verdict run_expect(struct sample_env *env, const struct rule *rule)
{
    env->session->greetings |= (uint8_t)rule->action->value;
    return RULE_GOES_ON;
}

static enum rule_verdict run_switch(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    if (env->stream->mode == &stream_http)
        return RULE_STOPS;
    env->session->speaks_http = true;
    trace_tell(env->trace, TRACE_ANSWER, "read as HTTP from now on");
    return RULE_STOPS;
}

/* clang-format off */
const struct action connection_actions[] = {
    {.name = "accept", .rulesets = ON_CONNECTION | ON_CONTENT, .is_final = true, .run = run_accept,
     .doc = "Ends the list: no further rule of it is looked at."},
    {.name = "close", .rulesets = IN_RULES(RULES_TCP_RESPONSE), .is_final = true, .run = run_close,
     .doc = "Ends the list, and the connection to the server: the client gets what has come."},
    {.name = "expect-proxy", .rulesets = IN_RULES(RULES_TCP_CONNECTION), .compile = compile_expect, .run = run_expect, .value = SESSION_GREETS_PROXY,
     .takes = "layer4", .doc = "The connection begins with a PROXY protocol header, as with accept-proxy."},
    {.name = "expect-netscaler-cip", .rulesets = IN_RULES(RULES_TCP_CONNECTION), .compile = compile_expect, .run = run_expect, .value = SESSION_GREETS_NETSCALER,
     .takes = "layer4", .doc = "The connection begins with NetScaler's Client IP header, as with accept-netscaler-cip.", .since = "1.7"},
    {.name = "switch-mode", .rulesets = IN_RULES(RULES_TCP_CONTENT), .compile = compile_switch, .run = run_switch, .is_final = true,
     .takes = "http [proto h1]", .doc = "What the client sends is read as HTTP from here on, though the frontend has mode tcp.", .since = "2.4"},
    {.name = NULL},
};
/* clang-format on */
