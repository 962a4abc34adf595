/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `set server` share. */
#ifndef WEIR_CLI_SET_SERVER_H
#define WEIR_CLI_SET_SERVER_H

#include "proxy/cli/cli_priv.h"
#include "proxy/state/server.h"

/* A server at hand, and the words behind its property. */
typedef void cli_set_property(struct cli_call *call, struct server *server, char *const *words);

/* An address of IP, written in numbers; its port is 0. */
bool cli_read_address(const char *text, struct sockaddr_storage *sa_out, socklen_t *len_out);

/* --- set_probe_commands.c: check-port and agent-port, check-addr and agent-addr, agent-send --- */
cli_set_property cli_set_probe_port, cli_set_probe_host, cli_set_agent_send;

#endif
