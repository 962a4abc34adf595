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
/* Of those that tables can be asked for; the others have no name there. */
#define TABLE_READING(id, suffix, text, version, ...)                                                \
    {.name = "table_" suffix, .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {__VA_ARGS__}, .run = convert_reading, \
     .value = ID_##id, .check = track_check_table, .doc = text, .since = version}
#define OF_TABLE {ARG_TABLE}, 1
#define OF_ARRAY {ARG_UINT, ARG_TABLE}, 2

const struct converter track_converters[] = {
    TABLE_READING(BYTES_IN_RATE, "bytes_in_rate", "Of the key: bytes from clients within the period.", NULL, OF_TABLE),
    TABLE_READING(BYTES_OUT_RATE, "bytes_out_rate", "Of the key: bytes to clients within the period.", NULL, OF_TABLE),
    TABLE_READING(CONN_CNT, "conn_cnt", "Of the key: connections so far.", NULL, OF_TABLE),
    TABLE_READING(CONN_CUR, "conn_cur", "Of the key: connections at present.", NULL, OF_TABLE),
    TABLE_READING(CONN_RATE, "conn_rate", "Of the key: connections within the period.", NULL, OF_TABLE),
    TABLE_READING(GET_GPC0, "gpc0", "Of the key: general purpose counter 0.", NULL, OF_TABLE),
    TABLE_READING(GET_GPC1, "gpc1", "Of the key: general purpose counter 1.", "1.8", OF_TABLE),
    TABLE_READING(GET_GPC, "gpc", "Of the key: a counter of the array.", "2.5", OF_ARRAY),
    TABLE_READING(GET_GPT0, "gpt0", "Of the key: general purpose tag 0.", NULL, OF_TABLE),
    TABLE_READING(GET_GPT, "gpt", "Of the key: a tag of the array.", "2.5", OF_ARRAY),
    TABLE_READING(GPC0_RATE, "gpc0_rate", "Of the key: how often counter 0 grew within the period.", NULL, OF_TABLE),
    TABLE_READING(GPC1_RATE, "gpc1_rate", "Of the key: how often counter 1 grew within the period.", "1.8", OF_TABLE),
    TABLE_READING(GPC_RATE, "gpc_rate", "Of the key: how often a counter of the array grew within the period.", "2.5", OF_ARRAY),
    TABLE_READING(GLITCH_CNT, "glitch_cnt", "Of the key: oddities of the client's HTTP/2 so far.", "3.0", OF_TABLE),
    TABLE_READING(GLITCH_RATE, "glitch_rate", "Of the key: oddities of the client's HTTP/2 within the period.", "3.0", OF_TABLE),
    TABLE_READING(HTTP_ERR_CNT, "http_err_cnt", "Of the key: errors of the client so far.", NULL, OF_TABLE),
    TABLE_READING(HTTP_ERR_RATE, "http_err_rate", "Of the key: errors of the client within the period.", NULL, OF_TABLE),
    TABLE_READING(HTTP_FAIL_CNT, "http_fail_cnt", "Of the key: failures of servers so far.", "2.4", OF_TABLE),
    TABLE_READING(HTTP_FAIL_RATE, "http_fail_rate", "Of the key: failures of servers within the period.", "2.4", OF_TABLE),
    TABLE_READING(HTTP_REQ_CNT, "http_req_cnt", "Of the key: requests so far.", NULL, OF_TABLE),
    TABLE_READING(HTTP_REQ_RATE, "http_req_rate", "Of the key: requests within the period.", NULL, OF_TABLE),
    TABLE_READING(KBYTES_IN, "kbytes_in", "Of the key: kilobytes from clients so far.", NULL, OF_TABLE),
    TABLE_READING(KBYTES_OUT, "kbytes_out", "Of the key: kilobytes to clients so far.", NULL, OF_TABLE),
    TABLE_READING(SESS_CNT, "sess_cnt", "Of the key: connections that rules let in, so far.", NULL, OF_TABLE),
    TABLE_READING(SESS_RATE, "sess_rate", "Of the key: connections that rules let in, within the period.", NULL, OF_TABLE),
    TABLE_READING(INC_GPC0, "inc_gpc0", "Of the key, if it is there: general purpose counter 0, one more than it was.", "3.2", OF_TABLE),
    TABLE_READING(INC_GPC1, "inc_gpc1", "Of the key, if it is there: general purpose counter 1, one more than it was.", "3.2", OF_TABLE),
    TABLE_READING(INC_GPC, "inc_gpc", "Of the key, if it is there: a counter of the array, one more than it was.", "3.2", OF_ARRAY),
    TABLE_READING(CLR_GPC0, "clr_gpc0", "Of the key: general purpose counter 0, which is cleared.", "3.2", OF_TABLE),
    TABLE_READING(CLR_GPC1, "clr_gpc1", "Of the key: general purpose counter 1, which is cleared.", "3.2", OF_TABLE),
    TABLE_READING(CLR_GPC, "clr_gpc", "Of the key: a counter of the array, which is cleared.", "3.2", OF_ARRAY),
    {.name = "table_expire", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = EXPIRE, .check = track_check_table, .since = "2.6", .doc = "Milliseconds until the key is forgotten: table_expire(<table>[,<of a key that is not there>])."},
    {.name = "table_idle", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = IDLE, .check = track_check_table, .since = "2.6", .doc = "Milliseconds since the key was touched: table_idle(<table>[,<of a key that is not there>])."},
    {.name = "in_table", .in = SAMPLE_ANY, .out = SAMPLE_BOOL, .args = {OF_TABLE}, .run = convert_entry, .value = IS_THERE, .check = track_check_table, .doc = "Whether the key is in the table."},
    {.name = "table_trackers", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {OF_TABLE}, .run = convert_entry, .value = TRACKERS, .check = track_check_table, .doc = "How many connections and requests are tied to the key's entry."},
    {.name = "table_server_id", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {OF_TABLE}, .run = convert_entry, .value = SERVER_ID, .check = track_check_table, .doc = "Number of the server that is stored with the key."},
    {.name = NULL},
};
/* clang-format on */
