/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration of one proxy made by hand, its snapshot, and a control loop that runs on demand.
 */
#ifndef WEIR_TEST_STATE_FIXTURE_H
#define WEIR_TEST_STATE_FIXTURE_H

#include "proxy/state/build.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server.h"
#include "proxy/state/server_state.h"
#include "proxy/state/snapshot.h"

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

enum { FIXTURE_SERVERS = 8, FIXTURE_THREADS = 4 };

/* One load; in static or heap memory, for as long as its snapshot lives. */
struct fixture_config {
    struct config config;
    struct conf_proxy proxy;
    struct conf_server servers[FIXTURE_SERVERS];
    char names[FIXTURE_SERVERS][24];
};

/* Backend "be" with servers s1, s2, ... at 127.0.0.1:1, :2, ... of weight 1; change before
 * building. */
void fixture_config_init(struct fixture_config *fc, size_t servers);
void fixture_set_port(struct conf_server *server, uint16_t port);

/* Builds and commits; fails the test if that fails. */
struct snapshot *fixture_load(struct fixture_config *fc, struct snapshot *old,
                              struct loop *control);
/* Runs what was posted to the loop so far. */
void fixture_run(struct loop *loop);

#endif
