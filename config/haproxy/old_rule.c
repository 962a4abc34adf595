/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts words of today in place of old ones. A condition of the old line is kept; where it cannot be joined
 * with the rule's own tests by "and" alone, a line before the rule keeps its result in a variable.
 */
#include "config/haproxy/old_rule.h"

#include <assert.h>
#include <string.h>

void old_rule_say(struct old_rule *rule, const char *word)
{
    assert(rule->count < OLD_RULE_WORDS);
    rule->words[rule->count++] = word;
}

void old_rule_test(struct old_rule *rule, const char *const *words, size_t count)
{
    assert(rule->test_count + count + 2 <= OLD_RULE_TESTS);
    rule->tests[rule->test_count++] = "{";
    for (size_t i = 0; i < count; i++) {
        if (*words[i] != '\0')
            rule->tests[rule->test_count++] = words[i];
    }
    rule->tests[rule->test_count++] = "}";
}

static const char *quote_double(struct loader *l, const char *text)
{
    const char *quoted = "\"";
    for (; *text != '\0'; text++) {
        const char *named = *text == '\r' ? "\\r" : *text == '\n' ? "\\n" : NULL;
        quoted = named != NULL
                     ? arena_printf(l->scratch, "%s%s", quoted, named)
                     : arena_printf(l->scratch, strchr("\\\"$", *text) ? "%s\\%c" : "%s%c", quoted,
                                    *text);
    }
    return arena_printf(l->scratch, "%s\"", quoted);
}

/* A word as a file would have it. */
static const char *quote(struct loader *l, const char *text)
{
    if (*text != '\0' && strpbrk(text, " \\\"'#\r\n") == NULL)
        return text;
    if (strpbrk(text, "'\r\n") != NULL)
        return quote_double(l, text);
    return arena_printf(l->scratch, "'%s'", text);
}

static const char *print(struct loader *l, const struct conf_word *words, size_t count)
{
    const char *text = quote(l, words[0].text);
    for (size_t i = 1; i < count; i++)
        text = arena_printf(l->scratch, "%s %s", text, quote(l, words[i].text));
    return text;
}

/* The words as a line of their own before the rule's. */
static void put_before(struct old_rule *rule, const char *const *texts, size_t count)
{
    struct loader *l = rule->line->r->l;
    size_t rest = rule->line->count - rule->old_words;
    struct haproxy_words words = {.count = count + rest};
    words.items = arena_alloc(l->scratch, words.count * sizeof *words.items);
    for (size_t i = 0; i < count; i++)
        words.items[i] = haproxy_reword(rule->line->words[0], texts[i]);
    memcpy(words.items + count, rule->line->words + rule->old_words, rest * sizeof *words.items);
    rule->help = arena_printf(l->scratch, "%s, then: ", print(l, words.items, words.count));
    rule->line->count = rule->old_words; /* the condition is done with */
    haproxy_line_read(rule->line->r, &words);
}

const char *old_rule_set(struct old_rule *rule, const char *action, const char *value)
{
    struct conf_arena *arena = rule->line->r->l->arena;
    unsigned line = rule->line->words[0].span.place.line;
    const char *texts[] = {rule->ruleset, arena_printf(arena, "%s(txn.old_%u)", action, line),
                           value};
    put_before(rule, texts, sizeof texts / sizeof *texts);
    return arena_printf(arena, "var(txn.old_%u)", line);
}

static bool is_or(const char *word)
{
    return strcmp(word, "or") == 0 || strcmp(word, "||") == 0;
}

/* Only "if a b c" is joined with further tests by appending. */
static bool is_conjunction(const struct conf_word *words, size_t count)
{
    if (count > 0 && strcmp(words[0].text, "if") != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_or(words[i].text))
            return false;
    }
    return true;
}

/* The rule's tests, behind "if"; the old condition goes on behind them. */
static size_t put_tests(struct old_rule *rule, struct conf_word *words)
{
    struct haproxy_line *line = rule->line;
    size_t count = 0;
    words[count++] = haproxy_reword(line->words[0], "if");
    for (size_t i = 0; i < rule->test_count; i++)
        words[count++] = haproxy_reword(line->words[1], rule->tests[i]);
    return count;
}

void old_rule_put(struct old_rule *rule)
{
    struct haproxy_line *line = rule->line;
    struct loader *l = line->r->l;
    const char *former = line->words[0].text;
    if (rule->test_count > 0 &&
        !is_conjunction(line->words + rule->old_words, line->count - rule->old_words)) {
        const char *test[] = {old_rule_set(rule, "set-var", "bool(true)"), "-m", "bool"};
        old_rule_test(rule, test, sizeof test / sizeof *test);
    }
    size_t rest = line->count - rule->old_words, skipped = 0;
    struct conf_word *words =
        arena_alloc(l->scratch, (rule->count + OLD_RULE_TESTS + 1 + rest) * sizeof *words);
    size_t count = 0;
    for (; count < rule->count; count++)
        words[count] = haproxy_reword(
            line->words[count < rule->old_words ? count : rule->old_words - 1], rule->words[count]);
    if (rule->test_count > 0) {
        count += put_tests(rule, words + count);
        skipped = rest > 0; /* the "if" is there */
    }
    memcpy(words + count, line->words + rule->old_words + skipped,
           (rest - skipped) * sizeof *words);
    line->words = words;
    line->count = count + rest - skipped;
    CONF_WARN(l, words[0].span,
              arena_printf(l->scratch, "write: %s%s", rule->help != NULL ? rule->help : "",
                           print(l, words, line->count)),
              "'%s' is the form of before 2.1", former);
}
