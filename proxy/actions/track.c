/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on stick counters: track-sc, and those that count by hand. */
#include "config/loader.h"
#include "config/value.h"
#include "proxy/actions/rows.h"
#include "proxy/http/stick_key.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/trace.h"

#include <stdlib.h>
#include <string.h>

enum {
    ON_CONNECTION = IN_RULES(RULES_TCP_CONNECTION) | IN_RULES(RULES_TCP_SESSION),
    ON_CONTENT = IN_RULES(RULES_TCP_CONTENT),
    ON_HTTP = IN_RULES(RULES_HTTP_REQUEST) | IN_RULES(RULES_HTTP_RESPONSE),
    ANYWHERE = ON_CONNECTION | ON_CONTENT | ON_HTTP | IN_RULES(RULES_HTTP_AFTER_RESPONSE) |
               IN_RULES(RULES_TCP_RESPONSE),
};

/* ---- track-sc ------------------------------------------------------------------------------------------ */

struct track {
    const struct expr *key;
    unsigned counter, table; /* the table: a proxy's index */
};

static bool read_counter(struct compiler *c, const char *text, struct conf_span span,
                         unsigned *counter_out)
{
    long long number = -1;
    if (text == NULL || value_integer(text, &number) != 0 || number >= TRACK_COUNTERS) {
        CONF_FAIL(c->l, span, "from 0 to 11", "'%s' is no stick counter", text != NULL ? text : "");
        return false;
    }
    *counter_out = (unsigned)number;
    return true;
}

/* <key> [table <name>] */
static const void *compile_track(struct compiler *c, const struct action *row,
                                 struct rule_words *words, const char *parens)
{
    struct track *track = arena_alloc(c->l->arena, sizeof(*track));
    struct conf_span span = words->at < words->count ? words->items[words->at].span : words->span;
    (void)row;
    if (!read_counter(c, parens, words->span, &track->counter))
        return NULL;
    track->key = expr_compile_words(c, words, compiler_uses(c));
    if (track->key == NULL || !stick_take_table(c, words, &track->table) ||
        !stick_check_key(c, track->key, track->table, span))
        return NULL;
    return track;
}

/* A rule of requests comes after they were counted: the entry makes up for it. */
static void count_late(struct sample_env *env, struct stick_entry *entry)
{
    static const struct stick_change changes[] = {
        {CONF_STICK_HTTP_REQ_CNT, 0, 1},  {CONF_STICK_HTTP_REQ_RATE, 0, 1},
        {CONF_STICK_HTTP_ERR_CNT, 0, 1},  {CONF_STICK_HTTP_ERR_RATE, 0, 1},
        {CONF_STICK_HTTP_FAIL_CNT, 0, 1}, {CONF_STICK_HTTP_FAIL_RATE, 0, 1},
    };
    unsigned status = env->is_response ? env->stream->resp.status : 0;
    stick_entry_change(entry, changes, 2, env->loop->now_ms);
    if (status / 100 == 4)
        stick_entry_change(entry, changes + 2, 2, env->loop->now_ms);
    if (status / 100 == 5 && status != 501 && status != 505)
        stick_entry_change(entry, changes + 4, 2, env->loop->now_ms);
}

COLD static void tell_tracked(struct sample_env *env, const struct track *track,
                              const struct sample *key)
{
    struct sample text = *key;
    if (sample_cast(&text, SAMPLE_STRING, env))
        trace_say(env->trace, TRACE_STEP, "sc%u counts %.*s in table %s", track->counter,
                  (int)text.text.len, text.text.data,
                  env->snapshot->proxies[track->table].conf->name);
}

static enum rule_verdict run_track(struct sample_env *env, const struct rule *rule)
{
    const struct track *track = rule->data;
    struct stick_table *table = stick_table_at(env, track->table);
    bool is_http = (rule->action->rulesets & ON_HTTP) != 0; /* that row is of these lists only */
    struct sample sample = {0};
    struct stick_key key;
    if (!expr_run(track->key, env, &sample)) {
        bool may_come = (sample.flags & SAMPLE_MAY_CHANGE) != 0 && !env->is_final && !is_http;
        return may_come ? RULE_WAITS : RULE_GOES_ON;
    }
    if (env->stream != NULL && env->stream->stick != NULL &&
        env->stream->stick->tracked[track->counter] != NULL)
        return RULE_GOES_ON;
    if (env->trace != NULL)
        tell_tracked(env, track, &sample);
    if (!stick_key_of(env, &sample, table, &key))
        return RULE_GOES_ON;
    struct stick_entry *entry = stick_table_hold(table, key, true, env->loop->now_ms);
    if (entry != NULL && tracking_start(env->session, env->stream, track->counter, entry) &&
        is_http)
        count_late(env, entry);
    return RULE_GOES_ON;
}

/* ---- by hand ------------------------------------------------------------------------------------------- */

struct hand {
    unsigned counter, index;
    enum conf_stick_data count, rate;
    bool is_set;             /* the value replaces the count */
    const struct expr *from; /* NULL: number */
    long long number;
};

/* "(counter)" or "(index,counter)", by the row's value. */
static bool read_parens(struct compiler *c, const struct action *row, struct conf_span span,
                        const char *parens, struct hand *hand)
{
    const char *counter = parens;
    long long index = 0;
    if (row->value != 0 && parens != NULL) {
        const char *comma = strchr(parens, ',');
        size_t len = comma != NULL ? (size_t)(comma - parens) : 0;
        counter = comma != NULL ? comma + 1 : NULL;
        if (value_integer(arena_copy_bytes(c->l->scratch, parens, len), &index) != 0 ||
            index > 99) {
            CONF_FAIL(c->l, span, arena_printf(c->l->scratch, "as in: %s(0,0)", row->name),
                      "'%s' needs an index and a stick counter", row->name);
            return false;
        }
    }
    hand->index = (unsigned)index;
    return read_counter(c, counter, span, &hand->counter);
}

/* A number, or an expression that gives one. */
static bool read_value(struct compiler *c, struct rule_words *words, struct hand *hand)
{
    if (words->at < words->count &&
        value_integer(words->items[words->at].text, &hand->number) == 0) {
        words->at++;
        return true;
    }
    hand->from = expr_compile_words(c, words, compiler_uses(c));
    return hand->from != NULL;
}

static const struct {
    const char *name;
    enum conf_stick_data count, rate;
    bool is_set, has_value;
} by_hand[] = {
    {"sc-inc-gpc0", CONF_STICK_GPC0, CONF_STICK_GPC0_RATE, false, false},
    {"sc-inc-gpc1", CONF_STICK_GPC1, CONF_STICK_GPC1_RATE, false, false},
    {"sc-inc-gpc", CONF_STICK_GPC, CONF_STICK_GPC_RATE, false, false},
    {"sc-add-gpc", CONF_STICK_GPC, CONF_STICK_GPC_RATE, false, true},
    {"sc-set-gpt0", CONF_STICK_GPT0, CONF_STICK_GPT0, true, true},
    {"sc-set-gpt", CONF_STICK_GPT, CONF_STICK_GPT, true, true},
};

static const void *compile_by_hand(struct compiler *c, const struct action *row,
                                   struct rule_words *words, const char *parens)
{
    struct hand *hand = arena_alloc(c->l->arena, sizeof(*hand));
    size_t i = 0;
    while (strcmp(by_hand[i].name, row->name) != 0)
        i++;
    hand->count = by_hand[i].count;
    hand->rate = by_hand[i].rate;
    hand->is_set = by_hand[i].is_set;
    hand->number = 1;
    if (!read_parens(c, row, words->span, parens, hand))
        return NULL;
    return !by_hand[i].has_value || read_value(c, words, hand) ? hand : NULL;
}

static enum rule_verdict run_by_hand(struct sample_env *env, const struct rule *rule)
{
    const struct hand *hand = rule->data;
    struct stick_entry *entry = tracking_find(env->session, env->stream, hand->counter);
    long long value = hand->number;
    if (entry == NULL) {
        trace_tell(env->trace, TRACE_STEP, "sc%u counts nothing yet", hand->counter);
        return RULE_GOES_ON;
    }
    if (hand->from != NULL) {
        struct sample sample = {0};
        if (!expr_run(hand->from, env, &sample) || !sample_cast(&sample, SAMPLE_INT, env))
            return RULE_GOES_ON;
        value = sample.integer;
    }
    trace_tell(env->trace, TRACE_STEP, "%s %lld in the entry of sc%u",
               hand->is_set ? "set to" : "plus", value, hand->counter);
    const struct stick_change changes[] = {{hand->count, hand->index, value},
                                           {hand->rate, hand->index, value}};
    if (hand->is_set)
        (void)stick_entry_set(entry, hand->count, hand->index, (uint64_t)value, env->loop->now_ms);
    else
        stick_entry_change(entry, changes, 2, env->loop->now_ms);
    return RULE_GOES_ON;
}

/* clang-format off */
const struct action track_actions[] = {
    {.name = "track-sc", .rulesets = ON_CONNECTION | ON_CONTENT, .is_prefix = true, .compile = compile_track, .run = run_track,
     .takes = "<key> [table <name>]", .doc = "track-sc0, track-sc1, ...: ties a stick counter to the entry of the key, and counts a connection there."},
    {.name = "track-sc", .rulesets = ON_HTTP, .is_prefix = true, .compile = compile_track, .run = run_track,
     .takes = "<key> [table <name>]", .doc = "track-sc0, track-sc1, ...: ties a stick counter to the entry of the key for this request, and counts it there."},
    {.name = "sc-inc-gpc0", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand,
     .takes = "", .doc = "sc-inc-gpc0(COUNTER): one more of the general purpose counter 0."},
    {.name = "sc-inc-gpc1", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand,
     .takes = "", .doc = "sc-inc-gpc1(COUNTER): one more of the general purpose counter 1.", .since = "1.8"},
    {.name = "sc-inc-gpc", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand, .value = 1,
     .takes = "", .doc = "sc-inc-gpc(INDEX,COUNTER): one more of a counter of the array.", .since = "2.5"},
    {.name = "sc-add-gpc", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand, .value = 1,
     .takes = "<number>|<expression>", .doc = "sc-add-gpc(INDEX,COUNTER): adds to a counter of the array.", .since = "2.8"},
    {.name = "sc-set-gpt0", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand,
     .takes = "<number>|<expression>", .doc = "sc-set-gpt0(COUNTER): sets the general purpose tag 0."},
    {.name = "sc-set-gpt", .rulesets = ANYWHERE, .has_parens = true, .compile = compile_by_hand, .run = run_by_hand, .value = 1,
     .takes = "<number>|<expression>", .doc = "sc-set-gpt(INDEX,COUNTER): sets a tag of the array.", .since = "2.5"},
    {.name = NULL},
};
/* clang-format on */
