/* SPDX-License-Identifier: Apache-2.0 */
/* Counters and the access record of a finished stream; see stream_log.h. */
#include "proxy/http/stream_log.h"

#include "proxy/http/rules.h"
#include "proxy/http/stream.h"
#include "proxy/rules/expr.h"
#include "proxy/rules/ruleset.h"
#include "proxy/state/observe.h"
#include "tls/session.h"

/* Whose counters an event touches. */
enum { COUNT_FRONTEND = 1, COUNT_BACKEND = 2, COUNT_SERVER = 4, COUNT_ALL = 7 };

static void count(const struct stream *s, unsigned whose, enum counter which, uint64_t n)
{
    unsigned thread = s->thread->loop->index;
    if ((whose & COUNT_FRONTEND) != 0)
        counters_add(frontend_counters(&s->frontend->state->frontend, thread), which, n);
    if ((whose & COUNT_BACKEND) != 0 && s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), which, n);
    if ((whose & COUNT_SERVER) != 0 && s->server != NULL)
        counters_add(server_counters(s->server, thread), which, n);
}

/* The counters of all who had to do with it, the frontend's first: how many. */
static unsigned counted_for(const struct stream *s, struct counters *cells_out[3])
{
    unsigned thread = s->thread->loop->index, count = 0;
    cells_out[count++] = frontend_counters(&s->frontend->state->frontend, thread);
    if (s->backend != NULL)
        cells_out[count++] = backend_counters(&s->backend->state->backend, thread);
    if (s->server != NULL)
        cells_out[count++] = server_counters(s->server, thread);
    return count;
}

/* What the server did instead of answering, for those that are judged by their traffic. */
static void tell_observer(const struct stream *s)
{
    if (s->server == NULL || s->phase != 'H' || s->response_us != 0)
        return;
    if (s->cause == CAUSE_SERVER_TIMEOUT)
        server_observe(s->server, OBSERVED_TIMEOUT);
    else if (s->cause == CAUSE_SERVER_ABORT)
        server_observe(s->server, OBSERVED_CLOSED);
    else if (s->cause == CAUSE_PROXY)
        server_observe(s->server, OBSERVED_INVALID_HEAD);
}

void stream_log_failure(struct stream *s)
{
    tell_observer(s);
    bool before_request = s->phase == 'R';
    switch (s->cause) {
    case CAUSE_CLIENT_ABORT:
    case CAUSE_CLIENT_TIMEOUT:
        if (before_request)
            count(s, COUNT_FRONTEND, COUNTER_FAILED_REQ, 1);
        else
            count(s, COUNT_ALL, COUNTER_CLIENT_ABORTS, 1);
        break;
    case CAUSE_SERVER_ABORT:
    case CAUSE_SERVER_TIMEOUT:
        if (s->phase == 'Q' || s->phase == 'C')
            count(s, COUNT_BACKEND | COUNT_SERVER, COUNTER_FAILED_CONN, 1);
        else if (s->phase == 'H')
            count(s, COUNT_BACKEND | COUNT_SERVER, COUNTER_FAILED_RESP, 1);
        else if (s->phase == 'D')
            count(s, COUNT_ALL, COUNTER_SERVER_ABORTS, 1);
        break;
    case CAUSE_PROXY:
        if (before_request || s->up.chunked.error.reason != NULL)
            count(s, COUNT_FRONTEND, COUNTER_FAILED_REQ, 1);
        else
            count(s, COUNT_BACKEND | COUNT_SERVER, COUNTER_FAILED_RESP, 1);
        break;
    case CAUSE_RESOURCE:
        count(s, COUNT_ALL, COUNTER_INTERNAL_ERRORS, 1);
        break;
    default:
        break;
    }
}

static int phase_ms(uint64_t from_us, uint64_t to_us)
{
    return from_us != 0 && to_us >= from_us ? (int)((to_us - from_us) / 1000) : -1;
}

static void count_times(const struct stream *s, struct counters *const *cells, unsigned count)
{
    struct phase_times times = {.known = 0};
    if (s->assigned_us != 0)
        phase_times_set(&times, TIME_QUEUE, s->assigned_us - s->head_us);
    if (s->connected_us != 0)
        phase_times_set(&times, TIME_CONNECT, s->connected_us - s->assigned_us);
    if (s->response_us != 0 && s->connected_us != 0)
        phase_times_set(&times, TIME_RESPONSE, s->response_us - s->connected_us);
    phase_times_set(&times, TIME_TOTAL, s->thread->loop->now_us - s->began_us);
    for (unsigned i = 0; i < count; i++)
        counters_times(cells[i], &times);
}

/* A listen section's backend shows what its frontend half answered, too, as in HAProxy. */
static void count_for_listen(const struct stream *s)
{
    const struct proxy *fe = s->frontend;
    if (s->backend != NULL || (fe->conf->caps & CONF_BACKEND) == 0)
        return;
    struct counters *cells = backend_counters(&fe->state->backend, s->thread->loop->index);
    counters_add(cells, COUNTER_BYTES_IN, s->mode->uploaded(s));
    counters_add(cells, COUNTER_BYTES_OUT, s->down.bytes_out);
}

static void count_end(const struct stream *s)
{
    struct counters *cells[3];
    unsigned count = counted_for(s, cells);
    uint64_t uploaded = s->mode->uploaded(s);
    bool counts_requests = s->mode->counts_requests && s->server != NULL;
    bool has_status = s->status > 0;
    enum counter status = counter_of_status(s->status);
    for (unsigned i = 0; i < count; i++) {
        counters_add(cells[i], status, has_status);
        counters_add(cells[i], COUNTER_BYTES_IN, uploaded);
        counters_add(cells[i], COUNTER_BYTES_OUT, s->down.bytes_out);
        /* the frontend's came with the head */
        counters_add(cells[i], COUNTER_REQUESTS, counts_requests && i > 0);
    }
    count_for_listen(s);
    if (s->cause == CAUSE_LOCAL)
        counters_add(cells[0], COUNTER_INTERCEPTED, 1);
    if (s->head_us != 0)
        count_times(s, cells, s->assigned_us != 0 ? count : 1);
}

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

static void fill_timers(const struct stream *s, struct access_record *r)
{
    uint64_t now_us = s->thread->loop->now_us;
    const struct session *session = s->session;
    r->accepted_wall_us = (int64_t)s->began_us + s->thread->loop->wall_minus_mono_us;
    r->handshake_ms = session->handshake_ms;
    r->idle_ms = phase_ms(session->idle_since_us, s->began_us);
    r->request_ms = s->head_us != 0 ? phase_ms(s->began_us, s->head_us) : -1;
    uint64_t left_queue_us = s->phase == 'Q' ? now_us : s->assigned_us;
    r->queue_ms = left_queue_us != 0 ? phase_ms(s->head_us, left_queue_us) : -1;
    r->connect_ms = s->connected_us != 0 ? phase_ms(s->assigned_us, s->connected_us) : -1;
    r->response_ms = s->response_us != 0 && s->connected_us != 0
                         ? phase_ms(s->connected_us, s->response_us)
                         : -1;
    r->active_ms = phase_ms(s->began_us, now_us);
}

static void fill_tls(const struct session *session, struct access_record *r)
{
    if (session->client.tls == NULL)
        return;
    r->tls_version = tls_session_version(session->client.tls);
    r->tls_cipher = tls_session_cipher(session->client.tls);
    r->tls_sni = tls_session_sni(session->client.tls);
    r->tls_resumed = tls_session_is_resumed(session->client.tls);
}

/* Where the client connected to, which a wildcard bind does not tell. Only HAProxy's shortest format shows it. */
static void fill_local(const struct session *session, struct addr *local, struct access_record *r)
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
    if (rules == NULL)
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
    fill_tls(s->session, r);
    fill_captures(s, r);
    persist_letters(s, &r->termination[2]);
    fill_local(s->session, local, r);
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

/* The line by the frontend's format, then on to the log; what it took of the scratch is given back. */
static void hand_over(struct sample_env *env, struct access_record *r, const struct format *format)
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
    const struct proxy_rules *rules = s->frontend->conf->rules;
    if (s->frontend->conf->log_count == 0 || s->rules.unlogged)
        return;
    struct access_record r;
    struct addr local;
    struct sample_env env;
    fill(s, &r, &local);
    rules_env(s, s->frontend, true, &env);
    hand_over(&env, &r, rules != NULL ? rules->log_format : NULL);
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
    count_end(s);
    if (!s->frontend->conf->dontlognull || s->mode->uploaded(s) > 0)
        log_stream(s);
}

/* A session that came to no stream, hence no request. */
static void log_session(struct session *session, const char *error)
{
    const struct conf_proxy *fe = session_frontend(session);
    struct http_thread *thread = session->thread;
    struct access_record r = {
        .frontend = fe,
        .bind = session->bind->conf,
        .client = &session->address,
        .accepted_wall_us = (int64_t)session->accepted_us + thread->loop->wall_minus_mono_us,
        .handshake_ms = session->handshake_ms,
        .idle_ms = -1,
        .request_ms = -1,
        .queue_ms = -1,
        .connect_ms = -1,
        .response_ms = -1,
        .active_ms = phase_ms(session->accepted_us, thread->loop->now_us),
        .status = error != NULL ? 0 : 400,
        .termination = {error != NULL ? 'P' : 'C', 'R', '-', '-'},
        .session_error = error,
        .thread = thread->loop->index,
        .logged_us = thread->loop->now_us,
    };
    r.actconn = atomic_load_explicit(&http_sessions_total, memory_order_relaxed);
    r.feconn =
        atomic_load_explicit(&session->bind->proxy->state->frontend.sessions, memory_order_relaxed);
    struct addr local;
    fill_local(session, &local, &r);
    fill_tls(session, &r);
    struct sample_env env = {.session = session,
                             .snapshot = session->snapshot,
                             .proxy = session->bind->proxy,
                             .loop = thread->loop,
                             .scratch = &thread->sample_scratch,
                             .vars = {[VAR_PROC] = &var_process_store, [VAR_SESS] = &session->vars},
                             .is_final = true};
    const struct format *format = NULL;
    if (fe->rules != NULL)
        format = error != NULL ? fe->rules->error_log_format : fe->rules->log_format;
    hand_over(&env, &r, format);
}

void session_log_null(struct session *session)
{
    const struct conf_proxy *fe = session_frontend(session);
    if (fe->log_count > 0 && !fe->dontlognull)
        log_session(session, NULL);
}

void session_log_failure(struct session *session, const char *text, bool is_null)
{
    const struct conf_proxy *fe = session_frontend(session);
    if (fe->log_count > 0 && !(is_null && fe->dontlognull))
        log_session(session, text);
}

/* Of a client whose certificate we do not trust. */
static const char *distrust_text(const struct tls_session *tls)
{
    return tls_session_client_faults(tls).error != 0 ? "SSL client certificate not trusted"
                                                     : "SSL client CA chain cannot be verified";
}

void session_log_handshake(struct session *session, int error)
{
    /* HAProxy's words, which tools that ban clients look for */
    static const struct {
        int error;
        bool is_null; /* nothing was exchanged, says dontlognull */
        const char *text;
    } causes[] = {
        {UV_EOF, true, "Connection closed during SSL handshake"},
        {UV_ETIMEDOUT, true, "Timeout during SSL handshake"},
        {0, false, "SSL handshake failure"}, /* any other */
    };
    size_t i = 0;
    while (causes[i].error != 0 && causes[i].error != error)
        i++;
    bool distrusts = causes[i].error == 0 && tls_session_distrusts(session->client.tls);
    session_log_failure(session, distrusts ? distrust_text(session->client.tls) : causes[i].text,
                        causes[i].is_null);
}
