/* SPDX-License-Identifier: Apache-2.0 */
/* Words about who is next: algorithms with what stands in their parentheses, hashes, and RDP cookies. */
#include <string.h>

#include "config/apply.h"
#include "config/line.h"
#include "config/own/own.h"
#include "config/suggest.h"
#include "config/value.h"
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"

enum { DRAWS_DEFAULT = 2, DRAWS_MAX = 1000 };

/* Algorithms that find their server by a key. */
static const struct {
    const char *name;
    enum conf_balance_key key;
    bool takes_name, needs_name; /* in parentheses */
} keyed[] = {
    {"source", CONF_KEY_SOURCE, false, false},        {"uri", CONF_KEY_URI, false, false},
    {"url_param", CONF_KEY_URL_PARAM, false, false},  {"hdr", CONF_KEY_HEADER, true, true},
    {"rdp-cookie", CONF_KEY_RDP_COOKIE, true, false}, {"hash", CONF_KEY_EXPRESSION, false, false},
};

/* Another `balance` says it anew: nothing of that of defaults is left. */
void own_balance(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d)
{
    if (d->arg_count > 1)
        CONF_FAIL(l, d->args[1].span, NULL, "'%s' takes a single value", d->name.text);
    else if (d->arg_count + d->param_count == 0)
        CONF_FAIL(l, d->name.span, NULL, "'%s' needs a value", d->name.text);
    struct conf_balance *balance = (struct conf_balance *)((char *)base + row->offset);
    *balance = (struct conf_balance){.name = lb_algos[0]->name};
}

static void refuse_algorithm(struct loader *l, const struct conf_word *word, const char *name)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, name);
    for (size_t i = 0; lb_algos[i] != NULL; i++)
        suggestion_try(&suggestion, lb_algos[i]->name);
    for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++)
        suggestion_try(&suggestion, keyed[i].name);
    CONF_FAIL(l, word->span,
              suggestion.best != NULL
                  ? arena_printf(l->scratch, "did you mean '%s'?", suggestion.best)
                  : "roundrobin and leastconn suit most",
              "unknown balance '%s'", name);
}

/* The word as a line of rules, for the room that compiles expressions. */
static const struct conf_line *line_of(struct loader *l, const struct conf_word *word,
                                       const char *keyword, enum conf_line_kind kind)
{
    struct conf_line *line = arena_alloc(l->arena, sizeof *line);
    *line = (struct conf_line){.keyword = keyword,
                               .kind = kind,
                               .words = arena_list_copy(l->arena, word, 1, sizeof *word),
                               .word_count = 1,
                               .span = word->span};
    return line;
}

/* An expression says it as well. */
static struct conf_word rdp_cookie(struct loader *l, const struct conf_word *word, const char *name)
{
    struct conf_word cookie = *word;
    cookie.text = arena_printf(l->arena, "req.rdp_cookie(%s)", name);
    return cookie;
}

static void read_keyed(struct loader *l, const struct conf_word *word, struct conf_balance *balance,
                       size_t which, const char *inside)
{
    balance->name = keyed[which].name;
    balance->key = keyed[which].key;
    if (inside != NULL && *inside != '\0' && keyed[which].takes_name)
        balance->parameter = inside;
    else if (inside != NULL && !keyed[which].takes_name)
        CONF_FAIL(l, word->span, "remove the parentheses", "'%s' takes nothing in parentheses",
                  balance->name);
    else if (keyed[which].needs_name)
        CONF_FAIL(l, word->span, "as in: hdr(User-Agent)", "'%s' needs the name of a header",
                  balance->name);
    if (balance->key == CONF_KEY_RDP_COOKIE) {
        struct conf_word cookie =
            rdp_cookie(l, word, balance->parameter != NULL ? balance->parameter : "mstshash");
        balance->key = CONF_KEY_EXPRESSION;
        balance->expression = line_of(l, &cookie, "balance", CONF_LINE_BALANCE);
    }
}

static void read_draws(struct loader *l, const struct conf_word *word, struct conf_balance *balance,
                       const char *inside)
{
    long long draws = DRAWS_DEFAULT;
    if (inside != NULL && (value_integer(inside, &draws) != 0 || draws < 1 || draws > DRAWS_MAX))
        CONF_FAIL(l, word->span, "as in: random(2)", "'%s' is no number of draws", inside);
    else
        balance->draws = (unsigned)draws;
}

/* "hdr(host)", "random(2)", "uri" */
void own_algorithm(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    struct conf_balance *balance = base;
    const struct conf_word *word = apply_only_arg(l, d);
    (void)row;
    if (word == NULL)
        return;
    size_t len = strcspn(word->text, "("), tail = strlen(word->text);
    const char *name = arena_copy_bytes(l->arena, word->text, len), *inside = NULL;
    if (word->text[len] == '(' && word->text[tail - 1] == ')')
        inside = arena_copy_bytes(l->arena, word->text + len + 1, tail - len - 2);
    for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++) {
        if (strcmp(keyed[i].name, name) == 0) {
            read_keyed(l, word, balance, i, inside);
            return;
        }
    }
    const struct lb_algo *algo = lb_algo_find(name);
    if (algo == NULL) {
        refuse_algorithm(l, word, name);
        return;
    }
    balance->name = algo->name;
    if (algo == &lb_random)
        read_draws(l, word, balance, inside);
    else if (word->text[len] != '\0')
        CONF_FAIL(l, word->span, "remove the parentheses", "'%s' takes nothing in parentheses",
                  name);
}

void own_balance_expression(struct loader *l, const struct keyword *row, void *base,
                            const struct conf_directive *d)
{
    struct conf_balance *balance = base;
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    balance->expression = line_of(l, word, row->name, CONF_LINE_BALANCE);
}

void own_balance_factor(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    long long percent;
    if (word == NULL)
        return;
    if (value_integer(word->text, &percent) != 0 || percent > row->max ||
        (percent != 0 && percent <= 100))
        CONF_FAIL(l, word->span, "as in: 150; 0 switches it off", "%s: '%s' is not above 100",
                  row->name, word->text);
    else
        *(unsigned *)((char *)base + row->offset) = (unsigned)percent;
}

void own_hash_type(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    (void)l, (void)d;
    struct conf_hash *hash = (struct conf_hash *)((char *)base + row->offset);
    hash->method = lb_hash_types[0]->name;
    hash->function = NULL;
    hash->avalanche = false;
}

void own_hash_function(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    const struct lb_hash *function = lb_hash_find(word->text);
    if (function == NULL)
        CONF_FAIL(l, word->span, "sdbm, djb2, wt6 or crc32", "hash-type: there is no function '%s'",
                  word->text);
    else
        ((struct conf_hash *)((char *)base))->function = function;
    (void)row;
}

/* "rdp-cookie", "rdp-cookie(msts)" */
void own_persist(struct loader *l, const struct keyword *row, void *base,
                 const struct conf_directive *d)
{
    static const char method[] = "rdp-cookie";
    const struct conf_word *word = apply_only_arg(l, d);
    const struct conf_line **line = (const struct conf_line **)((char *)base + row->offset);
    if (word == NULL)
        return;
    size_t len = sizeof method - 1;
    bool is_rdp = strncmp(word->text, method, len) == 0;
    const char *behind = is_rdp ? word->text + len : "", *end = strchr(behind, ')');
    if (!is_rdp || (*behind != '\0' && (*behind != '(' || end == NULL || end == behind + 1))) {
        CONF_FAIL(l, word->span, "as in: persist rdp-cookie(msts)",
                  "persist: '%s' is no cookie of RDP", word->text);
        return;
    }
    const char *name = "msts";
    if (*behind == '(')
        name = arena_copy_bytes(l->arena, behind + 1, (size_t)(end - behind - 1));
    struct conf_word cookie = rdp_cookie(l, word, name);
    *line = line_of(l, &cookie, row->name, CONF_LINE_RDP_COOKIE);
}
