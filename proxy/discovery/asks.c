/* SPDX-License-Identifier: Apache-2.0 */
/* Names that streams wait for; asks.h draws their way. */
#include "proxy/discovery/asks.h"

#include "proxy/discovery/discovery_priv.h"

#include <stdlib.h>
#include <string.h>

struct ask {
    struct errand errand;
    struct discovery *discovery; /* borrowed */
    int prefer;
    struct addr found; /* AF_UNSPEC: nothing */

    /* of the control thread */
    struct list node;      /* in discovery->asks */
    struct list by_lookup; /* in lookup->askers */
    struct lookup *lookup; /* used; NULL: between two loads */

    char *section; /* behind the host */
    char host[];
};

/* ---- the stream's side ------------------------------------------------------------------------- */

static void ask_free(struct errand *errand)
{
    free(LIST_ITEM(errand, struct ask, errand));
}

struct ask *ask_new(const char *section, int prefer, const char *host, size_t host_len)
{
    size_t section_bytes = strlen(section) + 1;
    struct discovery *discovery = discovery_present();
    struct ask *ask =
        discovery != NULL ? malloc(sizeof(*ask) + host_len + 1 + section_bytes) : NULL;
    if (ask == NULL)
        return NULL;
    *ask = (struct ask){.errand = {.free = ask_free}, .discovery = discovery, .prefer = prefer};
    list_init(&ask->node);
    list_init(&ask->by_lookup);
    memcpy(ask->host, host, host_len);
    ask->host[host_len] = '\0';
    ask->section = ask->host + host_len + 1;
    memcpy(ask->section, section, section_bytes);
    return ask;
}

bool ask_take(struct errand *errand, struct addr *addr_out)
{
    *addr_out = LIST_ITEM(errand, struct ask, errand)->found;
    errand->free(errand);
    return addr_out->family != AF_UNSPEC;
}

/* ---- the control thread's ------------------------------------------------------------------------ */

static void finish(struct ask *ask)
{
    struct lookup *lookup = ask->lookup;
    if (lookup != NULL && lookup->is_good && lookup->record_count > 0)
        ask->found = lookup->records[0].addr;
    list_remove(&ask->by_lookup);
    list_remove(&ask->node);
    errand_return(&ask->errand);
    if (lookup != NULL)
        lookup_leave(lookup);
}

void lookup_settled(struct lookup *lookup)
{
    struct list *first;
    lookup->users++; /* until the last one has left */
    while ((first = lookup->askers.next) != &lookup->askers)
        finish(LIST_ITEM(first, struct ask, by_lookup));
    lookup_leave(lookup);
}

static struct resolver *find_resolver(const struct discovery *discovery, const char *name)
{
    for (size_t i = 0; i < discovery->resolver_count; i++) {
        struct resolver *resolver = discovery->resolvers[i];
        if (resolver != NULL && strcmp(resolver->name, name) == 0)
            return resolver;
    }
    return NULL;
}

static bool is_fresh(const struct lookup *lookup)
{
    const struct resolver *resolver = lookup->resolver;
    return lookup->is_good &&
           resolver->control->now_ms - lookup->good_ms < resolver->conf.hold_valid_ms;
}

/* A section that a load took away has no answers. */
static void start(struct ask *ask)
{
    struct resolver *resolver = find_resolver(ask->discovery, ask->section);
    ask->lookup = resolver != NULL ? lookup_use(resolver, ask->host, ask->prefer, 0) : NULL;
    if (ask->lookup == NULL || is_fresh(ask->lookup)) {
        finish(ask);
        return;
    }
    list_push_back(&ask->lookup->askers, &ask->by_lookup);
    lookup_hurry(ask->lookup);
}

static void on_ask(struct loop_message *message)
{
    struct ask *ask = LIST_ITEM(message, struct ask, errand.message);
    list_push_back(&ask->discovery->asks, &ask->node);
    start(ask);
}

void ask_send(struct ask *ask, struct stream *stream)
{
    errand_send(&ask->errand, stream, ask->discovery->control, on_ask);
}

void asks_interrupt(struct discovery *discovery)
{
    for (struct list *n = discovery->asks.next; n != &discovery->asks; n = n->next) {
        struct ask *ask = LIST_ITEM(n, struct ask, node);
        list_remove(&ask->by_lookup);
        ask->lookup = NULL;
    }
}

void asks_go_on(struct discovery *discovery)
{
    for (struct list *n = discovery->asks.next, *next; n != &discovery->asks; n = next) {
        next = n->next;
        start(LIST_ITEM(n, struct ask, node));
    }
}

void asks_free(struct discovery *discovery)
{
    while (!list_is_empty(&discovery->asks))
        free(LIST_ITEM(list_pop_front(&discovery->asks), struct ask, node));
}
