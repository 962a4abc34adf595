/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of the process that serves; worker.h draws it. What it does while it still has the
 * privileges of whoever launched it is in startup.c.
 */
#include "proxy/runtime/worker.h"

#include "config/stick_table.h"
#include "proxy/admin/process.h"
#include "proxy/admin/service.h"
#include "proxy/cli/cli.h"
#include "proxy/discovery/discovery.h"
#include "proxy/health/health.h"
#include "proxy/http/thread.h"
#include "proxy/log/log.h"
#include "proxy/runtime/channel.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/master.h"
#include "proxy/runtime/notify.h"
#include "proxy/runtime/rule_tables.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/reload_status.h"
#include "proxy/state/stick_table.h"

#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#define UPKEEP_MS 1000
#define RELOAD_WAIT_MS 50
#define CERTIFICATES_EVERY 86400 /* upkeeps */

/* ---- the end --------------------------------------------------------------------------------- */

static void report_stopped(const struct worker *worker)
{
    const struct snapshot *snapshot = worker->snapshots.current;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        log_event(LOG_LEVEL_WARNING, proxy->conf,
                  "Proxy %s stopped (cumulated conns: FE: %llu, BE: %llu).", proxy->conf->name,
                  (unsigned long long)counter_set_total(proxy->state->frontend.counters,
                                                        COUNTER_CONNECTIONS),
                  (unsigned long long)proxy->state->backend.counters->picks);
    }
}

static void end(struct worker *worker, int signal)
{
    worker->state = WORKER_ENDING;
    worker->end_signal = signal;
    loop_stop(&worker->control);
}

static void on_hard_stop(struct wheel_timer *timer)
{
    struct worker *worker = LIST_ITEM(timer, struct worker, hard_stop);
    log_event(LOG_LEVEL_WARNING, NULL, "soft-stop running for too long, performing a hard-stop.");
    end(worker, 0);
}

static void on_all_drain(struct worker *worker)
{
    sockets_close_retired(worker->sockets);
}

/* Nobody is to listen any more, neither we nor an opener with its duplicates. */
static void stop_listening(struct worker *worker)
{
    if (!worker->options->monitored)
        keeper_link_close(worker->link);
    cli_stop_listening(worker->cli);
    sockets_begin(worker->sockets);
    sockets_commit(worker->sockets);
    for (unsigned i = 0; i < worker->thread_count; i++)
        http_thread_post_drain(worker->threads[i].http);
    threads_await(worker, on_all_drain);
}

static void on_grace(struct wheel_timer *timer)
{
    struct worker *worker = LIST_ITEM(timer, struct worker, grace);
    unsigned limit_ms = worker->snapshots.current->config->global.hard_stop_after_ms;
    if (worker->reload.is_running) { /* it came first, and will soon be over */
        loop_arm(&worker->control, &worker->grace, RELOAD_WAIT_MS);
        return;
    }
    report_stopped(worker);
    stop_listening(worker);
    if (limit_ms != 0)
        loop_arm(&worker->control, &worker->hard_stop, limit_ms);
}

static void drain(struct worker *worker)
{
    if (worker->state != WORKER_SERVING)
        return;
    worker->state = WORKER_DRAINING;
    process_stopping();
    notify_send("STOPPING=1\nSTATUS=Draining.\n");
    loop_arm(&worker->control, &worker->grace, worker->snapshots.current->config->global.grace_ms);
}

/* ---- clients of the master socket ------------------------------------------------------------ */

static void on_clients(struct loop_source *source, uint32_t events)
{
    struct worker *worker = LIST_ITEM(source, struct worker, clients);
    unsigned char level;
    (void)events;
    for (int fd; (fd = master_take_client(source->fd, &level)) >= 0;)
        cli_adopt(worker->cli, fd, level);
}

static int take_clients(struct worker *worker)
{
    worker->clients = (struct loop_source){.ready = on_clients, .fd = worker->link->clients};
    return worker->clients.fd >= 0 ? loop_add(&worker->control, &worker->clients) : 0;
}

/* ---- signals --------------------------------------------------------------------------------- */

static const int signals[WORKER_SIGNALS] = {SIGHUP, SIGUSR2, SIGUSR1, SIGTERM, SIGINT};

static void on_signal(uv_signal_t *handle, int signal)
{
    struct worker *worker = handle->data;
    switch (signal) {
    case SIGHUP:
    case SIGUSR2:
        reload_request(worker);
        break;
    case SIGUSR1:
        drain(worker);
        break;
    default:
        notify_send("STOPPING=1\nSTATUS=Stopping.\n");
        end(worker, signal);
    }
}

/* Those that came during the start are taken now. */
static int signals_start(struct worker *worker)
{
    sigset_t ours;
    sigemptyset(&ours);
    signal(SIGTTIN, SIG_IGN);
    signal(SIGTTOU, SIG_IGN);
    for (size_t i = 0; i < WORKER_SIGNALS; i++) {
        int rc = uv_signal_init(&worker->control.uv, &worker->signals[i]);
        if (rc == 0)
            rc = uv_signal_start(&worker->signals[i], on_signal, signals[i]);
        if (rc != 0)
            return rc;
        worker->signals[i].data = worker;
        sigaddset(&ours, signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &ours, NULL);
    return 0;
}

/* ---- upkeep ---------------------------------------------------------------------------------- */

static void on_upkeep(struct wheel_timer *timer)
{
    struct worker *worker = LIST_ITEM(timer, struct worker, upkeep);
    const struct snapshot *snapshot = worker->snapshots.current;
    uint32_t now_s = (uint32_t)(worker->control.now_us / 1000000);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++)
        proxy_state_tick(snapshot->proxies[i].state, now_s);
    for (size_t i = 0; i < stick_table_bound(snapshot->config); i++)
        if (snapshot_table(snapshot, i) != NULL)
            stick_table_sweep(snapshot_table(snapshot, i), worker->control.now_ms);
    if (worker->tls.keys != NULL)
        tls_ticket_keys_rotate(worker->tls.keys,
                               (time_t)(loop_wall_us(&worker->control) / 1000000));
    if (worker->has_freed)
        malloc_trim(0);
    worker->has_freed = false;
    if (++worker->upkeeps % CERTIFICATES_EVERY == 0)
        publish_warn_certificates(worker);
    loop_arm(&worker->control, &worker->upkeep, UPKEEP_MS);
}

/* ---- the start ------------------------------------------------------------------------------- */

static void announce_successor(const struct worker *worker)
{
    log_event(LOG_LEVEL_CRIT, NULL,
              "The worker was replaced. The last good configuration goes on; files changed since "
              "wait for a reload.");
    if (worker->link->is_refused)
        reload_status_failed(loop_wall_us(&worker->control),
                             "refused before the worker was replaced, the log says why");
}

/* Tells everybody who waits for us. */
static void announce(struct worker *worker)
{
    struct snapshot *snapshot = worker->snapshots.current;
    reload_status_succeeded(loop_wall_us(&worker->control), snapshot->config->digest);
    if (worker->link->is_successor)
        announce_successor(worker);
    publish_warn_certificates(worker);
    if (worker->link->channel >= 0 && channel_tell(worker->link->channel, CHANNEL_READY, NULL) != 0)
        log_event(LOG_LEVEL_CRIT, NULL, "The process that keeps root is gone.");
    notify_send("READY=1\nMAINPID=%d\nSTATUS=Ready.\n", (int)getpid());
    daemon_serving();
}

static int complain(const char *what, int rc)
{
    log_console(LOG_LEVEL_CRIT, "%s: %s", what, uv_strerror(rc));
    return -1;
}

static int start(struct worker *worker, struct load *load)
{
    char reason[LOAD_REASON_BYTES];
    if (startup_prepare(worker, load) != 0)
        return -1;
    if (threads_create(worker, &load->config->global) != 0)
        return complain("No threads", UV_ENOMEM);
    worker->health = health_new(&worker->control);
    if (worker->health == NULL)
        return complain("No probes", UV_ENOMEM);
    worker->discovery = discovery_new(&worker->control);
    if (worker->discovery == NULL)
        return complain("No name resolution", UV_ENOMEM);
    admin_service_start(&worker->control);
    struct cli_host host = {.control = &worker->control,
                            .snapshots = &worker->snapshots,
                            .threads = worker->loops,
                            .discovery = worker->discovery,
                            .thread_count = worker->thread_count,
                            .compile = rule_tables_compile};
    worker->cli = cli_new(&host);
    if (worker->cli == NULL)
        return complain("No admin socket", UV_ENOMEM);
    if (publish(worker, load, reason) != 0) {
        log_console(LOG_LEVEL_CRIT, "%s", reason);
        return -1;
    }
    publish_to_threads(worker);
    int rc = take_clients(worker);
    if (rc == 0)
        rc = signals_start(worker);
    if (rc == 0)
        rc = threads_start(worker);
    if (rc != 0)
        return complain("Cannot start", rc);
    worker->state = WORKER_SERVING;
    loop_arm(&worker->control, &worker->upkeep, UPKEEP_MS);
    announce(worker);
    return 0;
}

/* In the order in which things need each other, the last one first. */
static void tear_down(struct worker *worker)
{
    bool has_loop = worker->has_loop;
    reload_abandon(worker);
    threads_stop(worker);
    cli_free(worker->cli);
    discovery_free(worker->discovery);
    health_free(worker->health);
    log_stop(); /* the lines it holds name proxies */
    if (has_loop)
        snapshot_chain_destroy(&worker->snapshots);
    threads_free(worker);
    if (has_loop)
        loop_destroy(&worker->control);
    tls_shared_clear(&worker->tls);
    keeper_link_close(worker->link);
    sockets_destroy(worker->sockets);
}

int worker_run(const struct options *options, struct keeper_link *link, struct socket_set *sockets)
{
    struct worker worker = {.options = options, .link = link, .sockets = sockets};
    struct load load = {0};
    wheel_timer_init(&worker.upkeep, on_upkeep);
    wheel_timer_init(&worker.grace, on_grace);
    wheel_timer_init(&worker.hard_stop, on_hard_stop);
    int rc = start(&worker, &load);
    if (rc != 0)
        log_stop(); /* the lines it holds name proxies of the load */
    load_clear(&load);
    if (rc == 0)
        loop_run(&worker.control);
    if (reload_is_loading(&worker) && worker.end_signal != 0)
        log_flush(); /* "at once" does not wait for a slow name server */
    else
        tear_down(&worker);
    if (worker.end_signal != 0) { /* so that whoever waits for us sees why, as with HAProxy */
        signal(worker.end_signal, SIG_DFL);
        raise(worker.end_signal);
        return 128 + worker.end_signal; /* the first process of a container cannot die of it */
    }
    return rc == 0 ? 0 : 1;
}
