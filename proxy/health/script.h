/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a probe does on its connection, step by step: connect, send, expect. The lines of tcp-check
 * and http-check become such a script, and most kinds are nothing but one written here.
 *
 *   CONNECT > SEND > EXPECT > EXPECT > CONNECT > SEND > EXPECT    the last one's words are reported
 *                |      `------ what came since the last SEND
 *                `-- forgets what came before
 *
 * An answer is kept up to SCRIPT_ANSWER_BYTES_MAX; what goes on beyond that is taken as over.
 *
 * Texts may be made by the language of rules whenever a step is run: script_values.c. What that compiled
 * belongs to one load, which the script keeps; with the next load probes get a new one, see probe_adopt().
 *
 * Ownership: a script is counted by the probes of a backend.
 * Thread:    the control thread.
 */
#ifndef WEIR_HEALTH_SCRIPT_H
#define WEIR_HEALTH_SCRIPT_H

#include "config/load.h"
#include "proxy/base/regex.h"
#include "proxy/rules/sample.h"
#include "proxy/state/health_status.h"

struct probe;
struct probe_kind;
struct conf_arena;

#define SCRIPT_ANSWER_BYTES_MAX 16384
#define SCRIPT_REQUEST_BYTES_MAX 65536

/* What a step says of the probe. */
enum probe_step {
    PROBE_WAIT,    /* for the next event of the connection */
    PROBE_NEXT,    /* goes on with the next state */
    PROBE_DONE,    /* probe->result says how it ended */
    PROBE_CONNECT, /* another connection is the next step */
};

/* Texts for the log that come out of the answer: from this byte on, up to the end of its line. */
enum { ANSWER_TEXT_NONE = 0, ANSWER_TEXT_FROM_START = 1 };
#define ANSWER_TEXT_FROM(byte) ((byte) + 1)

struct script_step {
    struct conf_check_step conf;
    /* of an expectation */
    enum health_status ok, error, timeout;
    struct regex *pattern, *name, *value; /* owned, or NULL */
    const char *alpn;             /* of a connection: "http/1.1,http/1.0"; NULL: as the server */
    unsigned error_text, ok_text; /* ANSWER_TEXT_* */
    bool has_code;                /* the answer begins with three digits, its code */
    /* Reads the answer in its own way; NULL: conf.expect says what is good. */
    enum probe_step (*judge)(struct probe *probe, const struct script_step *step);
};

/* Whose words the reports use. */
enum script_words {
    WORDS_OF_PROTOCOL, /* nothing is said of steps */
    WORDS_OF_TCP,      /* "... at step 2 of tcp-check" */
    WORDS_OF_HTTP,     /* answers are HTTP responses */
};

struct script {
    unsigned references;
    struct conf_arena *arena;       /* owned: texts */
    struct snapshot *snapshot;      /* kept, with the next two; NULL: nothing is made by rules */
    const struct proxy *proxy;      /* of that snapshot */
    struct sample_scratch *scratch; /* borrowed: of the control thread's rules */
    enum script_words words;
    struct script_step *steps; /* owned */
    size_t count;
    bool disable_on_404, send_state, lenient;
    bool is_dialogue; /* the server speaks first, or both sides more than once */
    bool is_exchange; /* of HTTP: one connection, one request, its answer; so it may be kept */
    const char *node; /* of the send-state header */
    /* of external checks; a script without steps */
    const char *command, *path, *bind_address, *bind_port; /* or NULL */
    unsigned proxy_id;
    bool is_http;
    /* of kinds that log in */
    enum conf_role role;
    const char *user, *password, *database;
    unsigned max_lag_ms;
};

/* For conf_input.regex_is_good. */
bool script_regex_is_good(const char *pattern, char error_out[CONF_REGEX_ERROR_BYTES]);

/* One reference. NULL when memory runs out. */
struct script *script_new(const struct probe_kind *kind, const struct conf_proxy *proxy,
                          const struct conf_check *check, const char *node);
void script_free(struct script *script);
/* What the rules need to make texts. proxy is the snapshot's. */
void script_bind(struct script *script, struct snapshot *snapshot, const struct proxy *proxy,
                 struct sample_scratch *scratch);

/* For kinds that write theirs: a copy of the step goes behind the others. */
MUST_CHECK bool script_add(struct script *script, const struct script_step *step);
/* Texts of kinds: lives as long as the script. */
const char *script_keep(struct script *script, const char *bytes, size_t len);

/* Goes on from probe->step with whatever has come. */
enum probe_step script_run(struct probe *probe);
/* Forgets what was sent and has come. */
void script_forget(struct probe *probe);
/* One more piece of the answer; PROBE_NEXT if there is one, or the end has been seen. */
enum probe_step script_receive(struct probe *probe);
/* The answer will be needed after this event. False when memory runs out. */
MUST_CHECK bool script_hold(struct probe *probe);
/* The connection failed or was too late: what is said of it besides; "" for nothing. */
void script_where(const struct probe *probe, char *text, size_t size);

/* ---- for those that judge answers ---- */

/* Notes the failure of an expectation in its words; info NULL: those of the step. */
enum probe_step script_fail(struct probe *probe, const struct script_step *step, bool matched,
                            const char *info);
/* There is nothing to compare, or nothing to compare it with: never the status of the step; why NULL: its on-error. */
enum probe_step script_cannot_judge(struct probe *probe, const struct script_step *step,
                                    const char *why);
/* script_http.c */
enum probe_step script_judge_http(struct probe *probe, const struct script_step *step);

/* ---- script_values.c: what the rules make; the texts last until the next event of the probe ---- */

#define SCRIPT_EMPTY_TEXT "log-format string evaluated to an empty string"

/* The plain text where made is NULL. "" where nothing can be made. */
struct sample_text script_text(struct probe *probe, const struct conf_made *made,
                               const char *plain);
/* False: there is no such value, or made is NULL. */
bool script_integer(struct probe *probe, const struct conf_made *made, long long *value_out);
void script_act(struct probe *probe, const struct conf_made *made);
/* False where these are no digits. */
MUST_CHECK bool script_decode_hex(const struct probe *probe, struct sample_text *text);
/* What an expectation looks for; false after noting why it cannot be made. */
MUST_CHECK bool script_pattern(struct probe *probe, const struct script_step *step,
                               struct sample_text *out);

/* ---- script_request.c ---- */

/* The field of that name; NULL: the request has none of its own. */
const struct conf_check_header *script_find_header(const struct conf_request *request,
                                                   const char *name);
/* Writes the request into text of SCRIPT_REQUEST_BYTES_MAX; its length, cut short if need be. */
size_t script_write_request(struct probe *probe, const struct conf_request *request, char *text);

#endif
