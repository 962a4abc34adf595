/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP room of a data thread: listeners follow the snapshot, memory follows the load. Sockets are bound
 * by the runtime, sessions look after themselves.
 */
#include "proxy/http/thread.h"

#include "proxy/http/server_conn.h"
#include "proxy/http/session.h"
#include "proxy/http/stream.h"
#include "proxy/net/listener.h"
#include "proxy/net/splice.h"
#include "proxy/rules/vars.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/events.h"
#include "proxy/state/live_limits.h"
#include "proxy/state/proxy_state.h"

#include <malloc.h>
#include <stdlib.h>

#define UPKEEP_MS 500
#define US_PER_SECOND 1000000
#define LOOSE_MIN 32 /* objects; with fewer free ones the heap has hardly changed */
#define LOOSE_SHARE                                                                                \
    256 /* and one for each so many in use: the heap's free places are looked through */

struct bind_listener {
    struct listener listener;
    struct list node;
    struct http_thread *thread;
    const struct bind *bind; /* borrowed: from the thread's snapshot */
    struct loop_garbage garbage;
};

/* ---- accepting -------------------------------------------------------------------------------------- */

static struct bind_listener *owner_of(struct listener *listener)
{
    return LIST_ITEM(listener, struct bind_listener, listener);
}

static bool on_admit(struct listener *listener)
{
    const struct bind_listener *l = owner_of(listener);
    unsigned sessions = atomic_load_explicit(&http_sessions_total, memory_order_relaxed);
    uint32_t now_s = (uint32_t)(listener->loop->now_us / US_PER_SECOND);
    return live_limits_have_room(sessions, l->bind->tls != NULL, now_s) &&
           frontend_has_room(&l->bind->proxy->state->frontend, now_s);
}

static void on_accepted(struct listener *listener, int fd, const struct sockaddr *from)
{
    struct bind_listener *l = owner_of(listener);
    live_limits_count(l->bind->tls != NULL, (uint32_t)(listener->loop->now_us / US_PER_SECOND));
    session_open(l->thread, l->bind, fd, from);
}

static const struct listener_owner bind_listener_owner = {
    .admit = on_admit,
    .accepted = on_accepted,
};

void http_thread_session_left(struct http_thread *thread, const struct bind *bind)
{
    frontend_leave(&bind->proxy->state->frontend);
    bind_leave(bind->state);
    for (struct list *n = thread->listeners.next; n != &thread->listeners; n = n->next) {
        struct bind_listener *l = LIST_ITEM(n, struct bind_listener, node);
        if (l->listener.paused)
            listener_resume(&l->listener);
    }
    if (thread->draining && thread->session_count == 0)
        thread->hooks->drained(thread);
}

/* ---- following the snapshot --------------------------------------------------------------------------- */

static const struct bind *find_bind(const struct snapshot *snapshot,
                                    const struct bind_socket *socket)
{
    for (size_t p = 0; p < snapshot->config->proxy_count; p++) {
        const struct proxy *proxy = &snapshot->proxies[p];
        for (size_t b = 0; b < proxy->conf->bind_count; b++)
            if (proxy->binds[b].socket == socket)
                return &proxy->binds[b];
    }
    return NULL;
}

const struct bind *http_thread_find_bind(const struct http_thread *thread, const struct bind *old)
{
    return find_bind(thread->snapshot, old->socket);
}

static void free_listener(struct loop_garbage *garbage)
{
    free(LIST_ITEM(garbage, struct bind_listener, garbage));
}

static void stop_listener(struct bind_listener *l)
{
    listener_stop(&l->listener);
    list_remove(&l->node);
    loop_free_later(l->thread->loop, &l->garbage, free_listener);
}

/* Those whose address has gone stop, while the old snapshot is still ours: what waits there belongs to it. */
static void stop_listeners(struct http_thread *thread, const struct snapshot *heir)
{
    for (struct list *n = thread->listeners.next, *next; n != &thread->listeners; n = next) {
        struct bind_listener *l = LIST_ITEM(n, struct bind_listener, node);
        next = n->next;
        const struct bind *bind = heir != NULL ? find_bind(heir, l->bind->socket) : NULL;
        if (bind == NULL)
            stop_listener(l);
        else
            l->bind = bind;
    }
}

static bool is_listening(const struct http_thread *thread, const struct bind *bind)
{
    for (struct list *n = thread->listeners.next; n != &thread->listeners; n = n->next)
        if (LIST_ITEM(n, struct bind_listener, node)->bind == bind)
            return true;
    return false;
}

static void start_listener(struct http_thread *thread, const struct bind *bind)
{
    struct bind_listener *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return;
    l->thread = thread;
    l->bind = bind;
    int fd = bind->socket->fds[thread->loop->index];
    if (listener_start(&l->listener, thread->loop, fd, &bind_listener_owner) != 0) {
        free(l);
        return;
    }
    list_push_back(&thread->listeners, &l->node);
}

static void start_listeners(struct http_thread *thread)
{
    struct snapshot *snapshot = thread->snapshot;
    for (size_t p = 0; p < snapshot->config->proxy_count; p++) {
        struct proxy *proxy = &snapshot->proxies[p];
        for (size_t b = 0; b < proxy->conf->bind_count; b++)
            if (proxy->binds[b].socket != NULL && !is_listening(thread, &proxy->binds[b]))
                start_listener(thread, &proxy->binds[b]);
    }
}

static void move_idle_sessions(struct http_thread *thread)
{
    for (struct list *n = thread->sessions.next; n != &thread->sessions; n = n->next) {
        struct session *session = LIST_ITEM(n, struct session, node);
        if (session->state == SESSION_IDLE)
            session_move_on(session);
    }
}

static void on_adopt(struct loop_message *message)
{
    struct snapshot_use *use = LIST_ITEM(message, struct snapshot_use, adopt);
    struct http_thread *thread = use->adopter;
    struct snapshot *old = thread->snapshot;
    stop_listeners(thread, use->snapshot);
    thread->snapshot = use->snapshot;
    if (!thread->draining)
        start_listeners(thread);
    move_idle_sessions(thread);
    if (old != NULL)
        snapshot_release(old, thread->loop->index);
}

void http_thread_post_snapshot(struct http_thread *thread, struct snapshot *snapshot)
{
    struct snapshot_use *use = &snapshot->uses[thread->loop->index];
    use->adopter = thread;
    use->adopt.run = on_adopt;
    loop_post(thread->loop, &use->adopt);
}

void http_thread_set_stage(struct http_thread *thread, struct http_stage *stage,
                           struct snapshot *snapshot)
{
    thread->stage = stage;
    thread->snapshot = snapshot;
}

/* ---- draining ------------------------------------------------------------------------------------------ */

static void on_drain_mail(struct loop_message *message)
{
    struct http_thread *thread = LIST_ITEM(message, struct http_thread, drain_mail);
    stop_listeners(thread, NULL);
    for (struct list *n = thread->sessions.next, *next; n != &thread->sessions; n = next) {
        next = n->next;
        session_drain(LIST_ITEM(n, struct session, node));
    }
    thread->draining =
        true; /* not before: whoever closes last tells, and above it was not over yet */
    if (thread->session_count == 0)
        thread->hooks->drained(thread);
}

void http_thread_post_drain(struct http_thread *thread)
{
    loop_post(thread->loop, &thread->drain_mail);
}

/* ---- servers that change --------------------------------------------------------------------------------- */

/* Of a server in maintenance the requests at hand are finished; of one that the probes call down they move. */
static void tell_streams(struct http_thread *thread, struct server *server, unsigned notice)
{
    bool is_down = (notice & NOTICE_DOWN) != 0 && !atomic_load(&server->up);
    unsigned kills = notice & (NOTICE_SHUT_SESSIONS | NOTICE_KILL_SESSIONS);
    for (struct list *n = thread->sessions.next, *next; n != &thread->sessions; n = next) {
        struct stream *s = LIST_ITEM(n, struct session, node)->stream;
        next = n->next;
        if (s == NULL || s->server != server)
            continue;
        if (is_down)
            stream_handle(s, STREAM_SERVER_DOWN); /* may free it, or give it another server */
        s = LIST_ITEM(n, struct session, node)->stream;
        if (kills != 0 && s != NULL && s->server == server)
            stream_kill(s, (kills & NOTICE_KILL_SESSIONS) != 0 ? CAUSE_KILLED : CAUSE_SERVER_DOWN);
    }
}

void http_server_notice(struct loop *loop, struct server *server, unsigned notice)
{
    struct http_thread *thread = loop->owner;
    if (notice != NOTICE_KILL_SESSIONS)
        server_conn_purge(thread, server, true);
    if ((notice & (NOTICE_DOWN | NOTICE_SHUT_SESSIONS | NOTICE_KILL_SESSIONS)) != 0)
        tell_streams(thread, server, notice);
}

/* ---- upkeep ---------------------------------------------------------------------------------------------- */

static void purge_idle_connections(struct http_thread *thread)
{
    struct snapshot *snapshot = thread->snapshot;
    for (size_t p = 0; p < snapshot->config->proxy_count; p++)
        for (size_t i = 0; i < snapshot->proxies[p].conf->server_count; i++)
            server_conn_purge(thread, snapshot->proxies[p].servers[i], false);
}

/*
 * What nobody needed for half a second leaves the pools, and the heap soon after. Sessions are the measure for all that
 * hangs on them: TLS, above all.
 */
static void give_memory_back(struct http_thread *thread)
{
    thread->loose += pool_trim(&thread->session_pool) + pool_trim(&thread->stream_pool) +
                     pool_trim(&thread->tunnel_pool) + pool_trim(&thread->stick_pool) +
                     pool_trim(&thread->server_conn_pool) + pool_trim(&thread->sample_scratch.vars);
    if (thread->loose < LOOSE_MIN + thread->session_count / LOOSE_SHARE)
        return;
    thread->loose = 0;
    malloc_trim(0);
}

static void on_upkeep(struct wheel_timer *timer)
{
    struct http_thread *thread = LIST_ITEM(timer, struct http_thread, upkeep);
    if (thread->snapshot != NULL)
        purge_idle_connections(thread);
    give_memory_back(thread);
    splice_pool_trim(&thread->loop->pipes);
    loop_arm(thread->loop, &thread->upkeep, UPKEEP_MS);
}

/* ---- life ------------------------------------------------------------------------------------------------ */

struct http_thread *http_thread_create(struct loop *loop, const struct http_hooks *hooks,
                                       size_t buffer_bytes, size_t rewrite_bytes)
{
    struct http_thread *thread = calloc(1, sizeof(*thread));
    if (thread == NULL)
        return NULL;
    thread->sample_scratch =
        (struct sample_scratch){.base = malloc(SAMPLE_SCRATCH_BYTES), .size = SAMPLE_SCRATCH_BYTES};
    if (thread->sample_scratch.base == NULL) {
        free(thread);
        return NULL;
    }
    thread->loop = loop;
    thread->hooks = hooks;
    thread->buffer_bytes = buffer_bytes;
    thread->rewrite_bytes = rewrite_bytes;
    thread->drain_mail.run = on_drain_mail;
    loop->owner = thread;
    list_init(&thread->listeners);
    list_init(&thread->sessions);
    pool_init(&thread->session_pool, sizeof(struct session));
    pool_init(&thread->stream_pool, sizeof(struct stream) + buffer_bytes + rewrite_bytes);
    pool_init(&thread->tunnel_pool, STREAM_TUNNEL_BYTES);
    pool_init(&thread->stick_pool, sizeof(struct stream_stick));
    pool_init(&thread->server_conn_pool, sizeof(struct server_conn));
    pool_init(&thread->sample_scratch.vars, VAR_POOLED_BYTES);
    wheel_timer_init(&thread->upkeep, on_upkeep);
    loop_arm(loop, &thread->upkeep, UPKEEP_MS);
    return thread;
}

void http_thread_free(struct http_thread *thread)
{
    thread->draining = false; /* nobody is to be told any more */
    stop_listeners(thread, NULL);
    while (!list_is_empty(&thread->sessions)) {
        struct session *session = LIST_ITEM(thread->sessions.next, struct session, node);
        if (session->stream != NULL)
            stream_abandon(session->stream);
        else
            session_close(session);
    }
    if (thread->snapshot != NULL) {
        struct snapshot *snapshot = thread->snapshot;
        for (size_t p = 0; p < snapshot->config->proxy_count; p++)
            for (size_t i = 0; i < snapshot->proxies[p].conf->server_count; i++)
                server_conn_purge(thread, snapshot->proxies[p].servers[i], true);
    }
    /* what was put off until after the batch goes now: loop_destroy() comes after us */
    loop_collect_garbage(thread->loop);
    pool_destroy(&thread->session_pool);
    pool_destroy(&thread->stream_pool);
    pool_destroy(&thread->tunnel_pool);
    pool_destroy(&thread->stick_pool);
    pool_destroy(&thread->server_conn_pool);
    pool_destroy(&thread->sample_scratch.vars);
    free(thread->sample_scratch.base);
    free(thread);
}
