/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stick tables hold, as values: sc_X(counter), sc0_X of a tracked entry, src_X of the client's address. One list
 * of what can be read makes the rows of all of them, see track_priv.h.
 */
#include "proxy/fetches/track_priv.h"

#define READING_ROW(id, suffix, of_table, data, operation, indexed, text, version)                 \
    {CONF_STICK_##data, operation, indexed != 0},
const struct track_reading track_readings[READING_COUNT] = {READINGS(READING_ROW)};

/* How an entry is named, in a row's value with the reading. */
enum source { BY_ARGUMENT, BY_NAME_0, BY_NAME_1, BY_NAME_2, BY_ADDRESS, SOURCES };

#define VALUE(reading, source) ((reading)*SOURCES + (source))

/* ---- entries ------------------------------------------------------------------------------------------- */

static bool find_address(struct sample_env *env, const struct arg *table_arg, bool create,
                         struct track_found *out)
{
    const struct addr *from = &env->session->address;
    struct stick_table *table = stick_table_at(env, table_arg->proxy);
    struct sample s = {.type = SAMPLE_IPV4, .ipv4 = from->in.sin_addr};
    struct stick_key key;
    if (from->family == AF_INET6)
        s = (struct sample){.type = SAMPLE_IPV6, .ipv6 = from->in6.sin6_addr};
    else if (from->family != AF_INET)
        return false;
    if (!stick_key_of(env, &s, table, &key))
        return false;
    out->entry = stick_table_hold(table, key, create, env->loop->now_ms);
    out->is_held = out->entry != NULL;
    return true;
}

/* False: the counter is tied to nothing. Another table's entry is that of the same key. */
static bool find_tracked(struct sample_env *env, unsigned counter, const struct arg *table_arg,
                         struct track_found *out)
{
    if (counter >= TRACK_COUNTERS)
        return false;
    out->entry = tracking_find(env->session, env->stream, counter);
    if (out->entry == NULL || table_arg->type == ARG_NONE)
        return out->entry != NULL;
    struct stick_table *table = stick_table_at(env, table_arg->proxy);
    struct stick_key key = stick_key_same(env, out->entry, table);
    out->entry = stick_table_hold(table, key, false, env->loop->now_ms);
    out->is_held = out->entry != NULL;
    return true;
}

/* args from behind the index on: [counter,] [table] */
static bool find(struct sample_env *env, enum source source, const struct arg *args, bool create,
                 struct track_found *out)
{
    *out = (struct track_found){0};
    if (source == BY_ADDRESS)
        return find_address(env, &args[0], create, out);
    if (source == BY_ARGUMENT)
        return find_tracked(env, (unsigned)args[0].integer, &args[1], out);
    return find_tracked(env, source - BY_NAME_0, &args[0], out);
}

/* ---- fetches ------------------------------------------------------------------------------------------- */

bool track_operate(struct sample_env *env, const struct track_reading *r, struct stick_entry *entry,
                   unsigned index, uint64_t *value_out)
{
    uint64_t now_ms = env->loop->now_ms;
    enum conf_stick_data rate = r->data == CONF_STICK_GPC0   ? CONF_STICK_GPC0_RATE
                                : r->data == CONF_STICK_GPC1 ? CONF_STICK_GPC1_RATE
                                                             : CONF_STICK_GPC_RATE;
    const struct stick_change more[] = {{r->data, index, 1}, {rate, index, 1}};
    if (r->operation == INCREASE)
        stick_entry_change(entry, more, 2, now_ms);
    bool is_kept = stick_entry_read(entry, r->data, index, now_ms, value_out);
    if (r->operation == CLEAR && is_kept)
        (void)stick_entry_set(entry, r->data, index, 0, now_ms);
    if (r->operation == READ_KB)
        *value_out >>= 10;
    return is_kept;
}

static bool fetch_reading(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    const struct track_reading *r = &track_readings[row->value / SOURCES];
    enum source source = (enum source)(row->value % SOURCES);
    unsigned index = r->has_index ? (unsigned)args[0].integer : 0;
    struct track_found f;
    uint64_t value = 0;
    bool creates = r->operation == INCREASE || r->operation == CLEAR;
    if (!find(env, source, args + r->has_index, creates, &f))
        return false;
    bool is_kept = f.entry == NULL || track_operate(env, r, f.entry, index, &value);
    track_let_go(env, &f);
    sample_set_int(out, (long long)value);
    return is_kept || r->operation == INCREASE;
}

static bool fetch_tracked(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    struct track_found f;
    bool is_tied = find(env, (enum source)row->value, args, false, &f);
    sample_set_bool(out, is_tied);
    track_let_go(env, &f);
    return true;
}

static bool fetch_trackers(struct sample_env *env, const struct fetch *row, const struct arg *args,
                           struct sample *out)
{
    struct track_found f;
    if (!find(env, (enum source)row->value, args, false, &f))
        return false;
    sample_set_int(out, f.entry != NULL ? stick_entry_holders(f.entry) - f.is_held : 0);
    track_let_go(env, &f);
    return true;
}

/* What the counter is tied to, as a value of the table's type. */
static bool fetch_key(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    struct track_found f;
    if (!find(env, (enum source)row->value, args, false, &f) || f.entry == NULL)
        return false;
    struct stick_key key = stick_entry_key(f.entry);
    bool is_there = stick_key_value(env, stick_entry_table(f.entry), key, out);
    track_let_go(env, &f);
    return is_there;
}

/* src_updt_conn_cnt: counts a connection of the address by itself. */
static bool fetch_update(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    static const struct stick_change connection = {CONF_STICK_CONN_CNT, 0, 1};
    struct track_found f;
    uint64_t value = 0;
    (void)row;
    if (!find(env, BY_ADDRESS, args, true, &f) || f.entry == NULL)
        return false;
    stick_entry_change(f.entry, &connection, 1, env->loop->now_ms);
    bool is_kept = stick_entry_read(f.entry, CONF_STICK_CONN_CNT, 0, env->loop->now_ms, &value);
    track_let_go(env, &f);
    sample_set_int(out, (long long)value);
    return is_kept;
}

static bool fetch_size(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    const struct stick_table *table = stick_table_at(env, args[0].proxy);
    unsigned used = stick_table_used(table), size = stick_table_definition(table)->size;
    sample_set_int(out, row->value == 0 ? used : used < size ? size - used : 0);
    return true;
}

/* The table that is named, else that of the proxy at hand; tracked entries have one by themselves. */
static bool check_table(struct compiler *c, struct arg *args, unsigned count, int value)
{
    unsigned at = 0;
    while (at < count && args[at].type != ARG_TABLE)
        at++;
    if (at < count) {
        const char *name = stick_table_title(c->config, args[at].proxy);
        return stick_find_table(c, name, args[at].span, &args[at].proxy);
    }
    if (value % SOURCES != BY_ADDRESS)
        return true;
    args[at].type = ARG_TABLE;
    return stick_find_table(c, NULL, c->line->span, &args[at].proxy);
}

bool track_check_table(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    return check_table(c, args, count, BY_ADDRESS);
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

/* clang-format off */
#define FETCH(word, source, id, text, version, ...)                                                  \
    {.name = word, .out = SAMPLE_INT, .args = {__VA_ARGS__}, .use = USE_CLIENT, .run = fetch_reading, \
     .value = VALUE(ID_##id, source), .check = check_table, .doc = text, .since = version},
#define PLAIN_ROWS(id, suffix, text, version)                                                        \
    FETCH("sc_" suffix, BY_ARGUMENT, id, text, version, {ARG_UINT, ARG_TABLE}, 1)                    \
    FETCH("sc0_" suffix, BY_NAME_0, id, text, version, {ARG_TABLE}, 0)                               \
    FETCH("sc1_" suffix, BY_NAME_1, id, text, version, {ARG_TABLE}, 0)                               \
    FETCH("sc2_" suffix, BY_NAME_2, id, text, version, {ARG_TABLE}, 0)                               \
    FETCH("src_" suffix, BY_ADDRESS, id, text, version, {ARG_TABLE}, 0)
#define INDEXED_ROWS(id, suffix, text, version)                                                      \
    FETCH("sc_" suffix, BY_ARGUMENT, id, text, version, {ARG_UINT, ARG_UINT, ARG_TABLE}, 2)          \
    FETCH("src_" suffix, BY_ADDRESS, id, text, version, {ARG_UINT, ARG_TABLE}, 1)
#define ROWS_0(...) PLAIN_ROWS(__VA_ARGS__)
#define ROWS_1(...) INDEXED_ROWS(__VA_ARGS__)
#define READING_FETCHES(id, suffix, of_table, data, operation, indexed, text, version)               \
    ROWS_##indexed(id, suffix, "Of the entry: " text ".", version)

#define TRACK_ROWS(suffix, function, type, text)                                                     \
    {.name = "sc_" suffix, .out = type, .args = {{ARG_UINT, ARG_TABLE}, 1}, .use = USE_CLIENT, .run = function, .value = BY_ARGUMENT, .check = check_table, .doc = text}, \
    {.name = "sc0_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_0, .check = check_table, .doc = text}, \
    {.name = "sc1_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_1, .check = check_table, .doc = text}, \
    {.name = "sc2_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_2, .check = check_table, .doc = text}

const struct fetch track_fetches[] = {
    READINGS(READING_FETCHES)
    /* the one of its kind that HAProxy has */
    FETCH("sc1_clr_gpc", BY_NAME_1, CLR_GPC, "Of the entry: a counter of the array, which is cleared.", "2.5", {ARG_UINT, ARG_TABLE}, 1)
    TRACK_ROWS("tracked", fetch_tracked, SAMPLE_BOOL, "Whether the counter is tied to an entry."),
    TRACK_ROWS("trackers", fetch_trackers, SAMPLE_INT, "How many connections and requests are tied to the same entry."),
    TRACK_ROWS("key", fetch_key, SAMPLE_ANY, "The key of the entry that the counter is tied to."),
    {.name = "src_updt_conn_cnt", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = fetch_update,
     .value = BY_ADDRESS, .check = check_table, .doc = "Connections of the client's address so far, this one included: it is counted by asking."},
    {.name = "table_cnt", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .run = fetch_size, .value = 0, .check = track_check_table,
     .doc = "Entries of a stick table."},
    {.name = "table_avl", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .run = fetch_size, .value = 1, .check = track_check_table,
     .doc = "Free entries of a stick table."},
    {.name = NULL},
};

/* clang-format on */
