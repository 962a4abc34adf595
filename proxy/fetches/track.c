/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stick tables hold, as values: sc_X(counter), sc0_X of a tracked entry, src_X of the client's address,
 * and converters table_X of any key. One list of what can be read makes the rows of all of them.
 */
#include "config/stick_table.h"
#include "proxy/fetches/rows.h"
#include "proxy/http/stick_key.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"

/* ---- what can be read ---------------------------------------------------------------------------------- */

enum operation { READ, READ_KB, INCREASE, CLEAR };

/* suffix of sc_ and src_, data, operation, index comes first, text, since */
#define READINGS(X)                                                                                \
    X(BYTES_IN_RATE, "bytes_in_rate", CONF_STICK_BYTES_IN_RATE, READ, 0,                           \
      "Bytes from clients within the period.", NULL)                                               \
    X(BYTES_OUT_RATE, "bytes_out_rate", CONF_STICK_BYTES_OUT_RATE, READ, 0,                        \
      "Bytes to clients within the period.", NULL)                                                 \
    X(CLR_GPC0, "clr_gpc0", CONF_STICK_GPC0, CLEAR, 0,                                             \
      "General purpose counter 0, which is cleared.", NULL)                                        \
    X(CLR_GPC1, "clr_gpc1", CONF_STICK_GPC1, CLEAR, 0,                                             \
      "General purpose counter 1, which is cleared.", "1.8")                                       \
    X(CLR_GPC, "clr_gpc", CONF_STICK_GPC, CLEAR, 1, "A counter of the array, which is cleared.",   \
      "2.5")                                                                                       \
    X(CONN_CNT, "conn_cnt", CONF_STICK_CONN_CNT, READ, 0, "Connections so far.", NULL)             \
    X(CONN_CUR, "conn_cur", CONF_STICK_CONN_CUR, READ, 0, "Connections at present.", NULL)         \
    X(CONN_RATE, "conn_rate", CONF_STICK_CONN_RATE, READ, 0, "Connections within the period.",     \
      NULL)                                                                                        \
    X(GET_GPC0, "get_gpc0", CONF_STICK_GPC0, READ, 0, "General purpose counter 0.", NULL)          \
    X(GET_GPC1, "get_gpc1", CONF_STICK_GPC1, READ, 0, "General purpose counter 1.", "1.8")         \
    X(GET_GPC, "get_gpc", CONF_STICK_GPC, READ, 1, "A counter of the array.", "2.5")               \
    X(GET_GPT0, "get_gpt0", CONF_STICK_GPT0, READ, 0, "General purpose tag 0.", NULL)              \
    X(GET_GPT, "get_gpt", CONF_STICK_GPT, READ, 1, "A tag of the array.", "2.5")                   \
    X(GPC0_RATE, "gpc0_rate", CONF_STICK_GPC0_RATE, READ, 0,                                       \
      "How often counter 0 grew within the period.", NULL)                                         \
    X(GPC1_RATE, "gpc1_rate", CONF_STICK_GPC1_RATE, READ, 0,                                       \
      "How often counter 1 grew within the period.", "1.8")                                        \
    X(GPC_RATE, "gpc_rate", CONF_STICK_GPC_RATE, READ, 1,                                          \
      "How often a counter of the array grew within the period.", "2.5")                           \
    X(GLITCH_CNT, "glitch_cnt", CONF_STICK_GLITCH_CNT, READ, 0,                                    \
      "Oddities of the client's HTTP/2 so far.", "3.0")                                            \
    X(GLITCH_RATE, "glitch_rate", CONF_STICK_GLITCH_RATE, READ, 0,                                 \
      "Oddities of the client's HTTP/2 within the period.", "3.0")                                 \
    X(HTTP_ERR_CNT, "http_err_cnt", CONF_STICK_HTTP_ERR_CNT, READ, 0,                              \
      "Errors of the client so far: bad or denied requests, 4xx.", NULL)                           \
    X(HTTP_ERR_RATE, "http_err_rate", CONF_STICK_HTTP_ERR_RATE, READ, 0,                           \
      "Errors of the client within the period.", NULL)                                             \
    X(HTTP_FAIL_CNT, "http_fail_cnt", CONF_STICK_HTTP_FAIL_CNT, READ, 0,                           \
      "Failures of servers so far: no answer, 5xx but 501 and 505.", "2.4")                        \
    X(HTTP_FAIL_RATE, "http_fail_rate", CONF_STICK_HTTP_FAIL_RATE, READ, 0,                        \
      "Failures of servers within the period.", "2.4")                                             \
    X(HTTP_REQ_CNT, "http_req_cnt", CONF_STICK_HTTP_REQ_CNT, READ, 0, "Requests so far.", NULL)    \
    X(HTTP_REQ_RATE, "http_req_rate", CONF_STICK_HTTP_REQ_RATE, READ, 0,                           \
      "Requests within the period.", NULL)                                                         \
    X(INC_GPC0, "inc_gpc0", CONF_STICK_GPC0, INCREASE, 0,                                          \
      "General purpose counter 0, one more than it was.", NULL)                                    \
    X(INC_GPC1, "inc_gpc1", CONF_STICK_GPC1, INCREASE, 0,                                          \
      "General purpose counter 1, one more than it was.", "1.8")                                   \
    X(INC_GPC, "inc_gpc", CONF_STICK_GPC, INCREASE, 1,                                             \
      "A counter of the array, one more than it was.", "2.5")                                      \
    X(KBYTES_IN, "kbytes_in", CONF_STICK_BYTES_IN_CNT, READ_KB, 0,                                 \
      "Kilobytes from clients so far.", NULL)                                                      \
    X(KBYTES_OUT, "kbytes_out", CONF_STICK_BYTES_OUT_CNT, READ_KB, 0,                              \
      "Kilobytes to clients so far.", NULL)                                                        \
    X(SESS_CNT, "sess_cnt", CONF_STICK_SESS_CNT, READ, 0,                                          \
      "Connections that rules let in, so far.", NULL)                                              \
    X(SESS_RATE, "sess_rate", CONF_STICK_SESS_RATE, READ, 0,                                       \
      "Connections that rules let in, within the period.", NULL)

#define READING_ID(id, suffix, data, operation, indexed, text, version) ID_##id,
enum { READINGS(READING_ID) READING_COUNT };

#define READING_ROW(id, suffix, data, operation, indexed, text, version)                           \
    {data, operation, indexed != 0},
static const struct reading {
    enum conf_stick_data data;
    enum operation operation;
    bool has_index;
} readings[] = {READINGS(READING_ROW)};

/* How an entry is named, in a row's value with the reading. */
enum source { BY_ARGUMENT, BY_NAME_0, BY_NAME_1, BY_NAME_2, BY_ADDRESS, SOURCES };

#define VALUE(reading, source) ((reading)*SOURCES + (source))

/* ---- entries ------------------------------------------------------------------------------------------- */

/* An entry that may have to be let go after it was read. */
struct found {
    struct stick_entry *entry; /* NULL: the key is not there, which counts as nothing so far */
    bool is_held;
};

static void let_go(struct sample_env *env, const struct found *f)
{
    if (f->is_held)
        stick_entry_drop(f->entry, env->loop->now_ms);
}

static bool find_address(struct sample_env *env, const struct arg *table_arg, bool create,
                         struct found *out)
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
                         struct found *out)
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
                 struct found *out)
{
    *out = (struct found){0};
    if (source == BY_ADDRESS)
        return find_address(env, &args[0], create, out);
    if (source == BY_ARGUMENT)
        return find_tracked(env, (unsigned)args[0].integer, &args[1], out);
    return find_tracked(env, source - BY_NAME_0, &args[0], out);
}

/* ---- fetches ------------------------------------------------------------------------------------------- */

/* False: the table does not keep it. */
static bool operate(struct sample_env *env, const struct reading *r, struct stick_entry *entry,
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
    const struct reading *r = &readings[row->value / SOURCES];
    enum source source = (enum source)(row->value % SOURCES);
    unsigned index = r->has_index ? (unsigned)args[0].integer : 0;
    struct found f;
    uint64_t value = 0;
    if (!find(env, source, args + r->has_index, r->operation == INCREASE, &f))
        return false;
    bool is_kept = f.entry == NULL || operate(env, r, f.entry, index, &value);
    let_go(env, &f);
    sample_set_int(out, (long long)value);
    return is_kept;
}

static bool fetch_tracked(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    struct found f;
    bool is_tied = find(env, (enum source)row->value, args, false, &f);
    sample_set_bool(out, is_tied);
    let_go(env, &f);
    return true;
}

static bool fetch_trackers(struct sample_env *env, const struct fetch *row, const struct arg *args,
                           struct sample *out)
{
    struct found f;
    if (!find(env, (enum source)row->value, args, false, &f))
        return false;
    sample_set_int(out, f.entry != NULL ? stick_entry_holders(f.entry) - f.is_held : 0);
    let_go(env, &f);
    return true;
}

/* What the counter is tied to, as a value of the table's type. */
static bool fetch_key(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    struct found f;
    if (!find(env, (enum source)row->value, args, false, &f) || f.entry == NULL)
        return false;
    struct stick_key key = stick_entry_key(f.entry);
    bool is_there = stick_key_value(env, stick_entry_table(f.entry), key, out);
    let_go(env, &f);
    return is_there;
}

/* src_updt_conn_cnt: counts a connection of the address by itself. */
static bool fetch_update(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    static const struct stick_change connection = {CONF_STICK_CONN_CNT, 0, 1};
    struct found f;
    uint64_t value = 0;
    (void)row;
    if (!find(env, BY_ADDRESS, args, true, &f) || f.entry == NULL)
        return false;
    stick_entry_change(f.entry, &connection, 1, env->loop->now_ms);
    bool is_kept = stick_entry_read(f.entry, CONF_STICK_CONN_CNT, 0, env->loop->now_ms, &value);
    let_go(env, &f);
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

static bool check_own_table(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    return check_table(c, args, count, BY_ADDRESS);
}

/* ---- converters ---------------------------------------------------------------------------------------- */

/* The entry of the key that the value is; false if it can be none. */
static bool find_key(struct sample_env *env, const struct arg *table_arg, struct sample *s,
                     struct found *out)
{
    struct stick_table *table = stick_table_at(env, table_arg->proxy);
    struct stick_key key;
    *out = (struct found){0};
    if (!stick_key_of(env, s, table, &key))
        return false;
    out->entry = stick_table_hold(table, key, false, env->loop->now_ms);
    out->is_held = out->entry != NULL;
    return true;
}

static bool convert_reading(struct sample_env *env, const struct converter *row,
                            const struct arg *args, struct sample *s)
{
    const struct reading *r = &readings[row->value];
    unsigned index = r->has_index ? (unsigned)args[0].integer : 0;
    struct found f;
    uint64_t value = 0;
    if (!find_key(env, &args[r->has_index], s, &f))
        return false;
    bool is_kept = f.entry == NULL || operate(env, r, f.entry, index, &value);
    let_go(env, &f);
    sample_set_int(s, (long long)value);
    return is_kept;
}

enum { IS_THERE, TRACKERS, SERVER_ID };

static bool convert_entry(struct sample_env *env, const struct converter *row,
                          const struct arg *args, struct sample *s)
{
    struct found f;
    uint64_t value = 0;
    if (!find_key(env, &args[0], s, &f))
        return false;
    bool is_kept = true;
    if (f.entry != NULL && row->value == TRACKERS)
        value = stick_entry_holders(f.entry) - 1;
    else if (f.entry != NULL && row->value == SERVER_ID)
        is_kept = stick_entry_read(f.entry, CONF_STICK_SERVER_ID, 0, env->loop->now_ms, &value);
    let_go(env, &f);
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
    struct found f;
    if (!find_key(env, &args[0], s, &f))
        return false;
    if (f.entry == NULL) {
        sample_set_int(s, args[1].integer);
        return args[1].type != ARG_NONE;
    }
    stick_entry_view(f.entry, env->loop->now_ms, note_times, &times);
    let_go(env, &f);
    sample_set_int(s, row->value == EXPIRE ? times.remaining : times.idle);
    return true;
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
#define READING_FETCHES(id, suffix, data, operation, indexed, text, version)                  \
    ROWS_##indexed(id, suffix, text, version)

#define TRACK_ROWS(suffix, function, type, text)                                                     \
    {.name = "sc_" suffix, .out = type, .args = {{ARG_UINT, ARG_TABLE}, 1}, .use = USE_CLIENT, .run = function, .value = BY_ARGUMENT, .check = check_table, .doc = text}, \
    {.name = "sc0_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_0, .check = check_table, .doc = text}, \
    {.name = "sc1_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_1, .check = check_table, .doc = text}, \
    {.name = "sc2_" suffix, .out = type, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = function, .value = BY_NAME_2, .check = check_table, .doc = text}

const struct fetch track_fetches[] = {
    READINGS(READING_FETCHES)
    TRACK_ROWS("tracked", fetch_tracked, SAMPLE_BOOL, "Whether the counter is tied to an entry."),
    TRACK_ROWS("trackers", fetch_trackers, SAMPLE_INT, "How many connections and requests are tied to the same entry."),
    TRACK_ROWS("key", fetch_key, SAMPLE_ANY, "The key of the entry that the counter is tied to."),
    {.name = "src_updt_conn_cnt", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .use = USE_CLIENT, .run = fetch_update,
     .value = BY_ADDRESS, .check = check_table, .doc = "Connections of the client's address so far, this one included: it is counted by asking."},
    {.name = "table_cnt", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .run = fetch_size, .value = 0, .check = check_own_table,
     .doc = "Entries of a stick table."},
    {.name = "table_avl", .out = SAMPLE_INT, .args = {{ARG_TABLE}, 0}, .run = fetch_size, .value = 1, .check = check_own_table,
     .doc = "Free entries of a stick table."},
    {.name = NULL},
};

/* Of those that tables can be asked for; the others have no name there. */
#define TABLE_READING(id, suffix, text, version, ...)                                                \
    {.name = "table_" suffix, .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {__VA_ARGS__}, .run = convert_reading, \
     .value = ID_##id, .check = check_own_table, .doc = text, .since = version}
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
    {.name = "table_expire", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = EXPIRE, .check = check_own_table, .since = "2.6", .doc = "Milliseconds until the key is forgotten: table_expire(<table>[,<of a key that is not there>])."},
    {.name = "table_idle", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {{ARG_TABLE, ARG_INT}, 1}, .run = convert_times, .value = IDLE, .check = check_own_table, .since = "2.6", .doc = "Milliseconds since the key was touched: table_idle(<table>[,<of a key that is not there>])."},
    {.name = "in_table", .in = SAMPLE_ANY, .out = SAMPLE_BOOL, .args = {OF_TABLE}, .run = convert_entry, .value = IS_THERE, .check = check_own_table, .doc = "Whether the key is in the table."},
    {.name = "table_trackers", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {OF_TABLE}, .run = convert_entry, .value = TRACKERS, .check = check_own_table, .doc = "How many connections and requests are tied to the key's entry."},
    {.name = "table_server_id", .in = SAMPLE_ANY, .out = SAMPLE_INT, .args = {OF_TABLE}, .run = convert_entry, .value = SERVER_ID, .check = check_own_table, .doc = "Number of the server that is stored with the key."},
    {.name = NULL},
};
/* clang-format on */
