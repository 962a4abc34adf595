/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a load to the snapshot in use. All that can fail comes first (build, error files); then the
 * live objects follow the new configuration and the threads are told. reload.c drives this, and the
 * start.
 */
#include "proxy/runtime/worker.h"

#include "config/load.h"
#include "proxy/admin/service.h"
#include "proxy/cli/cli.h"
#include "proxy/discovery/discovery.h"
#include "proxy/health/health.h"
#include "proxy/http/rules.h"
#include "proxy/http/thread.h"
#include "proxy/http1/error_set.h"
#include "proxy/log/log.h"
#include "proxy/state/build.h"
#include "proxy/state/live_limits.h"
#include "proxy/state/reload_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPIRY_WARNING_S (14 * 86400)

/* ---- what hangs on a snapshot ---------------------------------------------------------------- */

/* The load's contexts and sockets, which stand in the order of proxies and binds. */
static void hang_binds(struct snapshot *snapshot, struct load *load)
{
    size_t n = 0;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        struct proxy *proxy = &snapshot->proxies[i];
        for (size_t j = 0; j < proxy->conf->bind_count; j++, n++) {
            proxy->binds[j].tls = load->bind_tls[n];
            load->bind_tls[n] = NULL;
            if (load->claims[n] != NULL)
                proxy->binds[j].socket = socket_entry_hold(load->claims[n]);
        }
    }
}

static void hang_services(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        snapshot->proxies[i].service = admin_service_of(snapshot->proxies[i].conf);
        rules_plan(&snapshot->proxies[i]);
    }
}

static int hang_error_files(struct snapshot *snapshot, char reason_out[LOAD_REASON_BYTES])
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++)
        if (error_set_load(&snapshot->proxies[i], reason_out, LOAD_REASON_BYTES) != 0)
            return -1;
    return 0;
}

void publish_take_down(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        struct proxy *proxy = &snapshot->proxies[i];
        error_set_free(proxy->errors);
        proxy->errors = NULL;
        for (size_t j = 0; j < proxy->conf->bind_count; j++) {
            struct bind *bind = &proxy->binds[j];
            if (bind->tls != NULL)
                tls_context_free(bind->tls);
            if (bind->socket != NULL)
                socket_entry_release(bind->socket);
            bind->tls = NULL;
            bind->socket = NULL;
        }
    }
}

void publish_undo(struct snapshot *snapshot, void *owner)
{
    struct worker *worker = owner;
    worker->has_freed = true;
    log_flush(); /* lines on their way name this config's proxies */
    publish_take_down(snapshot);
}

/* ---- the way into use ------------------------------------------------------------------------ */

static struct tls_client_context *take_server_tls(void *owner, const struct conf_server *server,
                                                  struct state_error *error_out)
{
    struct tls_client_context *tls = load_take_server_tls(owner, server);
    if (tls == NULL)
        snprintf(error_out->text, sizeof(error_out->text), "server %s: no TLS context was made",
                 server->name);
    return tls;
}

struct snapshot *publish_build(struct load *load, struct snapshot *old, unsigned threads,
                               char reason_out[LOAD_REASON_BYTES])
{
    struct state_error error = {.text = "out of memory"};
    struct state_build_options options = {
        .threads = threads,
        .make_tls = take_server_tls,
        .owner = load,
        .free_config = config_free,
    };
    struct snapshot *snapshot = state_build(load->config, old, &options, &error);
    if (snapshot == NULL) {
        snprintf(reason_out, LOAD_REASON_BYTES, "%s", error.text);
        return NULL;
    }
    load->config = NULL; /* the snapshot's from now on */
    hang_binds(snapshot, load);
    hang_services(snapshot);
    if (hang_error_files(snapshot, reason_out) == 0)
        return snapshot;
    publish_take_down(snapshot);
    snapshot_free(snapshot);
    return NULL;
}

/* The claims of the admin sockets are the last of the load's; see config_binder(). */
static const struct bind_socket *admin_socket(void *owner, size_t i)
{
    const struct load *load = owner;
    return &load->claims[load->bind_count - load->admin_bind_count + i]->socket;
}

/* For `show startup-logs`. */
static void keep_report(const struct load *load)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return;
    conf_report_print(out, &load->report, CONF_WARNING);
    fclose(out);
    reload_status_keep_report(text);
}

int publish(struct worker *worker, struct load *load, char reason_out[LOAD_REASON_BYTES])
{
    struct snapshot *old = worker->snapshots.current;
    struct snapshot *snapshot = publish_build(load, old, worker->thread_count, reason_out);
    if (snapshot == NULL)
        return -1;
    state_commit(snapshot, old, &worker->control);
    health_apply(worker->health, snapshot);
    discovery_apply(worker->discovery, snapshot);
    snapshot_publish(&worker->snapshots, snapshot);
    sockets_commit(worker->sockets);
    live_limits_set(&snapshot->config->global);
    log_adopt(snapshot->config);
    cli_apply(worker->cli, &snapshot->config->global, admin_socket, load);
    keep_report(load);
    return 0;
}

void publish_to_threads(struct worker *worker)
{
    for (unsigned i = 0; i < worker->thread_count; i++)
        http_thread_post_snapshot(worker->threads[i].http, worker->snapshots.current);
}

/* ---- certificates ---------------------------------------------------------------------------- */

static void warn_context(const struct proxy *proxy, struct tls_context *tls, time_t now)
{
    struct tls_error_text text;
    struct tls_store *store = tls_context_store(tls);
    for (size_t cursor = 0; tls_store_next_warning(store, now, EXPIRY_WARNING_S, &cursor, &text);)
        log_event(LOG_LEVEL_CRIT, proxy->conf, "frontend %s: %s", proxy->conf->name, text.text);
    tls_store_free(store);
}

void publish_warn_certificates(const struct worker *worker)
{
    const struct snapshot *snapshot = worker->snapshots.current;
    const struct tls_context *last = NULL; /* binds in a row often share one */
    time_t now = (time_t)(loop_wall_us(&worker->control) / 1000000);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t j = 0; j < proxy->conf->bind_count; j++) {
            struct tls_context *tls = proxy->binds[j].tls;
            if (tls != NULL && tls != last)
                warn_context(proxy, tls, now);
            last = tls != NULL ? tls : last;
        }
    }
}
