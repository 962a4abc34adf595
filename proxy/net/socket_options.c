/* SPDX-License-Identifier: Apache-2.0 */
/* Options of sockets; see socket_options.h. */
#include "proxy/net/socket_options.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

static int set_int(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof(value));
}

/* ---- namespaces ------------------------------------------------------------------------------------- */

static int open_namespace(const char *name)
{
    char path[256];
    if (strchr(name, '/') != NULL)
        return UV_EINVAL;
    snprintf(path, sizeof(path), "/var/run/netns/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 ? fd : uv_translate_sys_error(errno);
}

/* A socket belongs to the namespace in which its thread was when it was made. */
static int socket_elsewhere(sa_family_t family, const char *netns)
{
    int there = open_namespace(netns);
    if (there < 0)
        return there;
    int rc = UV_EPERM, here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (here >= 0 && setns(there, CLONE_NEWNET) == 0) {
        rc = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (rc < 0)
            rc = uv_translate_sys_error(errno);
        /* to stay there would put all that follows into the wrong network */
        if (setns(here, CLONE_NEWNET) != 0) {
            perror("cannot return to the own network namespace");
            _exit(1);
        }
    }
    if (here >= 0)
        close(here);
    close(there);
    return rc;
}

int socket_new(sa_family_t family, const char *netns)
{
    if (netns != NULL && family != AF_UNIX)
        return socket_elsewhere(family, netns);
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd >= 0 ? fd : uv_translate_sys_error(errno);
}

/* ---- before a connection is made ----------------------------------------------------------------------- */

/* One connection more, one port further: a range serves as many connections as it has ports, to each destination. */
static int bind_in_range(int fd, const struct conn_options *options)
{
    enum { TRIES = 10 };
    static _Atomic unsigned turn; /* of all ranges and threads */
    struct sockaddr_storage at = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&at;
    memcpy(&at, options->source, options->source_len);
    unsigned first = ntohs(v4->sin_port); /* IPv6 has it in the same place */
    for (int i = 0; i < TRIES; i++) {
        unsigned next = atomic_fetch_add_explicit(&turn, 1, memory_order_relaxed);
        v4->sin_port = htons((uint16_t)(first + next % options->source_ports));
        if (bind(fd, (struct sockaddr *)&at, options->source_len) == 0)
            return 0;
        if (errno != EADDRINUSE)
            break;
    }
    return uv_translate_sys_error(errno);
}

static int bind_source(int fd, sa_family_t family, const struct conn_options *options)
{
    bool v6 = family == AF_INET6;
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (options->source == NULL || options->source->sa_family != family)
        return 0;
    /* without the right to be transparent, a route to the address will do */
    if (options->is_foreign && set_int(fd, level, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, 1) != 0)
        set_int(fd, level, v6 ? IPV6_FREEBIND : IP_FREEBIND, 1);
    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (options->source_ports != 0)
        return bind_in_range(fd, options);
    /* the port is chosen with the destination known: so each one has all ports to itself */
    set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
    return bind(fd, options->source, options->source_len) == 0 ? 0 : uv_translate_sys_error(errno);
}

static int set_interface(int fd, const char *interface)
{
    if (interface == NULL || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
                                        (socklen_t)strlen(interface) + 1) == 0)
        return 0;
    return uv_translate_sys_error(errno);
}

static void set_tcp_options(int fd, const struct conn_options *options)
{
    if (options->smart)
        set_int(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
    if (options->slow_ack) /* does the same, and holds for whatever the socket connects to later */
        set_int(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
    if (options->fast_open)
        set_int(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
    if (options->user_timeout_ms != 0)
        set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)options->user_timeout_ms);
    socket_keep_alive(fd, &options->keepalive);
}

int socket_prepare(int fd, sa_family_t family, const struct conn_options *options)
{
    if (family != AF_UNIX && (options == NULL || !options->slow_ack))
        set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (options == NULL)
        return 0;
    if (options->reset_at_end)
        socket_reset_at_end(fd);
    if (family == AF_UNIX)
        return 0;
    set_tcp_options(fd, options);
    socket_mark(fd, family, &options->marks);
    int rc = set_interface(fd, options->interface);
    return rc == 0 ? bind_source(fd, family, options) : rc;
}

/* ---- of any connection ---------------------------------------------------------------------------------- */

void socket_keep_alive(int fd, const struct keepalive *keepalive)
{
    const struct {
        int name;
        unsigned value;
    } times[] = {
        {TCP_KEEPIDLE, keepalive->idle_s},
        {TCP_KEEPINTVL, keepalive->interval_s},
        {TCP_KEEPCNT, keepalive->count},
    };
    if (!keepalive->enabled)
        return;
    set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (times[i].value != 0)
            set_int(fd, IPPROTO_TCP, times[i].name, (int)times[i].value);
}

void socket_reset_at_end(int fd)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
}

void socket_slow_ack(int fd)
{
    set_int(fd, IPPROTO_TCP, TCP_QUICKACK, 0);
}

void socket_mark(int fd, sa_family_t family, const struct packet_marks *marks)
{
    if (marks->has_mark)
        set_int(fd, SOL_SOCKET, SO_MARK, marks->mark);
    if (marks->has_tos && family == AF_INET6)
        set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, marks->tos);
    else if (marks->has_tos)
        set_int(fd, IPPROTO_IP, IP_TOS, marks->tos);
}
