/* SPDX-License-Identifier: Apache-2.0 */
/* The worker as the monitor sees it: forked, dead, and started again after a pause that doubles. */
#include "proxy/runtime/monitor_priv.h"

#include "proxy/log/log.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define STEADY_MS 10000 /* a worker that lived so long did not die of its start */

int64_t monitor_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void monitor_close_clients(struct monitor *m)
{
    if (m->clients >= 0)
        close(m->clients);
    m->clients = -1;
}

/* Without it the master socket cannot reach the worker, and says so. */
static void open_clients(struct monitor *m, struct keeper_link *link)
{
    int ends[2];
    monitor_close_clients(m);
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
    monitor_close_clients(m);
    master_close(m->master);
    notify_close();
    daemon_forget();
    sigprocmask(SIG_SETMASK, &m->old_mask, NULL);
    exit(m->worker_main(m->keeper.options, link, &m->keeper.sockets));
}

void monitor_start_worker(struct monitor *m)
{
    struct keeper_link link;
    m->started_ms = monitor_now_ms();
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
    bool was_steady = monitor_now_ms() - m->started_ms >= STEADY_MS;
    /* one that cannot start from what is kept may do so from the files, and the other way round */
    m->reads_files = !m->is_ready && !m->reads_files;
    m->pause_ms = was_steady || m->pause_ms == 0 ? PAUSE_MIN_MS : m->pause_ms * 2;
    if (m->pause_ms > PAUSE_MAX_MS)
        m->pause_ms = PAUSE_MAX_MS;
    m->state = WAITING;
    m->wake_ms = monitor_now_ms() + m->pause_ms;
    log_console(LOG_LEVEL_WARNING, "a new worker starts in %d ms; connections wait", m->pause_ms);
}

void monitor_on_worker_exit(struct monitor *m, int status)
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
