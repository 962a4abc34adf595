/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The client of `weir explain`: what it says, through TLS and behind a PROXY header where the bind wants that,
 * and what it hears.
 */
#include "proxy/runtime/explain_priv.h"

#include "proxy/http/session.h"
#include "proxy/net/proxy_protocol.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOURCE_PORT 40000

static int complain(const char *text, int rc)
{
    fprintf(stderr, "weir explain: %s: %s\n", text, uv_strerror(rc));
    return -1;
}

/* ---- what is said -------------------------------------------------------------------------------------- */

static void add_text(struct explain_bytes *bytes, const char *text)
{
    explain_bytes_add(bytes, text, strlen(text));
}

static bool has_field(const struct explain_list *fields, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < fields->count; i++)
        if (strncasecmp(fields->items[i], name, len) == 0 && fields->items[i][len] == ':')
            return true;
    return false;
}

static void add_fields(struct explain_bytes *bytes, const struct explain_list *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        add_text(bytes, fields->items[i]);
        add_text(bytes, "\r\n");
    }
}

/* "GET /" becomes "GET / HTTP/1.1". */
static void add_request_line(struct explain_bytes *bytes, const char *line)
{
    add_text(bytes, line);
    if (strstr(line, " HTTP/") == NULL)
        add_text(bytes, " HTTP/1.1");
    add_text(bytes, "\r\n");
}

/* Fields, the empty line and the body, if any, with its length unless the fields tell it. */
static void add_rest(struct explain_bytes *bytes, const struct explain_list *fields,
                     const char *body)
{
    char length[64];
    add_fields(bytes, fields);
    if (body != NULL && !has_field(fields, "content-length") &&
        !has_field(fields, "transfer-encoding")) {
        snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body));
        add_text(bytes, length);
    }
    add_text(bytes, "\r\n");
    add_text(bytes, body != NULL ? body : "");
}

static void write_request(struct explain_run *run)
{
    const struct explain_words *w = run->words;
    if (w->line != NULL) {
        add_request_line(&run->request, w->line);
        add_rest(&run->request, &w->headers, w->body);
    } else if (w->body != NULL) {
        add_text(&run->request, w->body);
    }
}

static void write_response(struct explain_run *run)
{
    if (run->words->response == NULL)
        return;
    add_text(&run->response, run->words->response);
    add_text(&run->response, "\r\n");
    add_rest(&run->response, &run->words->response_headers, run->words->response_body);
}

/* ---- the connection ------------------------------------------------------------------------------------ */

/* False: not yet, or it has failed, which the other side tells of. */
static bool is_through(struct explain_run *run)
{
    if (!run->is_secured && conn_handshake(&run->client) != 0)
        return false;
    run->is_secured = true;
    return true;
}

static void on_client_ready(struct conn *conn)
{
    struct explain_run *run = LIST_ITEM(conn, struct explain_run, client);
    char buffer[4096];
    ssize_t n = 1;
    if (!is_through(run))
        return;
    while (run->said < run->request.len && n > 0) {
        struct iovec piece = {run->request.data + run->said, run->request.len - run->said};
        n = conn_sendv(conn, &piece, 1);
        run->said += n > 0 ? (size_t)n : 0;
    }
    while (conn_can_read(conn) && (n = conn_recv(conn, buffer, sizeof(buffer))) > 0)
        explain_bytes_add(&run->answer, buffer, (size_t)n);
}

/* As a proxy in front of us would. */
static int introduce(struct explain_run *run, const struct addr *source)
{
    char text[PROXY_OUT_BYTES];
    struct proxy_facts facts = {.from = *source, .to = run->stage.destination};
    struct iovec piece = {text, proxy_header_format_v1(&facts, text)};
    ssize_t n = conn_sendv(&run->client, &piece, 1);
    return n == (ssize_t)piece.iov_len ? 0 : UV_EIO;
}

static int secure(struct explain_run *run)
{
    struct tls_client_settings settings = tls_client_settings_default;
    struct tls_error_text error = {.text = ""};
    settings.verify = TLS_VERIFY_NONE;
    run->tls = tls_client_context_new(&settings, outside_disk.files, &error);
    if (run->tls == NULL) {
        fprintf(stderr, "weir explain: no TLS: %s\n", error.text);
        return -1;
    }
    int rc = conn_start_tls_client(&run->client, run->tls, run->words->sni);
    return rc == 0 ? 0 : complain("no TLS", rc);
}

/* The bind's own port, where the file says one. */
static struct addr default_address(uint16_t port)
{
    struct addr addr = {.in = {.sin_family = AF_INET, .sin_port = htons(port)}};
    addr.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return addr;
}

static bool is_of_unix(const struct bind *bind)
{
    return bind->conf->addr.sa.ss_family == AF_UNIX;
}

static struct addr source_of(const struct explain_run *run)
{
    struct addr source = run->words->source;
    if (source.family == AF_UNSPEC && is_of_unix(run->bind))
        return (struct addr){.family = AF_UNIX};
    if (source.family == AF_UNSPEC)
        return default_address(SOURCE_PORT);
    if (addr_port(&source) == 0) /* at the same place in both families */
        source.in.sin_port = htons(SOURCE_PORT);
    return source;
}

static bool is_any(const struct addr *addr)
{
    return addr->family == AF_INET ? addr->in.sin_addr.s_addr == htonl(INADDR_ANY)
                                   : IN6_IS_ADDR_UNSPECIFIED(&addr->in6.sin6_addr);
}

static struct addr destination_of(const struct explain_run *run)
{
    const struct conf_addr *bind = &run->bind->conf->addr;
    struct addr to = run->words->destination, own = {.family = AF_UNSPEC};
    if (bind->sa_len > 0)
        addr_set(&own, (const struct sockaddr *)&bind->sa);
    bool is_ip = own.family == AF_INET || own.family == AF_INET6;
    if (to.family == AF_UNSPEC && is_of_unix(run->bind))
        return own;
    if (to.family == AF_UNSPEC)
        return is_ip && !is_any(&own) ? own : default_address(bind->port);
    if (addr_port(&to) == 0)
        to.in.sin_port = htons(bind->port);
    return to;
}

int explain_client_send(struct explain_run *run)
{
    struct addr source = source_of(run);
    int fds[2];
    write_request(run);
    write_response(run);
    run->stage.destination = destination_of(run);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) != 0)
        return complain("no socket", uv_translate_sys_error(errno));
    int rc = conn_open(&run->client, &run->loop, fds[1], on_client_ready);
    if (rc != 0) {
        close(fds[0]);
        return complain("no connection", rc);
    }
    run->is_secured = !run->speaks_tls;
    if (!session_open(run->http, run->bind, fds[0], &source.sa) ||
        list_is_empty(&run->http->sessions))
        return 0; /* refused, which the trace tells */
    const struct session *session = LIST_ITEM(run->http->sessions.next, struct session, node);
    if (session->state == SESSION_GREETING && introduce(run, &source) != 0)
        return complain("no PROXY header", UV_EIO);
    return run->speaks_tls ? secure(run) : 0;
}
