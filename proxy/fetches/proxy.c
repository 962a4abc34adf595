/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of the proxies that a stream is on, and of its server: names, numbers, timeouts. Figures are pool.c's. */
#include "proxy/fetches/rows.h"
#include "proxy/http/probe_view.h"
#include "proxy/http/stream_steps.h"

/* Of the stream, or of the server that is probed; NULL: none was chosen yet. */
static const struct proxy *backend_of(const struct sample_env *env)
{
    if (env->probe != NULL)
        return env->proxy;
    return env->stream != NULL ? env->stream->backend : NULL;
}

/* A stream that has none yet is on its frontend; what was no request is on none. */
static bool backend_fact(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    const struct proxy *backend = backend_of(env);
    const struct conf_proxy *conf =
        backend != NULL ? backend->conf : session_frontend(env->session);
    (void)args;
    if (env->probe == NULL && (env->stream == NULL || env->stream->head_us == 0))
        return false;
    if (row->out == SAMPLE_INT)
        sample_set_int(out, conf->id);
    else
        sample_set_text(out, SAMPLE_STRING, conf->name, strlen(conf->name));
    return true;
}

enum { FE_NAME, FE_ID, FE_DEFAULT, SO_NAME, SO_ID };

static bool name_of(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    (void)args;
    const struct session *session = env->session;
    const struct conf_proxy *frontend = session_frontend(session);
    const char *name = NULL;
    switch (row->value) {
    case FE_NAME:
        name = frontend->name;
        break;
    case FE_DEFAULT:
        name = frontend->default_backend != NULL ? frontend->default_backend->name : NULL;
        break;
    case SO_NAME:
        name = session->bind->conf->name;
        break;
    case FE_ID:
        sample_set_int(out, frontend->id);
        return true;
    default:
        sample_set_int(out, session->bind - session->bind->proxy->binds + 1);
        return true;
    }
    if (name == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, name, strlen(name));
    return true;
}

enum { SRV_NAME, SRV_ID };

static bool name_of_server(struct sample_env *env, const struct fetch *row, const struct arg *args,
                           struct sample *out)
{
    (void)args;
    const struct server *server = env->probe != NULL    ? env->probe->server
                                  : env->stream != NULL ? env->stream->last_server
                                                        : NULL;
    if (server == NULL)
        return false;
    if (row->value == SRV_ID)
        sample_set_int(out, server->id);
    else
        sample_set_text(out, SAMPLE_STRING, server->name, strlen(server->name));
    return true;
}

enum {
    CLIENT_TIMEOUT,
    TARPIT_TIMEOUT,
    CONNECT_TIMEOUT, /* and what follows: of the backend */
    SERVER_TIMEOUT,
    TUNNEL_TIMEOUT,
    QUEUE_TIMEOUT,
    BACKEND_TARPIT_TIMEOUT,
};
enum { AS_SET = 8 }; /* or what a rule has set for this stream */

static unsigned configured_ms(const struct conf_timeouts *timeout, int which)
{
    switch (which) {
    case CLIENT_TIMEOUT:
        return timeout->client_ms;
    case QUEUE_TIMEOUT:
        return timeout->queue_ms != 0 ? timeout->queue_ms : timeout->connect_ms;
    case TARPIT_TIMEOUT:
    case BACKEND_TARPIT_TIMEOUT:
        return timeout->tarpit_ms != 0 ? timeout->tarpit_ms : timeout->connect_ms;
    case CONNECT_TIMEOUT:
        return timeout->connect_ms;
    case SERVER_TIMEOUT:
        return timeout->server_ms;
    default:
        return timeout->tunnel_ms;
    }
}

static unsigned set_ms(const struct stream *s, int which)
{
    if (s == NULL)
        return 0;
    const struct rule_progress *p = &s->rules;
    switch (which) {
    case CLIENT_TIMEOUT:
        return p->client_ms;
    case CONNECT_TIMEOUT:
        return p->connect_ms;
    case SERVER_TIMEOUT:
        return p->server_ms;
    case TUNNEL_TIMEOUT:
        return p->tunnel_ms;
    case QUEUE_TIMEOUT:
        return p->queue_ms;
    default:
        return p->tarpit_ms;
    }
}

static bool timeout_of(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)args;
    int which = row->value & (AS_SET - 1);
    const struct proxy *backend = backend_of(env);
    unsigned ms = (row->value & AS_SET) != 0 ? set_ms(env->stream, which) : 0;
    if (which >= CONNECT_TIMEOUT && backend == NULL && ms == 0)
        return false;
    const struct conf_proxy *proxy =
        which < CONNECT_TIMEOUT || backend == NULL ? session_frontend(env->session) : backend->conf;
    sample_set_int(out, ms != 0 ? ms : configured_ms(&proxy->timeout, which));
    return true;
}

/* be_max_retries, cur_max_retries */
static bool retries_of(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)args;
    const struct proxy *backend = backend_of(env);
    if (backend == NULL)
        return false;
    const bool as_set = (row->value & AS_SET) != 0 && env->stream != NULL;
    sample_set_int(out, as_set ? stream_retries(env->stream) : backend->conf->retries);
    return true;
}

static bool is_of_http(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)row, (void)args;
    sample_set_bool(out, env->stream != NULL && env->stream->mode == &stream_http);
    return true;
}

/* Draining: the process ends when its sessions have. A reload ends nothing here. */
static bool stopping(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)row, (void)args;
    sample_set_bool(out, env->session->thread->draining);
    return true;
}

#define NAME(word, type, which, text)                                                              \
    .name = word, .out = type, .run = name_of, .use = USE_CLIENT, .value = which, .doc = text
#define OF_BACKEND(word, type, text)                                                               \
    .name = word, .out = type, .run = backend_fact, .use = USE_BACKEND, .doc = text
#define TIMEOUT(word, which, need, from, text)                                                     \
    .name = word, .out = SAMPLE_INT, .run = timeout_of, .use = need, .value = which,               \
    .since = from, .doc = text

/* clang-format off */
const struct fetch proxy_fetches[] = {
    {NAME("fe_name", SAMPLE_STRING, FE_NAME, "Name of the frontend."), .since = "1.8"},
    {NAME("fe_id", SAMPLE_INT, FE_ID, "Number of the frontend.")},
    {NAME("fe_defbe", SAMPLE_STRING, FE_DEFAULT, "Name of the frontend's default backend."), .since = "1.9"},
    {OF_BACKEND("be_name", SAMPLE_STRING, "Name of the backend."), .since = "1.8"},
    {OF_BACKEND("be_id", SAMPLE_INT, "Number of the backend.")},
    {NAME("so_name", SAMPLE_STRING, SO_NAME, "Name of the bind the client came to."), .since = "2.5"},
    {NAME("so_id", SAMPLE_INT, SO_ID, "Number of the bind the client came to.")},
    {.name = "srv_name", .out = SAMPLE_STRING, .run = name_of_server, .use = USE_SERVER, .value = SRV_NAME, .since = "2.5", .doc = "Name of the server."},
    {.name = "srv_id", .out = SAMPLE_INT, .run = name_of_server, .use = USE_SERVER, .value = SRV_ID, .doc = "Number of the server."},
    {.name = "stopping", .out = SAMPLE_BOOL, .run = stopping, .use = USE_CLIENT, .doc = "Whether the process is about to end, once its sessions have; a reload ends nothing."},
    {.name = "internal.strm.is_htx", .out = SAMPLE_BOOL, .run = is_of_http, .use = USE_CLIENT, .since = "2.2", .doc = "Whether the stream is one of HTTP; one of TCP may become that."},
    {.name = "be_max_retries", .out = SAMPLE_INT, .run = retries_of, .use = USE_BACKEND, .since = "3.2", .doc = "retries of the backend."},
    {.name = "cur_max_retries", .out = SAMPLE_INT, .run = retries_of, .use = USE_BACKEND, .value = AS_SET, .since = "3.2", .doc = "How often this stream may be tried again."},
    {TIMEOUT("fe_client_timeout", CLIENT_TIMEOUT, USE_CLIENT, "2.5", "timeout client of the frontend, in milliseconds.")},
    {TIMEOUT("fe_tarpit_timeout", TARPIT_TIMEOUT, USE_CLIENT, "3.2", "timeout tarpit of the frontend, in milliseconds.")},
    {TIMEOUT("be_connect_timeout", CONNECT_TIMEOUT, USE_BACKEND, "3.2", "timeout connect of the backend, in milliseconds.")},
    {TIMEOUT("be_queue_timeout", QUEUE_TIMEOUT, USE_BACKEND, "3.2", "timeout queue of the backend, in milliseconds.")},
    {TIMEOUT("be_tarpit_timeout", BACKEND_TARPIT_TIMEOUT, USE_BACKEND, "3.2", "timeout tarpit of the backend, in milliseconds.")},
    {TIMEOUT("be_server_timeout", SERVER_TIMEOUT, USE_BACKEND, "2.5", "timeout server of the backend, in milliseconds.")},
    {TIMEOUT("be_tunnel_timeout", TUNNEL_TIMEOUT, USE_BACKEND, "2.5", "timeout tunnel of the backend, in milliseconds.")},
    {TIMEOUT("cur_client_timeout", CLIENT_TIMEOUT | AS_SET, USE_CLIENT, "2.9", "timeout client of this stream, in milliseconds.")},
    {TIMEOUT("cur_connect_timeout", CONNECT_TIMEOUT | AS_SET, USE_BACKEND, "3.2", "timeout connect of this stream, in milliseconds.")},
    {TIMEOUT("cur_queue_timeout", QUEUE_TIMEOUT | AS_SET, USE_BACKEND, "3.2", "timeout queue of this stream, in milliseconds.")},
    {TIMEOUT("cur_tarpit_timeout", BACKEND_TARPIT_TIMEOUT | AS_SET, USE_BACKEND, "3.2", "timeout tarpit of this stream, in milliseconds.")},
    {TIMEOUT("cur_server_timeout", SERVER_TIMEOUT | AS_SET, USE_BACKEND, "2.5", "timeout server of this stream, in milliseconds.")},
    {TIMEOUT("cur_tunnel_timeout", TUNNEL_TIMEOUT | AS_SET, USE_BACKEND, "2.5", "timeout tunnel of this stream, in milliseconds.")},
    {.name = NULL},
};
/* clang-format on */
