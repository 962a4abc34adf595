/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that change in place, in HAProxy's words. They are read where a connection is opened,
 * which takes the lock of the backend anyway, so a copy under it is all the publishing there is.
 */
#include "proxy/state/server_address.h"

#include "lb-algos/algo.h"
#include "proxy/base/addr.h"
#include "proxy/state/server_state_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)
#define SET(cell, value) atomic_store_explicit(&(cell), (value), memory_order_relaxed)

/* ---- reading --------------------------------------------------------------------------------- */

socklen_t server_read_address(const struct server *server, struct sockaddr_storage *sa_out)
{
    pthread_mutex_lock(&server->backend->lock);
    *sa_out = server->addr;
    socklen_t len = server->addr_len;
    pthread_mutex_unlock(&server->backend->lock);
    return len;
}

void server_address_text(const struct server *server, char text[SERVER_ADDRESS_BYTES])
{
    struct sockaddr_storage sa;
    struct addr addr;
    char host[ADDR_TEXT_BYTES];
    (void)server_read_address(server, &sa);
    addr_set(&addr, (const struct sockaddr *)&sa);
    addr_format(&addr, host);
    if (sa.ss_family == AF_UNSPEC)
        text[0] = '\0';
    else if (sa.ss_family != AF_INET && sa.ss_family != AF_INET6)
        snprintf(text, SERVER_ADDRESS_BYTES, "unix");
    else
        snprintf(text, SERVER_ADDRESS_BYTES, addr.family == AF_INET6 ? "[%s]:%u" : "%s:%u", host,
                 addr_port(&addr));
}

uint32_t server_ring_base(const struct server *server)
{
    const struct sockaddr_storage *sa = &server->addr;
    struct addr addr;
    addr_set(&addr, (const struct sockaddr *)sa);
    uint16_t port = server->hash_key == CONF_HASH_ADDR_PORT ? addr_port(&addr) : 0;
    if (server->hash_key != CONF_HASH_ID && sa->ss_family == AF_INET)
        return lb_ring_base_of_address(&((const struct sockaddr_in *)sa)->sin_addr, 4, port);
    if (server->hash_key != CONF_HASH_ID && sa->ss_family == AF_INET6)
        return lb_ring_base_of_address(&((const struct sockaddr_in6 *)sa)->sin6_addr, 16, port);
    return lb_ring_base_of_id(GET(server->id));
}

/* ---- changing -------------------------------------------------------------------------------- */

bool server_set_name(struct server *server, const char *fqdn)
{
    char *copy = strdup(fqdn);
    if (copy == NULL)
        return false;
    free(server->fqdn);
    server->fqdn = copy;
    return true;
}

void server_set_tls(struct server *server, bool enabled, struct loop *control)
{
    backend_lock(server->backend);
    SET(server->tls_enabled, enabled);
    SET(server->moves, GET(server->moves) + 1);
    backend_unlock(server->backend, control->now_us);
}

static void format_host(const struct sockaddr_storage *sa, char text[ADDR_TEXT_BYTES])
{
    struct addr addr;
    addr_set(&addr, (const struct sockaddr *)sa);
    if (sa->ss_family == AF_UNSPEC)
        snprintf(text, ADDR_TEXT_BYTES, "(none)");
    else
        addr_format(&addr, text);
}

static unsigned port_of(const struct sockaddr_storage *sa)
{
    struct addr addr;
    addr_set(&addr, (const struct sockaddr *)sa);
    return addr_port(&addr);
}

/* Returns where it was. */
static struct sockaddr_storage put_address(struct server *server, const struct sockaddr_storage *sa,
                                           socklen_t len, struct loop *control)
{
    struct backend *backend = server->backend;
    backend_lock(backend);
    struct sockaddr_storage before = server->addr;
    server->addr = *sa;
    server->addr_len = len;
    SET(server->moves, GET(server->moves) + 1);
    if (server->slot != LB_NONE)
        lb_pool_set_identity(&backend->pool, (unsigned)server->slot, GET(server->id),
                             server_ring_base(server));
    backend_unlock(backend, control->now_us);
    return before;
}

static void tell_move(struct server *server, const struct sockaddr_storage *from,
                      const struct sockaddr_storage *to, const char *by)
{
    char before[ADDR_TEXT_BYTES], after[ADDR_TEXT_BYTES];
    struct line line = {.len = 0};
    format_host(from, before);
    format_host(to, after);
    line_add(&line, "%s/%s changed its ", server->backend->name, server->name);
    if (strcmp(before, after) != 0)
        line_add(&line, "IP from %s to %s by %s", before, after, by);
    else
        line_add(&line, "port from %u to %u by %s", port_of(from), port_of(to), by);
    line_tell(&line, server, LOG_NOTICE);
}

/* It is taken for well, as after forced maintenance. */
static void come_back(struct server *server, struct loop *control)
{
    const struct server *tracked = server->tracked;
    struct stance to = server_stance(server);
    bool up = server_begin_health(server);
    to.up = tracked != NULL ? GET(tracked->up) : up;
    to.leaving = false;
    to.address = ADDRESS_FOUND;
    struct turn turn = server_turn(server, to, "resolves again", control);
    struct line line;
    line_begin(&line, server);
    line_add(&line, "('%s') is %s/%s (resolves again)",
             server->target != NULL ? server->target : server->fqdn, to.up ? "UP" : "DOWN",
             server_is_draining(server) ? "DRAIN" : "READY");
    line_tell(&line, server, LOG_NOTICE);
    line_begin(&line, server);
    line_add(&line, "administratively READY thanks to valid DNS answer");
    line_tell(&line, server, LOG_NOTICE);
    tell_backend(server->backend, &turn);
    server_turn_trackers(server, control);
}

void server_set_address(struct server *server, const struct sockaddr_storage *sa, socklen_t len,
                        const char *by, struct loop *control)
{
    struct sockaddr_storage before = server->addr;
    if (server->addr_len != len || memcmp(&before, sa, len) != 0) {
        before = put_address(server, sa, len, control);
        tell_move(server, &before, sa, by);
        if (before.ss_family != AF_UNSPEC)
            server_notify(server, NOTICE_MOVED);
    }
    if (GET(server->is_lost))
        come_back(server, control);
}

void server_lose_address(struct server *server, const char *why, struct loop *control)
{
    static const struct sockaddr_storage nowhere;
    if (GET(server->is_lost))
        return;
    struct stance to = server_stance(server);
    to.leaving = false;
    to.address = ADDRESS_LOST;
    struct turn turn = server_turn(server, to, why, control);
    (void)put_address(server, &nowhere, 0, control);
    struct line line;
    line_begin(&line, server);
    if (turn.was_running) {
        line_add(&line, "is going DOWN for maintenance (%s)", why);
        line_add_counts(&line, server, &turn);
    } else {
        line_add(&line, "was DOWN and now enters maintenance (%s)", why);
    }
    line_tell(&line, server, turn.was_running ? LOG_ALERT : LOG_NOTICE);
    tell_backend(server->backend, &turn);
    server_turn_trackers(server, control);
}

bool server_set_target(struct server *server, const char *host)
{
    const char *before = server->target;
    char *copy = strdup(host);
    if (copy == NULL)
        return false;
    struct line line = {.len = 0};
    line_add(&line, "%s/%s changed its FQDN from %s to %s by 'SRV record'", server->backend->name,
             server->name, before != NULL ? before : "(null)", host);
    struct state_event event = {
        .backend = server->backend, .server = server, .level = LOG_NOTICE, .text = line.text};
    state_tell(&event);
    server_forget_target(server);
    server->target = copy;
    return true;
}

void server_forget_target(struct server *server)
{
    free(server->target);
    server->target = NULL;
}

void backend_tell_of_names(const struct backend *backend, const char *text)
{
    struct state_event event = {.backend = backend, .level = LOG_WARNING, .text = text};
    state_tell(&event);
}

void server_inherit_address(struct server *server, const struct server *from)
{
    bool is_same = server->fqdn != NULL && from->fqdn != NULL && server->is_resolved &&
                   strcmp(server->fqdn, from->fqdn) == 0;
    if (!is_same || from->addr.ss_family == AF_UNSPEC)
        return;
    server->target = from->target != NULL ? strdup(from->target) : NULL;
    uint16_t port = server->conf_port;
    server->addr = from->addr;
    server->addr_len = from->addr_len;
    if (server->addr.ss_family == AF_INET && port != 0)
        ((struct sockaddr_in *)&server->addr)->sin_port = htons(port);
    else if (server->addr.ss_family == AF_INET6 && port != 0)
        ((struct sockaddr_in6 *)&server->addr)->sin6_port = htons(port);
    SET(server->is_lost, false);
}
