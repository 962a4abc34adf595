/* SPDX-License-Identifier: Apache-2.0 */
/* The log as a whole: lines of several threads arrive at real sockets and pipes, or are counted as
 * lost. */
#include "proxy/log/log.h"
#include "test/proxy/net/turns.h"

#include "config/model.h"
#include "proxy/net/loop.h"
#include "proxy/state/access_record.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 2

static struct loop loop;
static struct conf_log_target targets[2];
static struct conf_bind bind_conf;
static struct conf_proxy web = {
    .name = "web", .mode = CONF_MODE_HTTP, .log_format = CONF_LOG_HTTP, .binds = &bind_conf};
static struct config config = {.proxies = &web, .proxy_count = 1, .global = {.log_tag = "weir"}};

static int socket_at(struct conf_addr *addr_out)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in sin = {.sin_family = AF_INET};
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
    socklen_t len = sizeof(sin);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
    memcpy(&addr_out->sa, &sin, sizeof(sin));
    addr_out->sa_len = sizeof(sin);
    return fd;
}

static int socket_in(const char *path, struct conf_addr *addr_out)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
    memcpy(&addr_out->sa, &sun, sizeof(sun));
    addr_out->sa_len = sizeof(sun);
    return fd;
}

static void target_set(struct conf_log_target *target, enum conf_log_kind kind,
                       enum conf_log_wire wire)
{
    target->kind = kind;
    target->wire = wire;
    target->level = 7;
    target->min_level = 0;
    target->facility = 16;
    target->max_len = 1024;
}

static void use_targets(size_t count)
{
    web.logs = targets;
    web.log_count = count;
    config.global.logs = targets;
    config.global.log_count = count;
    log_adopt(&config);
}

static struct access_record record_of(unsigned thread)
{
    static const char line[] =
        "unix:1 [20/Nov/2026:11:38:50.444] web web/<NOSRV> 0/0/0/0/0 200 0 - - ---- 0/0/0/0/0 0/0 "
        "\"GET / HTTP/1.1\"";
    static struct addr client = {.family = AF_UNIX};
    return (struct access_record){.frontend = &web,
                                  .bind = &bind_conf,
                                  .client = &client,
                                  .accepted_wall_us = 1795174730444000,
                                  .status = 200,
                                  .termination = {'-', '-'},
                                  .line = {line, sizeof(line) - 1},
                                  .thread = thread};
}

/* The next datagram, ended by NUL; false if there is none. */
static bool receive(int fd, char *text, size_t size)
{
    ssize_t len = recv(fd, text, size - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    return len > 0;
}

static void flush(void)
{
    log_flush();
    turns_await_loopback();
}

static int start(void **state)
{
    (void)state;
    log_console_quiet(true);
    return loop_init(&loop, THREADS) != 0 || log_start(&loop, THREADS) != 0;
}

static int stop(void **state)
{
    (void)state;
    log_stop();
    loop_destroy(&loop);
    return 0;
}

#define HTTP_TAIL                                                                                  \
    "unix:1 [20/Nov/2026:11:38:50.444] web web/<NOSRV> 0/0/0/0/0 200 0 - - ---- 0/0/0/0/0 0/0 "    \
    "\"GET / HTTP/1.1\"\n"

static void a_line_goes_to_every_target(void **state)
{
    (void)state;
    int raw = socket_at(&targets[0].addr);
    int tagged = socket_at(&targets[1].addr);
    target_set(&targets[0], CONF_LOG_UDP, CONF_LOG_RAW);
    target_set(&targets[1], CONF_LOG_UDP, CONF_LOG_LOCAL);
    use_targets(2);

    struct access_record record = record_of(0);
    log_access(&record);
    log_event(LOG_LEVEL_ALERT, NULL, "Server %s is DOWN", "a/b");
    flush();

    char text[2000];
    assert_true(receive(raw, text, sizeof(text)));
    assert_string_equal(text, HTTP_TAIL);
    assert_true(receive(raw, text, sizeof(text)));
    assert_string_equal(text, "Server a/b is DOWN\n");
    assert_true(receive(tagged, text, sizeof(text)));
    assert_memory_equal(text, "<134>", 5);
    char pid[40];
    snprintf(pid, sizeof(pid), " weir[%u]: unix:1 ", (unsigned)getpid());
    assert_non_null(strstr(text, pid));
    assert_true(receive(tagged, text, sizeof(text)));
    assert_memory_equal(text, "<129>", 5);
    close(raw);
    close(tagged);
}

static void a_level_keeps_lines_back(void **state)
{
    (void)state;
    int fd = socket_at(&targets[0].addr);
    target_set(&targets[0], CONF_LOG_UDP, CONF_LOG_SHORT);
    targets[0].level = LOG_LEVEL_NOTICE;
    use_targets(1);
    web.log_separate_errors = true;

    struct access_record record = record_of(0);
    log_access(&record);
    record.status = 502;
    log_access(&record);
    flush();
    web.log_separate_errors = false;

    char text[2000];
    assert_true(receive(fd, text, sizeof(text)));
    assert_memory_equal(text, "<3>", 3);
    assert_false(receive(fd, text, sizeof(text)));
    close(fd);
}

static void len_cuts_a_line(void **state)
{
    (void)state;
    int fd = socket_at(&targets[0].addr);
    target_set(&targets[0], CONF_LOG_UDP, CONF_LOG_LOCAL);
    targets[0].max_len = 80;
    use_targets(1);
    struct access_record record = record_of(1);
    log_access(&record);
    flush();
    char text[2000];
    assert_true(receive(fd, text, sizeof(text)));
    assert_int_equal(strlen(text), 81);
    assert_int_equal(text[80], '\n');
    close(fd);
}

static void a_daemon_may_restart(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-log-XXXXXX", path[64], text[2000];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    int fd = socket_in(path, &targets[0].addr);
    target_set(&targets[0], CONF_LOG_UNIX, CONF_LOG_RAW);
    use_targets(1);

    log_event(LOG_LEVEL_INFO, NULL, "one");
    flush();
    assert_true(receive(fd, text, sizeof(text)));
    close(fd);
    unlink(path);
    uint64_t before = log_dropped();
    log_event(LOG_LEVEL_INFO, NULL, "lost");
    flush();
    assert_int_equal(log_dropped(), before + 1);

    fd = socket_in(path, &targets[0].addr);
    turns_skip(2000); /* it is tried again once a second */
    log_event(LOG_LEVEL_INFO, NULL, "two");
    flush();
    assert_true(receive(fd, text, sizeof(text)));
    assert_string_equal(text, "two\n");
    close(fd);
    unlink(path);
    rmdir(folder);
}

/* Runs with a pipe as stdout that nobody reads, and writes more than it holds. */
static void a_full_pipe_costs_lines_but_no_time(void **state)
{
    (void)state;
    int pipe_fds[2];
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    fcntl(pipe_fds[0], F_SETFL, O_NONBLOCK);
    int saved = dup(STDOUT_FILENO);
    fflush(stdout);
    dup2(pipe_fds[1], STDOUT_FILENO);
    target_set(&targets[0], CONF_LOG_FD, CONF_LOG_RAW);
    targets[0].addr.fd = STDOUT_FILENO;
    use_targets(1);

    uint64_t before = log_dropped();
    struct access_record record = record_of(0);
    for (int i = 0; i < 3000; i++) {
        log_access(&record);
        if (i % 100 == 0)
            log_flush();
    }
    log_flush();
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_true(log_dropped() > before);

    /* what was taken is whole lines, in the pipe and then from the buffer */
    const size_t line = strlen(HTTP_TAIL);
    size_t total = 0;
    char bytes[65536];
    for (ssize_t n; (n = read(pipe_fds[0], bytes, sizeof(bytes))) > 0; log_flush())
        total += (size_t)n;
    assert_int_equal(total % line, 0);
    assert_int_equal(total / line + (log_dropped() - before), 3000);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static const struct {
    enum log_level level;
    const char *word;
} console_words[] = {
    {LOG_LEVEL_EMERG, "[ALERT]  "},  {LOG_LEVEL_CRIT, "[ALERT]  "},
    {LOG_LEVEL_ERR, "[ALERT]  "},    {LOG_LEVEL_WARNING, "[WARNING]"},
    {LOG_LEVEL_NOTICE, "[NOTICE] "}, {LOG_LEVEL_INFO, "[NOTICE] "},
};

static void stderr_has_haproxys_words(void **state)
{
    (void)state;
    int pipe_fds[2], saved = dup(STDERR_FILENO);
    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    log_console_quiet(false);
    for (size_t i = 0; i < sizeof(console_words) / sizeof(console_words[0]); i++) {
        char got[200], want[200];
        dup2(pipe_fds[1], STDERR_FILENO);
        log_console(console_words[i].level, "text");
        dup2(saved, STDERR_FILENO);
        ssize_t len = read(pipe_fds[0], got, sizeof(got) - 1);
        got[len > 0 ? len : 0] = '\0';
        snprintf(want, sizeof(want), "%s  (%d) : text\n", console_words[i].word, (int)getpid());
        assert_string_equal(got, want);
    }
    log_console_quiet(true);
    close(saved);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static struct wheel_timer end_timer;

static void on_end(struct wheel_timer *timer)
{
    (void)timer;
    loop_stop(&loop);
}

#define LINES_EACH 3000

static void *write_lines(void *arg)
{
    struct access_record record = record_of(*(unsigned *)arg);
    for (int i = 0; i < LINES_EACH; i++) {
        log_access(&record);
        if (i % 50 == 0) {
            log_event(LOG_LEVEL_INFO, NULL, "event");
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
    return NULL;
}

/* Empties a socket as a syslog daemon does. */
struct reader {
    int fd;
    pthread_t id;
    atomic_uint received;
    atomic_bool is_over;
};

static void *read_lines(void *arg)
{
    struct reader *reader = arg;
    struct pollfd readable = {.fd = reader->fd, .events = POLLIN};
    char text[2000];
    for (bool is_over = false; !is_over;) {
        is_over = atomic_load(&reader->is_over); /* then what is left is all there is */
        poll(&readable, 1, 10);
        while (receive(reader->fd, text, sizeof(text)))
            atomic_fetch_add(&reader->received, 1);
    }
    return NULL;
}

static void threads_write_while_the_loop_drains(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-log-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    /* a unix socket refuses what it has no room for, so each line is either read or counted */
    struct reader reader = {.fd = socket_in(path, &targets[0].addr)};
    target_set(&targets[0], CONF_LOG_UNIX, CONF_LOG_RAW);
    use_targets(1);

    pthread_t threads[THREADS];
    unsigned numbers[THREADS];
    uint64_t before = log_dropped();
    assert_int_equal(pthread_create(&reader.id, NULL, read_lines, &reader), 0);
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
    }
    wheel_timer_init(&end_timer, on_end);
    loop_arm(&loop, &end_timer, 1500);
    loop_run(&loop);
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    /* it has room for few at a time */
    const unsigned all = THREADS * (LINES_EACH + LINES_EACH / 50);
    for (int i = 0; i < 10000 && reader.received + (log_dropped() - before) < all; i++) {
        log_flush();
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    atomic_store(&reader.is_over, true);
    pthread_join(reader.id, NULL);
    assert_int_equal(reader.received + (log_dropped() - before), all);
    assert_true(reader.received > 400); /* a sink holds that many, however slow the reader */
    close(reader.fd);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_goes_to_every_target, start, stop),
        cmocka_unit_test_setup_teardown(a_level_keeps_lines_back, start, stop),
        cmocka_unit_test_setup_teardown(len_cuts_a_line, start, stop),
        cmocka_unit_test_setup_teardown(a_daemon_may_restart, start, stop),
        cmocka_unit_test_setup_teardown(a_full_pipe_costs_lines_but_no_time, start, stop),
        cmocka_unit_test(stderr_has_haproxys_words),
        cmocka_unit_test_setup_teardown(threads_write_while_the_loop_drains, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
