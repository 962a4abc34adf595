/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what the process says of itself from the snapshot and the system. */
#include "proxy/admin/process.h"

#include "tls/context.h"
#include "tls/store.h"

#include <stdatomic.h>
#include <sys/resource.h>

static _Atomic int64_t start_wall_us;
static atomic_bool stopping;

void process_started(int64_t wall_us)
{
    start_wall_us = wall_us;
}

void process_stopping(void)
{
    stopping = true;
}

void process_read(const struct snapshot *snapshot, struct process_facts *facts_out)
{
    const struct config *config = snapshot->config;
    struct rlimit fds = {0};
    (void)getrlimit(RLIMIT_NOFILE, &fds); /* cannot fail for this one */
    *facts_out = (struct process_facts){
        .threads = snapshot->thread_count,
        .maxconn = config->global.maxconn,
        .max_fds = (unsigned)fds.rlim_cur,
        .stopping = stopping,
        .start_wall_us = start_wall_us,
    };
    for (size_t i = 0; i < config_binder_count(config); i++)
        facts_out->listeners += (unsigned)config_binder(config, i)->bind_count;
    reload_status_read(&facts_out->reload);
}

const struct tls_certificate_info *certificate_next(const struct snapshot *snapshot,
                                                    struct certificate_walk *walk,
                                                    const struct bind **bind_out)
{
    for (; walk->proxy < snapshot->config->proxy_count; walk->proxy++, walk->bind = 0) {
        const struct proxy *proxy = &snapshot->proxies[walk->proxy];
        for (; walk->bind < proxy->conf->bind_count; walk->bind++, walk->certificate = 0) {
            const struct bind *bind = &proxy->binds[walk->bind];
            certificate_walk_end(walk); /* a commit may have put another in its place */
            walk->store = bind->tls != NULL ? tls_context_store(bind->tls) : NULL;
            if (walk->store == NULL || walk->certificate >= tls_store_count(walk->store))
                continue;
            *bind_out = bind;
            return tls_store_certificate(walk->store, walk->certificate++);
        }
    }
    certificate_walk_end(walk);
    return NULL;
}

void certificate_walk_end(struct certificate_walk *walk)
{
    tls_store_free(walk->store);
    walk->store = NULL;
}
