/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The monitor (-W, -Ws): forks the worker and outlives it.
 *
 *   STARTING --ready--> SERVING --worker died--> WAITING --pause over--> SERVING ...
 *      |                   |                        |
 *      `--worker failed----+------ signal ----------+--> LEAVING --worker gone--> exit
 *
 * While no worker lives the listening sockets stay open here, and clients wait in their backlog.
 * The next one goes on with the configuration of the last (keeper.h).
 * Its words on stderr are HAProxy's, for those who watch for them.
 */
#include "proxy/runtime/monitor.h"

#include "proxy/log/log.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/master.h"
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define STEADY_MS 10000 /* a worker that lived so long did not die of its start */
#define LEAVE_MS 5000   /* then a worker that was told to leave at once is killed */

enum monitor_state { STARTING, SERVING, WAITING, LEAVING };

struct monitor {
    struct keeper keeper;
    worker_main *worker_main; /* borrowed */
    enum monitor_state state;
    pid_t worker; /* 0 without one */
    int signals;  /* owned: signalfd */
    sigset_t old_mask;
    int64_t wake_ms; /* end of the pause, or of the patience; 0 = none */
    int64_t started_ms;
    int pause_ms;
    struct master *master; /* owned; NULL without -S */
    int clients; /* owned: for clients of the master socket, to the worker; -1 without one */
    int64_t born_ms;
    unsigned reloads, failed_reloads;
    bool is_ready;    /* the worker at hand has begun to serve */
    bool reads_files; /* the next worker does, instead of going on with what is kept */
    int exit_code;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the worker ------------------------------------------------------------------------------ */

static void close_clients(struct monitor *m)
{
    if (m->clients >= 0)
        close(m->clients);
    m->clients = -1;
}

/* Without it the master socket cannot reach the worker, and says so. */
static void open_clients(struct monitor *m, struct keeper_link *link)
{
    int ends[2];
    close_clients(m);
    if (m->master == NULL ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return;
    m->clients = ends[0];
    link->clients = ends[1];
}

/* In the child. It goes on with the monitor's sockets as its own. */
static void become_worker(struct monitor *m, struct keeper_link *link)
{
    keeper_detach(&m->keeper);
    link->transcript = m->keeper.good;
    m->keeper.good = -1;
    link->is_successor = link->transcript >= 0 && !m->reads_files;
    close(m->signals);
    close_clients(m);
    master_close(m->master);
    notify_close();
    daemon_forget();
    sigprocmask(SIG_SETMASK, &m->old_mask, NULL);
    exit(m->worker_main(m->keeper.options, link, &m->keeper.sockets));
}

static void start_worker(struct monitor *m)
{
    struct keeper_link link;
    m->started_ms = now_ms();
    m->wake_ms = 0;
    m->is_ready = false;
    int rc = keeper_link(&m->keeper, &link);
    if (rc == 0) {
        open_clients(m, &link);
        m->worker = fork();
        if (m->worker == 0)
            become_worker(m, &link);
        rc = m->worker < 0 ? -errno : 0;
        keeper_link_close(&link);
    }
    if (rc == 0) {
        log_console(LOG_LEVEL_INFO, "New worker (%d) forked", (int)m->worker);
        if (m->state == WAITING)
            m->state = SERVING;
        return;
    }
    log_console(LOG_LEVEL_CRIT, "cannot fork a worker: %s", strerror(-rc));
    keeper_detach(&m->keeper);
    m->worker = 0;
    m->wake_ms = m->started_ms + PAUSE_MAX_MS;
}

static void wait_before_restart(struct monitor *m)
{
    bool was_steady = now_ms() - m->started_ms >= STEADY_MS;
    /* one that cannot start from what is kept may do so from the files, and the other way round */
    m->reads_files = !m->is_ready && !m->reads_files;
    m->pause_ms = was_steady || m->pause_ms == 0 ? PAUSE_MIN_MS : m->pause_ms * 2;
    if (m->pause_ms > PAUSE_MAX_MS)
        m->pause_ms = PAUSE_MAX_MS;
    m->state = WAITING;
    m->wake_ms = now_ms() + m->pause_ms;
    log_console(LOG_LEVEL_WARNING, "a new worker starts in %d ms; connections wait", m->pause_ms);
}

static void on_worker_exit(struct monitor *m, int status)
{
    bool was_killed = WIFSIGNALED(status);
    int code = was_killed ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    log_console(code == 0 ? LOG_LEVEL_WARNING : LOG_LEVEL_CRIT,
                "Current worker (%d) exited with code %d (%s)", (int)m->worker, code,
                was_killed ? strsignal(WTERMSIG(status)) : "Exit");
    m->worker = 0;
    keeper_detach(&m->keeper);
    if (m->state == STARTING) {
        m->state = LEAVING;
        m->exit_code = code != 0 ? code : 1;
    } else if (m->state == SERVING) {
        wait_before_restart(m);
    }
}

/* ---- signals --------------------------------------------------------------------------------- */

static void reload(struct monitor *m)
{
    if (m->state == WAITING)
        start_worker(m);
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
    m->wake_ms = signal == SIGUSR1 ? 0 : now_ms() + LEAVE_MS;
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
            on_worker_exit(m, status);
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
    int64_t left = m->wake_ms - now_ms();
    return left > 0 ? (int)left : 0;
}

static void on_wake(struct monitor *m)
{
    m->wake_ms = 0;
    if (m->state == LEAVING && m->worker != 0)
        kill(m->worker, SIGKILL);
    else if (m->state != LEAVING && m->worker == 0)
        start_worker(m);
}

static void serve_master(struct monitor *m)
{
    int64_t now = now_ms();
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
        .worker_main = worker, .state = STARTING, .clients = -1, .born_ms = now_ms()};
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
    start_worker(&m);
    if (m.worker == 0)
        m.exit_code = 1, m.state = LEAVING;
    while (m.state != LEAVING || m.worker != 0)
        monitor_turn(&m);
    log_console(LOG_LEVEL_WARNING, "All workers exited. Exiting... (%d)", m.exit_code);
    keeper_destroy(&m.keeper);
    master_close(m.master);
    close_clients(&m);
    close(m.signals);
    return m.exit_code;
}
