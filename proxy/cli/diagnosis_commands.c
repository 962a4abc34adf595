/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What HAProxy shows of its insides, as far as weir has such a thing: memory, threads. Of what it
 * has none the answer is that of a HAProxy that does not use it.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/state/reload_status.h"

#include <malloc.h>
#include <string.h>
#include <time.h>

static void put_date(struct text *out, const struct cli_call *call)
{
    int64_t wall_us = loop_wall_us(cli_call_loop(call));
    time_t seconds = (time_t)(wall_us / 1000000);
    char date[40];
    struct tm tm;
    localtime_r(&seconds, &tm);
    strftime(date, sizeof(date), "%d/%b/%Y:%H:%M:%S", &tm);
    text_printf(out, "%s.%03u", date, (unsigned)(wall_us / 1000 % 1000));
}

/* weir keeps no bad messages: it logs why each was refused. */
static void run_errors(struct cli_call *call)
{
    text_put(call->out, "Total events captured on [");
    put_date(call->out, call);
    text_put(call->out, "] : 0\n");
}

static void run_pools(struct cli_call *call)
{
    struct mallinfo2 heap = mallinfo2();
    size_t held = heap.arena + heap.hblkhd, used = heap.uordblks + heap.hblkhd;
    text_printf(
        call->out,
        "Dumping pools usage.\n"
        "  - Pool heap (1 bytes) : %zu allocated (%zu bytes), %zu used, 0 failures, 1 users\n"
        "Total: 1 pools, %zu bytes allocated, %zu used.\n",
        held, held, used, held, used);
}

static void run_activity(struct cli_call *call)
{
    int64_t wall_us = loop_wall_us(cli_call_loop(call));
    text_printf(call->out, "thread_id: %u (1..%u)\ndate_now: %lld.%06u\n",
                call->snapshot->thread_count + 1, call->snapshot->thread_count,
                (long long)(wall_us / 1000000), (unsigned)(wall_us % 1000000));
}

static void run_threads(struct cli_call *call)
{
    for (unsigned i = 0; i < call->snapshot->thread_count; i++)
        text_printf(call->out, "  Thread %u : name=weir/%u\n", i + 1, i);
    text_printf(call->out, "* Thread %u : this one answers\n", call->snapshot->thread_count + 1);
}

/* ---- what the load warned of ----------------------------------------------------------------- */

static enum cli_progress more_report(struct cli_call *call, struct text *out)
{
    const char *rest = (const char *)call->state + call->at;
    size_t len = strnlen(rest, CLI_ROW_BYTES / 2);
    text_printf(out, "%.*s", (int)len, rest);
    call->at += len;
    return rest[len] != '\0' ? CLI_MORE : CLI_DONE;
}

static void run_startup_logs(struct cli_call *call)
{
    call->state = strdup(reload_status_report()); /* a load may bring another */
    call->release = cli_call_free_state;
    if (call->state == NULL)
        cli_fail(call, "Out of memory.\n");
    else
        call->more = more_report;
}

/* ---- nothing to show ------------------------------------------------------------------------- */

static void run_nothing(struct cli_call *call)
{
    (void)call;
}

/* HAProxy asks for these before commands that weir does not have; the others need no permission. */
static void run_mode(struct cli_call *call)
{
    bool is_known = strcmp(call->words[1], "on") == 0 || strcmp(call->words[1], "off") == 0;
    if (call->count > 1 && !is_known)
        cli_fail(call, "'on' or 'off' expected.\n");
}

static void run_schema(struct cli_call *call)
{
    text_put(
        call->out,
        "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",\"oneOf\":["
        "{\"title\":\"Info\",\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/item\"}},"
        "{\"title\":\"Stat\",\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":"
        "{\"$ref\":\"#/definitions/item\"}}},"
        "{\"title\":\"Error\",\"type\":\"object\",\"properties\":{\"errorStr\":{\"type\":"
        "\"string\"}},\"required\":[\"errorStr\"]}],"
        "\"definitions\":{\"item\":{\"type\":\"object\",\"properties\":{"
        "\"objType\":{\"enum\":[\"Frontend\",\"Backend\",\"Listener\",\"Server\",\"Unknown\"]},"
        "\"proxyId\":{\"type\":\"integer\",\"minimum\":0},"
        "\"id\":{\"type\":\"integer\",\"minimum\":0},"
        "\"field\":{\"type\":\"object\",\"properties\":{\"pos\":{\"type\":\"integer\",\"minimum\":"
        "0},"
        "\"name\":{\"type\":\"string\"}},\"required\":[\"pos\",\"name\"]},"
        "\"processNum\":{\"type\":\"integer\",\"minimum\":1},"
        "\"tags\":{\"type\":\"object\",\"properties\":{\"origin\":{\"type\":\"string\"},"
        "\"nature\":{\"type\":\"string\"},\"scope\":{\"type\":\"string\"}},"
        "\"required\":[\"origin\",\"nature\",\"scope\"]},"
        "\"value\":{\"type\":\"object\",\"properties\":{\"type\":{\"enum\":[\"s32\",\"u32\","
        "\"u64\","
        "\"str\",\"list\"]},\"value\":{}},\"required\":[\"type\",\"value\"]}},"
        "\"required\":[\"field\",\"processNum\",\"tags\",\"value\"]}}}\n");
}

/* clang-format off */
const struct cli_command cli_diagnosis_commands[] = {
    {"show errors", CONF_ADMIN_OPERATOR, "show errors [<px>] [request|response]", "report last request and/or response errors for each proxy", run_errors, NULL},
    {"show pools", CONF_ADMIN_USER, "show pools", "report information about the memory pools usage", run_pools, NULL},
    {"show activity", CONF_ADMIN_OPERATOR, "show activity", "show per-thread activity stats (for support/developers)", run_activity, NULL},
    {"show threads", CONF_ADMIN_USER, "show threads", "show some threads debugging information", run_threads, NULL},
    {"show peers", CONF_ADMIN_OPERATOR, "show peers [dict|-] [section]", "dump some information about all the peers or this peers section", run_nothing, NULL},
    {"show cache", CONF_ADMIN_USER, "show cache", "show cache status", run_nothing, NULL},
    {"show startup-logs", CONF_ADMIN_USER, "show startup-logs", "report logs emitted during HAProxy startup", run_startup_logs, NULL},
    {"show schema json", CONF_ADMIN_USER, "show schema json", "report schema used for stats", run_schema, NULL},
    {"expert-mode", CONF_ADMIN_ADMIN, NULL, NULL, run_mode, NULL},
    {"experimental-mode", CONF_ADMIN_ADMIN, NULL, NULL, run_mode, NULL},
    {0},
};
/* clang-format on */
