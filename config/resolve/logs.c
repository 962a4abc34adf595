/* SPDX-License-Identifier: Apache-2.0 */
/* Log targets once all sections are read: what `log global` stands for, and whose count a sample is. */
#include <string.h>

#include "config/resolve/resolve.h"

void resolve_add_ring(struct loader *l, struct conf_ring *ring)
{
    l->rings = arena_list_grow(l->arena, l->rings, l->ring_count, sizeof *l->rings);
    l->rings[l->ring_count++] = ring;
}

static bool is_log_global(const struct conf_log_target *target)
{
    return target->addr.text != NULL && strcmp(target->addr.text, "global") == 0;
}

/* Said by defaults and again by the proxy it is still said once, as in HAProxy. */
static bool is_repeated(const struct conf_proxy *proxy, size_t at)
{
    size_t i = 0;
    while (i < at && !is_log_global(&proxy->logs[i]))
        i++;
    return i < at && is_log_global(&proxy->logs[at]);
}

void resolve_logs(struct loader *l, struct conf_proxy *proxy)
{
    const struct conf_global *global = &l->global.g;
    struct conf_log_target *logs = NULL;
    size_t count = 0;
    for (size_t i = 0; i < proxy->log_count; i++) {
        const struct conf_log_target *from = &proxy->logs[i];
        size_t many = is_log_global(from) ? global->log_count : 1;
        if (is_repeated(proxy, i))
            continue;
        from = is_log_global(from) ? global->logs : from;
        for (size_t k = 0; k < many; k++) {
            logs = arena_list_grow(l->arena, logs, count, sizeof *logs);
            logs[count] = from[k];
            logs[count++].sample.turn = l->log_turns++; /* each proxy counts for itself */
        }
    }
    proxy->logs = logs;
    proxy->log_count = count;
}

void resolve_global_logs(struct loader *l)
{
    struct conf_global *global = &l->global.g;
    size_t kept = 0;
    for (size_t i = 0; i < global->log_count; i++) {
        if (is_log_global(&global->logs[i])) {
            CONF_FAIL(l, (struct conf_span){0}, "name the target itself",
                      "'log global' in the global section refers to itself");
            continue;
        }
        global->logs[kept] = global->logs[i];
        global->logs[kept++].sample.turn = l->log_turns++;
    }
    global->log_count = kept;
}
