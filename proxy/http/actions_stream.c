/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that change no message: log level, timeouts, captures, marks of the connection, waits. */
#include "config/loader.h"
#include "config/value.h"
#include "proxy/http/body.h"
#include "proxy/http/captures.h"
#include "proxy/http/rows.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

#include <netinet/ip.h>
#include <stdlib.h>

enum {
    ON_REQUEST = IN_RULES(RULES_HTTP_REQUEST),
    ON_RESPONSE = IN_RULES(RULES_HTTP_RESPONSE),
    ON_AFTER = IN_RULES(RULES_HTTP_AFTER_RESPONSE),
    ON_CONTENT = IN_RULES(RULES_TCP_CONTENT),
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

static enum rule_verdict run_mark(struct sample_env *env, const struct rule *rule)
{
    int mark = (int)*(const long *)rule->data;
    setsockopt(env->session->client.source.fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark));
    return RULE_GOES_ON;
}

static enum rule_verdict run_tos(struct sample_env *env, const struct rule *rule)
{
    int tos = (int)*(const long *)rule->data, fd = env->session->client.source.fd;
    if (env->session->address.family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
    else
        setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
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
    return RULE_GOES_ON;
}

/* ---- capture ------------------------------------------------------------------------------------------ */

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
    if (rules != NULL && expr_text(set->value, env, &text))
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
    size_t name_len = strlen(w[1].text);
    bool is_prefix = name_len > 0 && w[1].text[name_len - 1] == '*';
    c->rules->capture_cookie = arena_copy_bytes(c->l->arena, w[1].text, name_len - is_prefix);
    c->rules->capture_cookie_prefix = is_prefix;
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

/* ---- waits -------------------------------------------------------------------------------------------- */

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
    if (body_is_ready(s, wait->at_least))
        return RULE_GOES_ON;
    body_invite(s);
    if (rules_may_wait(env, rule, wait->timeout_ms))
        return RULE_WAITS;
    return rules_decide(env, &(struct rule_decision){.kind = DECIDED_ERROR,
                                                     .cause = CAUSE_CLIENT_TIMEOUT,
                                                     .status = 408});
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

static enum rule_verdict run_disable_retry(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    env->stream->rules.no_l7_retry = true;
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action stream_actions[] = {
    {.name = "set-log-level", .rulesets = ON_REQUEST | ON_RESPONSE | ON_AFTER | ON_CONTENT, .compile = compile_log_level, .run = run_log_level,
     .takes = "<level>", .doc = "The level of the log line; silent: there is none."},
    {.name = "set-timeout", .rulesets = ON_REQUEST | ON_RESPONSE, .compile = compile_timeout, .run = run_timeout,
     .takes = "{ client | server | tunnel } { <time> | <expression> }", .doc = "Another time for this request.", .since = "2.4"},
    {.name = "set-nice", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT, .compile = compile_number, .run = run_nothing,
     .takes = "<number>", .doc = "Accepted and without effect: all requests have the same turn here."},
    {.name = "set-mark", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT, .compile = compile_number, .run = run_mark,
     .takes = "<number>", .doc = "The mark of the client's packets, for routing and filters of the kernel; needs CAP_NET_ADMIN."},
    {.name = "set-tos", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT, .compile = compile_number, .run = run_tos,
     .takes = "<number>", .doc = "The type of service in the packets to the client."},
    {.name = "capture", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT, .compile = compile_capture, .run = run_capture,
     .takes = "<expression> { len <n> | id <n> }", .doc = "Keeps a value for the log line, in a slot of its own or in one that was declared.", .since = "1.6"},
    {.name = "wait-for-body", .rulesets = ON_REQUEST, .compile = compile_wait, .run = run_wait,
     .takes = "time <time> [at-least <bytes>]", .doc = "Waits until the body has come, or so much of it, or a buffer is full.", .since = "2.4"},
    {.name = "pause", .rulesets = ON_REQUEST, .compile = compile_pause, .run = run_pause,
     .takes = "{ <time> | <expression> }", .doc = "Holds the request for a while.", .since = "3.2"},
    {.name = "wait-for-handshake", .rulesets = ON_REQUEST, .run = run_nothing,
     .doc = "Nothing to wait for: early data is not taken.", .since = "1.8"},
    {.name = "disable-l7-retry", .rulesets = ON_REQUEST, .run = run_disable_retry,
     .doc = "This request is not sent a second time once it has been sent, whatever retry-on says.", .since = "2.0"},
    {.name = NULL},
};
/* clang-format on */
