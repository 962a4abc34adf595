/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What log lines tell of a stream, for rules: its timers, counts and dates as they stand. HAProxy 3.0 gave
 * most tokens of logs a fetch of the same meaning.
 */
#include "proxy/fetches/rows.h"
#include "proxy/fetches/tokens.h"
#include "proxy/http/rules.h"
#include "proxy/rules/compiler.h"

/* ---- numbers: by the token of logs that has them -------------------------------------------------------- */

static const struct format_token *token_of(const char *name)
{
    const struct format_token *row = number_tokens;
    while (strcmp(row->name, name) != 0)
        row++;
    return row;
}

static bool number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    (void)row;
    const struct format_token *token = args[0].own;
    return env->stream != NULL && log_number(env, token, out);
}

/* The row's value is two letters, those of the token. */
#define TOKEN(a, b) ((a) << 8 | (b))

static bool check_number(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)c, (void)count;
    const char name[] = {(char)(value >> 8), (char)(value & 0xff), '\0'};
    args[0].own = token_of(name);
    return true;
}

/* As far as it is known: of the response at hand, or of the one that was sent. */
static bool txn_status(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)row, (void)args;
    const struct stream *s = env->stream;
    if (s == NULL || s->mode != &stream_http)
        return false;
    sample_set_int(out, s->status > 0 ? s->status : s->resp.status);
    return out->integer > 0;
}

/* Before any rule changed it. */
static bool server_status(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)row, (void)args;
    sample_set_int(out, env->stream != NULL ? env->stream->rules.server_status : 0);
    return out->integer > 0;
}

enum { RETRIES, REDISPATCHED, SERIAL };

static bool txn_count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)args;
    struct stream *s = env->stream;
    if (s == NULL)
        return false;
    if (row->value == RETRIES)
        sample_set_int(out, s->retries);
    else if (row->value == REDISPATCHED)
        sample_set_bool(out, s->redispatched);
    else
        sample_set_int(out, stream_serial(s));
    return true;
}

/* "--" as long as all goes well. */
static bool termination(struct sample_env *env, const struct fetch *row, const struct arg *args,
                        struct sample *out)
{
    (void)row, (void)args;
    return env->stream != NULL &&
           sample_set_copy(out, env, SAMPLE_STRING, record_of(env)->termination, 2);
}

/* ---- dates ---------------------------------------------------------------------------------------------- */

enum { ACCEPT, REQUEST };

static bool date(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    uint64_t at_us = env->session->accepted_us;
    if (row->value == REQUEST) {
        if (env->stream == NULL)
            return false;
        at_us = env->stream->began_us;
    }
    sample_set_int(out, ((int64_t)at_us + env->loop->wall_minus_mono_us) / args[0].integer);
    return true;
}

/* The unit becomes how many microseconds it has. */
static bool check_date(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    const char *unit =
        count > 0 ? arena_copy_bytes(c->l->scratch, args[0].text.data, args[0].text.len) : "s";
    args[0].integer = strcmp(unit, "us") == 0 ? 1 : strcmp(unit, "ms") == 0 ? 1000 : 1000000;
    if (args[0].integer < 1000000 || strcmp(unit, "s") == 0 || *unit == '\0')
        return true;
    CONF_FAIL(c->l, args[0].span, "s, ms or us", "'%s' is no unit of time", unit);
    return false;
}

/* ---- the rule that decided ------------------------------------------------------------------------------ */

enum { RULE_FILE, RULE_LINE };

static bool last_rule(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    (void)args;
    const struct rule *rule = env->stream != NULL ? env->stream->rules.last : NULL;
    if (rule == NULL)
        return false;
    if (row->value == RULE_LINE)
        sample_set_int(out, rule->place.line);
    else
        sample_set_text(out, SAMPLE_STRING, rule->place.file, strlen(rule->place.file));
    return true;
}

/* ---- connections that carry one stream at a time --------------------------------------------------------- */

enum { CLIENT_SIDE, SERVER_SIDE };

static bool stream_count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                         struct sample *out)
{
    (void)args;
    const struct stream *s = env->stream;
    sample_set_int(out, s != NULL && (row->value == CLIENT_SIDE || s->sconn != NULL));
    return true;
}

#define NUMBER(word, needs, a, b, from, text)                                                      \
    .name = word, .out = SAMPLE_INT, .use = needs, .run = number, .value = TOKEN(a, b),            \
    .check = check_number, .since = from, .doc = text

/* clang-format off */
const struct fetch stream_fetches[] = {
    {NUMBER("fc.timer.handshake", USE_CLIENT, 'T', 'h', "2.9", "Milliseconds of the handshakes of TLS and PROXY protocol: %Th.")},
    {NUMBER("fc.timer.total", USE_CLIENT, 'T', 't', "2.9", "Milliseconds since the connection came: %Tt.")},
    {NUMBER("req.timer.idle", USE_TXN, 'T', 'i', "2.9", "Milliseconds before the request: %Ti.")},
    {NUMBER("req.timer.hdr", USE_TXN, 'T', 'R', "2.9", "Milliseconds until the request was whole: %TR.")},
    {NUMBER("req.timer.tq", USE_TXN, 'T', 'q', "2.9", "Handshakes, idle time and the request's: %Tq.")},
    {NUMBER("req.timer.queue", USE_TXN, 'T', 'w', "2.9", "Milliseconds in the queue: %Tw.")},
    {NUMBER("bc.timer.connect", USE_SERVER, 'T', 'c', "2.9", "Milliseconds to connect to the server: %Tc.")},
    {NUMBER("res.timer.hdr", USE_SERVER, 'T', 'r', "2.9", "Milliseconds until the server's first byte: %Tr.")},
    {NUMBER("res.timer.data", USE_SERVER, 'T', 'd', "2.9", "Milliseconds that the data took: %Td.")},
    {NUMBER("txn.timer.total", USE_TXN, 'T', 'a', "2.9", "Milliseconds since the request's first byte: %Ta.")},
    {NUMBER("txn.timer.user", USE_TXN, 'T', 'u', "2.9", "Milliseconds as the user felt them: %Tu.")},
    {NUMBER("bc_be_queue", USE_SERVER, 'b', 'q', "2.9", "Streams that were before it in the queue of the backend: %bq.")},
    {NUMBER("bc_srv_queue", USE_SERVER, 's', 'q', "2.9", "Streams that were before it in the queue of the server: %sq.")},
    {NUMBER("act_conn", USE_CLIENT, 'a', 'c', "2.9", "Connections of the process: %ac.")},
    {.name = "txn.status", .out = SAMPLE_INT, .use = USE_TXN, .run = txn_status, .since = "2.9", .doc = "Status of the response, once there is one."},
    {.name = "server_status", .out = SAMPLE_INT, .use = USE_SERVER, .run = server_status, .since = "3.1", .doc = "Status of the server's response, whatever rules made of it."},
    {.name = "txn.conn_retries", .out = SAMPLE_INT, .use = USE_TXN, .run = txn_count, .value = RETRIES, .since = "2.9", .doc = "How often connecting was tried again."},
    {.name = "txn.redispatched", .out = SAMPLE_BOOL, .use = USE_TXN, .run = txn_count, .value = REDISPATCHED, .since = "2.9", .doc = "Whether it went to another server than the first."},
    {.name = "txn.id32", .out = SAMPLE_INT, .use = USE_TXN, .run = txn_count, .value = SERIAL, .since = "2.9", .doc = "A number of its own for each stream, counted since the start: %rt."},
    {.name = "txn.sess_term_state", .out = SAMPLE_STRING, .use = USE_TXN, .run = termination, .since = "2.9", .doc = "How it ended, in two letters: %ts."},
    {.name = "accept_date", .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .use = USE_CLIENT, .run = date, .value = ACCEPT, .check = check_date, .since = "2.9", .doc = "When the connection came, since 1970: accept_date([s|ms|us])."},
    {.name = "request_date", .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .use = USE_TXN, .run = date, .value = REQUEST, .check = check_date, .since = "2.9", .doc = "When the request came, since 1970: request_date([s|ms|us])."},
    {.name = "last_rule_file", .out = SAMPLE_STRING, .use = USE_CLIENT, .run = last_rule, .value = RULE_FILE, .since = "2.6", .doc = "The file of the last rule that ended its list."},
    {.name = "last_rule_line", .out = SAMPLE_INT, .use = USE_CLIENT, .run = last_rule, .value = RULE_LINE, .since = "2.6", .doc = "The line of the last rule that ended its list."},
    {.name = "fc_nb_streams", .out = SAMPLE_INT, .use = USE_CLIENT, .run = stream_count, .value = CLIENT_SIDE, .since = "3.0", .doc = "Streams on the client's connection: one at a time."},
    {.name = "bc_nb_streams", .out = SAMPLE_INT, .use = USE_SERVER, .run = stream_count, .value = SERVER_SIDE, .since = "3.0", .doc = "Streams on the server's connection: one at a time."},
    {.name = NULL},
};
/* clang-format on */
