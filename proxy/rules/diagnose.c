/* SPDX-License-Identifier: Apache-2.0 */
/* Each check is a function of its own, called in the order in which a reader would like to be told. */
#include "proxy/rules/diagnose.h"

#include <string.h>

#include "proxy/rules/ruleset.h"

/* They need messages, of which a TCP proxy knows nothing; HAProxy leaves them out as well. */
static bool is_about_http(enum ruleset_id id)
{
    return (IN_RULES(id) & (IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE) |
                            IN_RULES(RULES_HTTP_AFTER_RESPONSE) | IN_RULES(RULES_REDIRECT))) != 0;
}

/* Does this line of a TCP frontend make HTTP of its streams? */
static bool turns_to_http(const struct compiler *c, const struct conf_line *line)
{
    if (line->kind == CONF_LINE_TCP_CONTENT) {
        size_t at = 0;
        while (at < line->word_count && strcmp(line->words[at].text, "switch-mode") != 0)
            at++;
        return at < line->word_count;
    }
    if (line->kind != CONF_LINE_USE_BACKEND || line->word_count == 0)
        return false;
    int index = compiler_find_proxy(c, line->words[0].text, CONF_BACKEND);
    return index >= 0 && c->config->proxies[index].mode == CONF_MODE_HTTP;
}

/* What a TCP proxy says about HTTP counts where its streams become that: in a frontend, by a rule or a backend. */
static bool may_be_http(const struct compiler *c)
{
    const struct conf_proxy *proxy = c->proxy;
    if (proxy->mode == CONF_MODE_HTTP)
        return true;
    if ((proxy->caps & CONF_FRONTEND) == 0)
        return false;
    bool found = proxy->default_backend != NULL && proxy->default_backend->mode == CONF_MODE_HTTP;
    for (size_t i = 0; i < proxy->lines.count && !found; i++)
        found = turns_to_http(c, &proxy->lines.items[i]);
    return found;
}

bool diagnose_rule(struct compiler *c, const struct conf_line *line, const struct rule *rule)
{
    const struct ruleset *set = &c->rules->sets[c->ruleset];
    if (is_about_http(c->ruleset) && !may_be_http(c)) {
        CONF_WARN(c->l, line->span, "use mode http, or remove the rule",
                  "'%s' has no effect in '%s', which is in TCP mode", line->keyword,
                  c->proxy->name);
        return false;
    }
    for (size_t i = 0; i < set->count; i++) {
        const struct rule *before = &set->rules[i];
        if (!before->action->is_final || before->condition != NULL)
            continue;
        CONF_WARN(c->l, line->span,
                  arena_printf(c->l->scratch, "%s:%u always decides", before->place.file,
                               before->place.line),
                  "this rule is never reached");
        break;
    }
    (void)rule;
    return true;
}

/* In this order they run, whatever the order of the lines. */
static const struct {
    enum conf_line_kind kind;
    const char *name;
} stages[] = {
    {CONF_LINE_TCP_CONNECTION, "tcp-request connection"},
    {CONF_LINE_TCP_SESSION, "tcp-request session"},
    {CONF_LINE_TCP_CONTENT, "tcp-request content"},
    {CONF_LINE_MONITOR_FAIL, "monitor fail"},
    {CONF_LINE_HTTP_REQUEST, "http-request"},
    {CONF_LINE_REDIRECT, "redirect"},
    {CONF_LINE_USE_BACKEND, "use_backend"},
    {CONF_LINE_USE_SERVER, "use-server"},
};

enum { STAGES = sizeof stages / sizeof *stages };

static size_t stage_of(const struct conf_line *line)
{
    size_t stage = 0;
    while (stage < STAGES && stages[stage].kind != line->kind)
        stage++;
    return stage;
}

static void diagnose_order(struct compiler *c)
{
    size_t seen[STAGES] = {0}; /* lines of each stage so far */
    for (size_t i = 0; i < c->proxy->lines.count; i++) {
        const struct conf_line *line = &c->proxy->lines.items[i];
        size_t stage = stage_of(line), later = stage + 1;
        if (stage == STAGES || line->from_defaults)
            continue;
        seen[stage]++;
        while (later < STAGES && seen[later] == 0)
            later++;
        if (later < STAGES)
            CONF_WARN(c->l, line->span, "move it up, so that the file reads as it runs",
                      "a '%s' rule placed after a '%s' rule is still run before it",
                      stages[stage].name, stages[later].name);
    }
}

/* The names in the condition of a line; other words in it do no harm. */
static void note_names(struct compiler *c, const struct conf_line *line, struct name_map *used)
{
    size_t at = 0;
    while (at < line->word_count && strcmp(line->words[at].text, "if") != 0 &&
           strcmp(line->words[at].text, "unless") != 0)
        at++;
    for (; at < line->word_count; at++) {
        const char *text = line->words[at].text;
        names_add(c->l->scratch, used, text + strspn(text, "!"), line);
    }
}

static void diagnose_unused_acls(struct compiler *c)
{
    const struct conf_lines *lines = &c->proxy->lines;
    struct name_map used = {0};
    for (size_t i = 0; i < lines->count; i++) {
        if (lines->items[i].kind != CONF_LINE_ACL)
            note_names(c, &lines->items[i], &used);
    }
    for (size_t i = 0; i < lines->count; i++) {
        const struct conf_line *line = &lines->items[i];
        if (line->kind != CONF_LINE_ACL || line->from_defaults || line->word_count == 0)
            continue;
        const char *name = line->words[0].text;
        if (names_add(c->l->scratch, &used, name, line) == NULL) /* told once for each name */
            CONF_REMARK(c->l, line->words[0].span, "name it in a condition, or remove it",
                        "nothing uses the acl '%s'", name);
    }
}

void diagnose_proxy(struct compiler *c)
{
    diagnose_order(c);
    if (c->l->report->errors == 0) /* what seems to be unused may only have been misspelt */
        diagnose_unused_acls(c);
}
