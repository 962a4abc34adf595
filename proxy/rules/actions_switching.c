/* SPDX-License-Identifier: Apache-2.0 */
/*
 * use_backend and use-server: a fixed name becomes an index when it is compiled; a name with an
 * expression is looked up in a table of all names, made once as well. And lines that are a condition alone.
 */
#include <string.h>

#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"
#include "proxy/state/server.h"
#include "proxy/state/snapshot.h"

struct choice {
    const struct format *name; /* NULL: index is the one */
    unsigned index;            /* in config->proxies, or in the servers of the proxy */
    struct name_map by_name;   /* of an expression: name -> conf_proxy or conf_server */
    const void *first;         /* that of index 0 */
};

/* The name as a format; its text in *fixed_out where it holds no expression. */
static struct choice *compile_name(struct compiler *c, struct rule_words *words, const char *what,
                                   const struct conf_word **word_out)
{
    struct choice *choice = arena_alloc(c->l->arena, sizeof *choice);
    *word_out = rule_words_next(c, words, what);
    if (*word_out == NULL)
        return NULL;
    choice->name = format_compile_as(c, *word_out, compiler_uses(c), FORMAT_PLAIN);
    return choice->name != NULL ? choice : NULL;
}

/* An HTTP frontend cannot hand requests to a TCP backend; the other way round can be. */
static bool check_mode(struct compiler *c, const struct conf_proxy *backend, struct conf_span span)
{
    if (c->proxy->mode != CONF_MODE_HTTP || backend->mode != CONF_MODE_TCP)
        return true;
    CONF_FAIL(c->l, span, "give both the same mode", "'%s' is in HTTP mode, backend '%s' is not",
              c->proxy->name, backend->name);
    return false;
}

static const void *compile_use_backend(struct compiler *c, const struct action *row,
                                       struct rule_words *words, const char *parens)
{
    const struct conf_word *word;
    struct choice *choice = compile_name(c, words, "the name of a backend", &word);
    const struct conf_proxy *proxies = c->config->proxies;
    (void)row, (void)parens;
    if (choice == NULL)
        return NULL;
    const char *fixed = format_constant(choice->name);
    if (fixed != NULL) {
        int index = compiler_find_proxy(c, fixed, CONF_BACKEND);
        if (index < 0)
            CONF_FAIL(c->l, word->span, compiler_nearest_proxy(c, fixed, CONF_BACKEND),
                      "there is no backend '%s'", fixed);
        else if (&proxies[index] == c->proxy)
            CONF_FAIL(c->l, word->span, "without the line its own servers are used as well",
                      "'%s' would use itself", fixed);
        else if (check_mode(c, &proxies[index], word->span)) {
            *choice = (struct choice){.index = (unsigned)index};
            return choice;
        }
        return NULL;
    }
    choice->first = proxies;
    for (size_t i = 0; i < c->config->proxy_count; i++) {
        if (proxies[i].caps & CONF_BACKEND)
            names_add(c->l->arena, &choice->by_name, proxies[i].name, &proxies[i]);
    }
    return choice;
}

static const void *compile_use_server(struct compiler *c, const struct action *row,
                                      struct rule_words *words, const char *parens)
{
    const struct conf_word *word;
    struct choice *choice = compile_name(c, words, "the name of a server", &word);
    (void)row, (void)parens;
    if (choice == NULL)
        return NULL;
    const char *fixed = format_constant(choice->name);
    if (fixed != NULL) {
        int index = compiler_find_server(c, c->proxy, fixed, word->span);
        *choice = (struct choice){.index = (unsigned)index};
        return index >= 0 ? choice : NULL;
    }
    choice->first = c->proxy->servers;
    for (size_t i = 0; i < c->proxy->server_count; i++)
        names_add(c->l->arena, &choice->by_name, c->proxy->servers[i].name, &c->proxy->servers[i]);
    return choice;
}

/* NULL: the name says nothing. */
static const void *look_up(const struct choice *choice, struct sample_env *env)
{
    size_t len = 0;
    const char *name = format_text(choice->name, env, &len);
    return name != NULL ? names_get(&choice->by_name, name) : NULL;
}

/* A name that is none ends the list as well: the default applies, as with HAProxy. */
static enum rule_verdict run_use_backend(struct sample_env *env, const struct rule *rule)
{
    const struct choice *choice = rule->data;
    size_t index = choice->index;
    if (choice->name != NULL) {
        const struct conf_proxy *found = look_up(choice, env);
        if (found == NULL) {
            trace_tell(env->trace, TRACE_BACKEND, "no backend has that name");
            return RULE_STOPS;
        }
        index = (size_t)(found - (const struct conf_proxy *)choice->first);
    }
    env->chosen_backend = &env->snapshot->proxies[index];
    trace_tell(env->trace, TRACE_BACKEND, "%s: by this rule", env->chosen_backend->conf->name);
    return RULE_STOPS;
}

/* A server that is down is passed over, and the next rule asked. */
static enum rule_verdict run_use_server(struct sample_env *env, const struct rule *rule)
{
    const struct choice *choice = rule->data;
    size_t index = choice->index;
    if (choice->name != NULL) {
        const struct conf_server *found = look_up(choice, env);
        if (found == NULL)
            return RULE_GOES_ON;
        index = (size_t)(found - (const struct conf_server *)choice->first);
    }
    struct server *server = env->proxy->servers[index];
    if (!server_is_running(server)) {
        trace_tell(env->trace, TRACE_STEP, "%s: down, so the next rule is asked", server->name);
        return RULE_GOES_ON;
    }
    env->chosen_server = server;
    trace_tell(env->trace, TRACE_STEP, "it belongs to %s/%s", env->proxy->conf->name, server->name);
    return RULE_STOPS;
}

/* Lines that are nothing but a condition. */
static enum rule_verdict run_condition_alone(struct sample_env *env, const struct rule *rule)
{
    (void)env, (void)rule;
    return RULE_STOPS;
}

/* clang-format off */
const struct action switching_actions[] = {
    {.name = "use_backend", .rulesets = IN_RULES(RULES_BACKEND), .is_final = true,
     .compile = compile_use_backend, .run = run_use_backend, .takes = "<name>",
     .doc = "Hands the request to that backend. A name with %[expression] that no backend has leaves it to default_backend."},
    {.name = "use-server", .rulesets = IN_RULES(RULES_SERVER),
     .compile = compile_use_server, .run = run_use_server, .takes = "<name>",
     .doc = "Takes that server, unless it is down."},
    {.name = "stats admin", .rulesets = IN_RULES(RULES_STATS_ADMIN), .run = run_condition_alone,
     .doc = "Who may change servers by the statistics page."},
    {.name = "monitor fail", .rulesets = IN_RULES(RULES_MONITOR_FAIL), .run = run_condition_alone,
     .doc = "When monitor-uri answers 503."},
    {.name = NULL},
};
/* clang-format on */
