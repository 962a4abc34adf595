/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Actions about the client's connection: whom it is taken for (set-src and its kin), and what it is told
 * before there is an answer (early-hint).
 */
#include "config/loader.h"
#include "proxy/actions/rows.h"
#include "proxy/http/rules.h"
#include "proxy/http1/head.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

enum {
    ON_REQUEST = IN_RULES(RULES_HTTP_REQUEST),
    ON_ADDRESS = IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION) |
                 IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_HTTP_REQUEST),
};

static const void *compile_expression(struct compiler *c, const struct action *row,
                                      struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "an expression");
    (void)row, (void)parens;
    return word != NULL ? expr_compile_word(c, word, compiler_uses(c)) : NULL;
}

/* ---- early hints -------------------------------------------------------------------------------------- */

struct hint {
    const char *name;
    const struct format *value;
};

static const void *compile_hint(struct compiler *c, const struct action *row,
                                struct rule_words *words, const char *parens)
{
    const struct conf_word *name = rule_words_next(c, words, "the name of a header field");
    const struct conf_word *value =
        name != NULL ? rule_words_next(c, words, "the value, a format string") : NULL;
    struct hint *hint = arena_alloc(c->l->arena, sizeof(*hint));
    (void)row, (void)parens;
    if (value == NULL)
        return NULL;
    *hint = (struct hint){name->text, format_compile(c, value, compiler_uses(c))};
    return hint->value != NULL ? hint : NULL;
}

static enum rule_verdict run_hint(struct sample_env *env, const struct rule *rule);

/* Rules that stand together make one answer; one with a condition begins another, as in HAProxy. */
static bool is_hint(const struct ruleset *set, const struct rule *rule)
{
    return rule >= set->rules && rule < set->rules + set->count && rule->action->run == run_hint;
}

/* 103, RFC 8297; a client of HTTP/1.0 knows none. */
static enum rule_verdict run_hint(struct sample_env *env, const struct rule *rule)
{
    const struct ruleset *set = ruleset_of(env->proxy->conf->rules, RULES_HTTP_REQUEST);
    const struct hint *hint = rule->data;
    struct stream *s = env->stream;
    struct gather g;
    size_t len;
    const char *value = format_text(hint->value, env, &len);
    if (value == NULL)
        return RULE_FAILS;
    if (s->req.version_minor == 0)
        return RULE_GOES_ON;
    trace_tell(env->trace, TRACE_ANSWER, "103 with %s: %.*s", hint->name, (int)len, value);
    gather_init(&g);
    if (!is_hint(set, rule - 1))
        gather_literal(&g, "HTTP/1.1 103 Early Hints\r\n");
    size_t name_len = strlen(hint->name);
    gather_add(&g, head_name_as(stream_client_cases(s), hint->name, name_len), name_len);
    gather_literal(&g, ": ");
    gather_add(&g, value, len);
    gather_literal(&g, "\r\n");
    if (!is_hint(set, rule + 1) || rule[1].condition != NULL)
        gather_literal(&g, "\r\n");
    s->down.to = &s->session->client;
    (void)relay_send(&s->down, &g); /* a client that is gone will be noticed when it is read from */
    return RULE_GOES_ON;
}

/* ---- set-src, set-dst and their ports ----------------------------------------------------------------- */

enum which { SOURCE, DESTINATION };

/* The address to change; NULL when memory runs out. */
static struct addr *end_of(struct sample_env *env, enum which which)
{
    struct session *session = env->session;
    if (!session_change_ends(session))
        return NULL;
    if (which == SOURCE)
        return &session->address;
    if (!session->origin->has_to)
        session_destination(session, &session->origin->to);
    session->origin->has_to = true;
    return &session->origin->to;
}

COLD static void tell_end(struct sample_env *env, const struct rule *rule, const struct addr *end)
{
    char text[ADDR_TEXT_BYTES];
    addr_format(end, text);
    trace_say(env->trace, TRACE_STEP, "the %s is %s:%u from now on",
              rule->action->value == SOURCE ? "client" : "destination", text, addr_port(end));
}

static enum rule_verdict run_address(struct sample_env *env, const struct rule *rule)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sample s;
    if (!expr_run(rule->data, env, &s) || !sample_cast(&s, SAMPLE_ADDR, env))
        return RULE_GOES_ON;
    struct addr *end = end_of(env, (enum which)rule->action->value);
    if (end == NULL)
        return RULE_FAILS;
    v4.sin_port = v6.sin6_port = htons(addr_port(end));
    v4.sin_addr = s.ipv4;
    if (s.type == SAMPLE_IPV6)
        v6.sin6_addr = s.ipv6;
    addr_set(end,
             s.type == SAMPLE_IPV4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6);
    if (env->trace != NULL)
        tell_end(env, rule, end);
    return RULE_GOES_ON;
}

static enum rule_verdict run_port(struct sample_env *env, const struct rule *rule)
{
    struct sample s;
    if (!expr_run(rule->data, env, &s) || !sample_cast(&s, SAMPLE_INT, env))
        return RULE_GOES_ON;
    struct addr *end = end_of(env, (enum which)rule->action->value);
    if (end == NULL)
        return RULE_FAILS;
    if (end->family == AF_INET)
        end->in.sin_port = htons((uint16_t)s.integer);
    else if (end->family == AF_INET6)
        end->in6.sin6_port = htons((uint16_t)s.integer);
    if (env->trace != NULL)
        tell_end(env, rule, end);
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action client_actions[] = {
    {.name = "early-hint", .rulesets = ON_REQUEST, .compile = compile_hint, .run = run_hint,
     .takes = "<name> <fmt>", .doc = "Tells the client a header field before there is an answer: 103.", .since = "1.9"},
    {.name = "set-src", .rulesets = ON_ADDRESS, .compile = compile_expression, .run = run_address, .value = SOURCE,
     .takes = "<expression>", .doc = "Another address for the client: in a request, until its end.", .since = "1.6"},
    {.name = "set-src-port", .rulesets = ON_ADDRESS, .compile = compile_expression, .run = run_port, .value = SOURCE,
     .takes = "<expression>", .doc = "Another port for the client: in a request, until its end.", .since = "1.6"},
    {.name = "set-dst", .rulesets = ON_ADDRESS, .compile = compile_expression, .run = run_address, .value = DESTINATION,
     .takes = "<expression>", .doc = "Another address that the client is taken to have connected to: in a request, until its end.", .since = "1.6"},
    {.name = "set-dst-port", .rulesets = ON_ADDRESS, .compile = compile_expression, .run = run_port, .value = DESTINATION,
     .takes = "<expression>", .doc = "Another port that the client is taken to have connected to: in a request, until its end.", .since = "1.6"},
    {.name = NULL},
};
/* clang-format on */
