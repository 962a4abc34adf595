/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations and snapshots made by hand; see fixture.h. */
#include "test/proxy/state/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void fixture_set_port(struct conf_server *server, uint16_t port)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&server->addr.sa;
    *in = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->addr.sa_len = sizeof(*in);
    server->addr.port = port;
    server->addr.text = "127.0.0.1";
}

void fixture_config_init(struct fixture_config *fc, size_t servers)
{
    memset(fc, 0, sizeof(*fc));
    for (size_t i = 0; i < servers; i++) {
        struct conf_server *server = &fc->servers[i];
        snprintf(fc->names[i], sizeof(fc->names[i]), "s%zu", i + 1);
        server->name = fc->names[i];
        server->id = (unsigned)i + 1;
        server->weight = 1;
        server->check.rise = 2;
        server->check.fall = 3;
        fixture_set_port(server, (uint16_t)(i + 1));
    }
    fc->proxy = (struct conf_proxy){.name = "be",
                                    .caps = CONF_BACKEND,
                                    .balance.name = "roundrobin",
                                    .servers = fc->servers,
                                    .server_count = servers};
    fc->config.proxies = &fc->proxy;
    fc->config.proxy_count = 1;
}

static void keep_config(struct config *config)
{
    (void)config;
}

struct snapshot *fixture_load(struct fixture_config *fc, struct snapshot *old, struct loop *control)
{
    struct state_error error = {""};
    struct state_build_options options = {.threads = FIXTURE_THREADS, .free_config = keep_config};
    struct snapshot *snapshot = state_build(&fc->config, old, &options, &error);
    assert_non_null(snapshot);
    state_commit(snapshot, old, control);
    return snapshot;
}

struct stop {
    struct loop_message message;
    struct loop *loop;
};

static void on_stop_here(struct loop_message *message)
{
    loop_stop(LIST_ITEM(message, struct stop, message)->loop);
}

void fixture_run(struct loop *loop)
{
    struct stop stop = {{NULL, on_stop_here}, loop};
    atomic_store(&loop->stopping, false);
    loop_post(loop, &stop.message);
    loop_run(loop);
}
