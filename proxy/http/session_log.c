/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines of sessions that came to no stream: nothing was asked for, or the connection was never ready for it. */
#include "proxy/http/stream.h"
#include "proxy/http/stream_log_priv.h"
#include "proxy/rules/ruleset.h"
#include "tls/session.h"

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
        .active_ms = access_phase_ms(session->accepted_us, thread->loop->now_us),
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
    access_fill_local(session, &local, &r);
    access_fill_tls(session, &r);
    struct sample_env env = {.session = session,
                             .snapshot = session->snapshot,
                             .proxy = session->bind->proxy,
                             .loop = thread->loop,
                             .scratch = &thread->sample_scratch,
                             .vars = {[VAR_PROC] = &var_process_store, [VAR_SESS] = &session->vars},
                             .is_final = true};
    const struct format *format = access_format(fe->rules, false);
    if (error != NULL && fe->rules != NULL)
        format = fe->rules->failure_log_format;
    access_hand_over(&env, &r, format);
}

void session_log_null(struct session *session)
{
    const struct conf_proxy *fe = session_frontend(session);
    if (fe->log_count > 0 && !fe->dontlognull && !fe->ignore_probes)
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
