/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk over all lines of all proxies. A line is either a rule of a list (rule.c) or belongs to a row of the
 * tables (acl, stick-table, ...). What nobody compiles is not supported yet.
 */
#include "proxy/rules/compiler.h"

#include <string.h>

#include "proxy/rules/diagnose.h"
#include "proxy/rules/log_formats.h"
#include "proxy/rules/pattern_list.h"
#include "proxy/rules/process_vars.h"
#include "proxy/rules/ruleset.h"
#include "proxy/rules/script_parts.h"
#include "proxy/rules/switch.h"

/* ---- words -------------------------------------------------------------------------------------------- */

struct conf_span compiler_span_in(const struct conf_word *word, size_t offset, size_t width)
{
    size_t len = strlen(word->text);
    struct conf_span span = word->span;
    size_t quote = word->span.width == len + 2 ? 1 : 0; /* "..." and nothing escaped */
    if (word->span.width != len + 2 * quote)
        return span;
    span.place.column += (unsigned)(offset + quote);
    span.width = width > 0 ? (unsigned)width : 1;
    return span;
}

static bool begins_condition(const struct conf_word *word)
{
    return strcmp(word->text, "if") == 0 || strcmp(word->text, "unless") == 0;
}

bool rule_words_more(const struct rule_words *words)
{
    return words->at < words->count && !begins_condition(&words->items[words->at]);
}

const struct conf_word *rule_words_next(struct compiler *c, struct rule_words *words,
                                        const char *what)
{
    if (words->at < words->count)
        return &words->items[words->at++];
    CONF_FAIL(c->l, words->span, NULL, "%s is missing", what);
    return NULL;
}

int compiler_find_proxy(const struct compiler *c, const char *name, unsigned caps)
{
    for (size_t i = 0; i < c->config->proxy_count; i++) {
        if ((c->config->proxies[i].caps & caps) != 0 &&
            strcmp(c->config->proxies[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

/* ---- all lines ---------------------------------------------------------------------------------------- */

static const struct line_row *find_line_row(const struct compiler *c, enum conf_line_kind kind)
{
    for (const struct line_row *const *table = c->tables->lines; *table != NULL; table++) {
        for (const struct line_row *row = *table; row->compile != NULL; row++) {
            if (row->kind == kind)
                return row;
        }
    }
    return NULL;
}

static void compile_line(struct compiler *c, const struct conf_line *line)
{
    enum conf_line_kind kind = line->kind;
    const struct line_row *row = find_line_row(c, kind);
    c->line = line;
    c->names_all = line->from_defaults && conf_line_is_rule(kind);
    if (row != NULL)
        row->compile(c, line);
    else if (!compiler_rule(c, line))
        CONF_FAIL(c->l, line->span, NULL, "'%s' is not supported yet", line->keyword);
}

/* The lines of named defaults stand first and have acls of their own. */
static void compile_proxy(struct compiler *c, struct conf_proxy *proxy)
{
    const struct conf_lines *lines = &proxy->lines;
    struct proxy_rules misplaced = {0};
    if (lines->count == 0 && proxy->log_count == 0)
        return;
    c->proxy = proxy;
    c->rules = arena_alloc(c->l->arena, sizeof *c->rules);
    c->rules->has_lines = lines->count > 0;
    c->acls = (struct name_map){0};
    for (size_t i = 0; i < lines->count; i++) {
        if (i > 0 && lines->items[i - 1].from_defaults && !lines->items[i].from_defaults)
            c->acls = (struct name_map){0};
        struct proxy_rules *rules = c->rules;
        c->rules = lines->items[i].is_misplaced ? &misplaced : rules;
        compile_line(c, &lines->items[i]);
        c->rules = rules;
    }
    c->names_all = false;
    log_format_default(c);
    diagnose_proxy(c);
    for (size_t i = 0; i < RULES_COUNT; i++)
        rule_switch_build(c, &c->rules->sets[i]);
    proxy->rules = c->rules;
}

/* Behind formats that are empty stands nothing. */
static void compile_tlvs(struct compiler *c, struct conf_proxy_tlvs *tlvs)
{
    for (size_t i = 0; i < tlvs->count; i++) {
        const struct conf_word *word = tlvs->items[i].word;
        if (word != NULL)
            tlvs->items[i].format = format_compile_as(c, word, compiler_uses(c), FORMAT_PLAIN);
    }
}

/* What connections to servers take from requests: the name to ask for, the address to come from, what a PROXY
 * header tells. */
static void compile_servers(struct compiler *c, struct conf_proxy *proxy)
{
    c->proxy = proxy;
    c->ruleset = proxy->mode == CONF_MODE_HTTP ? RULES_HTTP_REQUEST : RULES_TCP_CONTENT;
    for (size_t i = 0; i < proxy->server_count; i++) {
        struct conf_server *server = &proxy->servers[i];
        const struct conf_word *name = server->tls.sni_word, *source = server->source.header_word;
        if (name != NULL)
            server->tls.sni_expr = expr_compile_word(c, name, compiler_uses(c));
        if (source != NULL && proxy->mode == CONF_MODE_HTTP)
            server->source.header = expr_compile_word(c, source, compiler_uses(c));
        compile_tlvs(c, &server->proxy_tlvs);
    }
    const struct conf_word *source = proxy->source.header_word;
    if (source != NULL && proxy->mode != CONF_MODE_HTTP)
        CONF_WARN(c->l, source->span, "client, clientip, or an address",
                  "usesrc: '%s' is ignored in '%s', which has mode tcp",
                  source->text + strlen("req."), proxy->name);
}

void rules_compile(struct loader *l, struct config *config, const struct rule_tables *tables)
{
    struct compiler c = {.l = l, .config = config, .tables = tables};
    for (const struct fetch *const *table = tables->fetches; *table != NULL; table++) {
        for (const struct fetch *row = *table; row->name != NULL; row++)
            names_add(l->scratch, &c.fetches, row->name, row);
    }
    for (const struct converter *const *table = tables->converters; *table != NULL; table++) {
        for (const struct converter *row = *table; row->name != NULL; row++)
            names_add(l->scratch, &c.converters, row->name, row);
    }
    for (size_t i = 0; i < config->proxy_count; i++) {
        compile_proxy(&c, &config->proxies[i]);
        compile_servers(&c, &config->proxies[i]);
        script_parts_compile(&c, &config->proxies[i]);
    }
    process_vars_set(&c);
    pattern_lists_number(&c);
}
