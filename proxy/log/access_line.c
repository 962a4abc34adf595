/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The line of a stream as its record brings it, written by the frontend's format (rules/log_formats.c), or else
 * HAProxy's short one of proxies without any. What does not fit into the room is cut.
 */
#include "proxy/log/access_line.h"
#include "proxy/log/line.h"

#include "config/model.h"
#include "proxy/base/addr.h"
#include "proxy/state/access_record.h"

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
               (frontend->mode == CONF_MODE_TCP || r->is_request || r->line.data != NULL);
    /* in HTTP the session knows best whether a byte came, and makes no record if none did */
    if (frontend->dontlognull && frontend->mode == CONF_MODE_TCP && r->bytes_uploaded == 0)
        return false;
    return !frontend->dontlog_normal || access_line_is_error(r);
}

size_t access_line_render(const struct access_record *r, bool structured, char *out, size_t room)
{
    struct line line = {.at = out, .end = out + room};
    if (structured) {
        put_bytes(&line, r->structured.data, r->structured.len);
        put_char(&line, ' ');
    }
    if (r->line.data != NULL)
        put_bytes(&line, r->line.data, r->line.len);
    else
        put_connect_from(&line, r);
    return (size_t)(line.at - out);
}
