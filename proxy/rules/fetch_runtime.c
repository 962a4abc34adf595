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

#define FIXED(word, type, needs, which, from, text)                                                \
    {                                                                                              \
        .name = word, .out = type, .use = needs, .run = fixed, .value = which, .since = from,      \
        .doc = text                                                                                \
    }

/* clang-format off */
const struct fetch runtime_fetches[] = {
    {.name = "pid", .out = SAMPLE_INT, .run = process_id, .since = "2.9", .doc = "The number of the process."},
    {.name = "thread", .out = SAMPLE_INT, .run = thread, .since = "1.9", .doc = "The number of the thread."},
    FIXED("nbproc", SAMPLE_INT, 0, 1, NULL, "How many processes serve: 1."),
    FIXED("proc", SAMPLE_INT, 0, 1, NULL, "Which process serves: 1."),
    FIXED("tgroup", SAMPLE_INT, 0, 1, "2.9", "The group of the thread: there is one."),
    FIXED("quic_enabled", SAMPLE_BOOL, 0, 0, "2.9", "Whether QUIC is spoken: it is not."),
    FIXED("cpu_calls", SAMPLE_INT, USE_CLIENT, 0, "2.0", "0: tasks are not profiled here."),
    FIXED("cpu_ns_avg", SAMPLE_INT, USE_CLIENT, 0, "2.0", "0: tasks are not profiled here."),
    FIXED("cpu_ns_tot", SAMPLE_INT, USE_CLIENT, 0, "2.0", "0: tasks are not profiled here."),
    FIXED("lat_ns_avg", SAMPLE_INT, USE_CLIENT, 0, "2.0", "0: tasks are not profiled here."),
    FIXED("lat_ns_tot", SAMPLE_INT, USE_CLIENT, 0, "2.0", "0: tasks are not profiled here."),
    FIXED("prio_class", SAMPLE_INT, USE_CLIENT, 0, "1.9", "0: the queue of a backend is first come, first served."),
    FIXED("prio_offset", SAMPLE_INT, USE_CLIENT, 0, "1.9", "0: the queue of a backend is first come, first served."),
    FIXED("res.cache_hit", SAMPLE_BOOL, USE_CLIENT, 0, "2.2", "Whether a cache answered: there is none."),
    {.name = "res.cache_name", .out = SAMPLE_STRING, .use = USE_CLIENT, .run = nothing, .since = "2.2", .doc = "The cache that answered: there is none."},
    {.name = NULL},
};
/* clang-format on */
