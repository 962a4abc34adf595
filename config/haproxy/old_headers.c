/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of before 2.1 that changed lines of a message by regular expressions over the whole line:
 *
 *   reqadd X-A:\ b                                  http-request add-header X-A b
 *   reqirep ^Host:\ (.*)\.old$  Host:\ \1.new       http-request replace-header Host (?i)(.*)\.old$ \1.new
 *   reqrep ^([^\ :]*)\ /a/(.*)  \1\ /b/\2           http-request replace-pathq ^/a/(.*) /b/\1
 *   rspirep ^(Set-Cookie:.*)    \1;\ Secure         http-response replace-header Set-Cookie (?i)(.*) '\1; Secure'
 *   rspdel ^Server:.*                               http-response del-header Server
 *
 * What they mostly did is one of today's actions; anything else is refused, with the advice to write it anew.
 */
#include "config/haproxy/old_rule.h"

#include <ctype.h>
#include <string.h>

enum work { ADDS, REPLACES, REMOVES };

static const struct former {
    const char *word, *ruleset;
    bool ignore_case;
    enum work work;
} formers[] = {
    {"reqadd", "http-request", false, ADDS},      {"rspadd", "http-response", false, ADDS},
    {"reqrep", "http-request", false, REPLACES},  {"reqirep", "http-request", true, REPLACES},
    {"rsprep", "http-response", false, REPLACES}, {"rspirep", "http-response", true, REPLACES},
    {"reqdel", "http-request", false, REMOVES},   {"reqidel", "http-request", true, REMOVES},
    {"rspdel", "http-response", false, REMOVES},  {"rspidel", "http-response", true, REMOVES},
};

static const struct {
    const char *needs, *today;
} works[] = {
    [ADDS] = {"a header", "add-header NAME VALUE"},
    [REPLACES] = {"a search and what replaces it", "replace-header, or replace-path"},
    [REMOVES] = {"a search", "del-header NAME"},
};

const char *haproxy_escape_percent(struct loader *l, const char *text)
{
    char *out = arena_alloc(l->arena, 2 * strlen(text) + 1), *end = out;
    for (; *text != '\0'; text++) {
        if (*text == '%')
            *end++ = '%';
        *end++ = *text;
    }
    return out;
}

/* "NAME:\ value" in two words. */
static bool add_header(struct old_rule *rule, const char *header)
{
    struct loader *l = rule->line->r->l;
    const char *colon = strchr(header, ':');
    if (colon == NULL || colon == header)
        return false;
    old_rule_say(rule, "add-header");
    old_rule_say(rule, arena_copy_bytes(l->arena, header, (size_t)(colon - header)));
    old_rule_say(rule, haproxy_escape_percent(l, colon + 1 + strspn(colon + 1, " ")));
    return true;
}

/* What the search is for, the first group of it being gone: its groups count one less. NULL where that
 * group is needed still. */
static const char *renumber(struct loader *l, const char *text)
{
    char *out = arena_copy(l->arena, text);
    for (char *c = out; *c != '\0'; c++) {
        if (*c == '\\' && c[1] == '1')
            return NULL;
        if (*c == '\\' && c[1] >= '2' && c[1] <= '9')
            (*++c)--;
        else if (*c == '\\' && c[1] != '\0')
            c++;
    }
    return out;
}

/* What follows a beginning, or NULL. */
static const char *behind(const char *text, const char *beginning)
{
    size_t len = strlen(beginning);
    return text != NULL && strncmp(text, beginning, len) == 0 ? text + len : NULL;
}

/* The two halves of a replacement, in today's terms: of a value, or of a target. */
struct swap {
    const char *search, *replacement;
};

/* What follows the name in a replacement that takes it over, as the group, if there is one, or in words; or NULL. */
static const char *behind_name(const char *replacement, const char *group, const char *name)
{
    size_t len = strlen(name);
    const char *rest = group != NULL ? behind(replacement, group) : NULL;
    if (rest == NULL && strncasecmp(replacement, name, len) == 0)
        rest = behind(replacement + len, ":");
    return rest;
}

/* "^(Name:", in which the group holds the name or all of the line; false where it does neither. */
static bool take_group(struct loader *l, const char *name, const char *rest,
                       const char *replacement, struct swap *s_out)
{
    const char *closed = behind(rest, "):"); /* ^(Name):\ value */
    const char *value = old_skip_blanks(rest + 1), *kept;
    if (closed != NULL && (kept = behind_name(replacement, "\\1:", name)) != NULL)
        *s_out = (struct swap){old_skip_blanks(closed), renumber(l, kept)};
    else if (*rest == ':' && *value == ')' &&
             (kept = behind_name(replacement, "\\1", name)) != NULL)
        *s_out = (struct swap){old_skip_blanks(value + 1), renumber(l, kept)}; /* ^(Name:\ )value */
    else if (*rest == ':' && behind(replacement, "\\1") != NULL)               /* ^(Name:\ value) */
        *s_out = (struct swap){arena_printf(l->arena, "(%s", value), replacement};
    else
        return false;
    return s_out->replacement != NULL;
}

static bool replace_header(struct old_rule *rule, const struct former *former, const char *search,
                           const char *replacement)
{
    struct loader *l = rule->line->r->l;
    bool is_group = behind(search, "^(") != NULL;
    const char *name, *rest = NULL;
    struct swap s = {0};
    if (*search == '^')
        rest = old_header_name(l, search + 1 + is_group, &name);
    if (rest == NULL)
        return false;
    if (is_group && !take_group(l, name, rest, replacement, &s))
        return false;
    if (!is_group && *rest == ':')
        s = (struct swap){old_skip_blanks(rest + 1), behind_name(replacement, NULL, name)};
    if (s.replacement == NULL)
        return false;
    old_rule_say(rule, "replace-header");
    old_rule_say(rule, name);
    old_rule_say(rule, arena_printf(l->arena, "%s%s", former->ignore_case ? "(?i)" : "", s.search));
    old_rule_say(rule, haproxy_escape_percent(l, s.replacement + strspn(s.replacement, " ")));
    return true;
}

/* Both end in the version, as they found it: " (HTTP/.*)" and " \3". False where they do not agree. */
static bool drop_version(struct loader *l, struct swap *s)
{
    const char *search = strrchr(s->search, ' '), *replacement = strrchr(s->replacement, ' ');
    if (search == NULL && replacement == NULL)
        return true;
    if (search == NULL || replacement == NULL ||
        (behind(search, " HTTP/") == NULL && behind(search, " (HTTP/") == NULL &&
         strcmp(search, " (.*)") != 0 && strcmp(search, " (.*)$") != 0) ||
        (behind(replacement, " HTTP/") == NULL && behind(replacement, " \\") == NULL))
        return false;
    s->search = arena_printf(l->arena, "%.*s$", (int)(search - s->search), s->search);
    s->replacement =
        arena_copy_bytes(l->arena, s->replacement, (size_t)(replacement - s->replacement));
    return old_find_outside(s->search, ' ') == NULL && strchr(s->replacement, ' ') == NULL;
}

/* The request line: the method, perhaps with how the target begins, in a group or not. */
static bool split_target(struct old_rule *rule, const char *search, const char *replacement,
                         struct swap *s_out)
{
    struct loader *l = rule->line->r->l;
    bool is_group;
    const char *rest = old_rule_method(rule, search, &is_group), *target;
    if (rest == NULL)
        return false;
    if (is_group && (target = behind(rest, ") ")) != NULL &&
        (replacement = behind(replacement, "\\1 ")) != NULL)
        *s_out = (struct swap){target, renumber(l, replacement)};
    else if (is_group && (target = behind(rest, " )")) != NULL &&
             (replacement = behind(replacement, "\\1")) != NULL)
        *s_out = (struct swap){target, renumber(l, replacement)};
    else if (is_group && *rest == ' ' && behind(replacement, "\\1") != NULL)
        *s_out = (struct swap){arena_printf(l->arena, "(%s", rest + 1), replacement};
    else if (!is_group && *rest == ' ' && rule->test_count > 0 && /* ^GET\ /a  GET\ /b */
             strncmp(replacement, search + 1, (size_t)(rest - search)) == 0)
        *s_out = (struct swap){rest + 1, replacement + (rest - search)};
    else
        return false;
    return s_out->replacement != NULL && drop_version(l, s_out);
}

static bool replace_target(struct old_rule *rule, const struct former *former, const char *search,
                           const char *replacement)
{
    struct loader *l = rule->line->r->l;
    struct swap s = {0};
    if (strcmp(rule->ruleset, "http-request") != 0 || !split_target(rule, search, replacement, &s))
        return false;
    bool is_path = strstr(s.search, "://") == NULL && strstr(s.replacement, "://") == NULL;
    old_rule_say(rule, is_path ? "replace-pathq" : "replace-uri");
    old_rule_say(rule,
                 arena_printf(l->arena, "%s^%s", former->ignore_case ? "(?i)" : "", s.search));
    old_rule_say(rule, haproxy_escape_percent(l, s.replacement));
    return true;
}

/* "^(X-A|X-B)" and its like: names by a regular expression. */
static bool remove_names(struct old_rule *rule, const char *search)
{
    struct conf_arena *arena = rule->line->r->l->arena;
    size_t len = strcspn(search, ":");
    const char *rest = search + len + (search[len] == ':');
    if (*search != '^' ||
        search[1 + strspn(search + 1, "()|-_.*[]+?\\"
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                      "0123456789")] != search[len] ||
        (*rest != '\0' && strcmp(rest, ".*") != 0 && strcmp(rest, " .*") != 0))
        return false;
    old_rule_say(rule, "del-header");
    old_rule_say(rule, search[len] == ':' ? arena_printf(arena, "%.*s$", (int)len, search)
                                          : arena_copy(arena, search));
    old_rule_say(rule, "-m");
    old_rule_say(rule, "reg");
    return true;
}

static bool remove_header(struct old_rule *rule, const struct former *former, const char *search)
{
    const char *name, *rest = NULL;
    if (*search == '^')
        rest = old_header_name(rule->line->r->l, search + 1, &name);
    if (rest == NULL || (*rest != ':' && *rest != '\0'))
        return remove_names(rule, search);
    const char *value = *rest == ':' ? old_skip_blanks(rest + 1) : "";
    old_rule_say(rule, "del-header");
    old_rule_say(rule, name);
    if (*rest == '\0') {
        old_rule_say(rule, "-m");
        old_rule_say(rule, "beg");
    } else if (*value != '\0' && strcmp(value, ".*") != 0 && strcmp(value, ".*$") != 0) {
        old_rule_search(rule, search, former->ignore_case);
    }
    return true;
}

static bool translate(struct old_rule *rule, const struct former *former)
{
    const struct conf_word *words = rule->line->words;
    switch (former->work) {
    case ADDS:
        return add_header(rule, words[1].text);
    case REMOVES:
        return remove_header(rule, former, words[1].text);
    case REPLACES:
        break;
    }
    return replace_header(rule, former, words[1].text, words[2].text) ||
           replace_target(rule, former, words[1].text, words[2].text);
}

bool haproxy_old_headers(struct haproxy_line *line)
{
    struct loader *l = line->r->l;
    const struct former *former = NULL;
    for (size_t i = 0; i < sizeof formers / sizeof *formers; i++) {
        if (strcmp(formers[i].word, line->words[0].text) == 0)
            former = &formers[i];
    }
    if (former == NULL)
        return true;
    struct old_rule rule = {
        .line = line, .ruleset = former->ruleset, .old_words = former->work == REPLACES ? 3 : 2};
    const char *today =
        arena_printf(l->scratch, "today it is: %s %s", former->ruleset, works[former->work].today);
    if (line->count < rule.old_words) {
        CONF_FAIL(l, line->words[0].span, today, "'%s' needs %s", former->word,
                  works[former->work].needs);
        return false;
    }
    old_rule_say(&rule, former->ruleset);
    if (!translate(&rule, former)) {
        CONF_FAIL(l, line->words[0].span, today, "this '%s' cannot be translated", former->word);
        return false;
    }
    old_rule_put(&rule);
    return true;
}
