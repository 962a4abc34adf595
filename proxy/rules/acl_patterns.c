/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns of a test: operators, ranges, and what the fetch's row has to say of them; see acl_draft.h. */
#include "proxy/rules/acl_draft.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/acl.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"

const struct conf_word *acl_draft_peek(const struct acl_draft *d)
{
    bool is_end = d->at >= d->count || *d->words[d->at].text == '\0';
    return is_end ? NULL : &d->words[d->at];
}

/* "gt 5" is the range "6:". */
static const struct operator
{
    const char *name;
    const char *before, *after;
    int add;
}
operators[] = {{"eq", "", "", 0},
               {"ge", "", ":", 0},
               {"gt", "", ":", 1},
               {"le", ":", "", 0},
               {"lt", ":", "", -1}};

static const struct operator* find_operator(const char *text)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (strcmp(operators[i].name, text) == 0)
            return &operators[i];
    }
    return NULL;
}

static bool is_digits(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && isdigit((unsigned char)text[i]))
        i++;
    return i == len && len > 0 && len < 19;
}

/* A number, or two of them with a dot, of which only versions heed the second; NULL if it is neither. */
static const char *range_of(struct acl_draft *d, const struct operator* op, const char *text)
{
    struct conf_arena *arena = d->c->l->arena;
    size_t len = strlen(text), major_len = strcspn(text, ".");
    if (!is_digits(text, major_len) ||
        (major_len + 1 < len && !is_digits(text + major_len + 1, len - major_len - 1)))
        return NULL;
    long long value = strtoll(text, NULL, 10);
    if (d->test->method == PATTERN_INT || d->test->method == PATTERN_LEN)
        return arena_printf(arena, "%s%lld%s", op->before, value + op->add, op->after);
    long long minor = major_len < len ? strtoll(text + major_len + 1, NULL, 10) : 0;
    value = value * 65536 + minor + op->add;
    return minor > 65535 ? NULL
                         : arena_printf(arena, "%s%lld.%lld%s", op->before, value / 65536,
                                        value % 65536, op->after);
}

static bool takes_operators(enum pattern_method method)
{
    return method == PATTERN_INT || method == PATTERN_LEN || method == PATTERN_VERSION;
}

bool acl_draft_check(struct acl_draft *d, const char *text, struct conf_span span)
{
    const struct expr *expr = d->test->expr;
    const struct fetch *row = expr_fetch(expr);
    return row->check_pattern == NULL || expr_has_converters(expr) ||
           row->check_pattern(d->c, expr_args(expr), text, span);
}

bool acl_draft_patterns(struct acl_draft *d, struct pattern_list *list)
{
    const struct operator* op = & operators[0];
    const struct conf_word *word;
    for (; (word = acl_draft_peek(d)) != NULL; d->at++) {
        const char *text = word->text;
        const struct operator* other = find_operator(text);
        if (takes_operators(d->test->method) && other != NULL) {
            op = other;
            continue;
        }
        /* ranges stay what they are, whatever stands before them */
        if (takes_operators(d->test->method) && op != &operators[0] && strpbrk(text, ":-") == NULL)
            text = range_of(d, op, text);
        if (text == NULL) {
            CONF_FAIL(d->c->l, word->span, NULL,
                      "'%s' is neither a number nor a supported operator", word->text);
            return false;
        }
        if (!acl_draft_check(d, text, word->span))
            return false;
        pattern_list_append(d->c, list, text, word->span);
    }
    return true;
}
