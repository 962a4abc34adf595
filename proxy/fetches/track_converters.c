/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters table_X: the value that comes in is a key of a stick table. What can be read of its entry is listed in
 * track_priv.h.
 */
#include "proxy/fetches/track_priv.h"

/* The entry of the key that the value is; false if it can be none. */
static bool find_key(struct sample_env *env, const struct arg *table_arg, struct sample *s,
                     struct track_found *out)
{
    struct stick_table *table = stick_table_at(env, table_arg->proxy);
    struct stick_key key;
    *out = (struct track_found){0};
    if (!stick_key_of(env, s, table, &key))
        return false;
    out->entry = stick_table_hold(table, key, false, env->loop->now_ms);
    out->is_held = out->entry != NULL;
    return true;
}

static bool convert_reading(struct sample_env *env, const struct converter *row,
                            const struct arg *args, struct sample *s)
{
    const struct track_reading *r = &track_readings[row->value];
    unsigned index = r->has_index ? (unsigned)args[0].integer : 0;
    struct track_found f;
    uint64_t value = 0;
    if (!find_key(env, &args[r->has_index], s, &f))
        return false;
    bool is_kept = f.entry == NULL || track_operate(env, r, f.entry, index, &value);
    track_let_go(env, &f);
    sample_set_int(s, (long long)value);
    return is_kept;
}

enum { IS_THERE, TRACKERS, SERVER_ID };

static bool convert_entry(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    struct track_found f;
    uint64_t value = 0;
    if (!find_key(env, &args[0], s, &f))
        return false;
    bool is_kept = true;
    if (f.entry != NULL && row->value == TRACKERS)
        value = stick_entry_holders(f.entry) - 1;
    else if (f.entry != NULL && row->value == SERVER_ID)
        is_kept = stick_entry_read(f.entry, CONF_STICK_SERVER_ID, 0, env->loop->now_ms, &value);
    track_let_go(env, &f);
    sample_set_int(s, (long long)value);
    if (row->value == IS_THERE)
        sample_set_bool(s, f.entry != NULL);
    return is_kept;
}

/* Remaining and idle time of the key's entry, in milliseconds. */
struct entry_times {
    long long remaining, idle;
};

static void note_times(void *owner, const struct stick_view *view)
{
    struct entry_times *times = owner;
    const struct stick_table *table = stick_entry_table(view->entry);
    times->remaining = (long long)view->expires_in_ms;
    times->idle = (long long)stick_table_definition(table)->expire_ms - times->remaining;
}

enum { EXPIRE, IDLE };

/* An entry that is not there has what the second argument says, or no such time. */
static bool convert_times(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    struct entry_times times = {0};
    struct track_found f;
    if (!find_key(env, &args[0], s, &f))
        return false;
    if (f.entry == NULL) {
        sample_set_int(s, args[1].integer);
        return args[1].type != ARG_NONE;
    }
    stick_entry_view(f.entry, env->loop->now_ms, note_times, &times);
    track_let_go(env, &f);
    sample_set_int(s, row->value == EXPIRE ? times.remaining : times.idle);
    return true;
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

/* clang-format off */
#define CONVERTER(word, id, text, version, ...)                                                      \
    {.name = word, .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {__VA_ARGS__}, .run = convert_reading, \
     .value = ID_##id, .check = track_check_table, .doc = text, .since = version},
#define ARGS_0 {ARG_TABLE}, 1
#define ARGS_1 {ARG_UINT, ARG_TABLE}, 2
#define KEPT_ROW(id, suffix, of_table, data, operation, indexed, text, version)                      \
    CONVERTER("table_" of_table, id, "Of the key: " text ".", version, ARGS_##indexed)
#define CHANGING_ROW(id, suffix, of_table, data, operation, indexed, text, version)                  \
    CONVERTER("table_" of_table, id, "Of the key, if it is there: " text ".", "3.2", ARGS_##indexed)

const struct converter track_converters[] = {
    READINGS_KEPT(KEPT_ROW)
    READINGS_CHANGING(CHANGING_ROW)
    {.name = "table_expire", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = EXPIRE, .check = track_check_table, .since = "2.6", .doc = "Milliseconds until the key is forgotten: table_expire(<table>[,<of a key that is not there>])."},
    {.name = "table_idle", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = IDLE, .check = track_check_table, .since = "2.6", .doc = "Milliseconds since the key was touched: table_idle(<table>[,<of a key that is not there>])."},
    {.name = "in_table", .in = SAMPLE_ANY, .out = SAMPLE_BOOL, .args = {{ARG_TABLE}, 1}, .run = convert_entry, .value = IS_THERE, .check = track_check_table, .doc = "Whether the key is in the table."},
    {.name = "table_trackers", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE}, 1}, .run = convert_entry, .value = TRACKERS, .check = track_check_table, .doc = "How many connections and requests are tied to the key's entry."},
    {.name = "table_server_id", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE}, 1}, .run = convert_entry, .value = SERVER_ID, .check = track_check_table, .doc = "Number of the server that is stored with the key."},
    {.name = NULL},
};
/* clang-format on */
