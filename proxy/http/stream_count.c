/* SPDX-License-Identifier: Apache-2.0 */
/* What a stream counts when it fails and when it ends: for its frontend, its backend and its server. */
#include "proxy/http/stream.h"
#include "proxy/http/stream_log_priv.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/observe.h"

/* Whose counters an event touches. */
enum { COUNT_FRONTEND = 1, COUNT_BACKEND = 2, COUNT_SERVER = 4, COUNT_ALL = 7 };

static void count(const struct stream *s, unsigned whose, enum counter which, uint64_t n)
{
    unsigned thread = s->thread->loop->index;
    if ((whose & COUNT_FRONTEND) != 0)
        bind_count(s->session->bind, thread, which, n);
    if ((whose & COUNT_BACKEND) != 0 && s->backend != NULL)
        counters_add(backend_counters(&s->backend->state->backend, thread), which, n);
    if ((whose & COUNT_SERVER) != 0 && s->server != NULL)
        counters_add(server_counters(s->server, thread), which, n);
}

/* The counters of all who had to do with it, the frontend's first: how many. */
static unsigned counted_for(const struct stream *s, struct counters *cells_out[4])
{
    unsigned thread = s->thread->loop->index, count = 0;
    cells_out[count++] = frontend_counters(&s->frontend->state->frontend, thread);
    if (s->backend != NULL)
        cells_out[count++] = backend_counters(&s->backend->state->backend, thread);
    if (s->server != NULL)
        cells_out[count++] = server_counters(s->server, thread);
    if (s->session->bind->state != NULL)
        cells_out[count++] = &s->session->bind->state->counters->threads[thread];
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

static void count_times(const struct stream *s, struct counters *const *cells, unsigned count)
{
    struct phase_times times = {.known = 0};
    if (s->assigned_us != 0)
        phase_times_set(&times, TIME_QUEUE, s->assigned_us - s->whole_us);
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

void stream_count_end(const struct stream *s)
{
    struct counters *cells[4];
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
