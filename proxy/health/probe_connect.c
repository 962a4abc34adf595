/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections of a probe: where to, what is said first, and how each ends. A socket is used
 * again for the next one where the kernel lets it.
 */
#include "proxy/health/probe_priv.h"

#include "proxy/net/proxy_protocol.h"
#include "proxy/net/socks4.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GET(cell) atomic_load_explicit(&(cell), memory_order_relaxed)

void probe_set_port(struct sockaddr_storage *to, uint16_t port)
{
    if (to->ss_family == AF_INET)
        ((struct sockaddr_in *)to)->sin_port = htons(port);
    else if (to->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)to)->sin6_port = htons(port);
}

static uint16_t port_of(const struct sockaddr_storage *addr)
{
    if (addr->ss_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)addr)->sin_port);
    return addr->ss_family == AF_INET6 ? ntohs(((const struct sockaddr_in6 *)addr)->sin6_port) : 0;
}

/* With RST, unless the script asks for a FIN: some servers take a reset for an attack. */
void probe_disconnect(struct probe *probe)
{
    if (!conn_is_open(&probe->conn))
        return;
    if (probe->lingers)
        conn_close(&probe->conn);
    else
        probe->socket = conn_disconnect(&probe->conn);
}

/* What we lack ourselves says nothing of the server, yet it cannot be said to be well either. */
static bool is_our_lack(int rc)
{
    return rc == UV_EMFILE || rc == UV_ENFILE || rc == UV_ENOMEM || rc == UV_ENOBUFS ||
           rc == UV_EADDRNOTAVAIL;
}

static enum probe_step connect_failed(struct probe *probe, int rc)
{
    return probe_fail(probe, is_our_lack(rc) ? HEALTH_SOCKET_ERROR : HEALTH_L4_CONNECT,
                      strerror(-rc));
}

/* It did not even begin. HAProxy tells the two kinds of addresses apart here, but for the error itself. */
static enum probe_step connect_refused_at_once(struct probe *probe, int rc)
{
    char error[SERVER_REASON_BYTES];
    snprintf(error, sizeof(error), "General socket error (%s)", strerror(-rc));
    bool is_ours = is_our_lack(rc);
    return probe_fail(probe,
                      is_ours || probe->family == AF_UNIX ? HEALTH_SOCKET_ERROR : HEALTH_L4_CONNECT,
                      is_ours ? strerror(-rc) : error);
}

static const struct conf_connect *present_connect(const struct probe *probe)
{
    return &probe->script->steps[probe->step].conf.connect;
}

/* check-via-socks4: where to connect on our behalf. */
static enum probe_step ask_proxy(struct probe *probe)
{
    uint8_t ask[SOCKS4_ASK_BYTES_MAX];
    int len = socks4_format_ask((const struct sockaddr *)&probe->behind_proxy, ask);
    struct iovec piece = {ask, (size_t)len};
    if (len > 0 && conn_sendv(&probe->conn, &piece, 1) == len)
        return PROBE_NEXT;
    return probe_fail(probe, HEALTH_SOCKET_ERROR, "SOCKS4 proxy cannot be asked");
}

/* Version 1 has no word for a connection of our own: it tells that connection's ends. */
static void tell_ends(const struct probe *probe, struct proxy_facts *facts)
{
    struct sockaddr_storage own, peer;
    socklen_t own_len = sizeof(own), peer_len = sizeof(peer);
    int fd = probe->conn.source.fd;
    if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0 ||
        getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0)
        return; /* then it says UNKNOWN */
    addr_set(&facts->from, (struct sockaddr *)&own);
    addr_set(&facts->to, (struct sockaddr *)&peer);
}

/* Before any answer: then it leaves in the same packet. */
static bool says_more(const struct probe *probe)
{
    const struct script *script = probe->script;
    size_t next = probe->step + 1;
    while (next < script->count && script->steps[next].conf.kind == CONF_STEP_ACTION)
        next++;
    if (probe->is_tls || next == script->count)
        return probe->is_tls;
    return script->steps[next].conf.kind == CONF_STEP_SEND ||
           script->steps[next].conf.kind == CONF_STEP_REQUEST;
}

static enum probe_step send_proxy_header(struct probe *probe)
{
    bool v2 = (probe->server->link.send_proxy & CONF_PROXY_V2) != 0;
    struct proxy_facts facts = {.is_local = v2};
    uint8_t header[PROXY_OUT_BYTES];
    if (!v2)
        tell_ends(probe, &facts);
    size_t len = v2 ? proxy_header_format_v2(&facts, header)
                    : proxy_header_format_v1(&facts, (char *)header);
    struct iovec piece = {header, len};
    probe->conn.more = says_more(probe);
    ssize_t n = conn_sendv(&probe->conn, &piece, 1);
    probe->conn.more = false;
    if (n == (ssize_t)piece.iov_len)
        return PROBE_NEXT;
    /* a new socket has room for it, so less than all is an error */
    return probe_fail(probe, HEALTH_SOCKET_ERROR, n < 0 ? strerror((int)-n) : "");
}

static enum probe_step start_tls(struct probe *probe)
{
    struct tls_client_context *tls = GET(probe->server->tls);
    int rc = tls != NULL ? conn_start_tls_client(&probe->conn, tls, probe->to_sni) : UV_ENOMEM;
    if (rc == 0 && probe->to_alpn != NULL)
        rc = conn_offer_protocols(&probe->conn, probe->to_alpn);
    if (rc != 0)
        return probe_fail(probe, HEALTH_SOCKET_ERROR, strerror(-rc));
    return PROBE_NEXT;
}

enum probe_step probe_step_connecting(struct probe *probe)
{
    int rc = conn_connected(&probe->conn);
    if (rc == UV_EAGAIN)
        return PROBE_WAIT;
    if (rc != 0)
        return connect_failed(probe, rc);
    if (probe->check_ms > 0)
        loop_arm(probe->loop, &probe->timer, probe->check_ms);
    return probe->is_proxied ? ask_proxy(probe) : PROBE_NEXT;
}

/* What the connection begins with, towards the server itself. */
static enum probe_step greet(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    bool says_proxy = connect->send_proxy || (connect->like_server && probe->send_proxy);
    enum probe_step step = says_proxy ? send_proxy_header(probe) : PROBE_NEXT;
    return step == PROBE_NEXT && probe->is_tls ? start_tls(probe) : step;
}

static enum probe_step proxy_aborted(struct probe *probe, ssize_t n)
{
    char error[SERVER_REASON_BYTES] = "SOCKS4 Proxy handshake aborted by server";
    size_t len = strlen(error);
    if (n < 0)
        snprintf(error + len, sizeof(error) - len, " (%s)", strerror((int)-n));
    return probe_fail(probe, HEALTH_SOCKET_ERROR, error);
}

enum probe_step probe_step_asking_proxy(struct probe *probe)
{
    uint8_t answer[SOCKS4_ANSWER_BYTES];
    if (probe->is_proxied) {
        ssize_t n = conn_recv(&probe->conn, answer, sizeof(answer));
        if (n == UV_EAGAIN)
            return PROBE_WAIT;
        /* so few bytes come in one piece, or not at all */
        if (n != sizeof(answer))
            return proxy_aborted(probe, n);
        if (!socks4_is_granted(answer))
            return probe_fail(probe, HEALTH_SOCKET_ERROR, "SOCKS4 Proxy deny the request");
    }
    return greet(probe);
}

enum probe_step probe_step_handshaking(struct probe *probe)
{
    int rc = conn_handshake(&probe->conn);
    if (rc == UV_EAGAIN)
        return PROBE_WAIT;
    if (rc != 0)
        return probe_fail(probe, HEALTH_L6_RESPONSE, "SSL handshake failure");
    probe->step++;
    return PROBE_NEXT;
}

static unsigned first_deadline_ms(const struct probe *probe)
{
    bool is_shorter =
        probe->check_ms > 0 && probe->connect_ms > 0 && probe->connect_ms < probe->inter_ms;
    return is_shorter ? probe->connect_ms : probe->inter_ms;
}

/* The address of the script's step, or the one that is probed. */
static socklen_t find_address(struct probe *probe, const struct conf_connect *connect,
                              struct sockaddr_storage *to)
{
    bool is_own = connect->addr.text != NULL;
    long long port = connect->port;
    (void)script_integer(probe, connect->made_port, &port);
    *to = is_own ? connect->addr.sa : probe->server_addr;
    if (port > 0 && port <= UINT16_MAX)
        probe_set_port(to, (uint16_t)port);
    else if (is_own && connect->addr.port == 0)
        probe_set_port(to, port_of(&probe->server_addr));
    return is_own ? connect->addr.sa_len : probe->server_addr_len;
}

static int start_connect(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    /* saves a packet; but whoever speaks first, or more than once, may wait for our acknowledgement */
    struct conn_options options = {.slow_ack = !probe->script->is_dialogue};
    struct sockaddr_storage to;
    socklen_t to_len = find_address(probe, connect, &to);
    int fd = probe->socket;
    probe->socket = -1;
    if (probe->is_proxied) {
        probe->behind_proxy = to;
        to = probe->server->link.socks4;
        to_len = probe->server->link.socks4_len;
    }
    server_link_options(&probe->server->link, &options);
    /* bound once, it cannot be bound again */
    if (fd >= 0 && probe->family == to.ss_family && options.source == NULL)
        return conn_reconnect(&probe->conn, fd, (struct sockaddr *)&to, to_len);
    if (fd >= 0)
        close(fd);
    probe->family = to.ss_family;
    return conn_connect(&probe->conn, probe->loop, (struct sockaddr *)&to, to_len, &options,
                        probe_on_ready);
}

enum probe_step probe_connect(struct probe *probe)
{
    const struct conf_connect *connect = present_connect(probe);
    if (probe_can_reuse(probe))
        return probe_reuse(probe);
    probe_let_go(probe);
    probe->state = PROBE_CONNECTING;
    probe->is_reused = false;
    probe->renew_ms = probe->loop->now_ms + PROBE_CONNECTION_MS;
    probe->is_tls = connect->tls || (connect->like_server && probe->tls);
    probe->lingers = connect->linger;
    probe->is_proxied = (connect->via_socks4 || (connect->like_server && probe->via_socks4)) &&
                        probe->server->link.socks4_len > 0;
    probe->to_sni = connect->sni == NULL && connect->like_server ? probe->sni : connect->sni;
    probe->to_alpn = probe->script->steps[probe->step].alpn;
    if (probe->to_alpn == NULL && connect->like_server)
        probe->to_alpn = probe->alpn;
    loop_arm(probe->loop, &probe->timer, first_deadline_ms(probe));
    int rc = start_connect(probe);
    return rc != 0 ? connect_refused_at_once(probe, rc) : PROBE_WAIT;
}
