/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of the process that serves, and of what HAProxy has that there is none of here. */
#include "proxy/net/loop.h"
#include "proxy/rules/tables.h"

#include <unistd.h>

static bool process_id(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)env, (void)row, (void)args;
    sample_set_int(out, getpid());
    return true;
}

static bool fixed(struct sample_env *env, const struct fetch *row, const struct arg *args,
                  struct sample *out)
{
    (void)env, (void)args;
    sample_set_int(out, row->value);
    out->type = row->out;
    return true;
}

static bool nothing(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    (void)env, (void)row, (void)args, (void)out;
    return false;
}

/* Threads count from 0 in HAProxy's fetch, too. */
static bool thread(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)row, (void)args;
    sample_set_int(out, env->loop->index);
    return true;
}

/* Of the worker: one that took over from a dead one begins anew. */
static bool uptime(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)row, (void)args;
    sample_set_int(out, (long long)((env->loop->now_us - env->loop->made_us) / 1000000));
    return true;
}

#define FIXED(word, type, which, from, text)                                                       \
    {                                                                                              \
        .name = word, .out = type, .run = fixed, .value = which, .since = from, .doc = text        \
    }

/* Taken because files ask for it. */
#define IDLE(word, type, from, why)                                                                \
    {                                                                                              \
        .name = word, .out = type, .use = USE_CLIENT, .run = fixed, .since = from,                 \
        .doc = "0: " why ".", .idle = why                                                          \
    }

/* clang-format off */
const struct fetch runtime_fetches[] = {
    {.name = "pid", .out = SAMPLE_INT, .run = process_id, .since = "2.9", .doc = "The number of the process."},
    {.name = "thread", .out = SAMPLE_INT, .run = thread, .since = "1.9", .doc = "The number of the thread."},
    {.name = "uptime", .out = SAMPLE_INT, .run = uptime, .since = "3.5", .doc = "Seconds since the worker began to serve."},
    FIXED("nbproc", SAMPLE_INT, 1, NULL, "How many processes serve: 1."),
    FIXED("proc", SAMPLE_INT, 1, NULL, "Which process serves: 1."),
    FIXED("tgroup", SAMPLE_INT, 1, "2.9", "The group of the thread: there is one."),
    FIXED("quic_enabled", SAMPLE_BOOL, 0, "2.9", "Whether QUIC is spoken: it is not."),
    IDLE("cpu_calls", SAMPLE_INT, "2.0", "tasks are not profiled here"),
    IDLE("cpu_ns_avg", SAMPLE_INT, "2.0", "tasks are not profiled here"),
    IDLE("cpu_ns_tot", SAMPLE_INT, "2.0", "tasks are not profiled here"),
    IDLE("lat_ns_avg", SAMPLE_INT, "2.0", "tasks are not profiled here"),
    IDLE("lat_ns_tot", SAMPLE_INT, "2.0", "tasks are not profiled here"),
    IDLE("prio_class", SAMPLE_INT, "1.9", "the queue of a backend is first come, first served"),
    IDLE("prio_offset", SAMPLE_INT, "1.9", "the queue of a backend is first come, first served"),
    IDLE("res.cache_hit", SAMPLE_BOOL, "2.2", "there is no cache"),
    {.name = "res.cache_name", .out = SAMPLE_STRING, .use = USE_CLIENT, .run = nothing, .since = "2.2", .doc = "The cache that answered: there is none.", .idle = "there is no cache"},
    {.name = NULL},
};
/* clang-format on */
