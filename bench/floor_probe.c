/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of probes: what asking costs when nothing is understood. Each of many sockets connects once a second,
 * sends the same request, receives whatever comes, and ends its connection with a reset; then it is used again. Four
 * system calls for a probe, and the loop's wait for each batch of them: no prober that looks at answers can be cheaper.
 *
 *   floor_probe --origin PORT --servers N [--kind HTTP|TCP|KEPT]
 *
 * KEPT connects once, and then only sends and receives: two system calls.
 *
 * On the loopback most of that is the kernel's, and near half of it the server's side of each packet, which the
 * kernel does on behalf of whoever sends.
 */
#include "bench/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

enum { EVENTS = 256, BATCH_MS = 32, READ_BYTES = 16 * 1024 };

struct server {
    int fd;
    enum { ASLEEP, CONNECTING, ASKED, KEPT } state;
};

static struct server *servers;
static long server_count = 1000;
static uint16_t origin_port;
static bool is_http = true, is_kept = false;

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void servers_make(int epoll_fd)
{
    servers = calloc((size_t)server_count, sizeof(*servers));
    for (long i = 0; servers != NULL && i < server_count; i++) {
        int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                    .data.ptr = &servers[i]};
        servers[i].fd = fd;
        /* the ACK of the handshake waits for the request, or for the reset */
        if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &one, sizeof(one)) != 0 ||
            epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
            die("socket");
    }
}

static void probe_ask(struct server *server)
{
    static const char closes[] =
        "GET /check HTTP/1.1\r\nhost: bench.example\r\nconnection: close\r\n\r\n";
    static const char stays[] = "GET /alive HTTP/1.1\r\nhost: bench.example\r\n\r\n";
    const char *request = is_kept ? stays : closes;
    server->state = ASKED;
    if (send(server->fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        die("send");
}

static void probe_start(struct server *server)
{
    if (server->state == KEPT) {
        probe_ask(server);
        return;
    }
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(origin_port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(server->fd, (const struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)
        die("connect");
    server->state = CONNECTING;
}

static void probe_end(struct server *server)
{
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    if (connect(server->fd, &nobody, sizeof(nobody)) != 0)
        die("disconnect");
    server->state = ASLEEP;
}

static void probe_handle(struct server *server, uint32_t events)
{
    static char answer[READ_BYTES];
    if (server->state == CONNECTING && (events & EPOLLOUT) != 0) {
        if (is_http)
            probe_ask(server);
        else
            probe_end(server);
    } else if (server->state == ASKED && (events & EPOLLIN) != 0) {
        if (recv(server->fd, answer, sizeof(answer), 0) <= 0)
            die("recv");
        if (is_kept)
            server->state = KEPT;
        else
            probe_end(server);
    }
}

static void serve(int epoll_fd)
{
    struct epoll_event events[EVENTS];
    long long start = now_ms(), started = 0;
    for (;;) {
        long long passed = now_ms() - start;
        for (long long due = passed / BATCH_MS * BATCH_MS * server_count / 1000; started < due;)
            probe_start(&servers[started++ % server_count]);
        int count = epoll_wait(epoll_fd, events, EVENTS, BATCH_MS - (int)(passed % BATCH_MS));
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++)
            probe_handle(events[i].data.ptr, events[i].events);
    }
}

static void kind_choose(const char *kind)
{
    is_http = strcmp(kind, "TCP") != 0;
    is_kept = strcmp(kind, "KEPT") == 0;
}

int main(int argc, char **argv)
{
    static const struct option names[] = {{"origin", required_argument, NULL, 'o'},
                                          {"servers", required_argument, NULL, 's'},
                                          {"kind", required_argument, NULL, 'k'},
                                          {0}};
    int option, epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'o')
            origin_port = (uint16_t)number_parse("--origin", optarg);
        else if (option == 's')
            server_count = number_parse("--servers", optarg);
        else if (option == 'k')
            kind_choose(optarg);
        else
            return 1;
    }
    process_raise_fd_limit();
    if (origin_port == 0 || server_count <= 0 || epoll_fd < 0)
        die("usage: floor_probe --origin PORT --servers N [--kind HTTP|TCP|KEPT]");
    servers_make(epoll_fd);
    serve(epoll_fd);
}
