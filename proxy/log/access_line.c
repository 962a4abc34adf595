/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats access lines in one pass and by hand: this runs for each stream. A format is a row of
 * pieces, with a space between them; a piece appends one field group.
 *
 *   127.0.0.1:44244 [20/Nov/2026:11:38:50.444] web app/a  0/0/0/0/0 200 127 - -     ----
 *   client          date                       fe  server timers    st  B   cookies ts
 *
 *   2/2/0/0/0 0/0   "GET / HTTP/1.1"
 *   conns     queue request
 *
 * Everything is checked against the room: a line that is too long is cut, as HAProxy cuts it.
 */
#include "proxy/log/access_line.h"
#include "proxy/log/line.h"

#include "config/model.h"
#include "proxy/base/addr.h"
#include "proxy/state/access_record.h"

#include <string.h>
#include <time.h>

#define REQUEST_LINE_MAX 1023 /* HAProxy keeps 1024 bytes with the final zero */

typedef void piece(struct line *line, const struct access_record *record);

static void put_two(char *out, int n)
{
    out[0] = (char)('0' + n / 10);
    out[1] = (char)('0' + n % 10);
}

static void clock_set(struct line_clock *clock, int64_t second)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = second;
    struct tm tm;
    localtime_r(&t, &tm);

    char *out = clock->text;
    put_two(out, tm.tm_mday);
    out[2] = '/';
    memcpy(out + 3, months + 3 * tm.tm_mon, 3);
    out[6] = '/';
    put_two(out + 7, (tm.tm_year + 1900) / 100);
    put_two(out + 9, tm.tm_year % 100);
    out[11] = out[14] = out[17] = ':';
    put_two(out + 12, tm.tm_hour);
    put_two(out + 15, tm.tm_min);
    put_two(out + 18, tm.tm_sec);
    out[20] = '.';
    clock->len = 21;
    clock->second = second;
}

static void put_date(struct line *line, const struct access_record *r)
{
    int64_t second = r->accepted_wall_us / 1000000;
    int ms = (int)(r->accepted_wall_us % 1000000 / 1000);
    if (line->clock->second != second || line->clock->len == 0)
        clock_set(line->clock, second);

    put_char(line, '[');
    put_bytes(line, line->clock->text, line->clock->len);
    char digits[3] = {(char)('0' + ms / 100)};
    put_two(digits + 1, ms % 100);
    put_bytes(line, digits, sizeof(digits));
    put_char(line, ']');
}

/* HAProxy numbers the binds of a frontend from 1 and gives that number as the port of a unix
 * socket. */
static unsigned bind_number(const struct access_record *r)
{
    return r->bind == NULL ? 0 : (unsigned)(r->bind - r->frontend->binds) + 1;
}

static void put_addr(struct line *line, const struct addr *addr, unsigned unix_port)
{
    char text[ADDR_TEXT_BYTES];
    put_bytes(line, text, addr_format(addr, text));
    put_char(line, ':');
    put_number(line, addr->family == AF_UNIX ? unix_port : addr_port(addr));
}

static void put_client(struct line *line, const struct access_record *r)
{
    put_addr(line, r->client, bind_number(r));
}

static void put_frontend(struct line *line, const struct access_record *r)
{
    put_text(line, r->frontend->name);
    if (r->bind != NULL && r->bind->tls.enabled)
        put_char(line, '~');
}

static void put_server(struct line *line, const struct access_record *r)
{
    put_text(line, r->backend != NULL ? r->backend->name : r->frontend->name);
    put_char(line, '/');
    put_text(line, r->server != NULL ? r->server : "<NOSRV>");
}

/* With `option logasap` the line is written before the end: a plus tells that the value will grow.
 */
static void put_plus(struct line *line, const struct access_record *r)
{
    if (r->frontend->logasap)
        put_char(line, '+');
}

static void put_timers(struct line *line, const int *timers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put_signed(line, timers[i]);
        put_char(line, '/');
    }
}

static void put_http_timers(struct line *line, const struct access_record *r)
{
    put_timers(line, (const int[]){r->request_ms, r->queue_ms, r->connect_ms, r->response_ms}, 4);
    put_plus(line, r);
    put_signed(line, r->active_ms);
}

static int positive(int ms)
{
    return ms > 0 ? ms : 0;
}

static void put_tcp_timers(struct line *line, const struct access_record *r)
{
    put_timers(line, (const int[]){r->queue_ms, r->connect_ms}, 2);
    put_plus(line, r);
    put_signed(line, positive(r->handshake_ms) + positive(r->idle_ms) + r->active_ms);
}

static void put_status(struct line *line, const struct access_record *r)
{
    put_signed(line, r->status);
}

static void put_bytes_read(struct line *line, const struct access_record *r)
{
    put_plus(line, r);
    put_number(line, r->bytes_read);
}

/* Captured cookies of request and response: none are captured. */
static void put_cookies(struct line *line, const struct access_record *r)
{
    (void)r;
    put_text(line, "- -");
}

static void put_end(struct line *line, const struct access_record *r)
{
    put_bytes(line, r->termination, 2);
}

/* In HTTP two letters about the persistence cookie follow. */
static void put_end_cookies(struct line *line, const struct access_record *r)
{
    put_bytes(line, r->termination, 2);
    for (size_t i = 2; i < 4; i++)
        put_char(line, r->termination[i] != '\0' ? r->termination[i] : '-');
}

static void put_connections(struct line *line, const struct access_record *r)
{
    const unsigned counts[] = {r->actconn, r->feconn, r->beconn, r->srv_conn};
    for (size_t i = 0; i < 4; i++) {
        put_number(line, counts[i]);
        put_char(line, '/');
    }
    if (r->redispatched)
        put_char(line, '+');
    put_number(line, r->retries);
}

static void put_queues(struct line *line, const struct access_record *r)
{
    put_number(line, r->srv_queue);
    put_char(line, '/');
    put_number(line, r->backend_queue);
}

static bool needs_escape(unsigned char c)
{
    return c < 32 || c >= 127 || c == '"' || c == '#';
}

static void put_request(struct line *line, const struct access_record *r)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t len = r->request_line_len < REQUEST_LINE_MAX ? r->request_line_len : REQUEST_LINE_MAX;

    put_char(line, '"');
    if (len == 0)
        put_text(line, "<BADREQ>");
    for (size_t i = 0; i < len && line->at < line->end; i++) {
        unsigned char c = (unsigned char)r->request_line[i];
        if (needs_escape(c))
            put_bytes(line, (const char[]){'#', hex[c >> 4], hex[c & 15]}, 3);
        else
            *line->at++ = (char)c;
    }
    put_char(line, '"');
}

/* Errors of connection, TLS, client certificate and its issuer; then whether the session was
 * resumed. */
static void put_tls_errors(struct line *line, const struct access_record *r)
{
    put_text(line, r->tls_version != NULL ? "0/0000000000000000/0/0/" : "0/-/-/-/");
    put_char(line, r->tls_resumed ? '1' : '0');
}

static void put_tls(struct line *line, const struct access_record *r)
{
    put_text(line, r->tls_sni != NULL && r->tls_sni[0] != '\0' ? r->tls_sni : "-");
    put_char(line, '/');
    put_text(line, r->tls_version != NULL ? r->tls_version : "-");
    put_char(line, '/');
    put_text(line, r->tls_cipher != NULL ? r->tls_cipher : "-");
}

static void put_connect_from(struct line *line, const struct access_record *r)
{
    if (r->client->family == AF_UNIX) {
        put_text(line, "Connect to unix:");
        put_number(line, bind_number(r));
    } else {
        put_text(line, "Connect from ");
        put_addr(line, r->client, 0);
        put_text(line, " to ");
        struct addr local = {.family = AF_UNSPEC};
        if (r->local != NULL)
            local = *r->local;
        else if (r->bind != NULL)
            addr_set(&local, (const struct sockaddr *)&r->bind->addr.sa);
        put_addr(line, &local, 0);
    }
    put_text(line, " (");
    put_text(line, r->frontend->name);
    put_text(line, r->frontend->mode == CONF_MODE_HTTP ? "/HTTP)" : "/TCP)");
}

/* A session that failed before there was a stream, whatever the format: "web/tls: SSL handshake
 * failure" */
static void put_session_error(struct line *line, const struct access_record *r)
{
    put_text(line, r->frontend->name);
    put_char(line, '/');
    if (r->bind != NULL && r->bind->name != NULL)
        put_text(line, r->bind->name);
    else
        put_number(line, bind_number(r));
    put_text(line, ": ");
    put_text(line, r->session_error);
}

#define HTTP_PIECES                                                                                \
    put_client, put_date, put_frontend, put_server, put_http_timers, put_status, put_bytes_read,   \
        put_cookies, put_end_cookies, put_connections, put_queues, put_request

#define PIECES_MAX 15

static piece *const formats[][PIECES_MAX] = {
    [CONF_LOG_DEFAULT] = {put_connect_from},
    [CONF_LOG_TCP] = {put_client, put_date, put_frontend, put_server, put_tcp_timers,
                      put_bytes_read, put_end, put_connections, put_queues},
    [CONF_LOG_HTTP] = {HTTP_PIECES},
    [CONF_LOG_HTTPS] = {HTTP_PIECES, put_tls_errors, put_tls},
};

static piece *const session_error[PIECES_MAX] = {put_client, put_date, put_session_error};

bool access_line_is_error(const struct access_record *r)
{
    char cause = r->termination[0];
    return r->session_error != NULL || r->redispatched || r->retries > 0 ||
           (cause != '-' && cause != 'L') || r->status >= 500;
}

bool access_line_is_wanted(const struct access_record *r)
{
    const struct conf_proxy *frontend = r->frontend;
    /* HAProxy writes it when a stream begins, hence never of what was
     * none, and always of what was */
    if (frontend->log_format == CONF_LOG_DEFAULT)
        return r->session_error == NULL &&
               (frontend->mode == CONF_MODE_TCP || r->request_line_len > 0);
    /* in HTTP the session knows best whether a byte came, and makes no record if none did */
    if (frontend->dontlognull && frontend->mode == CONF_MODE_TCP && r->bytes_uploaded == 0)
        return false;
    return !frontend->dontlog_normal || access_line_is_error(r);
}

size_t access_line_render(const struct access_record *r, struct line_clock *clock, char *out,
                          size_t room)
{
    struct line line = {.at = out, .end = out + room, .clock = clock};
    piece *const *pieces =
        r->session_error != NULL ? session_error : formats[r->frontend->log_format];

    for (size_t i = 0; i < PIECES_MAX && pieces[i] != NULL; i++) {
        if (i > 0)
            put_char(&line, ' ');
        pieces[i](&line, r);
    }
    return (size_t)(line.at - out);
}
