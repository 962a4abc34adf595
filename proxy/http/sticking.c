/* SPDX-License-Identifier: Apache-2.0 */
/* Stick lines, compiled and run; see sticking.h. And `balance hash` and `persist rdp-cookie`, which are expressions as well. */
#include "proxy/http/sticking.h"

#include "config/stick_table.h"

#include "proxy/http/explain.h"
#include "proxy/http/rows.h"
#include "proxy/http/rules.h"
#include "proxy/http/stick_key.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

#include <string.h>

struct stick_rule {
    bool matches, stores, of_response;
    const struct expr *key;
    unsigned table; /* a proxy's index */
    const struct condition *condition;
    struct conf_place place;
};

struct stick_rules {
    const struct stick_rule *items;
    size_t count;
    bool has_response; /* some store keys of responses */
};

/* ---- compiling ------------------------------------------------------------------------------------------ */

static const struct {
    const char *name;
    bool matches, stores, of_response;
} kinds[] = {
    {"on", true, true, false},
    {"match", true, false, false},
    {"store-request", false, true, false},
    {"store-response", false, true, true},
};

static bool read_kind(struct compiler *c, struct rule_words *words, struct stick_rule *rule)
{
    const struct conf_word *word =
        rule_words_next(c, words, "on, match, store-request or store-response");
    for (size_t i = 0; word != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, word->text) != 0)
            continue;
        *rule = (struct stick_rule){.matches = kinds[i].matches,
                                    .stores = kinds[i].stores,
                                    .of_response = kinds[i].of_response};
        return true;
    }
    if (word != NULL)
        CONF_FAIL(c->l, word->span, "on, match, store-request or store-response",
                  "'stick %s' is unknown", word->text);
    return false;
}

static void add_rule(struct compiler *c, struct stick_rule rule)
{
    struct stick_rules *rules = arena_alloc(c->l->arena, sizeof(*rules));
    if (c->rules->sticking != NULL)
        *rules = *c->rules->sticking;
    struct stick_rule *items =
        arena_list_grow(c->l->arena, (void *)rules->items, rules->count, sizeof(*items));
    items[rules->count++] = rule;
    rules->items = items;
    rules->has_response = rules->has_response || rule.of_response;
    c->rules->sticking = rules;
}

/* on|match|store-request|store-response <expression> [table <name>] [if|unless <condition>] */
static void compile_stick(struct compiler *c, const struct conf_line *line)
{
    struct rule_words words = {.items = line->words, .count = line->word_count, .span = line->span};
    struct stick_rule rule;
    if (!read_kind(c, &words, &rule))
        return;
    rule.place = line->span.place;
    bool is_http = c->proxy->mode == CONF_MODE_HTTP;
    if (rule.of_response)
        c->ruleset = is_http ? RULES_HTTP_RESPONSE : RULES_TCP_RESPONSE;
    else
        c->ruleset = is_http ? RULES_HTTP_REQUEST : RULES_TCP_CONTENT;
    struct conf_span span = words.at < words.count ? words.items[words.at].span : words.span;
    rule.key = expr_compile_words(c, &words, compiler_uses(c));
    if (rule.key == NULL || !stick_take_table(c, &words, &rule.table) ||
        !stick_check_key(c, rule.key, rule.table, span))
        return;
    if (rule_words_more(&words))
        CONF_FAIL(c->l, words.items[words.at].span, "table, if or unless",
                  "'%s' is not expected here", words.items[words.at].text);
    else if (condition_compile(c, &words, &rule.condition)) {
        struct conf_stick_table *table = stick_table_defined(c->config, rule.table);
        table->data[CONF_STICK_SERVER_ID].count = 1;
        table->data[CONF_STICK_SERVER_KEY].count = 1;
        add_rule(c, rule);
    }
}

/* Read when the proxy was resolved, as rules refer to it by name. */
static void compile_table(struct compiler *c, const struct conf_line *line)
{
    (void)c, (void)line;
}

static void compile_balance(struct compiler *c, const struct conf_line *line)
{
    struct rule_words words = {.items = line->words, .count = line->word_count, .span = line->span};
    c->ruleset = c->proxy->mode == CONF_MODE_HTTP ? RULES_HTTP_REQUEST : RULES_TCP_CONTENT;
    c->rules->balance_hash = expr_compile_words(c, &words, compiler_uses(c));
}

static void compile_rdp_cookie(struct compiler *c, const struct conf_line *line)
{
    struct rule_words words = {.items = line->words, .count = line->word_count, .span = line->span};
    c->ruleset = RULES_TCP_CONTENT;
    if (c->proxy->mode == CONF_MODE_TCP)
        c->rules->rdp_cookie = expr_compile_words(c, &words, compiler_uses(c));
}

const struct line_row stick_lines[] = {
    {CONF_LINE_STICK, compile_stick},
    {CONF_LINE_STICK_TABLE, compile_table},
    {CONF_LINE_BALANCE, compile_balance},
    {CONF_LINE_RDP_COOKIE, compile_rdp_cookie},
    {0},
};

/* ---- running -------------------------------------------------------------------------------------------- */

static const struct stick_rules *rules_of(const struct stream *s)
{
    const struct proxy_rules *rules = s->backend->conf->rules;
    return rules != NULL ? rules->sticking : NULL;
}

static struct server *find_server(const struct proxy *be, const char *name, uint64_t id)
{
    for (size_t i = 0; i < be->conf->server_count; i++) {
        const struct conf_server *conf = &be->conf->servers[i];
        if (name != NULL ? strcmp(conf->name, name) == 0 : conf->id == id)
            return be->servers[i];
    }
    return NULL;
}

/* The server the entry remembers, by its name, which outlives a change of numbers. */
static void wish_for(struct stream *s, struct stick_entry *entry)
{
    uint64_t now_ms = s->thread->loop->now_ms, key = 0, id = 0;
    struct persistence *p = &s->persist;
    (void)stick_entry_read(entry, CONF_STICK_SERVER_KEY, 0, now_ms, &key);
    (void)stick_entry_read(entry, CONF_STICK_SERVER_ID, 0, now_ms, &id);
    if (p->is_direct || id == 0)
        return;
    const char *name = stick_table_name(stick_entry_table(entry), (uint32_t)key);
    struct server *server = find_server(s->backend, name, id);
    if (server == NULL ||
        (!server_is_running(server) && !s->backend->conf->persist && !p->is_forced))
        return;
    p->server = server;
    p->is_direct = true;
    if (s->trace != NULL)
        explain_wish(s, "the entry of the stick table", server);
}

static bool is_stored(const struct stream *s, const struct stick_table *table)
{
    for (unsigned i = 0; s->stick != NULL && i < s->stick->store_count; i++)
        if (stick_entry_table(s->stick->stores[i]) == table)
            return true;
    return false;
}

COLD static void explain_rule(struct sample_env *env, const struct stick_rule *rule, bool has_key)
{
    const char *kind = rule->of_response ? "store-response"
                       : !rule->stores   ? "match"
                       : rule->matches   ? "on"
                                         : "store-request";
    trace_note(env->trace, TRACE_RULE, &rule->place, has_key, "stick %s %s", kind,
               expr_source(rule->key));
}

static void run_rule(struct stream *s, const struct stick_rule *rule, struct sample_env *env)
{
    struct stick_table *table = stick_table_at(env, rule->table);
    struct sample sample = {0};
    struct stick_key key;
    bool has_key =
        !is_stored(s, table) &&
        (rule->condition == NULL || condition_run(rule->condition, env) == CONDITION_YES) &&
        expr_run(rule->key, env, &sample) && stick_key_of(env, &sample, table, &key);
    if (env->trace != NULL)
        explain_rule(env, rule, has_key);
    if (!has_key)
        return;
    struct stick_entry *entry = stick_table_hold(table, key, rule->stores, env->loop->now_ms);
    if (entry == NULL)
        return;
    if (rule->matches) {
        wish_for(s, entry);
        stick_entry_change(entry, NULL, 0, env->loop->now_ms); /* it is in use */
    }
    if (rule->stores)
        (void)tracking_store(s, entry);
    else
        stick_entry_drop(entry, env->loop->now_ms);
}

static void run_rules(struct stream *s, const struct stick_rules *rules, bool of_response)
{
    struct sample_env env;
    rules_env(s, s->backend, of_response, &env);
    env.is_final = true;
    for (size_t i = 0; i < rules->count; i++) {
        size_t used = env.scratch->used;
        if (rules->items[i].of_response == of_response)
            run_rule(s, &rules->items[i], &env);
        env.scratch->used = used;
    }
}

void sticking_request(struct stream *s)
{
    const struct stick_rules *rules = rules_of(s);
    if (rules != NULL && !s->persist.is_ignored)
        run_rules(s, rules, false);
}

void sticking_response(struct stream *s)
{
    const struct stick_rules *rules = rules_of(s);
    uint64_t now_ms = s->thread->loop->now_ms;
    if (rules == NULL)
        return;
    if (rules->has_response)
        run_rules(s, rules, true);
    if (s->stick == NULL)
        return;
    const struct conf_server *server = persist_server_conf(s);
    for (unsigned i = 0; i < s->stick->store_count; i++) {
        struct stick_entry *entry = s->stick->stores[i];
        if (server != NULL && !server->non_stick) {
            uint32_t name = stick_table_intern(stick_entry_table(entry), server->name);
            (void)stick_entry_set(entry, CONF_STICK_SERVER_ID, 0, server->id, now_ms);
            (void)stick_entry_set(entry, CONF_STICK_SERVER_KEY, 0, name, now_ms);
        }
        stick_entry_drop(entry, now_ms);
    }
    s->stick->store_count = 0;
}
