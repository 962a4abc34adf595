/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show info: what the process says of itself, field by field as HAProxy 2.6 has them. What weir has no such
 * thing of, or does not count, is what an unused HAProxy shows.
 */
#include "proxy/admin/process_values.h"
#include "proxy/admin/tags.h"
#include "proxy/cli/cli_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTES_PER_MB (1024 * 1024)

/* What the rows are read from. */
struct facts {
    const struct conf_global *global; /* borrowed */
    uint64_t values[PROCESS_VALUES];
};

struct info_row;
typedef void info_get(const struct info_row *row, const struct facts *facts,
                      struct stats_value *value);

struct info_row {
    unsigned
        position; /* in the typed formats; those of what Debian's HAProxy is built without are free */
    const char *name, *tags;
    info_get *get;
    enum process_value value;
    const char *help;
};

#define GETTER(name)                                                                               \
    static void name(const struct info_row *row, const struct facts *facts,                        \
                     struct stats_value *value)

static void set_text(struct stats_value *value, const char *text)
{
    value->type = STATS_STRING;
    value->string = text;
}

GETTER(get_number)
{
    value->type = STATS_U32;
    value->number = facts->values[row->value];
}

GETTER(get_number64)
{
    value->type = STATS_U64;
    value->number = facts->values[row->value];
}

GETTER(get_mb)
{
    value->type = STATS_U32;
    value->number = facts->values[row->value] / BYTES_PER_MB;
}

GETTER(get_pid)
{
    (void)row, (void)facts;
    value->type = STATS_U32;
    value->number = (uint64_t)getpid();
}

GETTER(get_idle)
{
    (void)row, (void)facts;
    value->type = STATS_U32;
    value->number = 100;
}

GETTER(get_jobs)
{
    (void)row;
    value->type = STATS_U32;
    value->number = facts->values[VALUE_CONNECTIONS_NOW] + facts->values[VALUE_LISTENERS];
}

GETTER(get_name)
{
    (void)row, (void)facts;
    set_text(value, "weir");
}

GETTER(get_version)
{
    (void)row, (void)facts;
    set_text(value, WEIR_VERSION);
}

GETTER(get_release_date)
{
    (void)row, (void)facts;
    set_text(value, WEIR_RELEASE_DATE);
}

GETTER(get_tainted)
{
    (void)row, (void)facts;
    set_text(value, "0");
}

GETTER(get_node)
{
    (void)row;
    set_text(value, facts->global->node != NULL ? facts->global->node : "");
}

GETTER(get_description)
{
    (void)row;
    if (facts->global->description != NULL)
        set_text(value, facts->global->description);
}

GETTER(get_uptime)
{
    uint64_t s = facts->values[VALUE_UPTIME_S];
    (void)row;
    snprintf(value->room, sizeof(value->room), "%ud %uh%02um%02us", (unsigned)(s / 86400),
             (unsigned)(s / 3600 % 24), (unsigned)(s / 60 % 60), (unsigned)(s % 60));
    set_text(value, value->room);
}

/* clang-format off */
static const struct info_row rows[] = {
    {0, "Name", "POS", get_name, VALUE_ZERO, "What runs."},
    {1, "Version", "POS", get_version, VALUE_ZERO, "Its version."},
    {2, "Release_date", "POS", get_release_date, VALUE_ZERO, "When it was built."},
    {3, "Nbthread", "CGS", get_number, VALUE_THREADS, "Data threads."},
    {4, "Nbproc", "CGS", get_number, VALUE_ONE, "Worker processes, always 1."},
    {5, "Process_num", "KGP", get_number, VALUE_ONE, "Number of the worker process, always 1."},
    {6, "Pid", "SGP", get_pid, VALUE_ZERO, "Process id of the worker."},
    {7, "Uptime", "MDP", get_uptime, VALUE_ZERO, "Time since the start."},
    {8, "Uptime_sec", "MDP", get_number, VALUE_UPTIME_S, "Seconds since the start."},
    {9, "Memmax_MB", "CLP", get_number, VALUE_ZERO, "The limit on memory in MB, 0 = none."},
    {10, "PoolAlloc_MB", "MGP", get_mb, VALUE_HEAP_BYTES, "MB that the allocator holds."},
    {11, "PoolUsed_MB", "MGP", get_mb, VALUE_HEAP_USED_BYTES, "MB of these that are in use."},
    {12, "PoolFailed", "MCP", get_number, VALUE_ZERO, "Allocations that failed."},
    {13, "Ulimit-n", "CLP", get_number, VALUE_MAX_FDS, "The limit on file descriptors."},
    {14, "Maxsock", "CLP", get_number, VALUE_MAX_FDS, "The limit on sockets."},
    {15, "Maxconn", "CLP", get_number, VALUE_MAXCONN_NOW, "The limit on connections (maxconn)."},
    {16, "Hard_maxconn", "CLP", get_number, VALUE_MAXCONN, "The limit on connections that the system allows."},
    {17, "CurrConns", "MGP", get_number, VALUE_CONNECTIONS_NOW, "Client connections now."},
    {18, "CumConns", "MCP", get_number, VALUE_CONNECTIONS, "Client connections since the start."},
    {19, "CumReq", "MCP", get_number, VALUE_REQUESTS, "Requests since the start."},
    {20, "MaxSslConns", "MMP", get_number, VALUE_ZERO, "The limit on TLS connections, 0 = none."},
    {21, "CurrSslConns", "MGP", get_number, VALUE_UNKNOWN, "TLS connections now."},
    {22, "CumSslConns", "MCP", get_number, VALUE_TLS_SESSIONS, "TLS connections since the start."},
    {23, "Maxpipes", "CLP", get_number, VALUE_ZERO, "The limit on pipes for splicing, 0 = none."},
    {24, "PipesUsed", "MGP", get_number, VALUE_UNKNOWN, "Pipes in use."},
    {25, "PipesFree", "MGP", get_number, VALUE_UNKNOWN, "Pipes kept for later use."},
    {26, "ConnRate", "MRP", get_number, VALUE_CONNECTION_RATE, "Connections in the last second."},
    {27, "ConnRateLimit", "CLP", get_number, VALUE_CONNECTION_RATE_LIMIT, "The limit on connections in a second, 0 = none."},
    {28, "MaxConnRate", "MMP", get_number, VALUE_UNKNOWN, "The most connections in a second."},
    {29, "SessRate", "MRP", get_number, VALUE_SESSION_RATE, "Sessions in the last second."},
    {30, "SessRateLimit", "CLP", get_number, VALUE_SESSION_RATE_LIMIT, "The limit on sessions in a second, 0 = none."},
    {31, "MaxSessRate", "MRP", get_number, VALUE_UNKNOWN, "The most sessions in a second."},
    {32, "SslRate", "MRP", get_number, VALUE_UNKNOWN, "TLS connections in the last second."},
    {33, "SslRateLimit", "CLP", get_number, VALUE_TLS_RATE_LIMIT, "The limit on TLS connections in a second, 0 = none."},
    {34, "MaxSslRate", "MMP", get_number, VALUE_UNKNOWN, "The most TLS connections in a second."},
    {35, "SslFrontendKeyRate", "MGP", get_number, VALUE_UNKNOWN, "Full handshakes of clients in the last second."},
    {36, "SslFrontendMaxKeyRate", "MMP", get_number, VALUE_UNKNOWN, "The most full handshakes of clients in a second."},
    {37, "SslFrontendSessionReuse_pct", "MGP", get_number, VALUE_TLS_REUSE_PERCENT, "Percentage of clients' handshakes that resumed a session."},
    {38, "SslBackendKeyRate", "MRP", get_number, VALUE_UNKNOWN, "Full handshakes with servers in the last second."},
    {39, "SslBackendMaxKeyRate", "MMP", get_number, VALUE_UNKNOWN, "The most full handshakes with servers in a second."},
    {40, "SslCacheLookups", "MCP", get_number, VALUE_UNKNOWN, "Look-ups in the cache of TLS sessions."},
    {41, "SslCacheMisses", "MCP", get_number, VALUE_UNKNOWN, "Look-ups that found no session."},
    {42, "CompressBpsIn", "MRP", get_number, VALUE_UNKNOWN, "Bytes given to the compressor in the last second."},
    {43, "CompressBpsOut", "MRP", get_number, VALUE_UNKNOWN, "Bytes that came out of it in the last second."},
    {44, "CompressBpsRateLim", "CLP", get_number, VALUE_COMPRESSION_LIMIT, "The limit on compressed bytes in a second, 0 = none."},
    {47, "Tasks", "MGP", get_number, VALUE_UNKNOWN, "Tasks of the scheduler."},
    {48, "Run_queue", "MGP", get_number, VALUE_UNKNOWN, "Tasks that are due."},
    {49, "Idle_pct", "MaP", get_idle, VALUE_ZERO, "Percentage of the last second without work."},
    {50, "node", "COS", get_node, VALUE_ZERO, "Name of this node."},
    {51, "description", "COS", get_description, VALUE_ZERO, "What this node is for."},
    {52, "Stopping", "MGP", get_number, VALUE_STOPPING, "1 while the process drains before it leaves."},
    {53, "Jobs", "MGP", get_jobs, VALUE_ZERO, "Connections and listeners."},
    {54, "Unstoppable Jobs", "MGP", get_number, VALUE_ZERO, "Jobs that a stop waits for without end."},
    {55, "Listeners", "MGP", get_number, VALUE_LISTENERS, "Listening addresses."},
    {56, "ActivePeers", "MGP", get_number, VALUE_ZERO, "Peers that are connected and synchronised."},
    {57, "ConnectedPeers", "MGP", get_number, VALUE_ZERO, "Peers that are connected."},
    {58, "DroppedLogs", "MGP", get_number, VALUE_DROPPED_LOGS, "Log lines that were lost."},
    {59, "BusyPolling", "MGP", get_number, VALUE_ZERO, "1 if the threads never sleep."},
    {60, "FailedResolutions", "MGP", get_number, VALUE_ZERO, "Names that could not be resolved."},
    {61, "TotalBytesOut", "MGP", get_number64, VALUE_BYTES_OUT, "Bytes sent to clients since the start."},
    {62, "TotalSplicdedBytesOut", "MGP", get_number64, VALUE_UNKNOWN, "Bytes of these that went through a pipe of the kernel."},
    {63, "BytesOutRate", "MRP", get_number64, VALUE_UNKNOWN, "Bytes sent to clients in the last second."},
    {64, "DebugCommandsIssued", "MGP", get_number, VALUE_ZERO, "Commands for debugging that were given."},
    {65, "CumRecvLogs", "MCP", get_number, VALUE_ZERO, "Log lines received to be passed on."},
    {66, "Build info", "POS", get_version, VALUE_ZERO, "The version that was built."},
    {67, "Memmax_bytes", "CLP", get_number, VALUE_ZERO, "The limit on memory in bytes, 0 = none."},
    {68, "PoolAlloc_bytes", "MGP", get_number64, VALUE_HEAP_BYTES, "Bytes that the allocator holds."},
    {69, "PoolUsed_bytes", "MGP", get_number64, VALUE_HEAP_USED_BYTES, "Bytes of these that are in use."},
    {70, "Start_time_sec", "MDP", get_number, VALUE_START_S, "When the process started, in seconds since 1970."},
    {71, "Tainted", "SGP", get_tainted, VALUE_ZERO, "What experiments were used."},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

enum info_format { INFO_PLAIN, INFO_TYPED, INFO_JSON };

/* One answer: all of its rows are of one moment. */
struct answer {
    struct facts facts;
    enum info_format format;
    bool is_described;
};

static void put_value(struct text *out, const struct stats_value *value)
{
    if (value->type == STATS_STRING)
        text_put(out, value->string);
    else
        text_u64(out, value->number);
}

static void put_json(struct text *out, const struct info_row *row, const struct stats_value *value)
{
    text_printf(out, "%s{\"field\":{\"pos\":%u,\"name\":\"%s\"},\"processNum\":1,",
                row == rows ? "[" : ",", row->position, row->name);
    tags_json(out, row->tags);
    text_char(out, ',');
    tags_json_value(out, value);
    text_char(out, '}');
}

static void put_row(struct text *out, const struct info_row *row, const struct stats_value *value,
                    const struct answer *answer)
{
    if (answer->format == INFO_JSON) {
        put_json(out, row, value);
        return;
    }
    if (answer->format == INFO_TYPED) {
        text_printf(out, "%u.%s.1:%s:", row->position, row->name, row->tags);
        tags_typed(out, value);
    } else {
        text_printf(out, "%s: ", row->name);
        put_value(out, value);
    }
    if (answer->is_described)
        text_printf(out, ":\"%s\"", row->help);
    text_char(out, '\n');
}

static bool has_word(const struct cli_call *call, const char *word)
{
    for (unsigned i = 2; i < call->count; i++)
        if (strcmp(call->words[i], word) == 0)
            return true;
    return false;
}

static enum cli_progress more_info(struct cli_call *call, struct text *out)
{
    const struct answer *answer = call->state;
    struct stats_value value = {.type = STATS_EMPTY};
    if (call->at == ROWS) {
        if (answer->format == INFO_JSON)
            text_put(out, "]\n");
        return CLI_DONE;
    }
    const struct info_row *row = &rows[call->at++];
    row->get(row, &answer->facts, &value);
    if (value.type != STATS_EMPTY)
        put_row(out, row, &value, answer);
    return CLI_MORE;
}

static void run_info(struct cli_call *call)
{
    const struct loop *loop = cli_call_loop(call);
    struct answer *answer = calloc(1, sizeof(*answer));
    if (answer == NULL) {
        cli_fail(call, "Out of memory.\n");
        return;
    }
    answer->format = has_word(call, "json")    ? INFO_JSON
                     : has_word(call, "typed") ? INFO_TYPED
                                               : INFO_PLAIN;
    answer->is_described = has_word(call, "desc");
    answer->facts.global = &call->snapshot->config->global;
    process_values_read(call->snapshot, loop->now_us, loop_wall_us(loop), answer->facts.values);
    call->state = answer;
    call->release = cli_call_free_state;
    call->more = more_info;
}

/* clang-format off */
const struct cli_command cli_info_commands[] = {
    {"show info", CONF_ADMIN_USER, "show info [desc|json|typed|float]*", "report information about the running process", run_info, NULL},
    {0},
};
/* clang-format on */
