/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show table, set table, clear table: stick tables, walked a few entries at a time so that no data thread waits
 * for a long answer. Entries come in no particular order.
 */
#include "config/stick_table.h"
#include "proxy/cli/cli_priv.h"
#include "proxy/state/stick_table.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILTERS_MAX 4
#define KEY_BYTES_MAX 65536

/* The kinds of data in the order in which HAProxy shows them. */
static const enum conf_stick_data shown[] = {
    CONF_STICK_SERVER_ID,
    CONF_STICK_GPT0,
    CONF_STICK_GPC0,
    CONF_STICK_GPC0_RATE,
    CONF_STICK_CONN_CNT,
    CONF_STICK_CONN_RATE,
    CONF_STICK_CONN_CUR,
    CONF_STICK_SESS_CNT,
    CONF_STICK_SESS_RATE,
    CONF_STICK_HTTP_REQ_CNT,
    CONF_STICK_HTTP_REQ_RATE,
    CONF_STICK_HTTP_ERR_CNT,
    CONF_STICK_HTTP_ERR_RATE,
    CONF_STICK_BYTES_IN_CNT,
    CONF_STICK_BYTES_IN_RATE,
    CONF_STICK_BYTES_OUT_CNT,
    CONF_STICK_BYTES_OUT_RATE,
    CONF_STICK_GPC1,
    CONF_STICK_GPC1_RATE,
    CONF_STICK_SERVER_KEY,
    CONF_STICK_HTTP_FAIL_CNT,
    CONF_STICK_HTTP_FAIL_RATE,
    CONF_STICK_GPT,
    CONF_STICK_GPC,
    CONF_STICK_GPC_RATE,
    CONF_STICK_GLITCH_CNT,
    CONF_STICK_GLITCH_RATE,
};

#define SHOWN (sizeof(shown) / sizeof(shown[0]))

enum comparison { EQUAL, NOT_EQUAL, LESS_OR_EQUAL, GREATER_OR_EQUAL, LESS, GREATER, COMPARISONS };
static const char *const comparison_names[COMPARISONS] = {"eq", "ne", "le", "ge", "lt", "gt"};

struct filter {
    enum conf_stick_data data;
    enum comparison comparison;
    long long value;
};

/* What one command goes through: all tables, or the entries of one. */
struct walk {
    struct stick_table *table; /* borrowed: from the snapshot */
    const char *name;          /* borrowed: of its proxy */
    struct filter filters[FILTERS_MAX];
    unsigned filter_count;
    struct stick_walk at;
    uint64_t now_ms;
    struct text *out; /* while it shows */
    struct {
        char *bytes;
        size_t len;
    } doomed[256]; /* owned: keys to be cleared */
    unsigned doomed_count;
};

/* ---- words ----------------------------------------------------------------------------------- */

static bool find_data(const char *word, enum conf_stick_data *data_out)
{
    for (enum conf_stick_data i = 0; i < CONF_STICK_DATA; i++) {
        if (strcmp(stick_data_rows[i].name, word) == 0) {
            *data_out = i;
            return true;
        }
    }
    return false;
}

static bool read_number(const char *text, long long *value_out)
{
    char *end;
    errno = 0;
    *value_out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

static bool is_data(const char *word)
{
    return strncmp(word, "data.", 5) == 0;
}

/* "data.gpc0 gt 5"; false after a message. */
static bool read_filter(struct cli_call *call, const struct walk *walk, char *const *words,
                        struct filter *filter_out)
{
    unsigned number = walk->filter_count + 1, comparison = 0;
    if (!is_data(words[0]) || !find_data(words[0] + 5, &filter_out->data)) {
        cli_fail(call, "Filter entry #%u: Unknown data type\n", number);
        return false;
    }
    if (!stick_table_keeps(walk->table, filter_out->data, 0)) {
        cli_fail(call, "Filter entry #%u: Data type not stored in this table\n", number);
        return false;
    }
    while (comparison < COMPARISONS && strcmp(comparison_names[comparison], words[1]) != 0)
        comparison++;
    if (comparison == COMPARISONS) {
        cli_fail(call,
                 "Filter entry #%u: Require and operator among \"eq\", \"ne\", \"le\", \"ge\", "
                 "\"lt\", \"gt\"\n",
                 number);
        return false;
    }
    filter_out->comparison = (enum comparison)comparison;
    if (!read_number(words[2], &filter_out->value)) {
        cli_fail(call, "Filter entry #%u: Require a valid integer value to compare against\n",
                 number);
        return false;
    }
    return true;
}

static bool read_filters(struct cli_call *call, struct walk *walk)
{
    unsigned at = 3;
    for (; at < call->count && walk->filter_count < FILTERS_MAX; at += 3) {
        struct filter *filter = &walk->filters[walk->filter_count];
        if (!read_filter(call, walk, &call->words[at], filter))
            return false;
        walk->filter_count++;
    }
    if (at >= call->count)
        return true;
    cli_fail(call, "Detected extra data in filter, %uth word of input, after '%s'\n", at + 1,
             call->words[at - 1]);
    return false;
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool passes(const struct filter *filter, const struct stick_view *view, uint64_t now_ms)
{
    uint64_t read = 0;
    (void)stick_view_read(view, filter->data, 0, now_ms, &read);
    long long value = (long long)read;
    switch (filter->comparison) {
    case EQUAL:
        return value == filter->value;
    case NOT_EQUAL:
        return value != filter->value;
    case LESS_OR_EQUAL:
        return value <= filter->value;
    case GREATER_OR_EQUAL:
        return value >= filter->value;
    case LESS:
        return value < filter->value;
    default:
        return value > filter->value;
    }
}

static bool passes_all(const struct walk *walk, const struct stick_view *view)
{
    for (unsigned i = 0; i < walk->filter_count; i++)
        if (!passes(&walk->filters[i], view, walk->now_ms))
            return false;
    return true;
}

static void put_string(struct text *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len && bytes[i] != '\0'; i++) {
        if (bytes[i] == ' ' || bytes[i] == '=' || bytes[i] == '\\')
            text_printf(out, "\\%c", bytes[i]);
        else if (isprint(bytes[i]))
            text_char(out, (char)bytes[i]);
        else
            text_printf(out, "\\x%02X", bytes[i]);
    }
}

static void put_key(struct text *out, enum conf_stick_type type, struct stick_key key)
{
    char host[INET6_ADDRSTRLEN];
    uint32_t number;
    const unsigned char *bytes = key.data;
    switch (type) {
    case CONF_STICK_IP:
    case CONF_STICK_IPV6:
        text_put(out, inet_ntop(type == CONF_STICK_IP ? AF_INET : AF_INET6, key.data, host,
                                sizeof(host)));
        break;
    case CONF_STICK_INTEGER:
        memcpy(&number, key.data, sizeof(number));
        text_u64(out, number);
        break;
    case CONF_STICK_STRING:
        put_string(out, bytes, key.len);
        break;
    default:
        for (size_t i = 0; i < key.len; i++)
            text_printf(out, "%02X", bytes[i]);
    }
}

/* "gpc0_rate": arrays have their number behind the first word of their name. */
static void put_name(struct text *out, enum conf_stick_data data, unsigned index)
{
    const struct stick_data_row *row = &stick_data_rows[data];
    size_t stem = strcspn(row->name, "_");
    if (row->is_array)
        text_printf(out, " %.*s%u%s", (int)stem, row->name, index, row->name + stem);
    else
        text_printf(out, " %s", row->name);
}

static void put_datum(struct walk *walk, const struct stick_view *view, enum conf_stick_data data,
                      unsigned index)
{
    uint64_t value = 0;
    put_name(walk->out, data, index);
    if (stick_data_rows[data].kind == STICK_RATE)
        text_printf(walk->out, "(%u)", stick_table_period_ms(walk->table, data));
    (void)stick_view_read(view, data, index, walk->now_ms, &value);
    const char *name =
        data == CONF_STICK_SERVER_KEY ? stick_table_name(walk->table, (uint32_t)value) : NULL;
    text_char(walk->out, '=');
    if (data == CONF_STICK_SERVER_KEY)
        text_put(walk->out, name != NULL ? name : "-");
    else
        text_u64(walk->out, value);
}

static void show_entry(void *owner, const struct stick_view *view)
{
    struct walk *walk = owner;
    const struct conf_stick_table *definition = stick_table_definition(walk->table);
    if (!passes_all(walk, view))
        return;
    text_printf(walk->out, "%p: key=", (const void *)view->entry);
    put_key(walk->out, definition->type, view->key);
    text_printf(walk->out, " use=%u exp=%llu", view->holders,
                (unsigned long long)view->expires_in_ms);
    for (size_t i = 0; i < SHOWN; i++)
        for (unsigned n = 0; n < definition->data[shown[i]].count; n++)
            put_datum(walk, view, shown[i], n);
    text_char(walk->out, '\n');
}

/* ---- one key --------------------------------------------------------------------------------- */

/* Reads a key of the table's type into room of KEY_BYTES_MAX; false: it is none. */
static bool read_key(const struct stick_table *table, const char *word, char *room,
                     struct stick_key *key_out)
{
    const struct conf_stick_table *definition = stick_table_definition(table);
    char *end;
    *key_out = (struct stick_key){room, definition->key_bytes};
    if (definition->type == CONF_STICK_IP)
        return inet_pton(AF_INET, word, room) == 1;
    if (definition->type == CONF_STICK_IPV6)
        return inet_pton(AF_INET6, word, room) == 1;
    if (definition->type == CONF_STICK_INTEGER) {
        errno = 0;
        unsigned long number = strtoul(word, &end, 0);
        uint32_t value = (uint32_t)number;
        memcpy(room, &value, sizeof(value));
        return end != word && *end == '\0' && *word != '-' && errno == 0 && number <= UINT32_MAX;
    }
    *key_out = stick_key_fit(table, word, strlen(word), room);
    return true;
}

/* Is given the entry of the key, or NULL. */
typedef void key_job(struct cli_call *call, struct walk *walk, struct stick_key key);

static const char *const key_verbs[] = {"Showing keys from", "Inserting keys into",
                                        "Removing keys from"};
enum key_verb { SHOWING, INSERTING, REMOVING };

static void with_key(struct cli_call *call, struct walk *walk, enum key_verb verb, key_job *job)
{
    static char room[KEY_BYTES_MAX]; /* of the control thread */
    struct stick_key key;
    if (stick_table_definition(walk->table)->type == CONF_STICK_BINARY)
        cli_fail(call,
                 "%s tables of type other than ip, ipv6, string and integer is not supported\n",
                 key_verbs[verb]);
    else if (call->count < 5)
        cli_fail(call, "Key value expected\n");
    else if (!read_key(walk->table, call->words[4], room, &key))
        cli_fail(call, "Invalid key\n");
    else
        job(call, walk, key);
}

static void put_header(struct text *out, const char *name, const struct stick_table *table)
{
    const struct conf_stick_table *definition = stick_table_definition(table);
    text_printf(out, "# table: %s, type: %s, size:%u, used:%u\n", name,
                stick_type_names[definition->type], definition->size, stick_table_used(table));
}

static void show_key(struct cli_call *call, struct walk *walk, struct stick_key key)
{
    struct stick_entry *entry = stick_table_hold(walk->table, key, false, walk->now_ms);
    if (entry == NULL)
        return;
    walk->out = call->out;
    put_header(call->out, walk->name, walk->table);
    stick_entry_view(entry, walk->now_ms, show_entry, walk);
    stick_entry_drop(entry, walk->now_ms);
}

static void clear_key(struct cli_call *call, struct walk *walk, struct stick_key key)
{
    if (!stick_table_forget(walk->table, key, walk->now_ms))
        cli_fail(call, "Entry currently in use, cannot remove\n");
}

/* "data.gpc0 5"; false after a message. */
static bool set_datum(struct cli_call *call, struct walk *walk, struct stick_entry *entry,
                      char *const *words)
{
    enum conf_stick_data data;
    long long value;
    if (!is_data(words[0]))
        cli_fail(call, "\"data.<type>\" followed by a value expected\n");
    else if (!find_data(words[0] + 5, &data))
        cli_fail(call, "Unknown data type\n");
    else if (!stick_table_keeps(walk->table, data, 0))
        cli_fail(call, "Data type not stored in this table\n");
    else if (!read_number(words[1], &value))
        cli_fail(call, "Require a valid integer value to store\n");
    else
        return stick_entry_set(entry, data, 0, (uint64_t)value, walk->now_ms);
    return false;
}

static void set_key(struct cli_call *call, struct walk *walk, struct stick_key key)
{
    struct stick_entry *entry = stick_table_hold(walk->table, key, true, walk->now_ms);
    if (entry == NULL) {
        cli_fail(call, "Unable to allocate a new entry\n");
        return;
    }
    for (unsigned at = 5; at < call->count; at += 2)
        if (!set_datum(call, walk, entry, &call->words[at]))
            break;
    stick_entry_drop(entry, walk->now_ms);
}

/* ---- the commands ---------------------------------------------------------------------------- */

static enum cli_progress more_tables(struct cli_call *call, struct text *out)
{
    const struct snapshot *snapshot = call->snapshot;
    if (call->at == stick_table_bound(snapshot->config))
        return CLI_DONE;
    size_t number = call->at++;
    const struct stick_table *table = snapshot_table(snapshot, number);
    if (table != NULL)
        put_header(out, stick_table_title(snapshot->config, number), table);
    return CLI_MORE;
}

static enum cli_progress more_entries(struct cli_call *call, struct text *out)
{
    struct walk *walk = call->state;
    if (call->item++ == 0)
        put_header(out, walk->name, walk->table);
    walk->out = out;
    walk->now_ms = cli_call_loop(call)->now_ms;
    return stick_table_walk(walk->table, &walk->at, walk->now_ms, show_entry, walk) ? CLI_MORE
                                                                                    : CLI_DONE;
}

static void doom_entry(void *owner, const struct stick_view *view)
{
    struct walk *walk = owner;
    if (walk->doomed_count == sizeof(walk->doomed) / sizeof(walk->doomed[0]) ||
        !passes_all(walk, view))
        return;
    char *bytes = malloc(view->key.len);
    if (bytes == NULL)
        return;
    memcpy(bytes, view->key.data, view->key.len);
    walk->doomed[walk->doomed_count].bytes = bytes;
    walk->doomed[walk->doomed_count++].len = view->key.len;
}

/* Entries cannot go while they are walked over. */
static enum cli_progress more_clear(struct cli_call *call, struct text *out)
{
    struct walk *walk = call->state;
    (void)out;
    walk->now_ms = cli_call_loop(call)->now_ms;
    bool goes_on = stick_table_walk(walk->table, &walk->at, walk->now_ms, doom_entry, walk);
    while (walk->doomed_count > 0) {
        char *bytes = walk->doomed[--walk->doomed_count].bytes;
        struct stick_key key = {bytes, walk->doomed[walk->doomed_count].len};
        (void)stick_table_forget(walk->table, key, walk->now_ms); /* those in use stay */
        free(bytes);
    }
    return goes_on ? CLI_MORE : CLI_DONE;
}

/* The walk of the table that is named; NULL after a message. */
static struct walk *begin(struct cli_call *call)
{
    const struct snapshot *snapshot = call->snapshot;
    int number = stick_table_find(snapshot->config, call->words[2]);
    struct walk *walk = number >= 0 ? calloc(1, sizeof(*walk)) : NULL;
    if (walk == NULL) {
        cli_fail(call, number < 0 ? "No such table\n" : "Out of memory.\n");
        return NULL;
    }
    walk->table = snapshot_table(snapshot, (size_t)number);
    walk->name = stick_table_title(snapshot->config, (size_t)number);
    walk->now_ms = cli_call_loop(call)->now_ms;
    call->state = walk;
    call->release = cli_call_free_state;
    return walk;
}

static void run_show(struct cli_call *call)
{
    if (call->count < 3) {
        call->more = more_tables;
        return;
    }
    struct walk *walk = begin(call);
    if (walk == NULL)
        return;
    if (strcmp(call->words[3], "key") == 0)
        with_key(call, walk, SHOWING, show_key);
    else if (call->count > 3 && !is_data(call->words[3]))
        cli_fail(call, "Optional argument only supports \"data.<store_data_type>\" <operator> "
                       "<value> and key <key>\n");
    else if (read_filters(call, walk))
        call->more = more_entries;
}

static void run_clear(struct cli_call *call)
{
    static const char usage[] = "Required arguments: <table> \"data.<store_data_type>\" "
                                "<operator> <value> or <table> key <key>\n";
    if (call->count < 3) {
        cli_fail(call, "%s", usage);
        return;
    }
    struct walk *walk = begin(call);
    if (walk == NULL)
        return;
    if (strcmp(call->words[3], "key") == 0)
        with_key(call, walk, REMOVING, clear_key);
    else if (call->count > 3 && !is_data(call->words[3]))
        cli_fail(call, "%s", usage);
    else if (read_filters(call, walk))
        call->more = more_clear;
}

static void run_set(struct cli_call *call)
{
    static const char usage[] =
        "Required arguments: <table> key <key> [data.<store_data_type> <value>]*\n";
    struct walk *walk = call->count >= 3 ? begin(call) : NULL;
    if (call->count < 3)
        cli_fail(call, "%s", usage);
    else if (walk != NULL && strcmp(call->words[3], "key") == 0)
        with_key(call, walk, INSERTING, set_key);
    else if (walk != NULL && call->count > 3)
        cli_fail(call, "%s", usage);
}

/* clang-format off */
const struct cli_command cli_table_commands[] = {
    {"show table", CONF_ADMIN_USER, "show table <table> [<filter>]*", "report table usage stats or dump this table's contents (filter: data/key)", run_show, NULL},
    {"clear table", CONF_ADMIN_OPERATOR, "clear table <table> [<filter>]*", "remove an entry from a table (filter: data/key)", run_clear, NULL},
    {"set table", CONF_ADMIN_ADMIN, "set table <table> key <k> [data.* <v>]*", "update or create a table entry's data", run_set, NULL},
    {0},
};
/* clang-format on */
