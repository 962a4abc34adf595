/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain of loads: who still uses which, and the end of those nobody uses.
 *
 * A data thread's count is touched by that thread alone. When it reaches 0 the thread is done with
 * the snapshot for good, since only a holder can take another hold; it tells the control thread
 * once, and when all have told, the snapshot may go, after all older ones.
 */
#include "proxy/state/snapshot.h"

#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"

#include <string.h>

void snapshot_chain_init(struct snapshot_chain *chain, struct loop *control,
                         void (*freeing)(struct snapshot *snapshot, void *owner), void *owner)
{
    *chain = (struct snapshot_chain){.control = control, .freeing = freeing, .owner = owner};
}

struct snapshot *snapshot_publish(struct snapshot_chain *chain, struct snapshot *snapshot)
{
    struct snapshot *before = chain->current;
    snapshot->chain = chain;
    snapshot->number = before != NULL ? before->number + 1 : 1;
    if (before != NULL)
        before->next = snapshot;
    else
        chain->oldest = snapshot;
    chain->current = snapshot;
    return before;
}

static void free_oldest(struct snapshot_chain *chain)
{
    struct snapshot *snapshot = chain->oldest;
    chain->oldest = snapshot->next;
    if (chain->freeing != NULL)
        chain->freeing(snapshot, chain->owner);
    snapshot_free(snapshot);
}

static void free_unused(struct snapshot_chain *chain)
{
    while (chain->oldest != chain->current && chain->oldest->threads_left == 0 &&
           chain->oldest->kept == 0)
        free_oldest(chain);
}

static void on_let_go(struct loop_message *message)
{
    struct snapshot_use *use = LIST_ITEM(message, struct snapshot_use, let_go);
    use->snapshot->threads_left--;
    free_unused(use->snapshot->chain);
}

void snapshot_keep(struct snapshot *snapshot)
{
    snapshot->kept++;
}

void snapshot_forgo(struct snapshot *snapshot)
{
    snapshot->kept--;
    if (snapshot->chain != NULL) /* else it was never published */
        free_unused(snapshot->chain);
}

void snapshot_let_go(struct snapshot *snapshot, unsigned thread)
{
    struct snapshot_use *use = &snapshot->uses[thread];
    use->let_go.run = on_let_go;
    loop_post(snapshot->chain->control, &use->let_go);
}

void snapshot_chain_destroy(struct snapshot_chain *chain)
{
    while (chain->oldest != NULL)
        free_oldest(chain);
    chain->current = NULL;
}

struct proxy *snapshot_find(const struct snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        if (strcmp(snapshot->proxies[i].conf->name, name) == 0)
            return &snapshot->proxies[i];
    }
    return NULL;
}

struct proxy *snapshot_find_state(const struct snapshot *snapshot, const struct proxy_state *state)
{
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        if (snapshot->proxies[i].state == state)
            return &snapshot->proxies[i];
    }
    return NULL;
}

struct server *proxy_find_server(const struct proxy *proxy, const char *name)
{
    for (size_t i = 0; i < proxy->conf->server_count; i++) {
        if (strcmp(proxy->servers[i]->name, name) == 0)
            return proxy->servers[i];
    }
    return NULL;
}
