/* SPDX-License-Identifier: Apache-2.0 */
/* Counts and timers of log lines. */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/tokens.h"

#include <stdio.h>
#include <unistd.h>

/* ---- numbers ------------------------------------------------------------------------------------------ */

enum number {
    STATUS,
    BYTES_READ,
    BYTES_UPLOADED,
    ACTCONN,
    FECONN,
    BECONN,
    SRV_CONN,
    SRV_QUEUE,
    BACKEND_QUEUE,
    PID,
    REQUESTS,
    LINES,
    MILLISECONDS,
    T_HANDSHAKE,
    T_IDLE,
    T_REQUEST,
    T_QUEUE,
    T_CONNECT,
    T_RESPONSE,
    T_ACTIVE,
    T_WHOLE_REQUEST,
    T_TOTAL,
    T_USER,
    T_DATA,
};

static int positive(int ms)
{
    return ms > 0 ? ms : 0;
}

/* From the connection's beginning; of a later request from the end of the one before. */
static long long total_ms(const struct access_record *r)
{
    return (long long)positive(r->handshake_ms) + positive(r->idle_ms) + r->active_ms;
}

/* Until the request was there; -1 if it never was. */
static long long whole_request_ms(const struct access_record *r)
{
    return r->request_ms < 0
               ? -1
               : (long long)positive(r->handshake_ms) + positive(r->idle_ms) + r->request_ms;
}

/* From the server's first byte on, or where there are no messages from the connection to it; -1: it never came. */
static long long data_ms(const struct access_record *r)
{
    bool in_messages = r->frontend->mode == CONF_MODE_HTTP;
    if ((in_messages ? r->response_ms : r->connect_ms) < 0)
        return -1;
    return total_ms(r) - positive((int)whole_request_ms(r)) - positive(r->queue_ms) -
           positive(r->connect_ms) - positive(r->response_ms);
}

static long long time_of(const struct access_record *r, enum number which)
{
    switch (which) {
    case T_HANDSHAKE:
        return r->handshake_ms;
    case T_IDLE:
        return r->idle_ms;
    case T_REQUEST:
        return r->request_ms;
    case T_QUEUE:
        return r->queue_ms;
    case T_CONNECT:
        return r->connect_ms;
    case T_RESPONSE:
        return r->response_ms;
    case T_ACTIVE:
        return r->active_ms;
    case T_WHOLE_REQUEST:
        return whole_request_ms(r);
    case T_USER:
        return total_ms(r) - positive(r->idle_ms);
    case T_DATA:
        return data_ms(r);
    default:
        return total_ms(r);
    }
}

static long long number_of(const struct access_record *r, enum number which)
{
    switch (which) {
    case STATUS:
        return r->status;
    case ACTCONN:
        return r->actconn;
    case FECONN:
        return r->feconn;
    case BECONN:
        return r->beconn;
    case SRV_CONN:
        return r->srv_conn;
    case SRV_QUEUE:
        return r->srv_queue;
    case BACKEND_QUEUE:
        return r->backend_queue;
    case BYTES_READ:
        return (long long)r->bytes_read;
    case BYTES_UPLOADED:
        return (long long)r->bytes_uploaded;
    default:
        return time_of(r, which);
    }
}

bool log_number(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    sample_set_int(out, number_of(record_of(env), (enum number)row->value));
    return true;
}

/* With `option logasap` the line is written before the end: a plus tells that the value will grow. */
static bool growing(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    char text[24];
    if (!r->frontend->logasap)
        return log_number(env, row, out);
    int len = snprintf(text, sizeof text, "+%lld", number_of(r, (enum number)row->value));
    return give_raw(out, env, text, len);
}

static bool retries(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    const struct access_record *r = record_of(env);
    if (!r->redispatched) {
        sample_set_int(out, r->retries);
        return true;
    }
    char text[16];
    int len = snprintf(text, sizeof text, "+%u", r->retries);
    return give_raw(out, env, text, len);
}

uint32_t stream_serial(struct stream *s)
{
    static _Atomic uint32_t last;
    if (s->serial == 0)
        s->serial = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
    return s->serial - 1;
}

static bool process_number(struct sample_env *env, const struct format_token *row,
                           struct sample *out)
{
    const struct frontend *frontend = &env->session->bind->proxy->state->frontend;
    if (row->value == PID)
        sample_set_int(out, getpid());
    else if (row->value == LINES)
        sample_set_int(out, (long long)counter_set_total(frontend->counters, COUNTER_LOG_LINES));
    else if (env->stream != NULL)
        sample_set_int(out, stream_serial(env->stream));
    return row->value != REQUESTS || env->stream != NULL;
}

#define NUMBER(word, which, text)                                                                  \
    {                                                                                              \
        .name = word, .run = log_number, .value = which, .doc = text                               \
    }
#define GROWING(word, which, text)                                                                 \
    {                                                                                              \
        .name = word, .run = growing, .value = which, .doc = text                                  \
    }

/* clang-format off */
const struct format_token number_tokens[] = {
    GROWING("B", BYTES_READ, "Bytes to the client."),
    NUMBER("ST", STATUS, "Status of the response."),
    GROWING("Ta", T_ACTIVE, "Milliseconds from the request's first byte to the end."),
    NUMBER("Tc", T_CONNECT, "Milliseconds to connect to the server."),
    GROWING("Td", T_DATA, "Milliseconds that the data took."),
    NUMBER("Th", T_HANDSHAKE, "Milliseconds of the handshakes of TLS and PROXY protocol."),
    NUMBER("Ti", T_IDLE, "Milliseconds before the request."),
    NUMBER("Tq", T_WHOLE_REQUEST, "Th + Ti + TR."),
    NUMBER("TR", T_REQUEST, "Milliseconds until the request was whole."),
    NUMBER("Tr", T_RESPONSE, "Milliseconds until the server's first byte."),
    GROWING("Tt", T_TOTAL, "Milliseconds from the connection to the end."),
    GROWING("Tu", T_USER, "Milliseconds as the user felt them: Tt - Ti."),
    NUMBER("Tw", T_QUEUE, "Milliseconds in the queue."),
    NUMBER("U", BYTES_UPLOADED, "Bytes from the client."),
    NUMBER("ac", ACTCONN, "Connections of the process."),
    NUMBER("bc", BECONN, "Streams on the backend."),
    NUMBER("bq", BACKEND_QUEUE, "Streams before it in the queue of the backend."),
    NUMBER("fc", FECONN, "Connections of the frontend."),
    {.name = "lc", .run = process_number, .value = LINES, .in_hex = true, .doc = "Log lines of the frontend before this one."},
    {.name = "pid", .run = process_number, .value = PID, .in_hex = true, .doc = "Number of the process."},
    {.name = "rc", .run = retries, .doc = "How often connecting was tried again, with '+' if on another server."},
    {.name = "rt", .run = process_number, .value = REQUESTS, .in_hex = true, .doc = "A number of its own for each stream, counted since the start."},
    NUMBER("sc", SRV_CONN, "Streams on the server."),
    NUMBER("sq", SRV_QUEUE, "Streams before it in the queue of the server."),
    {.name = NULL},
};
/* clang-format on */
