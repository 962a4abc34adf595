/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of rules are found when the configuration is compiled. A rule may be in one if nothing behind it is
 * reached once it holds, and if all that its condition asks is whether one sample, the same for the run,
 * equals, begins or ends with one of some words. Lists that may change while running stay out.
 *
 * For each way of comparing there is a table from words to the first rule that has them. A value is hashed
 * byte by byte, from its beginning or its end, and looked up at each length that some word has; the least
 * rule of all that are found, over all values of the sample, is the first that holds.
 */
#include "proxy/rules/switch.h"

#include <limits.h>
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/rules/acl.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/pattern_list.h"
#include "proxy/rules/ruleset.h"

enum { RUN_MIN = 2, NOT_FOUND = UINT_MAX };

struct slot {
    uint64_t hash;
    const char *word; /* NULL: free; in lower case where case does not matter */
    uint32_t len;
    uint32_t rule; /* counted from the first of the run */
};

struct table {
    bool is_used;
    struct slot *slots;
    size_t capacity, count;
    size_t longest;
    bool *has_length; /* longest + 1 of them */
};

/* Each is there twice: for words as they are, and for those whose case does not matter. */
enum direction { WHOLE, BEGINNING, END, DIRECTIONS };

struct rule_switch {
    const struct expr *expr;
    unsigned rules;
    struct table tables[DIRECTIONS][2];
};

/* ---- finding ------------------------------------------------------------------------------------------ */

static uint64_t hash_start(void)
{
    return 0xcbf29ce484222325U; /* FNV-1a */
}

static uint64_t hash_byte(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 0x100000001b3U;
}

static char fold(char c, bool ignore_case)
{
    return ignore_case ? ascii_lower(c) : c;
}

static bool is_word(const struct slot *slot, const char *text, bool ignore_case)
{
    if (!ignore_case)
        return memcmp(slot->word, text, slot->len) == 0;
    for (size_t i = 0; i < slot->len; i++) {
        if (slot->word[i] != fold(text[i], true))
            return false;
    }
    return true;
}

static unsigned look_up(const struct table *table, uint64_t hash, const char *text, size_t len,
                        bool ignore_case)
{
    size_t mask = table->capacity - 1;
    for (size_t i = hash & mask; table->slots[i].word != NULL; i = (i + 1) & mask) {
        const struct slot *slot = &table->slots[i];
        if (slot->hash == hash && slot->len == len && is_word(slot, text, ignore_case))
            return slot->rule;
    }
    return NOT_FOUND;
}

static unsigned find_in(const struct table *table, enum direction direction, bool ignore_case,
                        const struct sample_text *text)
{
    unsigned found = NOT_FOUND;
    uint64_t hash = hash_start();
    if (direction == WHOLE && (text->len > table->longest || !table->has_length[text->len]))
        return NOT_FOUND;
    for (size_t len = 0; len <= text->len && len <= table->longest; len++) {
        size_t last = direction == END ? text->len - len : len - 1; /* byte of this length */
        if (len > 0)
            hash = hash_byte(hash, fold(text->data[last], ignore_case));
        if (!table->has_length[len] || (direction == WHOLE && len != text->len))
            continue;
        const char *part = direction == END ? text->data + text->len - len : text->data;
        unsigned rule = look_up(table, hash, part, len, ignore_case);
        found = rule < found ? rule : found;
    }
    return found;
}

static unsigned find_text(const struct rule_switch *s, const struct sample_text *text)
{
    unsigned found = NOT_FOUND;
    for (enum direction d = WHOLE; d < DIRECTIONS; d++) {
        for (unsigned folded = 0; folded < 2; folded++) {
            const struct table *table = &s->tables[d][folded];
            unsigned rule = table->is_used ? find_in(table, d, folded == 1, text) : NOT_FOUND;
            found = rule < found ? rule : found;
        }
    }
    return found;
}

unsigned rule_switch_span(const struct rule_switch *s)
{
    return s->rules;
}

enum condition_result rule_switch_find(const struct rule_switch *s, struct sample_env *env,
                                       unsigned *index_out)
{
    struct sample value;
    unsigned found = NOT_FOUND;
    env->iterates = true; /* as acls ask */
    for (bool has = expr_run(s->expr, env, &value); has; has = expr_next(s->expr, env, &value)) {
        struct sample text = value;
        if (sample_cast(&text, SAMPLE_STRING, env)) {
            unsigned rule = find_text(s, &text.text);
            found = rule < found ? rule : found;
        }
        if ((value.flags & SAMPLE_HAS_MORE) == 0)
            break;
    }
    env->iterates = false;
    *index_out = found;
    /* what may change might make a rule before the one that was found hold */
    if (found != 0 && (value.flags & SAMPLE_MAY_CHANGE) != 0 && !env->is_final)
        return CONDITION_MAYBE;
    return found != NOT_FOUND ? CONDITION_YES : CONDITION_NO;
}

/* ---- building: tables --------------------------------------------------------------------------------- */

static void table_put(struct table *table, struct slot slot)
{
    size_t mask = table->capacity - 1, i = slot.hash & mask;
    while (table->slots[i].word != NULL) {
        const struct slot *other = &table->slots[i];
        if (other->hash == slot.hash && other->len == slot.len &&
            memcmp(other->word, slot.word, slot.len) == 0)
            return; /* an earlier rule has it */
        i = (i + 1) & mask;
    }
    table->slots[i] = slot;
    table->count++;
}

static void table_grow(struct conf_arena *arena, struct table *table)
{
    struct table larger = *table;
    larger.capacity = table->capacity == 0 ? 16 : 2 * table->capacity;
    larger.slots = arena_alloc(arena, larger.capacity * sizeof *larger.slots);
    larger.count = 0;
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].word != NULL)
            table_put(&larger, table->slots[i]);
    }
    *table = larger;
}

static void note_length(struct conf_arena *arena, struct table *table, size_t len)
{
    if (!table->is_used || len > table->longest) {
        bool *longer = arena_alloc(arena, (len + 1) * sizeof *longer);
        if (table->is_used)
            memcpy(longer, table->has_length, (table->longest + 1) * sizeof *longer);
        table->has_length = longer;
        table->longest = len;
        table->is_used = true;
    }
    table->has_length[len] = true;
}

static void table_add(struct conf_arena *arena, struct table *table, enum direction direction,
                      bool ignore_case, const char *text, unsigned rule)
{
    struct slot slot = {.hash = hash_start(), .len = (uint32_t)strlen(text), .rule = rule};
    char *word = arena_alloc(arena, slot.len + 1);
    for (size_t i = 0; i < slot.len; i++)
        word[i] = fold(text[i], ignore_case);
    for (size_t i = 0; i < slot.len; i++)
        slot.hash = hash_byte(slot.hash, direction == END ? word[slot.len - 1 - i] : word[i]);
    slot.word = word;
    if (table->count * 2 >= table->capacity)
        table_grow(arena, table);
    note_length(arena, table, slot.len);
    table_put(table, slot);
}

/* ---- building: which rules ---------------------------------------------------------------------------- */

static enum direction direction_of(enum pattern_method method)
{
    switch (method) {
    case PATTERN_STR:
        return WHOLE;
    case PATTERN_BEG:
        return BEGINNING;
    case PATTERN_END:
        return END;
    default:
        return DIRECTIONS;
    }
}

/* Does the test compare with fixed words alone? */
static bool test_fits(const struct acl_test *test, const struct expr *expr)
{
    return direction_of(test->method) != DIRECTIONS && test->set != NULL &&
           !pattern_set_list(test->set)->can_change && expr_same(test->expr, expr);
}

/* One test, or several of which one must hold. */
static bool rule_fits(const struct rule *rule, const struct expr *expr)
{
    const struct condition *condition = rule->condition;
    if (!rule->action->is_final || condition == NULL || condition->is_negated ||
        condition->count == 0)
        return false;
    for (size_t i = 0; i < condition->count; i++) {
        const struct condition_term *term = &condition->terms[i];
        if (!term->is_last || term->is_negated || term->acl->count == 0)
            return false;
        for (size_t t = 0; t < term->acl->count; t++) {
            if (!test_fits(&term->acl->tests[t], expr))
                return false;
        }
    }
    return true;
}

/* What a run that begins with the rule would look at, or NULL. */
static const struct expr *first_expr(const struct rule *rule)
{
    const struct condition *condition = rule->condition;
    if (condition == NULL || condition->count == 0 || condition->terms[0].acl->count == 0)
        return NULL;
    return condition->terms[0].acl->tests[0].expr;
}

static void add_test(struct compiler *c, struct rule_switch *s, const struct acl_test *test,
                     unsigned rule)
{
    const struct pattern_use *use = pattern_set_use(test->set);
    enum direction direction = direction_of(use->method);
    const struct pattern_item *item = pattern_set_list(test->set)->first;
    for (; item != NULL; item = item->next)
        table_add(c->l->arena, &s->tables[direction][use->ignore_case], direction, use->ignore_case,
                  item->text, rule);
}

static void add_rule(struct compiler *c, struct rule_switch *s, const struct rule *rule)
{
    for (size_t i = 0; i < rule->condition->count; i++) {
        const struct acl *acl = rule->condition->terms[i].acl;
        for (size_t t = 0; t < acl->count; t++)
            add_test(c, s, &acl->tests[t], s->rules);
    }
    s->rules++;
}

void rule_switch_build(struct compiler *c, struct ruleset *set)
{
    struct rule *rules = (struct rule *)set->rules; /* still ours to write */
    size_t end;
    for (size_t begin = 0; begin < set->count; begin = end) {
        const struct expr *expr = first_expr(&rules[begin]);
        for (end = begin; end < set->count && expr != NULL && rule_fits(&rules[end], expr);)
            end++;
        if (end - begin >= RUN_MIN) {
            struct rule_switch *s = arena_alloc(c->l->arena, sizeof *s);
            s->expr = expr;
            for (size_t i = begin; i < end; i++)
                add_rule(c, s, &rules[i]);
            rules[begin].run = s;
        }
        end += end == begin;
    }
}
