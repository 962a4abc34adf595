/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of probe scripts, one by one. Which of them stands where is known to config/ and proxy/health/. */
#include "proxy/rules/script_parts.h"

#include "proxy/rules/expr.h"

static void compile_text(struct compiler *c, struct conf_made *made)
{
    made->format = format_compile_as(c, &made->words[0], compiler_uses(c), FORMAT_PLAIN);
}

static void compile_value(struct compiler *c, struct conf_made *made)
{
    made->expr = expr_compile_word(c, &made->words[0], compiler_uses(c));
}

static void compile_action(struct compiler *c, struct conf_made *made)
{
    struct rule_words words = {
        .items = made->words, .count = made->count, .span = made->words[0].span};
    struct rule *rule = arena_alloc(c->l->arena, sizeof *rule);
    *rule = (struct rule){.place = made->words[0].span.place, .text = made->words[0].text};
    if (!compiler_action(c, NULL, &words, rule))
        return;
    made->rule = rule;
    if (words.at < words.count)
        CONF_FAIL(c->l, words.items[words.at].span, "steps of a script have no conditions",
                  "'%s' is not expected here", words.items[words.at].text);
}

static void (*const compilers[])(struct compiler *c, struct conf_made *made) = {
    [CONF_MADE_TEXT] = compile_text,
    [CONF_MADE_HEX] = compile_text,
    [CONF_MADE_VALUE] = compile_value,
    [CONF_MADE_ACTION] = compile_action,
};

static void compile_parts(struct compiler *c, const struct conf_check_script *script)
{
    for (size_t i = 0; i < script->made_count; i++) {
        struct conf_made *made = script->made[i];
        if (!made->is_compiled)
            compilers[made->kind](c, made);
        made->is_compiled = true;
    }
}

/* A plan that several name is compiled with the first of them. */
static void compile_check(struct compiler *c, const struct conf_check *check)
{
    compile_parts(c, &check->tcp_script);
    compile_parts(c, &check->http_script);
}

void script_parts_compile(struct compiler *c, struct conf_proxy *proxy)
{
    if ((proxy->caps & CONF_BACKEND) == 0)
        return; /* frontends have the lines of their defaults, and nobody to ask */
    c->proxy = proxy;
    c->ruleset = RULES_PROBE;
    compile_check(c, &proxy->check);
    for (size_t i = 0; i < proxy->server_count; i++)
        compile_check(c, conf_server_plan(proxy, &proxy->servers[i]));
}
