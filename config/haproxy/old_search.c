/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words of before 2.1 looked for a regular expression in each line of a message's head: the request line
 * "GET /a HTTP/1.1", and lines "Name: value". What is anchored in one of these asks today for that alone:
 *
 *   ^Host:\ (.*)\.old        { req.fhdr(Host) -m reg ^(.*)\.old }
 *   ^GET\ /a/                { method GET } { url -m reg ^/a/ }
 *   (cmd|root)\.exe          the whole head as one text, in a variable, of which each line is searched
 */
#include "config/haproxy/old_rule.h"

#include <ctype.h>
#include <string.h>

/* "\r\n" and "\n" end a line for '^' and '$'. */
#define EACH_LINE "(*ANYCRLF)(?m)"

static const char REQUEST_HEAD[] = "%[method] %[url] HTTP/%[req.ver]\r\n%[req.hdrs]";
static const char RESPONSE_HEAD[] = "HTTP/%[res.ver] %[status] \r\n%[res.hdrs]";

const char *old_header_name(struct loader *l, const char *search, const char **name_out)
{
    const char *begin = search, *end = begin;
    while (isalnum((unsigned char)*end) || *end == '-' || *end == '_')
        end++;
    *name_out = arena_copy_bytes(l->arena, begin, (size_t)(end - begin));
    return end > begin ? end : NULL;
}

/* The longest of the texts that the other begins with; 0 where it begins with none. */
static size_t common(const char *text, const char *const *beginnings)
{
    size_t longest = 0;
    for (; *beginnings != NULL; beginnings++) {
        size_t len = strlen(*beginnings);
        if (len > longest && strncmp(text, *beginnings, len) == 0)
            longest = len;
    }
    return longest;
}

const char *old_skip_blanks(const char *text)
{
    static const char *const blanks[] = {" *",   " +",   "\\s*", "\\s+", "\\s",
                                         "[ ]*", "[ ]+", " ?",   " ",    NULL};
    return text + common(text, blanks);
}

/* Past the class or the escaped character that begins there, or one character. */
static const char *next_of(const char *at)
{
    if (*at == '\\' && at[1] != '\0')
        return at + 2;
    if (*at != '[')
        return at + 1;
    for (at += 1 + (at[1] == '^'); *at != '\0'; at++) {
        if (*at == ']')
            return at + 1;
        at += *at == '\\' && at[1] != '\0';
    }
    return at;
}

const char *old_find_outside(const char *pattern, char wanted)
{
    int depth = 0;
    for (const char *at = pattern; *at != '\0'; at = next_of(at)) {
        if (*at == wanted && depth == 0)
            return at;
        depth += (*at == '(') - (*at == ')');
    }
    return NULL;
}

/* GET, or POST|PUT: each a word of the test. */
static void test_methods(struct old_rule *rule, const char *text, size_t len)
{
    const char *words[OLD_RULE_WORDS] = {"method"};
    size_t count = 1;
    for (size_t at = 0; at < len && count < OLD_RULE_WORDS; count++) {
        size_t word = strcspn(text + at, "|)");
        word = word > len - at ? len - at : word;
        words[count] = arena_copy_bytes(rule->line->r->l->arena, text + at, word);
        at += word + 1;
    }
    old_rule_test(rule, words, count);
}

const char *old_rule_method(struct old_rule *rule, const char *search, bool *group_out)
{
    static const char *const any[] = {"[^ :]*", "[^: ]*", "[^ ]*",  "[^:]*", "[^ :]+",
                                      "[^ ]+",  "[A-Z]*", "[A-Z]+", "\\w*",  "\\w+",
                                      "\\S*",   "\\S+",   ".*",     ".+",    NULL};
    const char *at = search + 1;
    *group_out = *at == '(';
    if (*search != '^')
        return NULL;
    at += *group_out;
    size_t len = common(at, any);
    if (len > 0)
        return at + len;
    len = strspn(at, *group_out ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ|" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (len == 0 || (at[len] != ' ' && at[len] != ')'))
        return NULL;
    test_methods(rule, at, len);
    return at + len;
}

/* The pattern as words of a test; what any value has needs none. */
static void test_pattern(struct old_rule *rule, const char *fetch, const char *pattern,
                         bool ignore_case)
{
    bool is_any = *pattern == '\0' || strcmp(pattern, ".*") == 0 || strcmp(pattern, ".*$") == 0;
    const char *anchored = strncmp(pattern, ".*", 2) == 0
                               ? pattern + 2
                               : arena_printf(rule->line->r->l->arena, "^%s", pattern);
    const char *found[] = {fetch, "-m", "found"};
    const char *words[] = {fetch, "-m", "reg", ignore_case ? "-i" : "", "--", anchored};
    if (is_any)
        old_rule_test(rule, found, sizeof found / sizeof *found);
    else
        old_rule_test(rule, words, sizeof words / sizeof *words);
}

/* "^Name: value"; false where it is something else. */
static bool search_header(struct old_rule *rule, const char *search, bool ignore_case)
{
    struct loader *l = rule->line->r->l;
    const char *name, *rest = *search == '^' ? old_header_name(l, search + 1, &name) : NULL;
    if (rest == NULL || *rest != ':')
        return false;
    bool is_request = strcmp(rule->ruleset, "http-request") == 0;
    test_pattern(rule, arena_printf(l->arena, is_request ? "req.fhdr(%s)" : "res.fhdr(%s)", name),
                 old_skip_blanks(rest + 1), ignore_case);
    return true;
}

/* "^METHOD target" */
static bool search_target(struct old_rule *rule, const char *search, bool ignore_case)
{
    bool is_group;
    size_t before = rule->test_count;
    const char *target = old_rule_method(rule, search, &is_group);
    if (target != NULL)
        target += is_group && *target == ')';
    const char *space = target != NULL && *target == ' ' ? old_find_outside(target + 1, ' ') : NULL;
    bool is_target =
        target != NULL && *target == ' ' &&
        (space == NULL || strncmp(space, " HTTP", 5) == 0 || strncmp(space, " .*", 3) == 0);
    if (!is_target) {
        rule->test_count = before;
        return false;
    }
    struct conf_arena *arena = rule->line->r->l->arena;
    const char *pattern = target + 1;
    if (space != NULL)
        pattern = arena_printf(arena, "%.*s$", (int)(space - pattern), pattern);
    test_pattern(rule, "url", pattern, ignore_case);
    return true;
}

static void search_head(struct old_rule *rule, const char *search, bool ignore_case)
{
    bool is_request = strcmp(rule->ruleset, "http-request") == 0;
    const char *fetch =
        old_rule_set(rule, "set-var-fmt", is_request ? REQUEST_HEAD : RESPONSE_HEAD);
    const char *words[] = {fetch, "-m",
                           "reg", ignore_case ? "-i" : "",
                           "--",  arena_printf(rule->line->r->l->arena, EACH_LINE "%s", search)};
    old_rule_test(rule, words, sizeof words / sizeof *words);
}

void old_rule_search(struct old_rule *rule, const char *search, bool ignore_case)
{
    bool is_request = strcmp(rule->ruleset, "http-request") == 0;
    bool is_one = old_find_outside(search, '|') == NULL;
    if (is_one && search_header(rule, search, ignore_case))
        return;
    if (is_one && is_request && search_target(rule, search, ignore_case))
        return;
    search_head(rule, search, ignore_case);
}
