/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of listening sockets over loads: kept, opened, retired, rolled back, refused. */
#include "proxy/runtime/sockets.h"

#include "config/report.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 3
#define BINDS_MAX 4

/* Binds of one proxy on ports of 127.0.0.1; the kernel chooses free ones for the first use. */
struct world {
    struct conf_bind binds[BINDS_MAX];
    struct conf_proxy proxy;
    struct config config;
    struct socket_set set;
    struct conf_report report;
    struct socket_entry *claims[BINDS_MAX];
};

static int holds[BINDS_MAX];
static unsigned hold_count;

/* A port that no other process can have until teardown(). */
static uint16_t free_port(void)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(sin);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
    holds[hold_count++] = fd;
    return ntohs(sin.sin_port);
}

static void set_binds(struct world *w, const uint16_t *ports, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sockaddr_in *sin = (struct sockaddr_in *)&w->binds[i].addr.sa;
        w->binds[i] = (struct conf_bind){
            .place = {.file = "test.conf", .line = 1, .column = 1},
            .addr = {.text = "127.0.0.1", .sa_len = sizeof(*sin), .port = ports[i], .fd = -1},
        };
        sin->sin_family = AF_INET;
        sin->sin_port = htons(ports[i]);
        sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    w->proxy =
        (struct conf_proxy){.name = "fe", .binds = w->binds, .bind_count = count, .maxconn = 10};
    w->config = (struct config){.proxies = &w->proxy, .proxy_count = 1};
}

static int setup(void **state)
{
    static struct world world;
    world = (struct world){0};
    sockets_init(&world.set);
    world.set.threads = THREADS;
    conf_report_init(&world.report);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    sockets_destroy(&w->set);
    conf_report_clear(&w->report);
    while (hold_count > 0)
        close(holds[--hold_count]);
    return 0;
}

static int claim(struct world *w, enum socket_origin origin)
{
    sockets_begin(&w->set);
    return sockets_claim(&w->set, &w->config, origin, w->claims, &w->report);
}

static bool can_connect(uint16_t port)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool can = connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0;
    close(fd);
    return can;
}

static void each_thread_has_its_own(void **state)
{
    struct world *w = *state;
    set_binds(w, (uint16_t[]){free_port()}, 1);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    assert_int_equal(w->claims[0]->socket.count, THREADS);
    assert_int_not_equal(w->claims[0]->socket.fds[0], w->claims[0]->socket.fds[1]);
    assert_true(can_connect(w->binds[0].addr.port));
}

static void what_stays_is_kept_and_the_rest_is_retired(void **state)
{
    struct world *w = *state;
    uint16_t stays = free_port(), goes = free_port(), comes = free_port();
    set_binds(w, (uint16_t[]){stays, goes}, 2);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    sockets_commit(&w->set);
    struct socket_entry *kept = w->claims[0];
    set_binds(w, (uint16_t[]){comes, stays}, 2);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    assert_ptr_equal(w->claims[1], kept);
    sockets_commit(&w->set);
    assert_true(can_connect(goes)); /* until no thread listens any more */
    sockets_close_retired(&w->set);
    assert_false(can_connect(goes));
    assert_true(can_connect(stays) && can_connect(comes));
}

static void rollback_closes_what_is_new(void **state)
{
    struct world *w = *state;
    uint16_t stays = free_port(), comes = free_port();
    set_binds(w, (uint16_t[]){stays}, 1);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    sockets_commit(&w->set);
    set_binds(w, (uint16_t[]){stays, comes}, 2);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    sockets_rollback(&w->set);
    assert_true(can_connect(stays));
    assert_false(can_connect(comes));
}

static void equal_binds_have_sockets_of_their_own(void **state)
{
    struct world *w = *state;
    uint16_t port = free_port();
    set_binds(w, (uint16_t[]){port, port}, 2);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    assert_ptr_not_equal(w->claims[0], w->claims[1]);
}

static void address_of_somebody_else_is_refused(void **state)
{
    struct world *w = *state;
    struct world other = {0};
    uint16_t port = free_port();
    sockets_init(&other.set);
    other.set.threads = 1;
    set_binds(&other, &port, 1);
    assert_int_equal(claim(&other, SOCKETS_OPEN), 0);
    set_binds(w, &port, 1);
    assert_int_equal(claim(w, SOCKETS_OPEN), -1);
    assert_int_equal(w->report.errors, 1);
    w->set.may_share = true; /* -sf */
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    sockets_destroy(&other.set);
}

static void only_adopted_sockets_will_do_without_privileges(void **state)
{
    struct world *w = *state;
    struct world keeper = {0};
    uint16_t port = free_port();
    set_binds(w, &port, 1);
    assert_int_equal(claim(w, SOCKETS_ADOPTED), -1);
    sockets_rollback(&w->set);
    sockets_init(&keeper.set);
    keeper.set.threads = THREADS;
    set_binds(&keeper, &port, 1);
    assert_int_equal(claim(&keeper, SOCKETS_OPEN), 0);
    int fds[THREADS];
    for (unsigned i = 0; i < THREADS; i++)
        fds[i] = dup(keeper.claims[0]->unique[i]);
    assert_int_equal(sockets_adopt(&w->set, keeper.claims[0]->key, fds, THREADS), 0);
    assert_int_equal(sockets_claim(&w->set, &w->config, SOCKETS_ADOPTED, w->claims, &w->report), 0);
    assert_int_equal(w->claims[0]->socket.fds[2], fds[2]);
    sockets_destroy(&keeper.set);
}

static void snapshot_outlives_the_descriptors(void **state)
{
    struct world *w = *state;
    set_binds(w, (uint16_t[]){free_port()}, 1);
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    struct bind_socket *held = socket_entry_hold(w->claims[0]);
    sockets_begin(&w->set);
    sockets_commit(&w->set);
    sockets_close_retired(&w->set);
    assert_int_equal(held->count, THREADS);
    socket_entry_release(held);
}

static int option_of(const struct world *w, size_t bind, int name)
{
    int value = -1;
    socklen_t len = sizeof(value);
    assert_int_equal(getsockopt(w->claims[bind]->socket.fds[0], IPPROTO_TCP, name, &value, &len),
                     0);
    return value;
}

static void words_of_a_bind_are_options_of_its_sockets(void **state)
{
    struct world *w = *state;
    set_binds(w, (uint16_t[]){free_port(), free_port()}, 2);
    w->binds[0].mss = 1000;
    w->binds[0].tcp_ut_ms = 10000;
    w->binds[0].defer_accept = w->binds[0].tfo = true;
    assert_int_equal(claim(w, SOCKETS_OPEN), 0);
    assert_int_equal(option_of(w, 0, TCP_MAXSEG), 1000);
    assert_int_equal(option_of(w, 0, TCP_USER_TIMEOUT), 10000);
    assert_true(option_of(w, 0, TCP_DEFER_ACCEPT) > 0);
    assert_true(option_of(w, 0, TCP_FASTOPEN) > 0);
    assert_int_not_equal(option_of(w, 1, TCP_MAXSEG), 1000);
    assert_int_equal(option_of(w, 1, TCP_USER_TIMEOUT), 0);
    assert_int_equal(option_of(w, 1, TCP_DEFER_ACCEPT), 0);
    assert_int_equal(option_of(w, 1, TCP_FASTOPEN), 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_thread_has_its_own),
        CASE(what_stays_is_kept_and_the_rest_is_retired),
        CASE(rollback_closes_what_is_new),
        CASE(equal_binds_have_sockets_of_their_own),
        CASE(address_of_somebody_else_is_refused),
        CASE(only_adopted_sockets_will_do_without_privileges),
        CASE(snapshot_outlives_the_descriptors),
        CASE(words_of_a_bind_are_options_of_its_sockets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
