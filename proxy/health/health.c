/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which servers are asked, and when each is asked first. The first probes of a load are spread
 * evenly over the shortest of their intervals, so that neither a start nor a reload makes a burst.
 */
#include "proxy/health/health.h"

#include "proxy/health/probe.h"
#include "proxy/state/events.h"
#include "proxy/state/snapshot.h"

#include <limits.h>
#include <stdlib.h>

struct health {
    struct loop *control; /* borrowed */
    struct list probes;   /* owned */
    size_t count;
    struct state_listener listener;
};

/* A server that leaves maintenance is asked at once. */
static void on_state_event(struct state_listener *listener, const struct state_event *event)
{
    (void)listener;
    struct probe *probe = event->server != NULL ? event->server->probe : NULL;
    if (probe == NULL || !probe->paused || event->server->admin == SERVER_MAINT)
        return;
    probe->paused = false;
    probe_start_in(probe, 0);
}

struct health *health_new(struct loop *control)
{
    struct health *health = calloc(1, sizeof(*health));
    if (health == NULL)
        return NULL;
    health->control = control;
    health->listener.told = on_state_event;
    list_init(&health->probes);
    state_listen(&health->listener);
    return health;
}

static void end_probe(struct health *health, struct probe *probe)
{
    probe_free(probe);
    health->count--;
}

/* Of servers that left, or are to be asked no more, or in another way. */
static void end_old_probes(struct health *health, const struct snapshot *snapshot)
{
    for (struct list *node = health->probes.next, *next; node != &health->probes; node = next) {
        next = node->next;
        struct probe *probe = LIST_ITEM(node, struct probe, node);
        const struct server *server = probe->server;
        if (server->named_by != snapshot || !server->check_enabled || server->health_restarts)
            end_probe(health, probe);
    }
}

/* Those made in this load stand at the end of the list, in the order of the file. */
static void spread_starts(struct health *health, struct list *new_probes, size_t new_count,
                          unsigned interval_ms)
{
    for (size_t i = 0; i < new_count; i++) {
        struct probe *probe = LIST_ITEM(list_pop_front(new_probes), struct probe, node);
        list_push_back(&health->probes, &probe->node);
        probe_start_in(probe, (unsigned)((uint64_t)interval_ms * i / new_count));
    }
    health->count += new_count;
}

void health_apply(struct health *health, const struct snapshot *snapshot)
{
    struct list new_probes = LIST_INIT(new_probes);
    size_t new_count = 0;
    unsigned interval_ms = UINT_MAX;
    const struct conf_global *global = &snapshot->config->global;

    end_old_probes(health, snapshot);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        struct script *script = NULL; /* of those that are new */
        for (size_t k = 0; k < proxy->conf->server_count; k++) {
            const struct conf_server *conf = &proxy->conf->servers[k];
            struct server *server = proxy->servers[k];
            if (!conf->check.enabled || proxy->conf->disabled)
                continue;
            if (server->probe != NULL) {
                probe_set_times(server->probe, global, proxy->conf, conf);
                continue;
            }
            if (script == NULL)
                script =
                    script_new(probe_kind_find(proxy->conf->check.kind), proxy->conf, global->node);
            struct probe *probe = script == NULL ? NULL
                                                 : probe_new(health->control, server, script,
                                                             global, proxy->conf, conf);
            if (probe == NULL)
                continue; /* out of memory: the server stays as it is, and the next load tries again
                           */
            list_push_back(&new_probes, &probe->node);
            new_count++;
            interval_ms = probe->inter_ms < interval_ms ? probe->inter_ms : interval_ms;
        }
        script_free(script);
    }
    spread_starts(health, &new_probes, new_count, interval_ms);
}

size_t health_count(const struct health *health)
{
    return health->count;
}

void health_free(struct health *health)
{
    if (health == NULL)
        return;
    while (!list_is_empty(&health->probes))
        end_probe(health, LIST_ITEM(health->probes.next, struct probe, node));
    state_unlisten(&health->listener);
    free(health);
}
