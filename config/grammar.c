/* SPDX-License-Identifier: Apache-2.0 */
/* One word of a line against one type of its grammar, from left to right. */
#include "config/grammar.h"

#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/value.h"

/* One element of a grammar: "<time>", "{on|off}", "[<size>]". */
struct element {
    const char *text; /* without brackets */
    size_t len;
    bool is_optional;
};

static bool is(const struct element *e, const char *text)
{
    return e->len == strlen(text) && strncmp(e->text, text, e->len) == 0;
}

static bool is_choice(const struct element *e, const char *word)
{
    size_t word_len = strlen(word);
    for (const char *at = e->text + 1; at < e->text + e->len; at += strcspn(at, "|}") + 1) {
        if (strcspn(at, "|}") == word_len && strncmp(at, word, word_len) == 0)
            return true;
    }
    return false;
}

static bool is_address(struct loader *l, const char *word)
{
    struct address_parts parts;
    return address_split(l->scratch, word, &parts) == 0 &&
           (parts.kind != ADDRESS_IP || parts.has_port);
}

/* "all", "1", "2-", "1/1-4", "2/odd", "0,2,4-7", "auto:1/1-4" */
static bool is_set(const char *word)
{
    static const char *const names[] = {"all", "odd", "even", "auto:", NULL};
    while (*word != '\0') {
        const char *const *name = names;
        while (*name != NULL && strncmp(word, *name, strlen(*name)) != 0)
            name++;
        size_t len = *name != NULL ? strlen(*name) : strspn(word, "0123456789-/,");
        if (len == 0)
            return false;
        word += len;
    }
    return true;
}

static bool is_within(const struct element *e, const char *word)
{
    char *end;
    long first = strtol(e->text + 1, &end, 10), last = strtol(end + 2, NULL, 10);
    long value = strtol(word, &end, 10);
    return end != word && value >= first && value <= last;
}

static bool is_range(const struct element *e)
{
    return memmem(e->text, e->len, "..", 2) != NULL;
}

static bool fits(struct loader *l, const struct element *e, const char *word)
{
    unsigned unused;
    if (*e->text == '{')
        return is_choice(e, word);
    if (is(e, "<address>"))
        return is_address(l, word);
    if (is(e, "<time>"))
        return value_duration(word, 1000, &unused) == 0 || value_duration_part(word) > 0;
    if (is(e, "<size>"))
        return value_size(word, &unused) == 0;
    if (is(e, "<set>"))
        return is_set(word);
    return !is_range(e) || is_within(e, word);
}

/* What the word should have been. */
static const char *meaning(struct loader *l, const struct element *e)
{
    if (*e->text == '{')
        return arena_printf(l->scratch, "one of %.*s", (int)e->len - 2, e->text + 1);
    if (is(e, "<address>"))
        return "an address with a port";
    if (is(e, "<time>"))
        return "a duration";
    if (is(e, "<size>"))
        return "a size";
    if (is(e, "<set>"))
        return "a set of numbers, all, odd or even";
    const char *dots = memmem(e->text, e->len, "..", 2);
    return arena_printf(l->scratch, "a number from %.*s to %.*s", (int)(dots - e->text) - 1,
                        e->text + 1, (int)(e->text + e->len - dots) - 3, dots + 2);
}

/* False at the end of the grammar. */
static bool take(const char **grammar, struct element *e_out)
{
    const char *at = *grammar + strspn(*grammar, " ");
    size_t len = strcspn(at, " ");
    *grammar = at + len;
    e_out->is_optional = *at == '[';
    e_out->text = at + e_out->is_optional;
    e_out->len = len - 2 * e_out->is_optional;
    return len > 0;
}

bool grammar_check(struct loader *l, const struct conf_word *name, const char *grammar,
                   const struct conf_word *args, size_t count)
{
    grammar += strspn(grammar, " ");
    const char *help =
        *grammar != '\0' ? arena_printf(l->scratch, "%s %s", name->text, grammar) : "remove it";
    struct element e;
    size_t i = 0;
    for (; take(&grammar, &e) && (i < count || !e.is_optional); i++) {
        if (is(&e, "..."))
            return true;
        if (i >= count) {
            CONF_FAIL(l, name->span, help, "'%s' needs a value", name->text);
            return false;
        }
        if (!fits(l, &e, args[i].text)) {
            CONF_FAIL(l, args[i].span, help, "%s: '%s' is not %s", name->text, args[i].text,
                      meaning(l, &e));
            return false;
        }
    }
    if (i < count)
        CONF_FAIL(l, args[i].span, help,
                  i == 0 ? "'%s' takes no value" : "'%s' takes no more than that", name->text);
    return i >= count;
}
