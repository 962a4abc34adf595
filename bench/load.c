/* SPDX-License-Identifier: Apache-2.0 */
/* The load's two parts, its loop and its report; see load.h. */
#include "bench/load.h"

#include "bench/net.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256 };

static struct load_options options;
static int epoll_fd;

/* Begins what is due by now; returns how long the loop may sleep. */
static int64_t rate_begin_due(void)
{
    if (options.rate_per_s == 0 || part.begun == part.wanted)
        return -1;
    for (;;) {
        uint64_t due_ns =
            part.start_ns + (uint64_t)part.begun * 1000000000U / (uint64_t)options.rate_per_s;
        uint64_t now_ns = clock_ns();
        if (now_ns < due_ns)
            return (int64_t)(due_ns - now_ns);
        if (part.begun == part.wanted || !conns_begin_one())
            return -1;
    }
}

static void part_run(long requests, uint32_t *latency_us)
{
    part = (struct part){.wanted = requests, .latency_us = latency_us, .start_ns = clock_ns()};
    conns_start();
    while (part.right + part.wrong < part.wanted) {
        struct epoll_event events[EVENTS];
        int64_t sleep_ns = rate_begin_due();
        struct timespec sleep = {.tv_sec = sleep_ns / 1000000000, .tv_nsec = sleep_ns % 1000000000};
        int count = epoll_pwait2(epoll_fd, events, EVENTS, sleep_ns < 0 ? NULL : &sleep, NULL);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++)
            conn_handle(events[i].data.ptr, events[i].events);
    }
}

static int latency_compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void report(void)
{
    double seconds = (double)(clock_ns() - part.start_ns) / 1e9;
    size_t count = (size_t)part.right;
    qsort(part.latency_us, count, sizeof *part.latency_us, latency_compare);
    printf("{\"right\": %ld, \"wrong\": %ld, \"seconds\": %.6f, \"p50_us\": %u, \"p99_us\": %u}\n",
           part.right, part.wrong, seconds, count > 0 ? part.latency_us[count / 2] : 0,
           count > 0 ? part.latency_us[count * 99 / 100] : 0);
    fflush(stdout);
}

/* Returns at the end of a line, or of the input. */
static void wait_for_line(void)
{
    char byte;
    while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        ;
}

static void on_alarm(int signal)
{
    static const char text[] = "load: no end in sight: answers are missing\n";
    (void)signal;
    _exit(write(STDERR_FILENO, text, sizeof text - 1) < 0 ? 3 : 1);
}

int main(int argc, char **argv)
{
    options = load_options_parse(argc, argv);
    process_pin(options.cpu);
    process_raise_fd_limit();
    signal(SIGALRM, on_alarm);
    alarm((unsigned)options.timeout_s);
    uint32_t *latency_us = calloc((size_t)options.requests + 1, sizeof *latency_us);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (latency_us == NULL || epoll_fd < 0)
        die("cannot start");
    if (options.tls != TLS_NONE)
        load_tls_init(options.tls);
    conns_init(&options, epoll_fd);

    part_run(options.warmup, NULL);
    errno = 0;
    if (part.wrong > 0)
        die("%ld of %ld answers were wrong while warming up: %s", part.wrong, part.wanted,
            first_fault);
    printf("{\"connections\": %ld}\n", conns_opened_count());
    fflush(stdout);
    wait_for_line();
    part_run(options.requests, latency_us);
    report();
    if (part.wrong > 0)
        die("%ld of %ld answers were wrong: %s", part.wrong, part.wanted, first_fault);
    wait_for_line();
    return 0;
}
