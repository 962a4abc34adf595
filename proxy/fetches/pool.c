/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of frontends, backends and servers: how many, how busy, how healthy. And the converters nbsrv and srv_queue. */
#include "proxy/http/stream.h"
#include "proxy/rules/rows.h"

/* ---- backends ----------------------------------------------------------------------------------------- */

static unsigned usable_servers(const struct proxy *proxy)
{
    unsigned count = 0;
    for (size_t i = 0; i < proxy->conf->server_count; i++)
        count += server_is_usable(proxy->servers[i]);
    return count;
}

/* Slots left on servers and in their queues; -1: there is no bound. */
static long long free_slots(const struct proxy *proxy, bool with_queue)
{
    long long slots = 0;
    for (size_t i = 0; i < proxy->conf->server_count; i++) {
        const struct server *server = proxy->servers[i];
        if (!server_is_usable(server))
            continue;
        if (server->maxconn == 0 || (with_queue && server->maxqueue == 0))
            return -1;
        slots += (long long)server->maxconn - server->in_flight;
        slots += with_queue ? server->maxqueue : 0;
    }
    return slots > 0 ? slots : 0;
}

static long long average_queue(const struct proxy *proxy)
{
    unsigned servers = usable_servers(proxy), queued = proxy->state->backend.queued;
    return servers > 0 ? (queued + servers - 1) / servers : (long long)queued * 2;
}

enum { USABLE, BE_SESSIONS, BE_FREE, BE_RATE, SLOTS, QUEUE, AVERAGE_QUEUE };

static bool of_backend(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    const struct proxy *proxy = &env->snapshot->proxies[args[0].proxy];
    struct backend *backend = &proxy->state->backend;
    uint64_t now_us = env->loop->now_us;
    long long value = 0;
    switch (row->value) {
    case USABLE:
        value = usable_servers(proxy);
        break;
    case BE_SESSIONS:
        value = backend->sessions;
        break;
    case BE_FREE:
        value = free_slots(proxy, false);
        break;
    case SLOTS:
        value = free_slots(proxy, true);
        break;
    case QUEUE:
        value = backend->queued;
        break;
    case AVERAGE_QUEUE:
        value = average_queue(proxy);
        break;
    default:
        value = counter_set_rate(backend->counters, RATE_SESSIONS, now_us);
        break;
    }
    sample_set_int(out, value);
    return true;
}

/* ---- frontends ---------------------------------------------------------------------------------------- */

enum { FE_SESSIONS, FE_RATE, FE_REQUESTS };

static bool of_frontend(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    const struct frontend *frontend = &env->snapshot->proxies[args[0].proxy].state->frontend;
    long long value = frontend->sessions;
    if (row->value != FE_SESSIONS)
        value = counter_set_rate(frontend->counters,
                                 row->value == FE_RATE ? RATE_SESSIONS : RATE_REQUESTS,
                                 env->loop->now_us);
    sample_set_int(out, value);
    return true;
}

/* ---- servers ------------------------------------------------------------------------------------------ */

enum { SRV_UP, SRV_SESSIONS, SRV_FREE, SRV_QUEUE, SRV_RATE, SRV_WEIGHT, SRV_INITIAL_WEIGHT };

static long long free_of_server(const struct server *server)
{
    if (server->maxconn == 0)
        return -1;
    return server->maxconn > server->in_flight ? (long long)server->maxconn - server->in_flight : 0;
}

static bool server_figure(const struct sample_env *env, const struct server *server, int which,
                          struct sample *out)
{
    switch (which) {
    case SRV_UP:
        sample_set_bool(out, server->admin == SERVER_READY && server->up);
        break;
    case SRV_SESSIONS:
        sample_set_int(out, server->in_flight);
        break;
    case SRV_FREE:
        sample_set_int(out, free_of_server(server));
        break;
    case SRV_QUEUE: /* streams wait in the queue of the backend */
        sample_set_int(out, 0);
        break;
    case SRV_RATE:
        sample_set_int(out, counter_set_rate(server->counters, RATE_SESSIONS, env->loop->now_us));
        break;
    case SRV_WEIGHT:
        sample_set_int(out, server->weight);
        break;
    default:
        sample_set_int(out, server->weight_conf);
        break;
    }
    return true;
}

static bool of_server(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    const struct proxy *proxy = &env->snapshot->proxies[args[0].server.backend];
    return server_figure(env, proxy->servers[args[0].server.server], row->value, out);
}

/* ---- converters: the name comes at run time -------------------------------------------------------------- */

static bool is_named(const char *name, struct sample_text text)
{
    return strlen(name) == text.len && memcmp(name, text.data, text.len) == 0;
}

static const struct proxy *find_proxy(const struct sample_env *env, struct sample_text name,
                                      unsigned caps)
{
    for (size_t i = 0; i < env->snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &env->snapshot->proxies[i];
        if ((proxy->conf->caps & caps) != 0 && is_named(proxy->conf->name, name))
            return proxy;
    }
    return NULL;
}

/* "backend/server", or a server of the backend at hand. */
static const struct server *find_server(const struct sample_env *env, struct sample_text text)
{
    const char *slash = memchr(text.data, '/', text.len);
    size_t len = slash != NULL ? (size_t)(slash - text.data) : 0;
    struct sample_text name = {slash != NULL ? slash + 1 : text.data,
                               slash != NULL ? text.len - len - 1 : text.len};
    const struct proxy *backend =
        slash != NULL         ? find_proxy(env, (struct sample_text){text.data, len}, CONF_BACKEND)
        : env->stream != NULL ? env->stream->backend
                              : NULL;
    for (size_t i = 0; backend != NULL && i < backend->conf->server_count; i++)
        if (is_named(backend->servers[i]->name, name))
            return backend->servers[i];
    return NULL;
}

static bool servers_of_named(struct sample_env *env, const struct converter *row,
                             const struct arg *args, struct sample *s)
{
    (void)row, (void)args;
    const struct proxy *backend = find_proxy(env, s->text, CONF_BACKEND);
    if (backend == NULL)
        return false;
    sample_set_int(s, usable_servers(backend));
    return true;
}

static bool frontend_exists(struct sample_env *env, const struct converter *row,
                            const struct arg *args, struct sample *s)
{
    (void)row, (void)args;
    sample_set_bool(s, find_proxy(env, s->text, CONF_FRONTEND) != NULL);
    return true;
}

static bool of_named_server(struct sample_env *env, const struct converter *row,
                            const struct arg *args, struct sample *s)
{
    (void)args;
    const struct server *server = find_server(env, s->text);
    return server != NULL && server_figure(env, server, row->value, s);
}

#define BACKEND(word, which, from, text)                                                           \
    .name = word, .out = SAMPLE_INT, .args = {{ARG_BACKEND}, 1}, .run = of_backend,                \
    .value = which, .since = from, .doc = text
#define FRONTEND(word, which, from, text)                                                          \
    .name = word, .out = SAMPLE_INT, .args = {{ARG_FRONTEND}, 1}, .run = of_frontend,              \
    .value = which, .since = from, .doc = text
#define SERVER(word, type, which, from, text)                                                      \
    .name = word, .out = type, .args = {{ARG_SERVER}, 1}, .run = of_server, .value = which,        \
    .since = from, .doc = text
/* clang-format off */
const struct fetch pool_fetches[] = {
    {BACKEND("nbsrv", USABLE, NULL, "Usable servers of the backend.")},
    {BACKEND("be_conn", BE_SESSIONS, NULL, "Streams on the backend, the waiting ones included.")},
    {BACKEND("be_conn_free", BE_FREE, "2.1", "Free places on the servers of the backend; -1 if a server has no bound.")},
    {BACKEND("be_sess_rate", BE_RATE, NULL, "Streams that came to the backend in the last second.")},
    {BACKEND("connslots", SLOTS, NULL, "Free places on the servers of the backend and in their queues; -1 if there is no bound.")},
    {BACKEND("queue", QUEUE, NULL, "Streams that wait for a server of the backend.")},
    {BACKEND("avg_queue", AVERAGE_QUEUE, NULL, "Waiting streams for each usable server of the backend.")},
    {FRONTEND("fe_conn", FE_SESSIONS, NULL, "Connections of the frontend.")},
    {FRONTEND("fe_sess_rate", FE_RATE, NULL, "Connections that came to the frontend in the last second.")},
    {FRONTEND("fe_req_rate", FE_REQUESTS, "1.6", "Requests that came to the frontend in the last second.")},
    {SERVER("srv_is_up", SAMPLE_BOOL, SRV_UP, NULL, "Whether the server may be used.")},
    {SERVER("srv_conn", SAMPLE_INT, SRV_SESSIONS, NULL, "Streams on the server.")},
    {SERVER("srv_conn_free", SAMPLE_INT, SRV_FREE, "2.1", "Free places on the server; -1 without a bound.")},
    {SERVER("srv_queue", SAMPLE_INT, SRV_QUEUE, "2.0", "Streams that wait for this very server; here they wait for any of the backend.")},
    {SERVER("srv_sess_rate", SAMPLE_INT, SRV_RATE, NULL, "Streams that came to the server in the last second.")},
    {SERVER("srv_weight", SAMPLE_INT, SRV_WEIGHT, "2.6", "Weight of the server now.")},
    {SERVER("srv_uweight", SAMPLE_INT, SRV_WEIGHT, "2.6", "Weight of the server as set by users.")},
    {SERVER("srv_iweight", SAMPLE_INT, SRV_INITIAL_WEIGHT, "2.6", "Weight of the server in the configuration.")},
    {.name = NULL},
};

const struct converter pool_converters[] = {
    {.name = "nbsrv", .in = SAMPLE_STRING, .out = SAMPLE_INT, .run = servers_of_named, .since = "1.9", .doc = "Usable servers of the backend of that name."},
    {.name = "srv_queue", .in = SAMPLE_STRING, .out = SAMPLE_INT, .run = of_named_server, .value = SRV_QUEUE, .since = "2.6", .doc = "Streams that wait for the server of that name, [<backend>/]<server>."},
    {.name = "srv_is_up", .in = SAMPLE_STRING, .out = SAMPLE_BOOL, .run = of_named_server, .value = SRV_UP, .since = "3.1", .doc = "Whether the server of that name, [<backend>/]<server>, may be used."},
    {.name = "fe_exists", .in = SAMPLE_STRING, .out = SAMPLE_BOOL, .run = frontend_exists, .since = "3.3", .doc = "Whether there is a frontend of that name."},
    {.name = NULL},
};
/* clang-format on */
