/* SPDX-License-Identifier: Apache-2.0 */
/* Insides of the admin sockets, for the files of this room that need more than a call. */
#ifndef WEIR_CLI_CLI_PRIV_H
#define WEIR_CLI_CLI_PRIV_H

#include "proxy/cli/call.h"
#include "proxy/cli/cli.h"
#include "proxy/cli/ssl_shelf.h"
#include "proxy/net/listener.h"

#define CLI_INPUT_BYTES (16 * 1024)
#define CLI_OUTPUT_BYTES (2 * CLI_ROW_BYTES)
#define CLI_PROMPT_BYTES 8 /* behind an answer there is always room for it */

struct cli {
    struct cli_host host;
    struct list listeners; /* struct cli_listener, owned */
    struct list sessions;  /* struct cli_session, own themselves */
    unsigned session_count;
    unsigned maxconn;
    unsigned timeout_ms;
    struct ssl_shelf shelf; /* until the next load */
};

struct cli_listener {
    struct listener listener;
    struct list node;
    struct cli *cli;
    const struct bind_socket *socket; /* borrowed; tells it over reloads */
    struct conf_admin_bind conf;
    char *text; /* owned: the address as written */
    struct loop_garbage garbage;
};

/*
 *   READING --command--> ANSWERING --all sent--> READING
 *      ^ |                   |  `--> WAITING for data threads
 *      | `--end of input-----+-----> CLOSED
 */
enum cli_session_state { CLI_READING, CLI_ANSWERING, CLI_WAITING, CLI_CLOSED };

struct cli_session {
    struct cli *cli; /* borrowed */
    struct loop_source source;
    struct list node;
    struct wheel_timer deadline; /* of the client's silence */
    struct loop_task again;      /* goes on after others had their turn */
    struct loop_garbage garbage;
    enum cli_session_state state;
    enum conf_admin_level level;
    enum conf_severity_output severity;
    unsigned timeout_ms;
    bool is_interactive;
    bool is_ended;   /* the client sends no more */
    bool is_leaving; /* after what is to be sent */
    bool is_broken;  /* to be closed at once */
    char nothing[1]; /* words that a command lacks */
    struct cli_call call;
    bool has_call;
    unsigned payload_lines;   /* of the payload that is being read: those that were prompted for */
    size_t taken;             /* bytes of the input that the call uses */
    size_t in_len;            /* bytes in the input */
    size_t out_len, out_sent; /* in the output */
    char in[CLI_INPUT_BYTES];
    char out[CLI_OUTPUT_BYTES + CLI_PROMPT_BYTES];
};

void cli_session_open(struct cli *cli, int fd, const struct conf_admin_bind *conf);
void cli_session_close(struct cli_session *session);

/* --- commands.c --- */
/* The row that the words begin with, or NULL. */
const struct cli_command *cli_command_find(const struct cli_call *call);
/* What may be asked at this level; of words that name nothing, what they may have meant. */
void cli_command_help(struct cli_call *call, unsigned from_word);

/* The tables, one for each file of commands; each ends with a row without words. */
extern const struct cli_command cli_session_commands[], cli_process_commands[], cli_set_var_commands[], cli_info_commands[],
    cli_stat_commands[], cli_show_server_commands[], cli_set_server_commands[],
    cli_resolver_commands[], cli_table_commands[], cli_list_commands[], cli_list_change_commands[],
    cli_limit_commands[], cli_proxy_commands[], cli_sess_commands[], cli_diagnosis_commands[],
    cli_ssl_commands[], cli_ssl_change_commands[], cli_ssl_list_commands[],
    cli_ssl_list_add_commands[], cli_ssl_ocsp_commands[], cli_refused_commands[], cli_set_probe_commands[], cli_event_commands[];

#endif
