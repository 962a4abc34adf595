/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors and connections; see limits.h. */
#include "proxy/runtime/limits.h"

#include <errno.h>
#include <stdio.h>
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

/* A listen section is its own frontend even if it has no server to send anything to. */
static bool is_fed_by(const struct conf_proxy *backend, const struct conf_proxy *proxy)
{
    return proxy->default_backend == backend ||
           (proxy == backend && (proxy->caps & CONF_FRONTEND) != 0);
}

/* HAProxy's rule: a tenth of what the frontends may send it, and at least 1. */
static unsigned fullconn_of(const struct config *config, const struct conf_proxy *backend)
{
    unsigned long long sum = 0;
    for (size_t i = 0; i < config->proxy_count; i++)
        if (is_fed_by(backend, &config->proxies[i]))
            sum += config->proxies[i].maxconn;
    return sum > 0 ? (unsigned)((sum + 9) / 10) : 1;
}

/* How many connections there are descriptors for. */
static rlim_t fitting(const struct config *config, unsigned threads, rlim_t fds)
{
    rlim_t other = other_fds(config, threads);
    return fds > other ? (fds - other) / FDS_OF_SESSION : 1;
}

void limits_complete(struct config *config)
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
    for (size_t i = 0; i < config->proxy_count; i++)
        if (config->proxies[i].fullconn == 0 && (config->proxies[i].caps & CONF_BACKEND) != 0)
            config->proxies[i].fullconn = fullconn_of(config, &config->proxies[i]);
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
