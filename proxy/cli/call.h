/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command of the admin socket, from its words to the end of its answer.
 *
 *   row found > run(): says something, or sets `more`
 *                 `--> more() ... more() ... CLI_DONE --> release()
 *
 * An answer that may be long comes row by row: more() is called as long as the client takes what it
 * writes, and others of the loop have their turn in between. A row that has to wait for data threads
 * says CLI_WAIT, and cli_call_resume() has it called again.
 *
 * Thread:    the control thread.
 * Ownership: words, payload and snapshot are the call's until release().
 */
#ifndef WEIR_CLI_CALL_H
#define WEIR_CLI_CALL_H

#include "config/model.h"
#include "proxy/admin/text.h"
#include "proxy/cli/words.h"
#include "proxy/state/snapshot.h"

#include <syslog.h>

struct cli;
struct cli_call;
struct cli_session;

/* What more() may write at a time. */
#define CLI_ROW_BYTES (16 * 1024)

enum cli_progress { CLI_DONE, CLI_MORE, CLI_WAIT };
typedef enum cli_progress cli_more(struct cli_call *call, struct text *out);

struct cli_command {
    const char *words;           /* "show table" */
    enum conf_admin_level level; /* that it takes */
    const char *usage;           /* all of the line, as help shows it; NULL: not shown */
    const char *help;
    void (*run)(struct cli_call *call); /* NULL: it is not to be had, and `refusal` says why */
    const char *refusal;
};

struct cli_call {
    struct cli *cli;                /* borrowed */
    struct cli_session *session;    /* borrowed */
    struct snapshot *snapshot;      /* held: the newest when it began */
    const struct cli_command *row;  /* borrowed */
    unsigned count;                 /* of words */
    char *words[CLI_WORDS_MAX + 1]; /* those that are not there are "" */
    char *payload;                  /* or NULL */
    struct text *out;               /* of run(), for cli_say() and short answers */
    cli_more *more;                 /* NULL: the answer is complete */
    void (*release)(struct cli_call *call);
    void *state;          /* of those two */
    size_t at, sub, item; /* where more() is; each uses them in its own way */
};

/* A message with its severity, in the words that end with a line feed. */
void cli_say(struct cli_call *call, int severity, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define cli_fail(call, ...) cli_say((call), LOG_ERR, __VA_ARGS__)

/* The answer goes on; from anything on the control thread. */
void cli_call_resume(struct cli_call *call);
struct loop *cli_call_loop(const struct cli_call *call);
/* False after "Permission denied". */
MUST_CHECK bool cli_call_may(struct cli_call *call, enum conf_admin_level level);

/* For release: free()s the state. */
void cli_call_free_state(struct cli_call *call);

/* --- names in words --- */
/* The name itself, or "#id". */
bool cli_is_name(const char *word, const char *name, unsigned id);
/* These three: NULL after the message. */
/* A backend, by its name or "#id". */
struct proxy *cli_find_backend(struct cli_call *call, const char *name);
struct proxy *cli_find_frontend(struct cli_call *call, const char *name);
/* "backend/server"; proxy_out may be NULL. */
struct server *cli_find_server(struct cli_call *call, char *word, struct proxy **proxy_out);

#endif
