/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and connections; see limits.h. */
#include "proxy/runtime/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FDS_OF_SESSION 2
#define FDS_OF_PROCESS 64 /* standard streams, logs, epoll, libuv, channels */
#define FDS_OF_THREAD 8   /* its loop */
#define MAXCONN_MAX (1u << 20)

static rlim_t other_fds(const struct config *config, unsigned threads)
{
    rlim_t count = FDS_OF_PROCESS + (rlim_t)threads * FDS_OF_THREAD;
    for (size_t i = 0; i < config->proxy_count; i++) {
        count += config->proxies[i].bind_count * threads;
        for (size_t s = 0; s < config->proxies[i].server_count; s++)
            count += config->proxies[i].servers[s].check.enabled;
    }
    return count;
}

/* What the frontends may send to each proxy. A listen section is its own frontend even if it has no server to
 * send anything to. */
static void sum_feeds(const struct config *config, unsigned long long *sums_out)
{
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct conf_proxy *proxy = &config->proxies[i];
        if (proxy->default_backend != NULL)
            sums_out[proxy->default_backend - config->proxies] += proxy->maxconn;
        if ((proxy->caps & CONF_FRONTEND) != 0 && proxy->default_backend != proxy)
            sums_out[i] += proxy->maxconn;
    }
}

/* HAProxy's rule: a tenth of what the frontends may send it, and at least 1. */
static int complete_fullconn(struct config *config)
{
    unsigned long long *sums = calloc(config->proxy_count + 1, sizeof(*sums));
    if (sums == NULL)
        return -1;
    sum_feeds(config, sums);
    for (size_t i = 0; i < config->proxy_count; i++)
        if (config->proxies[i].fullconn == 0 && (config->proxies[i].caps & CONF_BACKEND) != 0)
            config->proxies[i].fullconn = sums[i] > 0 ? (unsigned)((sums[i] + 9) / 10) : 1;
    free(sums);
    return 0;
}

/* How many connections there are descriptors for. */
static rlim_t fitting(const struct config *config, unsigned threads, rlim_t fds)
{
    rlim_t other = other_fds(config, threads);
    return fds > other ? (fds - other) / FDS_OF_SESSION : 1;
}

int limits_complete(struct config *config)
{
    struct conf_global *global = &config->global;
    struct rlimit limit;
    if (global->maxconn == 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        rlim_t fds = global->ulimit_n != 0 ? global->ulimit_n : limit.rlim_max;
        rlim_t sessions = fitting(config, global->nbthread, fds);
        global->maxconn = sessions < MAXCONN_MAX ? (unsigned)sessions : MAXCONN_MAX;
    }
    for (size_t i = 0; i < config->proxy_count; i++)
        if (config->proxies[i].maxconn == 0 && (config->proxies[i].caps & CONF_FRONTEND) != 0)
            config->proxies[i].maxconn = global->maxconn;
    return complete_fullconn(config);
}

void limits_raise(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return; /* limits_apply() will say what is missing */
}

int limits_apply(const struct config *config, unsigned threads, char *text_out, size_t text_bytes)
{
    struct rlimit limit;
    rlim_t wanted = config->global.ulimit_n;
    if (wanted == 0)
        wanted = (rlim_t)config->global.maxconn * FDS_OF_SESSION + other_fds(config, threads);
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return 0;
    struct rlimit raised = {.rlim_cur = wanted,
                            .rlim_max = limit.rlim_max > wanted ? limit.rlim_max : wanted};
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        return 0;
    int error = errno;
    raised = (struct rlimit){.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &raised) != 0)
        raised.rlim_cur = limit.rlim_cur;
    snprintf(text_out, text_bytes,
             "Cannot raise FD limit to %llu, limit is %llu: %s. That is enough for some %llu "
             "connections at once: "
             "raise it (ulimit -Hn, or LimitNOFILE= of the service), or lower maxconn.",
             (unsigned long long)wanted, (unsigned long long)raised.rlim_cur, strerror(error),
             (unsigned long long)fitting(config, threads, raised.rlim_cur));
    return -1;
}
