/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of probes: as the line of http-check has them, with what the rules fill in. */
#include "proxy/base/addr.h"
#include "proxy/base/ascii.h"
#include "proxy/health/probe.h"
#include "proxy/state/server_address.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- the request ---- */

struct text {
    char *bytes;
    size_t len;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
    va_list args;
    size_t room = SCRIPT_REQUEST_BYTES_MAX - text->len;
    va_start(args, format);
    int len = vsnprintf(text->bytes + text->len, room, format, args);
    va_end(args);
    if (len > 0)
        text->len += (size_t)len < room ? (size_t)len : room - 1;
}

/* HAProxy writes names in lower case, and leaves out what comes out empty. */
static void put_header(struct text *text, struct probe *probe,
                       const struct conf_check_header *header)
{
    size_t from = text->len;
    struct sample_text value = script_text(probe, header->made, header->value);
    if (header->made != NULL && value.len == 0)
        return;
    put(text, "%s: %.*s\r\n", header->name, (int)value.len, value.data);
    for (size_t i = from; i < text->len && text->bytes[i] != ':'; i++)
        text->bytes[i] = ascii_lower(text->bytes[i]);
}

const struct conf_check_header *script_find_header(const struct conf_request *request,
                                                   const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (strcasecmp(request->headers[i].name, name) == 0)
            return &request->headers[i];
    }
    return NULL;
}

/* The host and port within a target in absolute form; empty in the other forms. */
static struct sample_text authority_of(struct sample_text uri)
{
    const char *end = uri.data + uri.len, *scheme = memmem(uri.data, uri.len, "://", 3);
    if (*uri.data == '/' || scheme == NULL)
        return (struct sample_text){0};
    const char *from = scheme + 3, *to = from;
    while (to < end && *to != '/' && *to != '?')
        to++;
    const char *user = memrchr(from, '@', (size_t)(to - from));
    from = user != NULL ? user + 1 : from;
    return (struct sample_text){from, (size_t)(to - from)};
}

/* RFC 9112 3.2.2: a target in absolute form and the Host field say the same, which is what the field says. */
static void put_target(struct text *text, struct probe *probe, const struct conf_request *request,
                       struct sample_text uri, struct sample_text authority)
{
    const struct conf_check_header *host = script_find_header(request, "host");
    struct sample_text said = authority;
    if (authority.len > 0 && host != NULL)
        said = script_text(probe, host->made, host->value);
    if (said.len == 0) {
        put(text, "%.*s", (int)uri.len, uri.data);
        return;
    }
    size_t before = (size_t)(authority.data - uri.data), after = before + authority.len;
    put(text, "%.*s%.*s%.*s", (int)before, uri.data, (int)said.len, said.data,
        (int)(uri.len - after), uri.data + after);
}

/* "UP 1/2; address=10.0.0.1; port=80; name=be/s1; node=lb1; weight=1/2; scur=3/22; qcur=0" */
static void put_state(struct text *text, const struct probe *probe)
{
    const struct server *server = probe->server;
    const struct backend *backend = server->backend;
    char status[32];
    struct addr addr;
    char host[ADDR_TEXT_BYTES];
    server_status_text(server, status, sizeof(status));
    addr_set(&addr, (const struct sockaddr *)&server->addr);
    addr_format(&addr, host);
    put(text,
        "x-haproxy-server-state: %s; address=%s; port=%u; name=%s/%s; node=%s; weight=%u/%llu; "
        "scur=%u/%u; qcur=%u\r\n",
        status, host, addr_port(&addr), backend->name, server->name,
        probe->script->node != NULL ? probe->script->node : "", server->weight,
        (unsigned long long)backend->weight_total, server->in_flight, backend->sessions,
        backend->queued);
}

static void put_host(struct text *text, const struct server *server, struct sample_text authority)
{
    char address[SERVER_ADDRESS_BYTES];
    if (authority.len > 0) {
        put(text, "host: %.*s\r\n", (int)authority.len, authority.data);
        return;
    }
    server_address_text(server, address);
    put(text, "host: %s\r\n", address);
}

/* RFC 9110 8.6: where a body might mean something, its absence is said. */
static bool says_length(const char *method)
{
    static const char *const without[] = {"OPTIONS", "GET", "HEAD", "DELETE"};
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
        if (strcmp(method, without[i]) == 0)
            return false;
    }
    return true;
}

size_t script_write_request(struct probe *probe, const struct conf_request *request, char *bytes)
{
    struct text text = {bytes, 0};
    bool is_11 = strcmp(request->version, "HTTP/1.0") != 0;
    struct sample_text uri = script_text(probe, request->made_uri, request->uri);
    struct sample_text body = script_text(probe, request->made_body, request->body);
    if (uri.len == 0)
        uri = (struct sample_text){"/", 1};
    struct sample_text authority = authority_of(uri);
    put(&text, "%s ", request->method);
    put_target(&text, probe, request, uri, authority);
    put(&text, " %s\r\n", request->version);
    for (size_t i = 0; i < request->header_count; i++)
        put_header(&text, probe, &request->headers[i]);
    if (is_11 && script_find_header(request, "host") == NULL)
        put_host(&text, probe->server, authority); /* RFC 9112 3.2 wants one */
    if (probe->script->send_state)
        put_state(&text, probe);
    if (body.len > 0 || says_length(request->method))
        put(&text, "content-length: %zu\r\n", body.len);
    /* each version has one of the two anyway */
    if (is_11 != probe->keeps && script_find_header(request, "connection") == NULL)
        put(&text, probe->keeps ? "connection: keep-alive\r\n" : "connection: close\r\n");
    put(&text, "\r\n%.*s", (int)body.len, body.data);
    return text.len;
}
