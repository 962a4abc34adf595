/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reload, seen from the worker:
 *
 *   request --> load thread                   --done--> control thread --> data threads move
 *                [ask the keeper] load_run()             publish()          retired sockets close
 *                      |                                    |
 *                      `-------------- refused <------------'
 *
 * Files, names and certificates may take their time, so a thread of its own reads them; probes,
 * logs and traffic go on. Requests that come meanwhile become one more reload afterwards.
 */
#include "proxy/runtime/worker.h"

#include "proxy/log/log.h"
#include "proxy/runtime/channel.h"
#include "proxy/runtime/notify.h"
#include "proxy/state/reload_status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- on the load thread ---------------------------------------------------------------------- */

/* Takes one message of the loader. 1: there is more, 0: that was all, -1: refused with a reason. */
static int take_supply(struct worker *worker, struct reload *reload)
{
    struct channel_message message;
    int rc = channel_receive(worker->link->channel, &message);
    if (rc != 0) {
        snprintf(reload->reason, sizeof(reload->reason),
                 "the process that keeps root does not answer: %s", strerror(-rc));
        return -1;
    }
    if (message.kind == CHANNEL_SOCKET) {
        if (sockets_adopt(worker->sockets, message.text, message.fds, message.fd_count) == 0)
            return 1;
        snprintf(reload->reason, sizeof(reload->reason), "out of memory");
        return -1;
    }
    if (message.kind == CHANNEL_FAILED)
        memcpy(reload->reason, message.text, sizeof(reload->reason));
    reload->reason[sizeof(reload->reason) - 1] = '\0';
    if (message.kind == CHANNEL_LOADED && message.fd_count == 1)
        rc = transcript_read(&reload->transcript, message.fds[0]);
    channel_drop_fds(&message);
    if (rc != 0)
        snprintf(reload->reason, sizeof(reload->reason), "the transcript of the load: %s",
                 strerror(-rc));
    return message.kind == CHANNEL_FAILED || rc != 0 ? -1 : message.kind != CHANNEL_LOADED;
}

static int fetch_supply(struct worker *worker, struct reload *reload)
{
    int rc = channel_tell(worker->link->channel, CHANNEL_RELOAD, NULL);
    if (rc != 0) {
        snprintf(reload->reason, sizeof(reload->reason), "the process that keeps root is gone: %s",
                 strerror(-rc));
        return -1;
    }
    do {
        rc = take_supply(worker, reload);
    } while (rc > 0);
    return rc;
}

static void load_main(void *arg)
{
    struct worker *worker = arg;
    struct reload *reload = &worker->reload;
    bool has_keeper = worker->link->channel >= 0;
    struct load_input input = {
        .options = worker->options,
        .outside = has_keeper ? &reload->transcript.outside : &outside_disk,
        .shared = &worker->tls,
        .sockets = worker->sockets,
        .origin = has_keeper ? SOCKETS_ADOPTED : SOCKETS_OPEN,
        .has_clients = true,
    };
    sockets_begin(worker->sockets);
    reload->load = (struct load){0};
    reload->result = has_keeper ? fetch_supply(worker, reload) : 0;
    if (reload->result == 0) {
        reload->result = load_run(&reload->load, &input);
        if (reload->result != 0)
            load_reason(&reload->load, reload->reason);
        if (!has_keeper || reload->result != 0) /* else the loader has shown it all */
            load_show(&reload->load, worker->options);
    }
    loop_post(&worker->control, &reload->done);
}

/* ---- on the control thread ------------------------------------------------------------------- */

/* The keeper closes its duplicates of retired sockets before ours stop accepting, or those of
 * refused ones. */
static void tell_keeper(struct worker *worker, enum channel_kind verdict)
{
    struct channel_message answer;
    if (worker->link->channel < 0)
        return;
    int rc = channel_tell(worker->link->channel, verdict, NULL);
    if (rc == 0)
        rc = channel_receive(worker->link->channel, &answer);
    if (rc == 0)
        channel_drop_fds(&answer);
    else
        log_event(LOG_LEVEL_CRIT, NULL, "The process that keeps root does not answer: %s.",
                  strerror(-rc));
}

static void reload_end(struct worker *worker)
{
    worker->reload.is_running = false;
    if (worker->reload.is_asked)
        reload_request(worker);
}

/* Whoever hears of it finds the new configuration on every thread. */
static void tell_success(const struct worker *worker)
{
    const struct snapshot *snapshot = worker->snapshots.current;
    log_event(LOG_LEVEL_NOTICE, NULL, "Configuration reloaded: load %u, digest %.12s.",
              snapshot->number, snapshot->config->digest);
    if (snapshot->config->global.nbthread != worker->thread_count)
        log_event(LOG_LEVEL_WARNING, NULL,
                  "nbthread %u takes effect with a restart: %u threads go on.",
                  snapshot->config->global.nbthread, worker->thread_count);
    if (worker->state == WORKER_SERVING) /* else it has been told that we leave */
        notify_send("READY=1\nSTATUS=Ready.\n");
}

static void on_all_moved(struct worker *worker)
{
    sockets_close_retired(worker->sockets);
    tell_success(worker);
    reload_end(worker);
}

static void refuse(struct worker *worker)
{
    struct reload *reload = &worker->reload;
    sockets_rollback(worker->sockets);
    tell_keeper(worker, CHANNEL_ROLLBACK);
    reload_status_failed(loop_wall_us(&worker->control), reload->reason);
    log_event(LOG_LEVEL_CRIT, NULL, "Reload refused, the old configuration goes on: %s",
              reload->reason);
    notify_send("READY=1\nSTATUS=Reload failed, the old configuration goes on.\n");
    reload_end(worker);
}

static void succeed(struct worker *worker)
{
    const struct snapshot *snapshot = worker->snapshots.current;
    reload_status_succeeded(loop_wall_us(&worker->control), snapshot->config->digest);
    publish_warn_certificates(worker);
    publish_to_threads(worker);
    worker->reload.is_published = true;
    threads_await(worker, on_all_moved);
}

static void on_load_done(struct loop_message *message)
{
    struct worker *worker = LIST_ITEM(message, struct worker, reload.done);
    struct reload *reload = &worker->reload;
    uv_thread_join(&reload->thread);
    if (worker->state != WORKER_SERVING && reload->result == 0) {
        reload->result = -1;
        snprintf(reload->reason, sizeof(reload->reason), "we are leaving");
    }
    if (reload->result == 0)
        reload->result = publish(worker, &reload->load, reload->reason);
    load_clear(&reload->load);
    transcript_clear(&reload->transcript);
    if (reload->result != 0) {
        refuse(worker);
        return;
    }
    tell_keeper(worker, CHANNEL_COMMIT);
    succeed(worker);
}

void reload_request(struct worker *worker)
{
    struct reload *reload = &worker->reload;
    reload->is_asked = reload->is_running;
    if (reload->is_running || worker->state != WORKER_SERVING)
        return;
    notify_reloading();
    reload->is_running = true;
    reload->is_published = false;
    reload->done.run = on_load_done;
    snprintf(reload->reason, sizeof(reload->reason), "no thread for the load");
    if (uv_thread_create(&reload->thread, load_main, worker) != 0)
        refuse(worker);
}

bool reload_is_loading(const struct worker *worker)
{
    return worker->reload.is_running && !worker->reload.is_published;
}

void reload_abandon(struct worker *worker)
{
    struct reload *reload = &worker->reload;
    if (!reload_is_loading(worker))
        return;
    uv_thread_join(&reload->thread);
    load_clear(&reload->load);
    transcript_clear(&reload->transcript);
}
