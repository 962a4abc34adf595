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

/*
 * Where the first load gets its answers: from the worker before us, or from the disk; then they are
 * written down for the one after us if there may be one. NULL: it cannot be read.
 */
static const struct outside *choose_outside(const struct worker *worker,
                                            struct transcript *transcript)
{
    if (!worker->options->monitored)
        return &outside_disk;
    if (!worker->link->is_successor) {
        transcript_record(transcript);
        return &transcript->outside;
    }
    int rc = transcript_read(transcript, worker->link->transcript);
    if (rc == 0)
        return &transcript->outside;
    complain("The configuration of the worker before cannot be read", rc);
    return NULL;
}

static int first_load(struct worker *worker, struct load *load, struct transcript *transcript)
{
    struct load_input input = {
        .options = worker->options,
        .outside = choose_outside(worker, transcript),
        .shared = &worker->tls,
        .sockets = worker->sockets,
        .origin = SOCKETS_OPEN,
        .has_clients = true,
    };
    if (input.outside == NULL)
        return -1;
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
static int hand_off(struct worker *worker, const struct config *config,
                    const struct transcript *transcript)
{
    struct keeper_link *link = worker->link;
    if (link->channel < 0)
        return 0;
    bool is_news = worker->options->monitored && !link->is_successor;
    int rc = handoff_send(link->handoff, worker->sockets, is_news ? transcript : NULL);
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
    char text[512];
    if (limits_apply(config, worker->thread_count, text, sizeof(text)) != 0)
        log_console(LOG_LEVEL_WARNING, "%s", text);
    for (size_t i = 0; i < options->old_pid_count && !worker->link->is_successor; i++)
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

/* A transcript may hold private keys, so it goes as soon as it has been told. */
static int load_and_hand_off(struct worker *worker, struct load *load)
{
    struct transcript transcript = {0};
    int rc = first_load(worker, load, &transcript);
    if (rc == 0)
        rc = hand_off(worker, load->config, &transcript);
    transcript_clear(&transcript);
    keeper_link_forget(worker->link);
    return rc;
}

int startup_prepare(struct worker *worker, struct load *load)
{
    if (load_and_hand_off(worker, load) != 0)
        return -1;
    unsigned threads = worker->sockets->threads;
    int rc = loop_init(&worker->control, threads);
    if (rc != 0)
        return complain("No event loop", rc);
    worker->has_loop = true;
    worker->thread_count = threads;
    snapshot_chain_init(&worker->snapshots, &worker->control, publish_undo, worker);
    return before_drop(worker, load->config) == 0 ? drop_privileges(worker, load->config) : -1;
}
