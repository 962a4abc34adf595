/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of before 2.1 that judged a message by a regular expression over each line of its head: reqdeny,
 * reqtarpit, reqallow, reqsetbe, rspdeny, and their brothers with an 'i' that ignore case. And monitor-net,
 * which did so by the client's address.
 */
#include "config/haproxy/old_rule.h"

#include <string.h>

static const struct denial {
    const char *word, *ruleset, *action;
    bool ignore_case, has_value;
} denials[] = {
    {"reqdeny", "http-request", "deny", false, false},
    {"reqideny", "http-request", "deny", true, false},
    {"reqtarpit", "http-request", "tarpit", false, false},
    {"reqitarpit", "http-request", "tarpit", true, false},
    {"reqallow", "http-request", "allow", false, false},
    {"reqiallow", "http-request", "allow", true, false},
    {"reqsetbe", "http-request", "use_backend", false, true},
    {"reqisetbe", "http-request", "use_backend", true, true},
    {"rspdeny", "http-response", "deny", false, false},
    {"rspideny", "http-response", "deny", true, false},
};

/* What the last directive of that name says in a section, or NULL. */
static const char *last_mode(const struct conf_section *section)
{
    const char *mode = NULL;
    for (size_t i = 0; i < section->directive_count; i++) {
        const struct conf_directive *d = &section->directives[i];
        if (strcmp(d->name.text, "mode") == 0 && d->arg_count == 1)
            mode = d->args[0].text;
    }
    return mode;
}

/* Of the section that is read, as far as it has been read. */
static bool is_tcp(const struct conf_sections *sections)
{
    const struct conf_section *section = &sections->items[sections->count - 1];
    const char *mode = last_mode(section);
    for (size_t i = sections->count; i-- > 0 && mode == NULL;) {
        const struct conf_section *defaults = &sections->items[i];
        bool is_meant =
            section->from.text == NULL ||
            (defaults->name.text != NULL && strcmp(defaults->name.text, section->from.text) == 0);
        if (defaults->kind == CONF_SECTION_DEFAULTS && is_meant)
            mode = last_mode(defaults) != NULL ? last_mode(defaults) : "tcp";
    }
    return mode == NULL || strcmp(mode, "http") != 0;
}

/* monitor-net <network>: whoever watches got an answer, or in mode tcp the end of the connection. */
static bool put_monitor(struct haproxy_line *line)
{
    static const char *const http[] = {"http-request", "return", "status", "200", NULL};
    static const char *const tcp[] = {"tcp-request", "connection", "reject", NULL};
    struct old_rule rule = {.line = line, .old_words = 2};
    if (line->count != 2) {
        CONF_FAIL(line->r->l, line->words[0].span, "monitor-net <network>", "'%s' needs a value",
                  "monitor-net");
        return false;
    }
    for (const char *const *word = is_tcp(&line->r->l->sections) ? tcp : http; *word != NULL;
         word++)
        old_rule_say(&rule, *word);
    const char *test[] = {"src", line->words[1].text};
    old_rule_test(&rule, test, sizeof test / sizeof *test);
    old_rule_put(&rule);
    return true;
}

bool haproxy_old_denials(struct haproxy_line *line)
{
    if (strcmp(line->words[0].text, "monitor-net") == 0)
        return put_monitor(line);
    const struct denial *denial = NULL;
    for (size_t i = 0; i < sizeof denials / sizeof *denials; i++) {
        if (strcmp(denials[i].word, line->words[0].text) == 0)
            denial = &denials[i];
    }
    if (denial == NULL)
        return true;
    struct old_rule rule = {
        .line = line, .ruleset = denial->ruleset, .old_words = denial->has_value ? 3 : 2};
    if (line->count < rule.old_words) {
        CONF_FAIL(line->r->l, line->words[0].span,
                  arena_printf(line->r->l->scratch, "%s <search>%s [{if|unless} <condition>]",
                               denial->word, denial->has_value ? " <backend>" : ""),
                  "'%s' needs a value", denial->word);
        return false;
    }
    if (!denial->has_value)
        old_rule_say(&rule, denial->ruleset);
    old_rule_say(&rule, denial->action);
    if (denial->has_value)
        old_rule_say(&rule, line->words[2].text);
    old_rule_search(&rule, line->words[1].text, denial->ignore_case);
    old_rule_put(&rule);
    return true;
}
