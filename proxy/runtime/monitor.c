/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor (-W, -Ws): forks the worker and outlives it.
 *
 *   STARTING --ready--> SERVING --worker died--> WAITING --pause over--> SERVING ...
 *      |                   |                        |
 *      `--worker failed----+------ signal ----------+--> LEAVING --worker gone--> exit
 *
 * While no worker lives the listening sockets stay open here, and clients wait in their backlog.
 * The next one goes on with the configuration of the last (keeper.h). The life of the worker is in monitor_worker.c.
 * Its words on stderr are HAProxy's, for those who watch for them.
 */
#include "proxy/runtime/monitor_priv.h"

#include "proxy/log/log.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LEAVE_MS 5000 /* then a worker that was told to leave at once is killed */

/* ---- signals --------------------------------------------------------------------------------- */

static void reload(struct monitor *m)
{
    if (m->state == WAITING)
        monitor_start_worker(m);
    if (m->state != LEAVING && m->worker > 0) {
        /* a worker that starts holds the signal until it serves, which it may well do already: its word of
         * that and this signal come by different ways */
        if (m->state == SERVING)
            notify_reloading();
        kill(m->worker, SIGUSR2);
    }
}

static void leave(struct monitor *m, int signal, int exit_code)
{
    log_console(LOG_LEVEL_WARNING, "Exiting Master process...");
    notify_send("STOPPING=1\nSTATUS=Stopping.\n");
    m->exit_code = exit_code;
    m->state = LEAVING;
    /* the worker alone decides how long to listen; who drains must not be outlived by our
     * duplicates */
    sockets_destroy(&m->keeper.sockets);
    m->wake_ms = signal == SIGUSR1 ? 0 : monitor_now_ms() + LEAVE_MS;
    if (m->worker != 0)
        kill(m->worker, signal);
}

static const struct {
    int signal;
    int exit_code; /* -1: reload instead of leaving */
} signal_rows[] = {
    {SIGHUP, -1}, {SIGUSR2, -1}, {SIGUSR1, 0}, {SIGTERM, 0}, {SIGINT, 128 + SIGINT},
};

static void on_signal(struct monitor *m, int signal)
{
    for (size_t i = 0; i < sizeof(signal_rows) / sizeof(signal_rows[0]); i++) {
        if (signal_rows[i].signal != signal)
            continue;
        if (signal_rows[i].exit_code < 0)
            reload(m);
        else
            leave(m, signal, signal_rows[i].exit_code);
    }
}

static void read_signals(struct monitor *m)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    while (read(m->signals, &info, sizeof(info)) == sizeof(info))
        on_signal(m, (int)info.ssi_signo);
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (!keeper_on_exit(&m->keeper, pid, status) && pid == m->worker)
            monitor_on_worker_exit(m, status);
}

static int open_signals(struct monitor *m)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    for (size_t i = 0; i < sizeof(signal_rows) / sizeof(signal_rows[0]); i++)
        sigaddset(&mask, signal_rows[i].signal);
    sigprocmask(SIG_BLOCK, &mask, &m->old_mask);
    m->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    return m->signals >= 0 ? 0 : -1;
}

/* ---- the loop -------------------------------------------------------------------------------- */

static void on_ready(struct monitor *m)
{
    char reason[256];
    m->is_ready = true;
    if (m->state != STARTING)
        return;
    m->state = SERVING;
    if (m->keeper.options->pidfile != NULL &&
        pidfile_write(m->keeper.options->pidfile, reason, sizeof(reason)) != 0) {
        log_console(LOG_LEVEL_CRIT, "%s", reason);
        leave(m, SIGTERM, 1);
        return;
    }
    log_console(LOG_LEVEL_INFO, "Loading success.");
    notify_send("READY=1\nMAINPID=%d\nSTATUS=Ready.\n", (int)getpid());
    daemon_serving();
}

static void on_channel(struct monitor *m)
{
    switch (keeper_on_channel(&m->keeper)) {
    case KEEPER_READY:
        on_ready(m);
        break;
    case KEEPER_RELOADED:
        m->reloads++;
        notify_send("READY=1\nSTATUS=Ready.\n");
        break;
    case KEEPER_RELOAD_FAILED:
        m->failed_reloads++;
        notify_send("READY=1\nSTATUS=Reload failed, the old configuration goes on.\n");
        break;
    case KEEPER_WORKER_GONE: /* its exit will be told too */
    case KEEPER_NOTHING:
        break;
    }
}

static int wait_ms(const struct monitor *m)
{
    if (m->wake_ms == 0)
        return -1;
    int64_t left = m->wake_ms - monitor_now_ms();
    return left > 0 ? (int)left : 0;
}

static void on_wake(struct monitor *m)
{
    m->wake_ms = 0;
    if (m->state == LEAVING && m->worker != 0)
        kill(m->worker, SIGKILL);
    else if (m->state != LEAVING && m->worker == 0)
        monitor_start_worker(m);
}

static void serve_master(struct monitor *m)
{
    int64_t now = monitor_now_ms();
    struct master_facts facts = {.worker = m->worker,
                                 .channel = m->clients,
                                 .reloads = m->reloads,
                                 .failed_reloads = m->failed_reloads,
                                 .age_s = (now - m->born_ms) / 1000,
                                 .worker_age_s = (now - m->started_ms) / 1000};
    if (master_handle(m->master, &facts))
        reload(m);
}

static void monitor_turn(struct monitor *m)
{
    struct pollfd fds[3 + MASTER_POLLS] = {
        {.fd = m->signals, .events = POLLIN},
        {.fd = m->keeper.handoff, .events = POLLIN},
        {.fd = m->keeper.channel, .events = POLLIN},
    };
    unsigned count = 3 + master_poll(m->master, &fds[3]);
    int ready = poll(fds, count, wait_ms(m));
    if (ready < 0)
        return; /* EINTR */
    if (ready == 0 && wait_ms(m) == 0)
        on_wake(m);
    if (fds[1].revents != 0 && m->keeper.handoff == fds[1].fd)
        keeper_on_handoff(&m->keeper);
    if (fds[2].revents != 0 && m->keeper.channel == fds[2].fd)
        on_channel(m);
    if (fds[0].revents != 0)
        read_signals(m);
    if (ready > 0)
        serve_master(m);
}

int monitor_run(const struct options *options, worker_main *worker)
{
    struct monitor m = {
        .worker_main = worker, .state = STARTING, .clients = -1, .born_ms = monitor_now_ms()};
    char reason[256];
    keeper_init(&m.keeper, options);
    if (open_signals(&m) != 0) {
        log_console(LOG_LEVEL_CRIT, "no signals: %s", strerror(errno));
        return 1;
    }
    if (options->master != NULL) {
        m.master = master_open(options->master, reason, sizeof(reason));
        if (m.master == NULL) {
            log_console(LOG_LEVEL_CRIT, "%s", reason);
            return 1;
        }
    }
    monitor_start_worker(&m);
    if (m.worker == 0)
        m.exit_code = 1, m.state = LEAVING;
    while (m.state != LEAVING || m.worker != 0)
        monitor_turn(&m);
    log_console(LOG_LEVEL_WARNING, "All workers exited. Exiting... (%d)", m.exit_code);
    keeper_destroy(&m.keeper);
    master_close(m.master);
    monitor_close_clients(&m);
    close(m.signals);
    return m.exit_code;
}
