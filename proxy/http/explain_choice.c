/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why this server and none of the others. Told after the choice was made, from what the choice was made of; on
 * a busy node another thread may have changed a count in between.
 */
#include "proxy/http/explain.h"

#include <stdio.h>

#define WHY_BYTES 160

static unsigned load_of(const struct server *server)
{
    return atomic_load_explicit(&server->in_flight, memory_order_relaxed);
}

/* ---- why not ------------------------------------------------------------------------------------------- */

static bool is_down(const struct stream *s, const struct server *server)
{
    (void)s;
    return !atomic_load(&server->up);
}

static bool is_in_maintenance(const struct stream *s, const struct server *server)
{
    (void)s;
    return server_is_in_maintenance(server);
}

static bool is_draining(const struct stream *s, const struct server *server)
{
    (void)s;
    return server_is_draining(server);
}

static bool has_no_weight(const struct stream *s, const struct server *server)
{
    (void)s;
    return atomic_load(&server->weight) == 0;
}

static bool waits_for_actives(const struct stream *s, const struct server *server)
{
    return atomic_load(&server->backup) && atomic_load(&s->backend->state->backend.active_up) > 0;
}

static bool has_failed(const struct stream *s, const struct server *server)
{
    return s->avoid == server;
}

static bool is_full(const struct stream *s, const struct server *server)
{
    unsigned most = atomic_load(&server->maxconn);
    (void)s;
    return most > 0 && load_of(server) >= most;
}

static bool comes_after_backup(const struct stream *s, const struct server *server)
{
    return atomic_load(&server->backup) && !s->backend->conf->all_backups;
}

/* The first that holds is told. */
static const struct {
    bool (*holds)(const struct stream *s, const struct server *server);
    const char *text;
} obstacles[] = {
    {is_in_maintenance, "in maintenance"},
    {is_down, "down"},
    {is_draining, "draining: it takes no new requests"},
    {has_no_weight, "weight 0: it takes no new requests"},
    {waits_for_actives, "a backup, and others are up"},
    {has_failed, "it has just failed"},
    {is_full, "full: maxconn is reached"},
    {comes_after_backup, "a backup that another one comes before"},
};

static const char *obstacle_of(const struct stream *s, const struct server *server)
{
    for (size_t i = 0; i < sizeof(obstacles) / sizeof(obstacles[0]); i++)
        if (obstacles[i].holds(s, server))
            return obstacles[i].text;
    return NULL;
}

static void explain_other(const struct stream *s, const struct server *server,
                          const struct conf_server *conf)
{
    const char *obstacle = obstacle_of(s, server), *be = s->backend->conf->name;
    if (obstacle != NULL)
        trace_note(s->trace, TRACE_SERVER, &conf->place, false, "%s/%s: %s", be, server->name,
                   obstacle);
    else
        trace_note(s->trace, TRACE_SERVER, &conf->place, false,
                   "%s/%s: could take it, but %s (weight %u, %u in flight)", be, server->name,
                   s->persist.is_direct    ? "the request belongs to another one"
                   : s->queue.wish.has_key ? "its key leads to another one"
                                           : "it is not its turn",
                   atomic_load(&server->weight), load_of(server));
}

/* ---- why --------------------------------------------------------------------------------------------------- */

static const char *way_of(const struct stream *s)
{
    if (s->queue.wish.server == s->server && s->persist.is_direct)
        return "persistence";
    return s->queue.wish.has_key ? "its key" : "its turn";
}

static void explain_chosen(const struct stream *s, const struct conf_server *conf)
{
    const struct conf_proxy *be = s->backend->conf;
    char detail[WHY_BYTES] = "";
    bool is_spare =
        atomic_load(&s->server->backup) && atomic_load(&s->backend->state->backend.active_up) == 0;
    if (s->queue.wish.has_key)
        snprintf(detail, sizeof(detail), ", key %08x, hash-type %s", s->queue.wish.key,
                 be->hash.method);
    trace_note(s->trace, TRACE_SERVER, &conf->place, true,
               "%s/%s: chosen by %s%s (balance %s%s; weight %u, %u in flight with this)", be->name,
               s->server->name, way_of(s), is_spare ? ", as only backups are left" : "",
               be->balance.name, detail, atomic_load(&s->server->weight), load_of(s->server));
}

static const char *const outcomes[] = {
    [ASSIGNED] = NULL,
    [QUEUED] = "waits in the queue until one is free",
    [NO_SERVER] = "no server can be used: 503",
    [QUEUE_FULL] = "all servers and their queues are full: 503",
};

void explain_choice(struct stream *s, enum assign_result result)
{
    const struct conf_proxy *be = s->backend->conf;
    const struct conf_server *chosen = NULL;
    for (size_t i = 0; i < be->server_count; i++) {
        const struct server *server = s->backend->servers[i];
        if (result == ASSIGNED && server == s->server)
            chosen = &be->servers[i];
        else
            explain_other(s, server, &be->servers[i]);
    }
    if (chosen != NULL)
        explain_chosen(s, chosen);
    else if (outcomes[result] != NULL)
        trace_note(s->trace, result == QUEUED ? TRACE_STEP : TRACE_ANSWER, &be->place, true,
                   "%s: %s", be->name, outcomes[result]);
}

void explain_granted(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    trace_note(s->trace, TRACE_SERVER, &be->place, true, "%s/%s: it has become free", be->name,
               s->server->name);
}

void explain_default(struct stream *s)
{
    const struct conf_proxy *fe = s->frontend->conf;
    if (s->backend == NULL)
        trace_note(s->trace, TRACE_ANSWER, &fe->place, true,
                   "no rule chose a backend, and %s has no default_backend: 503", fe->name);
    else if (s->backend == s->frontend)
        trace_note(s->trace, TRACE_BACKEND, &fe->place, true, "%s: its own servers", fe->name);
    else
        trace_note(s->trace, TRACE_BACKEND, &fe->place, true,
                   "%s: default_backend, as no rule chose one", s->backend->conf->name);
}

void explain_disabled(struct stream *s)
{
    const struct conf_proxy *be = s->backend->conf;
    trace_note(s->trace, TRACE_ANSWER, &be->place, true, "%s is disabled: 503", be->name);
}

void explain_wish(struct stream *s, const char *how, const struct server *server)
{
    const struct conf_proxy *be = s->backend->conf;
    if (server != NULL)
        trace_note(s->trace, TRACE_STEP, &be->place, true, "%s: it belongs to %s/%s", how, be->name,
                   server->name);
    else
        trace_note(s->trace, TRACE_STEP, &be->place, true, "%s", how);
}
