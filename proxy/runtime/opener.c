/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The opener: keeps root for a worker that gave it up, and answers its reloads. It takes no
 * signals: those are for the worker, and when that ends the opener sees it and ends too.
 */
#include "proxy/runtime/monitor.h"

#include "proxy/runtime/channel.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void reap(struct keeper *keeper, int signals)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    while (read(signals, &info, sizeof(info)) == sizeof(info))
        continue;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        keeper_on_exit(keeper, pid, status);
}

static void opener_main(struct keeper *keeper)
{
    sigset_t all, child;
    sigfillset(&all);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_SETMASK, &all, NULL);
    int signals = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    while (keeper->channel >= 0 && signals >= 0) {
        struct pollfd fds[] = {
            {.fd = keeper->channel, .events = POLLIN},
            {.fd = keeper->handoff, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
        };
        if (poll(fds, 3, -1) < 0)
            continue;
        if (fds[2].revents != 0)
            reap(keeper, signals);
        if (fds[1].revents != 0)
            keeper_on_handoff(keeper);
        if (fds[0].revents != 0)
            keeper_on_channel(keeper);
    }
}

int opener_fork(const struct options *options, struct keeper_link *link_out)
{
    struct keeper keeper;
    keeper_init(&keeper, options);
    int rc = keeper_link(&keeper, link_out);
    if (rc != 0)
        return rc;
    pid_t pid = fork();
    if (pid == 0) {
        keeper_link_close(link_out);
        notify_close();
        daemon_forget();
        opener_main(&keeper);
        _exit(0);
    }
    if (pid < 0)
        rc = -errno;
    keeper_destroy(&keeper);
    if (rc != 0)
        keeper_link_close(link_out);
    return rc;
}
