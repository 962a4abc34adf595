/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several data threads with clients that ask, pipeline, wait in the queue and vanish, while servers
 * come and go and the configuration is loaded anew. No request of a patient client may fail, and at
 * the end nothing may be left over. Meant for ThreadSanitizer.
 */
#include "proxy/state/server_state.h"
#include "test/proxy/http/harness.h"
#include "test/proxy/net/turns.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

enum { CLIENTS = 8, REQUESTS = 600, CONNS = 1024 };

static struct harness h;
static atomic_uint failed, done;
static atomic_bool origins_stop;

/* ---- servers: one thread for all, a fixed answer to each head
 * --------------------------------------- */

static struct pollfd conns[CONNS];
static unsigned heads_seen[CONNS]; /* bytes of "\r\n\r\n" that have come */
static nfds_t conn_count;

static void answer(nfds_t i)
{
    char buf[4096];
    ssize_t n = recv(conns[i].fd, buf, sizeof(buf), MSG_DONTWAIT);
    if (n <= 0 && errno != EAGAIN) {
        close(conns[i].fd);
        conns[i].fd = -1;
        return;
    }
    for (ssize_t k = 0; k < n; k++) {
        heads_seen[i] = buf[k] == "\r\n\r\n"[heads_seen[i]] ? heads_seen[i] + 1 : buf[k] == '\r';
        if (heads_seen[i] == 4) {
            heads_seen[i] = 0;
            (void)!send(conns[i].fd, OK, sizeof(OK) - 1, MSG_NOSIGNAL);
        }
    }
}

static void accept_one(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    nfds_t i = HARNESS_SERVERS;
    while (i < conn_count && conns[i].fd >= 0)
        i++;
    if (fd < 0 || i == CONNS) {
        close(fd);
        return;
    }
    conns[i] = (struct pollfd){.fd = fd, .events = POLLIN};
    heads_seen[i] = 0;
    if (i == conn_count)
        conn_count++;
}

static void *run_origins(void *arg)
{
    (void)arg;
    conn_count = HARNESS_SERVERS;
    for (unsigned i = 0; i < HARNESS_SERVERS; i++)
        conns[i] = (struct pollfd){.fd = h.origins[i], .events = POLLIN};
    while (!atomic_load(&origins_stop)) {
        poll(conns, conn_count, 20);
        for (nfds_t i = HARNESS_SERVERS; i < conn_count; i++)
            if (conns[i].fd >= 0 && conns[i].revents != 0)
                answer(i);
        for (unsigned i = 0; i < HARNESS_SERVERS; i++)
            if (conns[i].revents != 0)
                accept_one(h.origins[i]);
    }
    for (nfds_t i = HARNESS_SERVERS; i < conn_count; i++)
        if (conns[i].fd >= 0)
            close(conns[i].fd);
    return NULL;
}

/* ---- clients
 * ---------------------------------------------------------------------------------------- */

static int connect_client(void)
{
    struct sockaddr_storage to;
    socklen_t len = sizeof(to);
    struct timeval patience = {.tv_sec = TURNS_PATIENCE_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    getsockname(h.listener, (struct sockaddr *)&to, &len);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (connect(fd, (struct sockaddr *)&to, len) != 0)
        atomic_fetch_add(&failed, 1);
    return fd;
}

static void vanish(int fd)
{
    struct linger now = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

static bool hear(int fd, unsigned answers)
{
    char buf[sizeof(OK) - 1];
    while (answers-- > 0) {
        if (recv(fd, buf, sizeof(buf), MSG_WAITALL) != (ssize_t)sizeof(buf) ||
            memcmp(buf, OK, sizeof(buf)) != 0)
            return false;
    }
    return true;
}

static void *run_client(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;
    int fd = connect_client();
    for (int i = 0; i < REQUESTS; i++) {
        unsigned many = rand_r(&seed) % 8 == 0 ? 3 : 1;
        bool ok = send(fd, GET GET GET, many * (sizeof(GET) - 1), MSG_NOSIGNAL) > 0;
        if (rand_r(&seed) % 10 == 0) {
            vanish(fd);
            fd = connect_client();
            continue;
        }
        if (!ok || !hear(fd, many))
            atomic_fetch_add(&failed, 1);
    }
    close(fd);
    atomic_fetch_add(&done, 1);
    return NULL;
}

/* ---- the control thread
 * ------------------------------------------------------------------------------- */

static void disturb(unsigned round)
{
    struct server *second = h.chain.current->proxies[0].servers[1];
    switch (round % 4) {
    case 0:
        server_set_health(second, false, &h.control);
        break;
    case 1:
        h.servers[0].weight = 1 + round % 5;
        h.proxy.server_count = 2 + round / 4 % 2; /* the third one comes and goes */
        harness_reload(&h);
        break;
    case 2:
        server_set_health(second, true, &h.control);
        break;
    default:
        h.servers[0].maxconn = 2 + round % 3;
        harness_reload(&h);
    }
}

/* The threads have learned that the clients have gone, and of the last load. */
static bool has_calm_come(void)
{
    return atomic_load(&http_sessions_total) == 0 && harness_loads(&h) == 1;
}

static void test_nobody_is_lost(void **state)
{
    (void)state;
    pthread_t clients[CLIENTS], origins;
    harness_init(&h, 3);
    h.threads = 3;
    h.proxy.log_count = 0;
    h.proxy.retries = 3;
    h.proxy.redispatch = 1;
    for (unsigned i = 0; i < 3; i++)
        h.servers[i].maxconn = 2;
    harness_start(&h);
    harness_run(&h);
    assert_int_equal(pthread_create(&origins, NULL, run_origins, NULL), 0);
    for (uintptr_t i = 0; i < CLIENTS; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, run_client, (void *)(i + 1)), 0);
    for (unsigned round = 0; atomic_load(&done) < CLIENTS; round++) {
        disturb(round);
        turns_settle(&h.control);
    }
    for (unsigned i = 0; i < CLIENTS; i++)
        pthread_join(clients[i], NULL);
    assert_true(turns_until(&h.control, has_calm_come));
    atomic_store(&origins_stop, true);
    pthread_join(origins, NULL);
    harness_stop(&h);
    assert_int_equal(atomic_load(&failed), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nobody_is_lost)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
