/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which servers are asked, and when each is asked first. The first probes of a load are spread
 * evenly over the shortest of their intervals, so that neither a start nor a reload makes a burst; where they are many,
 * a few begin together, which saves a quarter of their cost: we wake for all of them, and only the first finds cold caches.
 */
#include "proxy/health/health.h"

#include "proxy/health/mail.h"
#include "proxy/health/outliers.h"
#include "proxy/health/probe.h"
#include "proxy/state/events.h"
#include "proxy/state/snapshot.h"

#include <limits.h>
#include <stdlib.h>

/* Who begins together: as many as fall into so much time, but never so many that a request would notice. */
#define TOGETHER_MS 128
#define TOGETHER_MAX 12

struct health {
    struct loop *control; /* borrowed */
    struct list probes;   /* owned */
    size_t count;
    struct state_listener listener;
    struct mailroom *mail; /* owned */
    struct outliers outliers;
    struct sample_scratch scratch; /* owned: of the rules that scripts run */
};

/* A server that leaves maintenance is asked at once. */
static void on_state_event(struct state_listener *listener, const struct state_event *event)
{
    struct health *health = LIST_ITEM(listener, struct health, listener);
    mailroom_tell(health->mail, event);
    struct probe *probe = event->server != NULL ? event->server->probe : NULL;
    if (probe == NULL || !probe->paused || probe->is_off || server_is_in_maintenance(event->server))
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
    health->mail = mailroom_new(control);
    health->scratch =
        (struct sample_scratch){.base = malloc(SAMPLE_SCRATCH_BYTES), .size = SAMPLE_SCRATCH_BYTES};
    if (health->mail == NULL || health->scratch.base == NULL) {
        mailroom_free(health->mail);
        free(health->scratch.base);
        free(health);
        return NULL;
    }
    list_init(&health->probes);
    outliers_start(&health->outliers, control);
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
        bool is_wanted = probe->is_agent ? server->agent_enabled : server->check_enabled;
        if (server->named_by != snapshot || !is_wanted || server->health_restarts)
            end_probe(health, probe);
    }
}

static size_t count_together(size_t count, unsigned interval_ms)
{
    uint64_t together = (uint64_t)count * TOGETHER_MS / interval_ms;
    return together < 1 ? 1 : together > TOGETHER_MAX ? TOGETHER_MAX : (size_t)together;
}

/* Those made in this load stand at the end of the list, in the order of the file. */
static void spread_starts(struct health *health, struct list *new_probes, size_t new_count,
                          unsigned interval_ms)
{
    size_t together = count_together(new_count, interval_ms);
    for (size_t i = 0; i < new_count; i++) {
        struct probe *probe = LIST_ITEM(list_pop_front(new_probes), struct probe, node);
        list_push_back(&health->probes, &probe->node);
        probe_start_in(probe, (unsigned)((uint64_t)interval_ms * (i - i % together) / new_count));
    }
    health->count += new_count;
}

/* What one load of probes adds up to, and the scripts that those of the proxy at hand share. */
struct applying {
    struct health *health;
    struct snapshot *snapshot;
    const struct conf_global *global;
    const struct proxy *live;
    const struct conf_proxy *proxy;       /* of that */
    struct script *script, *agent_script; /* counted; made when the first needs it, or NULL */
    struct list new_probes;
    size_t new_count;
    unsigned interval_ms; /* the shortest */
};

typedef struct probe *probe_maker(struct loop *control, struct server *server,
                                  struct script *script, const struct conf_global *global,
                                  const struct conf_proxy *proxy, const struct conf_server *conf);

/* That of the proxy at hand, made when it is first asked for; NULL when memory runs out. */
static struct script *take_script(struct applying *a, const struct probe_kind *kind,
                                  const struct conf_check *check, struct script **script)
{
    if (*script == NULL && (*script = script_new(kind, a->proxy, check, a->global->node)) != NULL)
        script_bind(*script, a->snapshot, a->live, &a->health->scratch);
    return *script;
}

/* Out of memory: the server stays as it is, and the next load tries again. */
static void add_probe(struct applying *a, struct server *server, const struct conf_server *conf,
                      struct script *script, probe_maker *make)
{
    struct probe *probe =
        script == NULL ? NULL : make(a->health->control, server, script, a->global, a->proxy, conf);
    if (probe == NULL)
        return;
    list_push_back(&a->new_probes, &probe->node);
    a->new_count++;
    a->interval_ms = probe->inter_ms < a->interval_ms ? probe->inter_ms : a->interval_ms;
}

/* It goes on as it was, with the script of this load: that is the same, but for what the rules know. */
static void keep_probe(const struct applying *a, struct probe *probe, struct script *script,
                       const struct conf_server *conf)
{
    probe_set_times(probe, a->global, a->proxy, conf);
    probe->reuse = conf->check.reuse;
    if (script != NULL)
        probe_adopt(probe, script);
}

static void apply_server(struct applying *a, struct server *server, const struct conf_server *conf)
{
    const struct conf_check *check = conf_server_plan(a->proxy, conf);
    struct script *own = NULL, *script = NULL, *agent_script = NULL;
    if (conf->check.enabled)
        script = take_script(a, probe_kind_find(check), check,
                             check == &a->proxy->check ? &a->script : &own);
    if (conf->agent.enabled)
        agent_script = take_script(a, &probe_kind_agent, check, &a->agent_script);
    if (conf->check.enabled && server->probe != NULL)
        keep_probe(a, server->probe, script, conf);
    else if (conf->check.enabled)
        add_probe(a, server, conf, script, probe_new);
    if (conf->agent.enabled && server->agent_probe != NULL)
        keep_probe(a, server->agent_probe, agent_script, conf);
    else if (conf->agent.enabled)
        add_probe(a, server, conf, agent_script, probe_new_agent);
    script_free(own);
}

static void apply_proxy(struct applying *a, const struct proxy *proxy)
{
    a->live = proxy;
    a->proxy = proxy->conf;
    a->script = a->agent_script = NULL;
    for (size_t k = 0; k < proxy->conf->server_count && !proxy->conf->disabled; k++)
        apply_server(a, proxy->servers[k], &proxy->conf->servers[k]);
    script_free(a->script);
    script_free(a->agent_script);
}

void health_apply(struct health *health, struct snapshot *snapshot)
{
    struct applying a = {.health = health,
                         .snapshot = snapshot,
                         .global = &snapshot->config->global,
                         .interval_ms = UINT_MAX};
    list_init(&a.new_probes);
    mailroom_apply(health->mail, snapshot);
    outliers_apply(&health->outliers, snapshot);
    end_old_probes(health, snapshot);
    for (size_t i = 0; i < snapshot->config->proxy_count; i++)
        apply_proxy(&a, &snapshot->proxies[i]);
    spread_starts(health, &a.new_probes, a.new_count, a.interval_ms);
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
    mailroom_free(health->mail);
    outliers_stop(&health->outliers);
    free(health->scratch.base);
    free(health);
}
