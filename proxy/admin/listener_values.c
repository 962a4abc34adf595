/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what is told of a bind that is counted by itself: who it is, and whether it takes clients. */
#include "proxy/admin/values_priv.h"

#include "proxy/base/addr.h"
#include "proxy/state/bind_state.h"
#include "proxy/state/server.h"

#include <stdio.h>

const char *const listener_state_names[LISTENER_STATES] = {"WAITING", "OPEN", "FULL"};

enum listener_state stats_listener_state(const struct bind *bind)
{
    const struct proxy *proxy = bind->proxy;
    /* gcc 12 makes a plain read of an atomic that is a subscript */
    const enum frontend_state state = proxy->state->frontend.state;
    unsigned maxconn = bind->conf->maxconn;
    if (proxy->conf->disabled || state != FRONTEND_OPEN)
        return LISTENER_WAITING;
    return maxconn != 0 && bind->state->sessions >= maxconn ? LISTENER_FULL : LISTENER_OPEN;
}

unsigned stats_row_id(const struct stats_subject *subject)
{
    if (subject->kind == STATS_LISTENER) /* counted from 1 in the order of the file */
        return (unsigned)(subject->bind - subject->proxy->binds) + 1;
    return subject->kind == STATS_SERVER ? subject->server->id : 0;
}

const char *stats_listener_name(const struct stats_subject *subject, char room[LISTENER_NAME_BYTES])
{
    if (subject->bind->conf->name != NULL)
        return subject->bind->conf->name;
    snprintf(room, LISTENER_NAME_BYTES, "sock-%u", stats_row_id(subject));
    return room;
}

/* "127.0.0.1:80", "[::]:80", "unix". */
void stats_listener_address(const struct bind *bind, char *room, size_t bytes)
{
    const struct conf_addr *conf = &bind->conf->addr;
    struct addr addr;
    char text[ADDR_TEXT_BYTES];
    addr_set(&addr, (const struct sockaddr *)&conf->sa);
    addr_format(&addr, text);
    if (addr.family != AF_INET && addr.family != AF_INET6)
        snprintf(room, bytes, "%s", text);
    else
        snprintf(room, bytes, addr.family == AF_INET6 ? "[%s]:%u" : "%s:%u", text, conf->port);
}
