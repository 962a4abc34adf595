/* SPDX-License-Identifier: Apache-2.0 */
/* The access record of a stream, and its line; see stream_log.h. */
#include "proxy/http/stream_log_priv.h"

#include "proxy/http/rules.h"
#include "proxy/http/stream.h"
#include "proxy/rules/ruleset.h"
#include "tls/session.h"

static char cause_letter(const struct stream *s)
{
    static const char letters[CAUSES] = {
        [CAUSE_NONE] = '-',         [CAUSE_CLIENT_ABORT] = 'C',   [CAUSE_CLIENT_TIMEOUT] = 'c',
        [CAUSE_SERVER_ABORT] = 'S', [CAUSE_SERVER_TIMEOUT] = 's', [CAUSE_PROXY] = 'P',
        [CAUSE_RESOURCE] = 'R',     [CAUSE_INTERNAL] = 'I',       [CAUSE_LOCAL] = 'L',
        [CAUSE_SERVER_DOWN] = 'D',  [CAUSE_KILLED] = 'K',
    };
    return letters[s->cause];
}

static void fill_loads(const struct stream *s, struct access_record *r)
{
    r->actconn = atomic_load_explicit(&http_sessions_total, memory_order_relaxed);
    r->feconn = atomic_load_explicit(&s->frontend->state->frontend.sessions, memory_order_relaxed);
    /* the slot is as good as free when the line is read, unless that is written long before the end */
    unsigned self = s->server != NULL && !s->frontend->conf->logasap ? 1 : 0;
    if (s->backend != NULL)
        r->beconn =
            atomic_load_explicit(&s->backend->state->backend.sessions, memory_order_relaxed) - self;
    if (s->last_server != NULL)
        r->srv_conn = atomic_load_explicit(&s->last_server->in_flight, memory_order_relaxed) - self;
}

/* As for HAProxy, to which a request is whole when its way is known: its backend, its body, or that it is denied. */
static bool is_request_whole(const struct stream *s)
{
    const bool has_backend = s->backend != NULL ? !s->backend->conf->disabled
                                                : (s->frontend->conf->caps & CONF_BACKEND) != 0 ||
                                                      s->frontend->conf->http_buffer_request;
    if (s->whole_us == 0 || s->rules.is_tarpit)
        return false;
    if (s->cause == CAUSE_SERVER_ABORT)
        return has_backend;
    return s->cause != CAUSE_PROXY || s->phase != 'R' || s->rules.was_denied;
}

static void fill_timers(const struct stream *s, struct access_record *r)
{
    uint64_t now_us = s->thread->loop->now_us;
    const struct session *session = s->session;
    r->accepted_wall_us = (int64_t)s->began_us + s->thread->loop->wall_minus_mono_us;
    r->handshake_ms = session->handshake_ms;
    r->idle_ms = access_phase_ms(session->idle_since_us, s->began_us);
    r->request_ms = is_request_whole(s) ? access_phase_ms(s->began_us, s->whole_us) : -1;
    /* in a tarpit the time passes that queues are known for */
    uint64_t left_queue_us = s->phase == 'Q' || s->phase == 'T' ? now_us : s->assigned_us;
    r->queue_ms = left_queue_us != 0 ? access_phase_ms(s->whole_us, left_queue_us) : -1;
    r->connect_ms = s->connected_us != 0 ? access_phase_ms(s->assigned_us, s->connected_us) : -1;
    r->response_ms = s->response_us != 0 && s->connected_us != 0
                         ? access_phase_ms(s->connected_us, s->response_us)
                         : -1;
    r->active_ms = access_phase_ms(s->began_us, now_us);
}

void access_fill_tls(const struct session *session, struct access_record *r)
{
    if (session->client.tls == NULL)
        return;
    r->tls_version = tls_session_version(session->client.tls);
    r->tls_cipher = tls_session_cipher(session->client.tls);
    r->tls_sni = tls_session_sni(session->client.tls);
    r->tls_resumed = tls_session_is_resumed(session->client.tls);
}

void access_fill_local(const struct session *session, struct addr *local, struct access_record *r)
{
    if (r->frontend->log_format != CONF_LOG_DEFAULT)
        return;
    session_destination(session, local);
    if (local->family != AF_UNSPEC)
        r->local = local;
}

static void fill_captures(const struct stream *s, struct access_record *r)
{
    const struct proxy_rules *rules = s->frontend->conf->rules;
    if (rules == NULL || s->head_us == 0) /* as HAProxy, which knows no stream yet */
        return;
    r->captured = s->rules.captured;
    r->captured_resp = s->rules.captured_resp;
    r->captured_count = rules->request_capture_count;
    r->captured_resp_count = rules->response_capture_count;
    r->cookie = s->rules.cookie;
    r->cookie_resp = s->rules.cookie_resp;
    r->log_level = s->rules.log_level;
}

/* local: room for the address it may need */
static void fill(struct stream *s, struct access_record *r, struct addr *local)
{
    *r = (struct access_record){
        .frontend = s->frontend->conf,
        .backend = s->backend != NULL ? s->backend->conf : NULL,
        .bind = s->session->bind->conf,
        .client = &s->session->address,
        .server = s->last_server != NULL ? s->last_server->name : NULL,
        .status = s->status,
        .bytes_read =
            s->head_us != 0 ? s->down.bytes_out : 0, /* as HAProxy, which knows no stream yet */
        .bytes_uploaded = s->mode->uploaded(s),
        .termination = {cause_letter(s), s->phase, '-', '-'},
        .retries = s->retries,
        .redispatched = s->redispatched,
        .srv_queue = s->srv_queue,
        .backend_queue = s->backend_queue,
        .thread = s->thread->loop->index,
        .logged_us = s->thread->loop->now_us,
    };
    fill_loads(s, r);
    fill_timers(s, r);
    s->mode->describe(s, r);
    access_fill_tls(s->session, r);
    fill_captures(s, r);
    persist_letters(s, &r->termination[2]);
    access_fill_local(s->session, local, r);
}

const struct access_record *stream_log_record(struct sample_env *env)
{
    struct http_thread *thread = env->stream->thread;
    fill(env->stream, &thread->record, &thread->record_local);
    env->record = &thread->record;
    return env->record;
}

static struct access_text render(const struct format *format, struct sample_env *env)
{
    struct access_text text = {0};
    if (format != NULL)
        text.data = format_text(format, env, &text.len);
    return text;
}

void access_hand_over(struct sample_env *env, struct access_record *r, const struct format *format)
{
    const struct proxy_rules *rules = r->frontend->rules;
    struct http_thread *thread = env->session->thread;
    size_t used = env->scratch->used;
    env->record = r;
    r->line = render(format, env);
    if (rules != NULL && r->line.data != NULL)
        r->structured = render(rules->log_format_sd, env);
    thread->hooks->access_log(r);
    counters_add(
        frontend_counters(&env->session->bind->proxy->state->frontend, thread->loop->index),
        COUNTER_LOG_LINES, 1);
    env->scratch->used = used;
}

void stream_log_now(struct stream *s)
{
    if (s->frontend->conf->log_count == 0 || s->rules.unlogged)
        return;
    struct access_record r;
    struct addr local;
    struct sample_env env;
    fill(s, &r, &local);
    rules_env(s, s->frontend, true, &env);
    access_hand_over(&env, &r, access_format(s->frontend->conf->rules, s->head_us != 0));
}

static void log_stream(struct stream *s)
{
    if (s->logged)
        return;
    stream_log_now(s);
    s->logged = !s->rules.unlogged;
}

void stream_log_begin(struct stream *s)
{
    if (s->frontend->conf->log_format == CONF_LOG_DEFAULT)
        log_stream(s);
}

void stream_log_head(struct stream *s)
{
    if (s->frontend->conf->logasap)
        log_stream(s);
}

void stream_log_end(struct stream *s)
{
    stream_count_end(s);
    if (!s->frontend->conf->dontlognull || s->mode->uploaded(s) > 0)
        log_stream(s);
}
