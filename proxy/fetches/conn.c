/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches of the connections of client and server: addresses, and what the kernel knows of them. */
#include "config/loader.h"
#include "proxy/http/probe_view.h"
#include "proxy/http/stream.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/rows.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <string.h>

/* Whose address; FC: of the client's connection itself. */
enum end { CLIENT, LOCAL, SERVER, OWN, FC_CLIENT, FC_LOCAL };

static bool take_name(int fd, bool peer, struct addr *out)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    struct sockaddr *name = (struct sockaddr *)&sa;
    if (fd < 0 || (peer ? getpeername(fd, name, &len) : getsockname(fd, name, &len)) != 0)
        return false;
    addr_set(out, name);
    return true;
}

static int server_fd(const struct sample_env *env)
{
    const struct stream *s = env->stream;
    if (env->probe != NULL)
        return env->probe->conn->source.fd;
    return s != NULL && s->sconn != NULL ? s->sconn->conn.source.fd : -1;
}

static bool address_of(const struct sample_env *env, enum end end, struct addr *out)
{
    struct addr other;
    switch (end) {
    case CLIENT:
        *out = env->session->address;
        return true;
    case LOCAL:
        session_destination(env->session, out);
        return true;
    case FC_CLIENT:
        session_conn_ends(env->session, out, &other);
        return true;
    case FC_LOCAL:
        session_conn_ends(env->session, &other, out);
        return true;
    default:
        return take_name(server_fd(env), end == SERVER, out);
    }
}

static bool address(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    (void)args;
    struct addr addr;
    if (!address_of(env, (enum end)row->value, &addr))
        return false;
    if (addr.family == AF_INET) {
        out->type = SAMPLE_IPV4;
        out->ipv4 = addr.in.sin_addr;
    } else {
        out->type = SAMPLE_IPV6;
        out->ipv6 = addr.in6.sin6_addr;
    }
    return addr.family == AF_INET || addr.family == AF_INET6;
}

static bool port(struct sample_env *env, const struct fetch *row, const struct arg *args,
                 struct sample *out)
{
    (void)args;
    struct addr addr;
    if (!address_of(env, (enum end)row->value, &addr) || addr.family == AF_UNIX)
        return false;
    sample_set_int(out, addr_port(&addr));
    return true;
}

/* Of IPv4 on a loopback interface every address of the network is the host's: 127.0.0.0/8. */
static bool is_of_interface(const struct addr *addr, const struct ifaddrs *at)
{
    unsigned bits = addr->family == AF_INET ? 32 : 128;
    if (at->ifa_addr == NULL)
        return false;
    if (addr->family == AF_INET && (at->ifa_flags & IFF_LOOPBACK) != 0 && at->ifa_netmask != NULL)
        bits = (unsigned)__builtin_popcount(
            ((const struct sockaddr_in *)(const void *)at->ifa_netmask)->sin_addr.s_addr);
    return addr_is_within(addr, at->ifa_addr, bits);
}

/* Is it an address of this host? Seldom asked, so the kernel's list is read each time. */
static bool is_local(struct sample_env *env, const struct fetch *row, const struct arg *args,
                     struct sample *out)
{
    (void)args;
    struct ifaddrs *list;
    struct addr addr;
    bool found = false;
    if (!address_of(env, (enum end)row->value, &addr) || addr.family == AF_UNIX ||
        getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *at = list; at != NULL && !found; at = at->ifa_next)
        found = is_of_interface(&addr, at);
    freeifaddrs(list);
    sample_set_bool(out, found);
    return true;
}

/* ---- what the kernel measures ------------------------------------------------------------------------- */

enum { RTT, RTT_VARIANCE, UNACKED, SACKED, LOST, RETRANS, FACKETS, REORDERING, OF_SERVER = 16 };

static long long of_tcp_info(const struct tcp_info *info, int which)
{
    switch (which) {
    case RTT:
        return info->tcpi_rtt;
    case RTT_VARIANCE:
        return info->tcpi_rttvar;
    case UNACKED:
        return info->tcpi_unacked;
    case SACKED:
        return info->tcpi_sacked;
    case LOST:
        return info->tcpi_lost;
    case RETRANS:
        return info->tcpi_retrans;
    case FACKETS:
        return info->tcpi_fackets;
    default:
        return info->tcpi_reordering;
    }
}

static bool tcp_figure(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    int which = row->value & ~OF_SERVER;
    int fd = which != row->value ? server_fd(env) : env->session->client.source.fd;
    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    bool in_us = args[0].type != ARG_NONE && args[0].text.len == 2 && args[0].text.data[0] == 'u';
    long long value = of_tcp_info(&info, which);
    if (which <= RTT_VARIANCE && !in_us)
        value /= 1000;
    sample_set_int(out, value);
    return true;
}

static bool session_count(struct sample_env *env, const struct fetch *row, const struct arg *args,
                          struct sample *out)
{
    (void)row, (void)args;
    sample_set_int(out, env->session->bind->proxy->state->frontend.sessions);
    return true;
}

/* HTTP/1 on both sides; 0 where no HTTP is spoken. */
static bool is_reused(struct sample_env *env, const struct fetch *row, const struct arg *args,
                      struct sample *out)
{
    const struct stream *s = env->stream;
    (void)row, (void)args;
    if (s == NULL || s->sconn == NULL)
        return false;
    sample_set_bool(out, s->sconn->streams > 1);
    return true;
}

static bool http_major(struct sample_env *env, const struct fetch *row, const struct arg *args,
                       struct sample *out)
{
    (void)row, (void)args;
    const struct conf_proxy *proxy =
        env->session != NULL ? session_frontend(env->session) : env->proxy->conf;
    sample_set_int(out, proxy->mode == CONF_MODE_HTTP ? 1 : 0);
    return true;
}

static bool check_unit(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)value;
    struct sample_text unit = args[0].text;
    if (count == 0 || args[0].type == ARG_NONE || unit.len == 0 ||
        (unit.len == 2 && (memcmp(unit.data, "us", 2) == 0 || memcmp(unit.data, "ms", 2) == 0)))
        return true;
    CONF_FAIL(c->l, args[0].span, "ms or us", "'%.*s' is no unit of time", (int)unit.len,
              unit.data);
    return false;
}

/* What is given to counts is passed over, as with HAProxy. */
#define FIGURE(word, which, text)                                                                  \
    .name = word, .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .run = tcp_figure,                 \
    .use = USE_CLIENT, .value = which, .since = "1.7", .doc = text
#define RTT_FIGURE(word, which, text) FIGURE(word, which, text), .check = check_unit
#define SERVER_RTT(word, which, text)                                                              \
    .name = word, .out = SAMPLE_INT, .args = {{ARG_STRING}, 0}, .run = tcp_figure,                 \
    .use = USE_SERVER, .value = (which) | OF_SERVER, .since = "2.8", .doc = text,                  \
    .check = check_unit

/* clang-format off */
const struct fetch conn_fetches[] = {
    {.name = "src", .out = SAMPLE_ADDR, .run = address, .use = USE_CLIENT, .value = CLIENT, .doc = "Address of the client."},
    {.name = "src_port", .out = SAMPLE_INT, .run = port, .use = USE_CLIENT, .value = CLIENT, .doc = "Port of the client."},
    {.name = "src_is_local", .out = SAMPLE_BOOL, .run = is_local, .use = USE_CLIENT, .value = CLIENT, .doc = "Whether the client's address is one of this host."},
    {.name = "dst", .out = SAMPLE_ADDR, .run = address, .use = USE_CLIENT, .value = LOCAL, .doc = "Address the client connected to."},
    {.name = "dst_port", .out = SAMPLE_INT, .run = port, .use = USE_CLIENT, .value = LOCAL, .doc = "Port the client connected to."},
    {.name = "dst_is_local", .out = SAMPLE_BOOL, .run = is_local, .use = USE_CLIENT, .value = LOCAL, .doc = "Whether the address the client connected to is one of this host."},
    {.name = "dst_conn", .out = SAMPLE_INT, .run = session_count, .use = USE_CLIENT, .doc = "Connections of the frontend."},
    {.name = "fc_src", .out = SAMPLE_ADDR, .run = address, .use = USE_CLIENT, .value = FC_CLIENT, .since = "2.6", .doc = "Address of the client, whatever set-src said."},
    {.name = "fc_src_port", .out = SAMPLE_INT, .run = port, .use = USE_CLIENT, .value = FC_CLIENT, .since = "2.6", .doc = "Port of the client, whatever set-src said."},
    {.name = "fc_src_is_local", .out = SAMPLE_BOOL, .run = is_local, .use = USE_CLIENT, .value = FC_CLIENT, .since = "2.6", .doc = "Whether the client's address is one of this host."},
    {.name = "fc_dst", .out = SAMPLE_ADDR, .run = address, .use = USE_CLIENT, .value = FC_LOCAL, .since = "2.6", .doc = "Address the client connected to, whatever set-dst said."},
    {.name = "fc_dst_port", .out = SAMPLE_INT, .run = port, .use = USE_CLIENT, .value = FC_LOCAL, .since = "2.6", .doc = "Port the client connected to, whatever set-dst said."},
    {.name = "fc_dst_is_local", .out = SAMPLE_BOOL, .run = is_local, .use = USE_CLIENT, .value = FC_LOCAL, .since = "2.6", .doc = "Whether the address the client connected to is one of this host."},
    {.name = "bc_src", .out = SAMPLE_ADDR, .run = address, .use = USE_SERVER, .value = OWN, .since = "2.6", .doc = "Our address on the connection to the server."},
    {.name = "bc_src_port", .out = SAMPLE_INT, .run = port, .use = USE_SERVER, .value = OWN, .since = "2.6", .doc = "Our port on the connection to the server."},
    {.name = "bc_dst", .out = SAMPLE_ADDR, .run = address, .use = USE_SERVER, .value = SERVER, .since = "2.6", .doc = "Address of the server."},
    {.name = "bc_dst_port", .out = SAMPLE_INT, .run = port, .use = USE_SERVER, .value = SERVER, .since = "2.6", .doc = "Port of the server."},
    {.name = "fc_http_major", .out = SAMPLE_INT, .run = http_major, .use = USE_CLIENT, .since = "1.7", .doc = "Major version of HTTP on the client's side."},
    {.name = "bc_reused", .out = SAMPLE_BOOL, .run = is_reused, .use = USE_SERVER, .since = "3.1", .doc = "Whether the connection to the server has served another request before."},
    {.name = "bc_http_major", .out = SAMPLE_INT, .run = http_major, .use = USE_SERVER, .since = "1.7", .doc = "Major version of HTTP on the server's side."},
    {RTT_FIGURE("fc_rtt", RTT, "Round-trip time of the client in milliseconds; with argument us in microseconds.")},
    {RTT_FIGURE("fc_rttvar", RTT_VARIANCE, "Variance of the round-trip time in milliseconds; with argument us in microseconds.")},
    {SERVER_RTT("bc_rtt", RTT, "Round-trip time of the server in milliseconds; with argument us in microseconds.")},
    {SERVER_RTT("bc_rttvar", RTT_VARIANCE, "Variance of the server's round-trip time in milliseconds; with argument us in microseconds.")},
    {FIGURE("fc_unacked", UNACKED, "Packets to the client not yet acknowledged.")},
    {FIGURE("fc_sacked", SACKED, "Packets to the client acknowledged out of order.")},
    {FIGURE("fc_lost", LOST, "Packets to the client that seem lost.")},
    {FIGURE("fc_retrans", RETRANS, "Packets to the client sent again.")},
    {FIGURE("fc_fackets", FACKETS, "Forward acknowledgements of the client.")},
    {FIGURE("fc_reordering", REORDERING, "How far packets to the client come out of order.")},
    {.name = NULL},
};
/* clang-format on */
