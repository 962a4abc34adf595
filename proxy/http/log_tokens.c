/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The %tokens of log formats, configuration manual 8.2.6: each looks at the access record of the stream, or
 * at the stream itself for what few lines ask.
 *
 * Dates are kept by thread for the second at hand: localtime_r() is slow, and each line has one.
 */
#include "proxy/http/rows.h"
#include "proxy/http/stream.h"
#include "proxy/state/access_record.h"
#include "proxy/state/server_address.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const struct access_record *record_of(struct sample_env *env)
{
    if (env->record == NULL)
        env->record = env->make_record(env);
    return env->record;
}

static bool give_text(struct sample *out, const char *text)
{
    if (text == NULL)
        return false;
    sample_set_text(out, SAMPLE_STRING, text, strlen(text));
    return true;
}

/* What flags do not change; of length 0: nothing at all, not even the dash of a missing value. */
static bool give_raw(struct sample *out, const struct sample_env *env, const char *text, int len)
{
    return sample_set_copy(out, env, SAMPLE_NONE, text, (size_t)len);
}

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
        return total_ms(r) - positive((int)whole_request_ms(r)) - positive(r->queue_ms) -
               positive(r->connect_ms) - positive(r->response_ms);
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

static bool number(struct sample_env *env, const struct format_token *row, struct sample *out)
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
        return number(env, row, out);
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

/* Each stream's own, counted since the start: for identifiers. */
static uint32_t serial_of(struct stream *s)
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
        sample_set_int(out, serial_of(env->stream));
    return row->value != REQUESTS || env->stream != NULL;
}

/* ---- dates -------------------------------------------------------------------------------------------- */

enum date { ACCEPTED = 0, REQUEST = 1, LOCAL_MS = 0, LOCAL = 2, GMT = 4 };

/* The text of a second, "20/Nov/2026:11:40:01", and its distance from UTC, " +0100". */
struct second_text {
    int64_t second;
    char text[24], zone[8];
    size_t len;
};

static const struct second_text *second_text(int64_t second, bool gmt)
{
    static _Thread_local struct second_text kept[2];
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct second_text *k = &kept[gmt];
    time_t t = second;
    struct tm tm;
    if (k->second == second && k->text[0] != '\0')
        return k;
    if (gmt)
        gmtime_r(&t, &tm);
    else
        localtime_r(&t, &tm);
    long minutes = tm.tm_gmtoff / 60, distance = minutes < 0 ? -minutes : minutes;
    int len = snprintf(k->text, sizeof k->text, "%02d/%s/%04d:%02d:%02d:%02d", tm.tm_mday % 100,
                       months[tm.tm_mon % 12], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100,
                       tm.tm_min % 100, tm.tm_sec % 100);
    snprintf(k->zone, sizeof k->zone, " %c%02ld%02ld", minutes < 0 ? '-' : '+', distance / 60 % 100,
             distance % 60);
    k->second = second;
    k->len = (size_t)len;
    return k;
}

/* When the connection, or the request, began: since 1970. */
static int64_t wall_of(struct sample_env *env, bool of_request)
{
    if (of_request)
        return record_of(env)->accepted_wall_us;
    return (int64_t)env->session->accepted_us + env->loop->wall_minus_mono_us;
}

/* ".042"; by hand, as each line of a log has one. */
static char *put_milliseconds(char *to, int64_t wall_us)
{
    unsigned ms = (unsigned)(wall_us / 1000 % 1000);
    *to++ = '.';
    *to++ = (char)('0' + ms / 100);
    *to++ = (char)('0' + ms / 10 % 10);
    *to++ = (char)('0' + ms % 10);
    return to;
}

static bool date(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    int64_t wall_us = wall_of(env, (row->value & REQUEST) != 0);
    bool with_zone = (row->value & (LOCAL | GMT)) != 0;
    const struct second_text *second = second_text(wall_us / 1000000, (row->value & GMT) != 0);
    char text[sizeof second->text + sizeof second->zone];
    memcpy(text, second->text, second->len);
    char *end = text + second->len;
    if (with_zone)
        end = stpcpy(end, second->zone);
    else
        end = put_milliseconds(end, wall_us);
    return give_raw(out, env, text, (int)(end - text));
}

/* RFC 3339, for machines. */
static bool iso_date(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    int64_t wall_us = wall_of(env, true);
    time_t t = wall_us / 1000000;
    struct tm tm;
    char text[40];
    gmtime_r(&t, &tm);
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    len += (size_t)snprintf(text + len, sizeof text - len, ".%03dZ", (int)(wall_us / 1000 % 1000));
    return give_raw(out, env, text, (int)len);
}

enum { SECONDS, MILLISECOND_PART };

static bool stamp(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    int64_t wall_us = wall_of(env, false);
    char text[8];
    if (row->value == SECONDS) {
        sample_set_int(out, wall_us / 1000000);
        return true;
    }
    int len = snprintf(text, sizeof text, "%03d", (int)(wall_us / 1000 % 1000));
    return give_raw(out, env, text, len);
}

/* ---- names -------------------------------------------------------------------------------------------- */

enum name { FRONTEND, FRONTEND_TRANSPORT, BACKEND, SERVER, HOST, TLS_VERSION, TLS_CIPHER };

static bool name(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    switch ((enum name)row->value) {
    case FRONTEND:
        return give_text(out, r->frontend->name);
    case BACKEND:
        return give_text(out, r->backend != NULL ? r->backend->name : r->frontend->name);
    case SERVER:
        return give_text(out, r->server != NULL ? r->server : "<NOSRV>");
    case TLS_VERSION:
        return give_text(out, r->tls_version);
    case TLS_CIPHER:
        return give_text(out, r->tls_cipher);
    case FRONTEND_TRANSPORT:
        if (r->bind == NULL || !r->bind->tls.enabled)
            return give_text(out, r->frontend->name);
        break;
    default:
        break;
    }
    char text[256];
    if (row->value == HOST)
        return gethostname(text, sizeof text) == 0 &&
               sample_set_copy(out, env, SAMPLE_STRING, text, strnlen(text, sizeof text));
    int len = snprintf(text, sizeof text, "%s~", r->frontend->name);
    return sample_set_copy(out, env, SAMPLE_STRING, text,
                           (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
}

/* Where the client came to: the name of the bind, or its number. */
static bool bind_name(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    const struct access_record *r = record_of(env);
    if (r->bind != NULL && r->bind->name != NULL)
        return give_text(out, r->bind->name);
    sample_set_int(out, r->bind != NULL ? r->bind - r->frontend->binds + 1 : 0);
    return true;
}

static bool error_text(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    (void)row;
    return give_text(out, record_of(env)->session_error);
}

enum { TWO_LETTERS = 2, FOUR_LETTERS = 4 };

static bool termination(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    char text[FOUR_LETTERS];
    for (int i = 0; i < row->value; i++)
        text[i] = r->termination[i] != '\0' ? r->termination[i] : '-';
    return give_raw(out, env, text, row->value);
}

/* ---- addresses ---------------------------------------------------------------------------------------- */

enum end { CLIENT, ACCEPTED_ON, OWN, TARGET, ADDRESS = 0, PORT = 8 };

static bool end_of(struct sample_env *env, int end, struct addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    const struct stream *s = env->stream;
    const struct server *server = s != NULL ? s->last_server : NULL;
    if (end == CLIENT) {
        *out = *record_of(env)->client;
        return true;
    }
    if (end == TARGET) {
        if (server != NULL)
            (void)server_read_address(server, &sa);
        if (server != NULL)
            addr_set(out, (const struct sockaddr *)&sa);
        return server != NULL;
    }
    if (end == ACCEPTED_ON) { /* as a PROXY header or a rule has it, if there is one */
        session_destination(env->session, out);
        return out->family != AF_UNSPEC;
    }
    int fd = s != NULL && s->sconn != NULL ? s->sconn->conn.source.fd : -1;
    if (fd < 0 || getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
        return false;
    addr_set(out, (struct sockaddr *)&sa);
    return true;
}

/* HAProxy numbers the binds of a frontend from 1 and gives that number as the port of a unix socket. */
static long long port_of(struct sample_env *env, const struct addr *addr)
{
    const struct access_record *r = record_of(env);
    return addr->family == AF_UNIX ? r->bind - r->frontend->binds + 1 : addr_port(addr);
}

static bool address(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    struct addr addr;
    char text[ADDR_TEXT_BYTES];
    if (!end_of(env, row->value & ~PORT, &addr))
        return false;
    if ((row->value & PORT) != 0) {
        sample_set_int(out, port_of(env, &addr));
        return true;
    }
    if (addr.family == AF_INET) { /* so that %{+X} can write it in its way */
        out->type = SAMPLE_IPV4;
        out->ipv4 = addr.in.sin_addr;
        return true;
    }
    if (addr.family == AF_INET6) {
        out->type = SAMPLE_IPV6;
        out->ipv6 = addr.in6.sin6_addr;
        return true;
    }
    return sample_set_copy(out, env, SAMPLE_STRING, text, addr_format(&addr, text));
}

/* ---- the request line --------------------------------------------------------------------------------- */

enum part { LINE, METHOD, URI, PATH, PATH_ONLY, QUERY, VERSION };

enum { REQUEST_LINE_MAX = 1023 }; /* HAProxy keeps 1024 bytes with the final zero */

/* As logs write what is not fit for a terminal, and '#' and '"': '#' and two digits. */
static bool encode_line(struct sample_env *env, struct sample_text text, struct sample *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t len = 0;
    char *to = sample_scratch_take(env, 3 * text.len);
    if (to == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 32 && c < 127 && c != '#' && c != '"') {
            to[len++] = (char)c;
            continue;
        }
        to[len++] = '#';
        to[len++] = digits[c >> 4];
        to[len++] = digits[c & 15];
    }
    sample_set_text(out, SAMPLE_STRING, to, len);
    return true;
}

/* The n-th word of the line. */
static struct sample_text line_word(struct sample_text line, int n)
{
    const char *at = line.data, *end = at + line.len, *space;
    while (n-- > 0 && (space = memchr(at, ' ', (size_t)(end - at))) != NULL)
        at = space + 1;
    space = n >= 0 ? at : memchr(at, ' ', (size_t)(end - at));
    return (struct sample_text){at, (size_t)((space != NULL ? space : end) - at)};
}

/* "http://host/path" from its path on. */
static void skip_authority(struct sample_text *uri)
{
    const char *scheme =
        uri->len > 0 && *uri->data != '/' ? memmem(uri->data, uri->len, "://", 3) : NULL;
    if (scheme == NULL)
        return;
    const char *end = uri->data + uri->len;
    const char *path = memchr(scheme + 3, '/', (size_t)(end - scheme - 3));
    *uri = path != NULL ? (struct sample_text){path, (size_t)(end - path)}
                        : (struct sample_text){"/", 1};
}

static struct sample_text uri_part(struct sample_text uri, enum part part)
{
    const char *mark = memchr(uri.data, '?', uri.len);
    size_t path_len = mark != NULL ? (size_t)(mark - uri.data) : uri.len;
    if (part == QUERY)
        return (struct sample_text){uri.data + path_len, uri.len - path_len};
    if (part != URI)
        uri.len = path_len;
    if (part == PATH_ONLY)
        skip_authority(&uri);
    return uri;
}

static bool request_part(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_record *r = record_of(env);
    struct sample_text line = {r->request_line, r->request_line_len};
    if (line.len > REQUEST_LINE_MAX)
        line.len = REQUEST_LINE_MAX;
    if (line.len == 0)
        return give_text(out, "<BADREQ>");
    switch ((enum part)row->value) {
    case LINE:
        break;
    case METHOD:
        line = line_word(line, 0);
        break;
    case VERSION:
        line = line_word(line, 2);
        break;
    default:
        line = uri_part(line_word(line, 1), (enum part)row->value);
        break;
    }
    return encode_line(env, line, out);
}

/* ---- captures ----------------------------------------------------------------------------------------- */

enum { OF_REQUEST, OF_RESPONSE };

static size_t captures_of(const struct access_record *r, int side, const struct access_text **slots)
{
    *slots = side == OF_RESPONSE ? r->captured_resp : r->captured;
    return side == OF_RESPONSE ? r->captured_resp_count : r->captured_count;
}

static struct access_text slot_text(const struct access_text *slots, size_t i)
{
    return slots != NULL ? slots[i] : (struct access_text){0};
}

/* A slot's value in which nothing passes for what stands around it; returns the end. */
static char *put_slot(char *to, struct access_text value)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c >= 32 && c < 127 && strchr("\"#{|}", c) == NULL) {
            *to++ = (char)c;
            continue;
        }
        *to++ = '#';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

/* "{a||c}": one for each slot, empty where nothing was. */
static bool captures(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_text *slots;
    size_t count = captures_of(record_of(env), row->value, &slots), need = 2;
    if (count == 0)
        return give_raw(out, env, "", 0);
    for (size_t i = 0; i < count; i++)
        need += 3 * slot_text(slots, i).len + 1;
    char *text = sample_scratch_take(env, need), *at = text;
    if (text == NULL)
        return false;
    *at++ = '{';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = '|';
        at = put_slot(at, slot_text(slots, i));
    }
    *at++ = '}';
    sample_set_text(out, SAMPLE_NONE, text, (size_t)(at - text));
    return true;
}

/* The Common Log Format's way: one by one, each in quotes where the flag says so. */
static bool captures_clf(struct sample_env *env, const struct format_token *row, struct sample *out)
{
    const struct access_text *slots;
    const char *missing = env->in_quotes ? "\"\"" : "-", *quote = env->in_quotes ? "\"" : "";
    size_t count = captures_of(record_of(env), row->value, &slots), need = 1;
    for (size_t i = 0; i < count; i++)
        need += slot_text(slots, i).len + 4;
    char *text = sample_scratch_take(env, need), *at = text;
    if (text == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct access_text value = slot_text(slots, i);
        at = stpcpy(at, i > 0 ? " " : "");
        at = stpcpy(at, value.data == NULL ? missing : quote);
        if (value.data == NULL)
            continue;
        at = mempcpy(at, value.data, value.len);
        at = stpcpy(at, quote);
    }
    sample_set_text(out, SAMPLE_NONE, text, (size_t)(at - text));
    return true;
}

static bool captured_cookie(struct sample_env *env, const struct format_token *row,
                            struct sample *out)
{
    const struct access_record *r = record_of(env);
    struct access_text cookie = row->value == OF_RESPONSE ? r->cookie_resp : r->cookie;
    return cookie.data != NULL &&
           encode_line(env, (struct sample_text){cookie.data, cookie.len}, out);
}

#define NUMBER(word, which, text)                                                                  \
    {                                                                                              \
        .name = word, .run = number, .value = which, .doc = text                                   \
    }
#define GROWING(word, which, text)                                                                 \
    {                                                                                              \
        .name = word, .run = growing, .value = which, .doc = text                                  \
    }
#define DATE(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = date, .value = which, .doc = text                                     \
    }
#define NAME(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = name, .value = which, .doc = text                                     \
    }
#define END(word, which, text)                                                                     \
    {                                                                                              \
        .name = word, .run = address, .value = which, .doc = text                                  \
    }
#define PART(word, which, text)                                                                    \
    {                                                                                              \
        .name = word, .run = request_part, .value = which, .doc = text                             \
    }

/* clang-format off */
const struct format_token log_tokens[] = {
    GROWING("B", BYTES_READ, "Bytes to the client."),
    {.name = "CC", .run = captured_cookie, .value = OF_REQUEST, .doc = "The captured cookie of the request."},
    {.name = "CS", .run = captured_cookie, .value = OF_RESPONSE, .doc = "The captured cookie of the response."},
    NAME("H", HOST, "Name of this host."),
    PART("HM", METHOD, "Method of the request."),
    PART("HP", PATH, "Target of the request without its query."),
    PART("HPO", PATH_ONLY, "Path of the request."),
    PART("HQ", QUERY, "Query of the request, with its question mark."),
    PART("HU", URI, "Target of the request."),
    PART("HV", VERSION, "HTTP version of the request."),
    NUMBER("ST", STATUS, "Status of the response."),
    DATE("T", ACCEPTED | GMT, "When the connection came, in UTC."),
    GROWING("Ta", T_ACTIVE, "Milliseconds from the request's first byte to the end."),
    NUMBER("Tc", T_CONNECT, "Milliseconds to connect to the server."),
    GROWING("Td", T_DATA, "Milliseconds that the data took."),
    DATE("Tl", ACCEPTED | LOCAL, "When the connection came, in local time."),
    NUMBER("Th", T_HANDSHAKE, "Milliseconds of the handshakes of TLS and PROXY protocol."),
    NUMBER("Ti", T_IDLE, "Milliseconds before the request."),
    NUMBER("Tq", T_WHOLE_REQUEST, "Th + Ti + TR."),
    NUMBER("TR", T_REQUEST, "Milliseconds until the request was whole."),
    NUMBER("Tr", T_RESPONSE, "Milliseconds until the server's first byte."),
    {.name = "Ts", .run = stamp, .value = SECONDS, .doc = "When the connection came, in seconds since 1970."},
    GROWING("Tt", T_TOTAL, "Milliseconds from the connection to the end."),
    GROWING("Tu", T_USER, "Milliseconds as the user felt them: Tt - Ti."),
    NUMBER("Tw", T_QUEUE, "Milliseconds in the queue."),
    NUMBER("U", BYTES_UPLOADED, "Bytes from the client."),
    NUMBER("ac", ACTCONN, "Connections of the process."),
    NAME("b", BACKEND, "Name of the backend."),
    NUMBER("bc", BECONN, "Streams on the backend."),
    {.name = "bn", .run = bind_name, .since = "weir", .doc = "Name of the bind, or its number."},
    END("bi", OWN, "Our address towards the server."),
    END("bp", OWN | PORT, "Our port towards the server."),
    NUMBER("bq", BACKEND_QUEUE, "Streams before it in the queue of the backend."),
    END("ci", CLIENT, "Address of the client."),
    END("cp", CLIENT | PORT, "Port of the client."),
    {.name = "em", .run = error_text, .since = "weir", .doc = "Why a connection failed before there was a request."},
    NAME("f", FRONTEND, "Name of the frontend."),
    NUMBER("fc", FECONN, "Connections of the frontend."),
    END("fi", ACCEPTED_ON, "Address the client connected to."),
    END("fp", ACCEPTED_ON | PORT, "Port the client connected to."),
    NAME("ft", FRONTEND_TRANSPORT, "Name of the frontend, with '~' behind it for TLS."),
    {.name = "hr", .run = captures, .value = OF_REQUEST, .doc = "Captured fields of the request."},
    {.name = "hrl", .run = captures_clf, .value = OF_REQUEST, .doc = "Captured fields of the request, each in quotes."},
    {.name = "hs", .run = captures, .value = OF_RESPONSE, .doc = "Captured fields of the response."},
    {.name = "hsl", .run = captures_clf, .value = OF_RESPONSE, .doc = "Captured fields of the response, each in quotes."},
    {.name = "lc", .run = process_number, .value = LINES, .doc = "Log lines of the frontend before this one."},
    {.name = "ms", .run = stamp, .value = MILLISECOND_PART, .doc = "When the connection came: milliseconds of that second."},
    {.name = "pid", .run = process_number, .value = PID, .doc = "Number of the process."},
    PART("r", LINE, "The request line."),
    {.name = "rc", .run = retries, .doc = "How often connecting was tried again, with '+' if on another server."},
    {.name = "rt", .run = process_number, .value = REQUESTS, .doc = "A number of its own for each stream, counted since the start."},
    NAME("s", SERVER, "Name of the server."),
    NUMBER("sc", SRV_CONN, "Streams on the server."),
    END("si", TARGET, "Address of the server."),
    END("sp", TARGET | PORT, "Port of the server."),
    NUMBER("sq", SRV_QUEUE, "Streams before it in the queue of the server."),
    NAME("sslc", TLS_CIPHER, "Cipher of the client's connection."),
    NAME("sslv", TLS_VERSION, "TLS version of the client's connection."),
    DATE("t", ACCEPTED | LOCAL_MS, "When the connection came, with milliseconds."),
    DATE("tr", REQUEST | LOCAL_MS, "When the request came, with milliseconds."),
    DATE("trg", REQUEST | GMT, "When the request came, in UTC."),
    DATE("trl", REQUEST | LOCAL, "When the request came, in local time."),
    {.name = "trz", .run = iso_date, .since = "weir", .doc = "When the request came, as RFC 3339 has it, in UTC."},
    {.name = "ts", .run = termination, .value = TWO_LETTERS, .doc = "How it ended."},
    {.name = "tsc", .run = termination, .value = FOUR_LETTERS, .doc = "How it ended, and what became of the persistence cookie."},
    {.name = NULL},
};
/* clang-format on */
