/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show table, set table, clear table: stick tables, walked a few entries at a time so that no data thread waits
 * for a long answer.
 */
#include "config/stick_table.h"
#include "proxy/cli/table_walk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX 65536

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

static void show_held(struct walk *walk, struct stick_entry *entry, struct text *out)
{
    walk->out = out;
    stick_entry_view(entry, walk->now_ms, cli_table_show_entry, walk);
    stick_entry_drop(entry, walk->now_ms);
}

static void show_key(struct cli_call *call, struct walk *walk, struct stick_key key)
{
    struct stick_entry *entry = stick_table_hold(walk->table, key, false, walk->now_ms);
    if (entry == NULL)
        return;
    cli_table_put_header(call->out, walk->name, walk->table);
    show_held(walk, entry, call->out);
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
    if (!cli_table_is_data(words[0]))
        cli_fail(call, "\"data.<type>\" followed by a value expected\n");
    else if (!cli_table_find_data(words[0] + 5, &data))
        cli_fail(call, "Unknown data type\n");
    else if (!stick_table_keeps(walk->table, data, 0))
        cli_fail(call, "Data type not stored in this table\n");
    else if (!cli_table_read_number(words[1], &value))
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
    struct stick_table *table = snapshot_table(snapshot, number);
    if (table == NULL)
        return CLI_MORE;
    stick_table_sweep(table,
                      cli_call_loop(call)->now_ms); /* those that expired are not to be counted */
    cli_table_put_header(out, stick_table_title(snapshot->config, number), table);
    return CLI_MORE;
}

static enum cli_progress more_entries(struct cli_call *call, struct text *out)
{
    struct walk *walk = call->state;
    struct stick_key key;
    walk->now_ms = cli_call_loop(call)->now_ms;
    if (call->item++ == 0) {
        stick_table_sweep(walk->table, walk->now_ms);
        cli_table_put_header(out, walk->name, walk->table);
    }
    if (!cli_table_next_key(walk, &key))
        return CLI_DONE;
    struct stick_entry *entry =
        key.data != NULL ? stick_table_hold(walk->table, key, false, walk->now_ms) : NULL;
    if (entry != NULL)
        show_held(walk, entry, out);
    return CLI_MORE;
}

static void release_walk(struct cli_call *call)
{
    cli_table_free_keys(call->state);
    cli_call_free_state(call);
}

static void doom_entry(void *owner, const struct stick_view *view)
{
    struct walk *walk = owner;
    if (walk->doomed_count == sizeof(walk->doomed) / sizeof(walk->doomed[0]) ||
        !cli_table_passes(walk, view))
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
    call->release = release_walk;
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
    else if (call->count > 3 && !cli_table_is_data(call->words[3]))
        cli_fail(call, "Optional argument only supports \"data.<store_data_type>\" <operator> "
                       "<value> and key <key>\n");
    else if (cli_table_read_filters(call, walk))
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
    else if (call->count > 3 && !cli_table_is_data(call->words[3]))
        cli_fail(call, "%s", usage);
    else if (cli_table_read_filters(call, walk))
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
