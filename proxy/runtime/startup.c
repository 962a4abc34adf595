/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The start of a worker, as long as it has the privileges of whoever launched it: load, bind, open
 * the logs, tell the keeper, and then give up what the configuration says.
 */
#include "proxy/runtime/worker.h"

#include "proxy/log/log.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/limits.h"
#include "proxy/runtime/privileges.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *what, int rc)
{
    log_console(LOG_LEVEL_CRIT, "%s: %s", what, uv_strerror(rc));
    return -1;
}

static int first_load(struct worker *worker, struct load *load)
{
    struct load_input input = {
        .options = worker->options,
        .outside = &outside_disk,
        .shared = &worker->tls,
        .sockets = worker->sockets,
        .origin = SOCKETS_OPEN,
        .has_clients = true,
    };
    sockets_begin(worker->sockets);
    worker->sockets->may_share = worker->options->old_signal != 0;
    int rc = load_run(load, &input);
    load_show(load, worker->options);
    worker->sockets->may_share = false;
    if (rc != 0)
        log_console(LOG_LEVEL_CRIT, "config : Fatal errors found in configuration.");
    return rc;
}

/* The keeper learns of our sockets while we can still be believed; without need it may go. */
static int hand_off(struct worker *worker, const struct config *config)
{
    struct keeper_link *link = worker->link;
    if (link->channel < 0)
        return 0;
    int rc = handoff_send(link->handoff, worker->sockets);
    close(link->handoff);
    link->handoff = -1;
    if (rc != 0)
        return complain("The sockets cannot be handed over", rc);
    if (!worker->options->monitored && !privileges_will_drop(&config->global)) {
        keeper_link_close(link);
        while (waitpid(-1, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    return 0;
}

/* As long as it is allowed: signals to others, files outside of a chroot. */
static int before_drop(struct worker *worker, const struct config *config)
{
    const struct options *options = worker->options;
    char text[256];
    if (limits_apply(config, worker->thread_count, text, sizeof(text)) != 0)
        log_console(LOG_LEVEL_WARNING, "%s", text);
    for (size_t i = 0; i < options->old_pid_count; i++)
        kill(options->old_pids[i], options->old_signal);
    if (options->pidfile != NULL && options->daemon && !options->monitored &&
        pidfile_write(options->pidfile, text, sizeof(text)) != 0) {
        log_console(LOG_LEVEL_CRIT, "%s", text);
        return -1;
    }
    int rc = log_start(&worker->control, worker->thread_count);
    if (rc != 0)
        return complain("No log", rc);
    log_server_events();
    log_adopt(config);
    return 0;
}

static int drop_privileges(const struct worker *worker, const struct config *config)
{
    char text[256];
    if (privileges_drop(&config->global, text, sizeof(text)) != 0) {
        log_console(LOG_LEVEL_CRIT, "%s", text);
        return -1;
    }
    /* a worker without its monitor could neither reload nor be told to leave */
    if (worker->options->monitored &&
        (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != worker->link->keeper))
        return complain("The monitor is gone", -errno);
    return 0;
}

int startup_prepare(struct worker *worker, struct load *load)
{
    if (first_load(worker, load) != 0)
        return -1;
    unsigned threads = worker->sockets->threads;
    if (hand_off(worker, load->config) != 0)
        return -1;
    int rc = loop_init(&worker->control, threads);
    if (rc != 0)
        return complain("No event loop", rc);
    worker->has_loop = true;
    worker->thread_count = threads;
    snapshot_chain_init(&worker->snapshots, &worker->control, publish_undo, worker);
    return before_drop(worker, load->config) == 0 ? drop_privileges(worker, load->config) : -1;
}
