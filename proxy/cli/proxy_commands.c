/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enable, disable and shutdown of frontends. One that is paused lets go of its port as HAProxy's does: shutdown()
 * makes the kernel refuse connections, listen() takes them again.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/state/proxy_state.h"

#include <sys/socket.h>

static void set_sockets(const struct proxy *proxy, bool is_open)
{
    for (size_t i = 0; i < proxy->conf->bind_count; i++) {
        const struct bind *bind = &proxy->binds[i];
        int backlog = (int)conf_bind_backlog(proxy->conf, bind->conf);
        for (unsigned n = 0; bind->socket != NULL && n < bind->socket->count; n++) {
            int fd = bind->socket->fds[n]; /* of a unix socket, which may be there often */
            (void)(is_open ? listen(fd, backlog) : shutdown(fd, SHUT_RD));
        }
    }
}

static void run_disable(struct cli_call *call)
{
    struct proxy *proxy = cli_find_frontend(call, call->words[2]);
    if (proxy == NULL)
        return;
    if (proxy->state->frontend.state != FRONTEND_OPEN) {
        cli_say(call, LOG_NOTICE,
                proxy->state->frontend.state == FRONTEND_STOPPED
                    ? "Frontend was previously shut down, cannot disable.\n"
                    : "All sockets are already disabled.\n");
        return;
    }
    proxy->state->frontend.state = FRONTEND_PAUSED; /* before the sockets: threads stop asking */
    set_sockets(proxy, false);
}

static void run_enable(struct cli_call *call)
{
    struct proxy *proxy = cli_find_frontend(call, call->words[2]);
    if (proxy == NULL)
        return;
    if (proxy->state->frontend.state != FRONTEND_PAUSED) {
        cli_say(call, LOG_NOTICE,
                proxy->state->frontend.state == FRONTEND_STOPPED
                    ? "Frontend was previously shut down, cannot enable.\n"
                    : "All sockets are already enabled.\n");
        return;
    }
    set_sockets(proxy, true);
    proxy->state->frontend.state = FRONTEND_OPEN;
}

static void run_shutdown(struct cli_call *call)
{
    struct proxy *proxy = cli_find_frontend(call, call->words[2]);
    if (proxy == NULL)
        return;
    if (proxy->state->frontend.state == FRONTEND_STOPPED) {
        cli_say(call, LOG_NOTICE, "Frontend was already shut down.\n");
        return;
    }
    proxy->state->frontend.state = FRONTEND_STOPPED;
    set_sockets(proxy, false);
}

/* clang-format off */
const struct cli_command cli_proxy_commands[] = {
    {"disable frontend", CONF_ADMIN_ADMIN, "disable frontend <frontend>", "temporarily disable specific frontend", run_disable, NULL},
    {"enable frontend", CONF_ADMIN_ADMIN, "enable frontend <frontend>", "re-enable specific frontend", run_enable, NULL},
    {"shutdown frontend", CONF_ADMIN_ADMIN, "shutdown frontend <frontend>", "stop a specific frontend", run_shutdown, NULL},
    {0},
};
/* clang-format on */
