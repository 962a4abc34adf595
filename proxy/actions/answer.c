/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that decide a request or a response: allow, deny, tarpit, return, auth, reject, silent-drop. */
#include "config/loader.h"
#include "config/value.h"
#include "proxy/actions/rows.h"
#include "proxy/http/reply.h"
#include "proxy/http/stream_steps.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/trace.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
    ON_REQUEST = IN_RULES(RULES_HTTP_REQUEST),
    ON_RESPONSE = IN_RULES(RULES_HTTP_RESPONSE),
    ON_AFTER = IN_RULES(RULES_HTTP_AFTER_RESPONSE),
    ON_STATS = IN_RULES(RULES_STATS),
    ON_CONTENT = IN_RULES(RULES_TCP_CONTENT) | IN_RULES(RULES_TCP_RESPONSE),
    ON_CONNECTION = IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION),
};

static enum rule_verdict run_allow(struct sample_env *env, const struct rule *rule)
{
    (void)env, (void)rule;
    return RULE_STOPS;
}

/* ---- deny, return, tarpit ----------------------------------------------------------------------------- */

static const void *compile_deny(struct compiler *c, const struct action *row,
                                struct rule_words *words, const char *parens)
{
    unsigned status = c->ruleset == RULES_HTTP_RESPONSE ? 502 : (unsigned)row->value;
    (void)parens;
    return reply_compile(c, words, status, true);
}

static enum rule_verdict run_deny(struct sample_env *env, const struct rule *rule)
{
    trace_tell(env->trace, TRACE_ANSWER, "denied");
    return reply_give(env, rule->data, CAUSE_PROXY, true);
}

static enum rule_verdict run_tarpit(struct sample_env *env, const struct rule *rule)
{
    const struct conf_timeouts *t = &stream_conf(env->stream)->timeout;
    struct rule_progress *p = &env->stream->rules;
    p->is_tarpit = true;
    const unsigned tarpit_ms = t->tarpit_ms != 0 ? t->tarpit_ms : t->connect_ms;
    if (rules_may_wait(env, rule, p->tarpit_ms != 0 ? p->tarpit_ms : tarpit_ms))
        return RULE_WAITS;
    return reply_give(env, rule->data, CAUSE_PROXY, true);
}

static const void *compile_return(struct compiler *c, const struct action *row,
                                  struct rule_words *words, const char *parens)
{
    (void)row, (void)parens;
    return reply_compile(c, words, 200, false);
}

static enum rule_verdict run_return(struct sample_env *env, const struct rule *rule)
{
    trace_tell(env->trace, TRACE_ANSWER, "answered with %u", reply_status(rule->data));
    return reply_give(env, rule->data, CAUSE_LOCAL, false);
}

/* ---- auth --------------------------------------------------------------------------------------------- */

static const void *compile_auth(struct compiler *c, const struct action *row,
                                struct rule_words *words, const char *parens)
{
    (void)row, (void)parens;
    if (!rule_words_more(words))
        return c->proxy->name;
    const struct conf_word *word = rule_words_next(c, words, "'realm'");
    if (strcmp(word->text, "realm") != 0) {
        CONF_FAIL(c->l, word->span, "as in: auth realm Members", "'%s' is not expected here",
                  word->text);
        return NULL;
    }
    word = rule_words_next(c, words, "the realm");
    return word != NULL ? word->text : NULL;
}

/* Within the text of a quoted string, RFC 9110 5.6.4. */
static size_t quote_realm(char *to, size_t room, const char *realm)
{
    size_t len = (size_t)snprintf(to, room, "Basic realm=\"");
    for (; *realm != '\0' && len + 4 < room; realm++) {
        if (*realm == '"')
            to[len++] = '\\';
        to[len++] = *realm;
    }
    to[len++] = '"';
    return len;
}

/* A request for a proxy, whose target is absolute and whose Proxy-Connection says so, is asked by 407. */
static enum rule_verdict run_auth(struct sample_env *env, const struct rule *rule)
{
    static const char page[] =
        "<html><body><h1>401 Unauthorized</h1>\n"
        "You need a valid user and password to access this content.\n</body></html>\n";
    const struct http_msg *m = &env->stream->req;
    bool is_proxy = m->target_form == HTTP_TARGET_ABSOLUTE && m->first[HTTP_HDR_PROXY_CONNECTION];
    unsigned status = is_proxy ? 407 : 401;
    char challenge[512];
    struct reply_head head;
    size_t len = quote_realm(challenge, sizeof(challenge), rule->data);
    trace_tell(env->trace, TRACE_ANSWER, "asked for a password");
    reply_head_begin(&head, env, status, "Unauthorized");
    reply_head_add(&head, "content-length", "112", 3);
    reply_head_add(&head, "cache-control", "no-cache", 8);
    reply_head_add(&head, "content-type", "text/html", 9);
    reply_head_add(&head, is_proxy ? "proxy-authenticate" : "www-authenticate", challenge, len);
    return reply_head_give(&head, status, (struct sample_text){page, sizeof(page) - 1}, CAUSE_LOCAL,
                           false);
}

/* ---- closing ------------------------------------------------------------------------------------------ */

static enum rule_verdict close_client(struct sample_env *env)
{
    if (env->stream == NULL || env->lacks_message) /* whoever runs the rules closes it then */
        return RULE_ANSWERS;
    return rules_decide(env, &(struct rule_decision){
                                 .kind = DECIDED_CLOSE, .cause = CAUSE_PROXY, .is_denial = true});
}

static enum rule_verdict run_reject(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    trace_tell(env->trace, TRACE_ANSWER, "closed");
    return close_client(env);
}

/* [rst-ttl <hops>] */
static const void *compile_silent_drop(struct compiler *c, const struct action *row,
                                       struct rule_words *words, const char *parens)
{
    int *hops = arena_alloc(c->l->arena, sizeof(*hops));
    long long number = 0;
    (void)row, (void)parens;
    if (words->at >= words->count || strcmp(words->items[words->at].text, "rst-ttl") != 0)
        return hops;
    words->at++;
    const struct conf_word *word = rule_words_next(c, words, "a number of hops");
    if (word == NULL)
        return NULL;
    if (value_integer(word->text, &number) != 0 || number < 1 || number > 255) {
        CONF_FAIL(c->l, word->span, "a number from 1 to 255", "'%s' is no number of hops",
                  word->text);
        return NULL;
    }
    *hops = (int)number;
    return hops;
}

/*
 * The client is to hear nothing. Where we may take the connection out of the kernel's hands it just vanishes;
 * else its reset is given one hop to live.
 */
static enum rule_verdict run_silent_drop(struct sample_env *env, const struct rule *rule)
{
    const int *reset_hops = rule->data;
    int fd = env->session->client.source.fd, on = 1, off = 0;
    int hops = *reset_hops != 0 ? *reset_hops : 1;
    struct linger now = {.l_onoff = 1};
    trace_tell(env->trace, TRACE_ANSWER, "dropped in silence");
    setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &off, sizeof(off));
    if (*reset_hops != 0 || setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) != 0) {
        setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof(hops));
        setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops));
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    env->session->client.broken = true; /* nothing is to be written, nor waited for */
    if (env->lacks_message) {
        stream_blame(env->stream, CAUSE_PROXY);
        env->stream->phase = 'R'; /* as HAProxy, also when it is the server who is looked at */
    }
    return close_client(env);
}

static enum rule_verdict run_metrics(struct sample_env *env, const struct rule *rule)
{
    (void)rule;
    return rules_decide(
        env, &(struct rule_decision){.kind = DECIDED_METRICS, .cause = CAUSE_LOCAL, .status = 200});
}

static const void *compile_service(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    const struct conf_word *word = rule_words_next(c, words, "the name of a service");
    (void)parens;
    if (word == NULL)
        return NULL;
    if (strcmp(word->text, "prometheus-exporter") == 0)
        return row;
    CONF_FAIL(c->l, word->span, "prometheus-exporter", "there is no service '%s'", word->text);
    return NULL;
}

/* clang-format off */
#define REPLY "[status <code>] [content-type <type>] [{ string | lf-string } <text>] [{ file | lf-file | errorfile } <file>] [hdr <name> <fmt>]*"

const struct action answer_actions[] = {
    {.name = "allow", .rulesets = ON_REQUEST | ON_RESPONSE | ON_AFTER | ON_STATS, .is_final = true, .run = run_allow,
     .doc = "Ends the list: no further rule of it is looked at."},
    {.name = "deny", .rulesets = ON_REQUEST | ON_RESPONSE | ON_STATS, .is_final = true, .compile = compile_deny, .run = run_deny, .value = 403,
     .takes = "[deny_status <code>] " REPLY, .doc = "Refuses: 403 for a request, 502 for a response, or what is given."},
    {.name = "tarpit", .rulesets = ON_REQUEST, .is_final = true, .compile = compile_deny, .run = run_tarpit, .value = 500,
     .takes = "[deny_status <code>] " REPLY, .doc = "Refuses after timeout tarpit, with 500 or what is given."},
    {.name = "return", .rulesets = ON_REQUEST | ON_RESPONSE, .is_final = true, .compile = compile_return, .run = run_return,
     .takes = REPLY, .doc = "Answers without a server.", .since = "2.2"},
    {.name = "auth", .rulesets = ON_REQUEST | ON_STATS, .is_final = true, .compile = compile_auth, .run = run_auth,
     .takes = "[realm <realm>]", .doc = "Asks for a user and a password: 401."},
    {.name = "reject", .rulesets = ON_REQUEST | ON_CONTENT | ON_CONNECTION, .is_final = true, .run = run_reject,
     .doc = "Closes the connection without an answer."},
    {.name = "silent-drop", .rulesets = ON_REQUEST | ON_RESPONSE | ON_CONTENT | ON_CONNECTION, .is_final = true, .compile = compile_silent_drop, .run = run_silent_drop,
     .takes = "[rst-ttl <hops>]", .doc = "Makes the connection vanish here, while the client still believes in it; rst-ttl: resets it, but the reset goes no further than so many hops."},
    {.name = "use-service", .rulesets = ON_REQUEST, .is_final = true, .compile = compile_service, .run = run_metrics,
     .takes = "prometheus-exporter", .doc = "Answers with the metrics of weir."},
    {.name = NULL},
};
/* clang-format on */
