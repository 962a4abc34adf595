/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passing on what happened to a server. The lists and hooks are set once, before any thread starts,
 * and only read afterwards.
 */
#include "proxy/state/events.h"

#include "proxy/state/events_priv.h"
#include "proxy/state/server.h"

static struct list listeners = LIST_INIT(listeners);
static const struct state_hooks *state_hooks;
static struct loop *const *data_loops;
static unsigned data_loop_count;

void state_listen(struct state_listener *listener)
{
    list_push_back(&listeners, &listener->node);
}

void state_unlisten(struct state_listener *listener)
{
    list_remove(&listener->node);
}

void state_tell(const struct state_event *event)
{
    for (struct list *node = listeners.next; node != &listeners; node = node->next) {
        struct state_listener *listener = LIST_ITEM(node, struct state_listener, node);
        listener->told(listener, event);
    }
}

void state_set_hooks(const struct state_hooks *hooks, struct loop *const *loops,
                     unsigned loop_count)
{
    state_hooks = hooks;
    data_loops = loops;
    data_loop_count = loop_count;
}

static void on_notice(struct loop_message *message)
{
    struct server_idle *thread = LIST_ITEM(message, struct server_idle, notice);
    struct server *server = thread->server;
    unsigned index = (unsigned)(thread - server->threads);
    unsigned bits = atomic_exchange(&thread->notice_bits, 0);
    state_hooks->server_notice(data_loops[index], server, bits);
}

void server_notify(struct server *server, unsigned notice)
{
    for (unsigned i = 0; i < data_loop_count; i++) {
        struct server_idle *thread = &server->threads[i];
        /* bits left by an earlier notice: its message is still on its way and takes these along */
        if (atomic_fetch_or(&thread->notice_bits, notice) != 0)
            continue;
        thread->notice.run = on_notice;
        loop_post(data_loops[i], &thread->notice);
    }
}
