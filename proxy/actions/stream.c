/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that change no message: log level, timeouts, captures, marks of the connection, waits. */
#include "config/loader.h"
#include "config/value.h"
#include "proxy/actions/rows.h"
#include "proxy/http/body.h"
#include "proxy/http/captures.h"
#include "proxy/http/stream_log.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

#include <netinet/ip.h>
#include <stdlib.h>

enum {
    ON_REQUEST = IN_RULES(RULES_HTTP_REQUEST),
    ON_RESPONSE = IN_RULES(RULES_HTTP_RESPONSE),
    ON_AFTER = IN_RULES(RULES_HTTP_AFTER_RESPONSE),
    ON_CONTENT = IN_RULES(RULES_TCP_CONTENT),
    ON_ANY = ON_REQUEST | ON_RESPONSE | ON_CONTENT | IN_RULES(RULES_TCP_RESPONSE) |
             IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION),
    US_IN_MS = 1000,
};

/* ---- numbers ------------------------------------------------------------------------------------------ */

/* A number that a row takes, decimal or with 0x; NULL after reporting. */
static const void *compile_number(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "a number");
    char *end;
    (void)parens;
    if (word == NULL)
        return NULL;
    long *number = arena_alloc(c->l->arena, sizeof(*number));
    *number = strtol(word->text, &end, 0);
    if (*word->text != '\0' && *end == '\0')
        return number;
    CONF_FAIL(c->l, word->span, "as in: 10, or 0x1a", "'%s' is no number for '%s'", word->text,
              row->name);
    return NULL;
}

struct figure {
    long number;
    const struct expr *value; /* or NULL */
};

static const void *compile_figure(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "a number or an expression");
    struct figure *figure = arena_alloc(c->l->arena, sizeof(*figure));
    char *end;
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    figure->number = strtol(word->text, &end, 0);
    if (*word->text != '\0' && *end == '\0')
        return figure;
    figure->value = expr_compile_word(c, word, compiler_uses(c));
    return figure->value != NULL ? figure : NULL;
}

/* False: the expression has no value. */
static bool take_figure(struct sample_env *env, const struct rule *rule, int *out)
{
    const struct figure *figure = rule->data;
    struct sample s;
    *out = (int)figure->number;
    if (figure->value == NULL)
        return true;
    if (!expr_run(figure->value, env, &s) || !sample_cast(&s, SAMPLE_INT, env))
        return false;
    *out = (int)s.integer;
    return true;
}

/* ---- marks of packets ------------------------------------------------------------------------------------ */

static void mark_client(struct sample_env *env, const struct packet_marks *marks)
{
    socket_mark(env->session->client.source.fd, env->session->address.family, marks);
}

static enum rule_verdict run_mark(struct sample_env *env, const struct rule *rule)
{
    struct packet_marks marks = {.has_mark = true};
    if (take_figure(env, rule, &marks.mark))
        mark_client(env, &marks);
    return RULE_GOES_ON;
}

static enum rule_verdict run_tos(struct sample_env *env, const struct rule *rule)
{
    int tos;
    if (take_figure(env, rule, &tos))
        mark_client(env, &(struct packet_marks){.tos = (uint8_t)tos, .has_tos = true});
    return RULE_GOES_ON;
}

/* Of the connection to come: one that is kept suits whoever has the same marks. */
static enum rule_verdict run_server_mark(struct sample_env *env, const struct rule *rule)
{
    struct packet_marks *marks = &env->stream->rules.server_marks;
    marks->has_mark = take_figure(env, rule, &marks->mark) || marks->has_mark;
    return RULE_GOES_ON;
}

static enum rule_verdict run_server_tos(struct sample_env *env, const struct rule *rule)
{
    struct packet_marks *marks = &env->stream->rules.server_marks;
    int tos;
    if (!take_figure(env, rule, &tos))
        return RULE_GOES_ON;
    marks->tos = (uint8_t)tos;
    marks->has_tos = true;
    return RULE_GOES_ON;
}

/* The order of tasks is the loop's here. */
static enum rule_verdict run_nothing(struct sample_env *env, const struct rule *rule)
{
    (void)env, (void)rule;
    return RULE_GOES_ON;
}

/* ---- set-log-level ------------------------------------------------------------------------------------ */

static const char *const levels[] = {"emerg",   "alert",  "crit", "err",
                                     "warning", "notice", "info", "debug"};

enum { LEVELS = 8, SILENT = LEVELS };

static const void *compile_log_level(struct compiler *c, const struct action *row,
                                     struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "a level");
    (void)row, (void)parens;
    if (word == NULL)
        return NULL;
    int *level = arena_alloc(c->l->arena, sizeof(*level));
    while (*level < LEVELS && strcmp(word->text, levels[*level]) != 0)
        ++*level;
    if (*level < LEVELS || strcmp(word->text, "silent") == 0)
        return level;
    CONF_FAIL(c->l, word->span, "emerg, alert, crit, err, warning, notice, info, debug, or silent",
              "'%s' is not a log level", word->text);
    return NULL;
}

static enum rule_verdict run_log_level(struct sample_env *env, const struct rule *rule)
{
    int level = *(const int *)rule->data;
    trace_tell(env->trace, TRACE_STEP, "log level %s", level == SILENT ? "silent" : levels[level]);
    env->stream->rules.unlogged = level == SILENT;
    env->stream->rules.log_level = (int8_t)(level == SILENT ? 0 : level + 1);
    return RULE_GOES_ON;
}

/* ---- set-timeout -------------------------------------------------------------------------------------- */

struct timeout_set {
    enum { SET_CLIENT, SET_SERVER, SET_TUNNEL } which;
    unsigned ms;
    const struct expr *value; /* in ms; or NULL */
};

static const void *compile_timeout(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    static const char *const names[] = {"client", "server", "tunnel"};
    const struct conf_word *which = rule_words_next(c, words, "'client', 'server' or 'tunnel'");
    const struct conf_word *value =
        which != NULL ? rule_words_next(c, words, "a time or an expression") : NULL;
    struct timeout_set *set = arena_alloc(c->l->arena, sizeof(*set));
    unsigned at = 0;
    (void)row, (void)parens;
    if (value == NULL)
        return NULL;
    while (at < 3 && strcmp(which->text, names[at]) != 0)
        at++;
    if (at == 3) {
        CONF_FAIL(c->l, which->span, "client, server or tunnel", "there is no timeout '%s' to set",
                  which->text);
        return NULL;
    }
    set->which = at;
    if (*value->text >= '0' && *value->text <= '9') {
        if (value_duration(value->text, US_IN_MS, &set->ms) == 0)
            return set;
        CONF_FAIL(c->l, value->span, "as in: 5s", "'%s' is not a time", value->text);
        return NULL;
    }
    set->value = expr_compile_word(c, value, compiler_uses(c));
    return set->value != NULL ? set : NULL;
}

static enum rule_verdict run_timeout(struct sample_env *env, const struct rule *rule)
{
    const struct timeout_set *set = rule->data;
    struct rule_progress *p = &env->stream->rules;
    unsigned *const slots[] = {&p->client_ms, &p->server_ms, &p->tunnel_ms};
    unsigned ms = set->ms;
    if (set->value != NULL) {
        struct sample s;
        if (!expr_run(set->value, env, &s) || !sample_cast(&s, SAMPLE_INT, env) || s.integer <= 0)
            return RULE_GOES_ON;
        ms = s.integer > INT32_MAX ? INT32_MAX : (unsigned)s.integer;
    }
    *slots[set->which] = ms;
    trace_tell(env->trace, TRACE_STEP, "that timeout is %u ms", ms);
    return RULE_GOES_ON;
}

/* ---- set-retries ---------------------------------------------------------------------------------------- */

static enum rule_verdict run_retries(struct sample_env *env, const struct rule *rule)
{
    int retries;
    if (!take_figure(env, rule, &retries) || retries < 0)
        return RULE_GOES_ON;
    env->stream->rules.retries = (unsigned)retries + 1;
    trace_tell(env->trace, TRACE_STEP, "%d retries", retries);
    return RULE_GOES_ON;
}

/* ---- do-log --------------------------------------------------------------------------------------------- */

static enum rule_verdict run_log(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    stream_log_now(env->stream);
    return RULE_GOES_ON;
}

/* ---- disable-l7-retry --------------------------------------------------------------------------------- */

static enum rule_verdict run_disable_retry(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    env->stream->rules.no_l7_retry = true;
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action stream_actions[] = {
    {.name = "set-log-level", .rulesets = ON_REQUEST | ON_RESPONSE | ON_AFTER | ON_CONTENT | IN_RULES(RULES_TCP_RESPONSE), .compile = compile_log_level, .run = run_log_level,
     .takes = "<level>", .doc = "The level of the log line; silent: there is none."},
    {.name = "set-timeout", .rulesets = ON_REQUEST | ON_RESPONSE, .compile = compile_timeout, .run = run_timeout,
     .takes = "{ client | server | tunnel } { <time> | <expression> }", .doc = "Another time for this request.", .since = "2.4"},
    {.name = "set-nice", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT | IN_RULES(RULES_TCP_RESPONSE), .compile = compile_number, .run = run_nothing,
     .takes = "<number>", .doc = "Accepted and without effect: all requests have the same turn here."},
    {.name = "set-fc-mark", .rulesets = ON_ANY, .compile = compile_figure, .run = run_mark, .since = "3.0",
     .takes = "{ <number> | <expression> }", .doc = "The mark of the client's packets, as set-mark."},
    {.name = "set-fc-tos", .rulesets = ON_ANY, .compile = compile_figure, .run = run_tos, .since = "3.0",
     .takes = "{ <number> | <expression> }", .doc = "The type of service in the packets to the client, as set-tos."},
    {.name = "set-mark", .rulesets = ON_ANY, .compile = compile_figure, .run = run_mark,
     .takes = "{ <number> | <expression> }", .doc = "The mark of the client's packets, for routing and filters of the kernel; needs CAP_NET_ADMIN."},
    {.name = "set-tos", .rulesets = ON_ANY, .compile = compile_figure, .run = run_tos,
     .takes = "{ <number> | <expression> }", .doc = "The type of service in the packets to the client."},
    {.name = "set-bc-mark", .rulesets = ON_REQUEST | ON_CONTENT, .compile = compile_figure, .run = run_server_mark, .since = "3.0",
     .takes = "{ <number> | <expression> }", .doc = "The mark of the packets to the server, for routing and filters of the kernel; needs CAP_NET_ADMIN."},
    {.name = "set-bc-tos", .rulesets = ON_REQUEST | ON_CONTENT, .compile = compile_figure, .run = run_server_tos, .since = "3.0",
     .takes = "{ <number> | <expression> }", .doc = "The type of service in the packets to the server."},
    {.name = "set-retries", .rulesets = ON_REQUEST | ON_CONTENT, .compile = compile_figure, .run = run_retries, .since = "3.2",
     .takes = "{ <number> | <expression> }", .doc = "How often this request may be tried again, in place of retries of the backend."},
    {.name = "do-log", .rulesets = ON_REQUEST | ON_RESPONSE | ON_AFTER | ON_CONTENT, .run = run_log, .since = "3.2",
     .doc = "One log line more, of the request as it stands."},
    {.name = "wait-for-handshake", .rulesets = ON_REQUEST, .run = run_nothing,
     .doc = "Nothing to wait for: early data is not taken.", .since = "1.8"},
    {.name = "disable-l7-retry", .rulesets = ON_REQUEST, .run = run_disable_retry,
     .doc = "This request is not sent a second time once it has been sent, whatever retry-on says.", .since = "2.0"},
    {.name = NULL},
};
/* clang-format on */
