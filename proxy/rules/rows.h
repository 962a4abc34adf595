/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of the language: what a fetch, a converter or an action is. One function and one row make a new
 * word; parsing, the check of its arguments, messages, `weir help` and the manual follow from the row.
 * Each room declares the rows of what it knows; one array in proxy/runtime/rule_tables.c lists all tables.
 */
#ifndef WEIR_RULES_ROWS_H
#define WEIR_RULES_ROWS_H

#include "config/line.h"
#include "proxy/rules/sample.h"

struct compiler; /* proxy/rules/compiler.h */
struct condition;
struct rule_switch; /* proxy/rules/switch.h */
struct regex;       /* proxy/base/regex.h */

/* ---- arguments: fetch(a,b), converter(a,b) ------------------------------------------------------------ */

enum arg_type {
    ARG_NONE, /* ends the list */
    ARG_INT,
    ARG_UINT,
    ARG_STRING,
    ARG_TIME_MS,
    ARG_SIZE,
    ARG_MASK4, /* 255.255.255.0 or /24, as an address */
    ARG_MASK6,
    ARG_FRONTEND, /* names, resolved to an index in config->proxies */
    ARG_BACKEND,
    ARG_PROXY,    /* either */
    ARG_TABLE,    /* a proxy with a stick-table, or a table of a peers section */
    ARG_SERVER,   /* [backend/]server */
    ARG_USERLIST, /* in the model: conf_userlist */
    ARG_REGEX,
    ARG_VAR, /* scope.name */
    ARG_OWN, /* as STRING; the row's check makes something of it: arg->own */
};

struct var_name {
    enum var_scope scope;
    uint32_t id; /* of the name: see vars.h */
};

struct arg {
    enum arg_type type; /* ARG_NONE: not given */
    union {
        long long integer; /* INT, UINT, TIME_MS, SIZE */
        struct sample_text text;
        struct in_addr mask4;
        struct in6_addr mask6;
        unsigned proxy; /* index in config->proxies, also of a TABLE */
        struct {
            unsigned backend, server; /* indexes of proxy and server */
        } server;
        const struct conf_userlist *userlist;
        const struct regex *regex;
        struct var_name var;
        const void *own;
    };
    struct conf_span span; /* for messages of the row's check */
};

enum { ARGS_MAX = 8 };

/* What a row takes: types in order, the first `required` of which must be there. */
struct arg_spec {
    unsigned char types[ARGS_MAX];
    unsigned char required;
    bool repeats; /* the last type may come again and again, up to ARGS_MAX */
    bool raw;     /* all of the parentheses is one text: nothing is split or unquoted */
};

/* There are always ARGS_MAX of them: those not given are ARG_NONE. A check may fill in further ones.
 *
 * At load time, after the arguments were read: false after reporting what is wrong. May replace an
 * argument by something made of it (ARG_OWN). value: the row's. */
typedef bool arg_check(struct compiler *c, struct arg *args, unsigned count, int value);

/* ---- fetches ------------------------------------------------------------------------------------------ */

/* What must be there for a fetch to have an answer: decides in which rules it may stand. */
enum fetch_use {
    USE_ANYWHERE = 0,      /* constants, process, configuration */
    USE_CLIENT = 1u << 0,  /* the client's connection: from accept on */
    USE_SESSION = 1u << 1, /* after PROXY header and TLS handshake */
    USE_CONTENT =
        1u << 2, /* bytes of the client, not parsed: tcp-request content, and HTTP requests */
    USE_REQUEST = 1u << 3,     /* the head of an HTTP request */
    USE_SERVER = 1u << 4,      /* a server has been chosen, its connection made */
    USE_RES_CONTENT = 1u << 5, /* bytes of the server */
    USE_RESPONSE = 1u << 6,    /* the head of a response */
    USE_END = 1u << 7,         /* only at the end of the stream: logs */
    USE_TXN = 1u << 8,      /* kept of the request until the end: captures, method, url of logs */
    USE_BACKEND = 1u << 9,  /* a backend: the stream's, or the one of the server that is probed */
    USE_ANSWER = 1u << 11,  /* a response, or what logs know of it */
    USE_MESSAGE = 1u << 12, /* request or response, whichever the rule is about */
    USE_PROBE = 1u << 10,   /* of tokens: those that probes have */
    /* what is left of a stream when its line is written */
    USE_IN_LOGS =
        USE_CLIENT | USE_SESSION | USE_SERVER | USE_END | USE_TXN | USE_BACKEND | USE_ANSWER,
};

struct fetch {
    const char *name; /* NULL ends a table */
    enum sample_type out;
    struct arg_spec args;
    unsigned use; /* enum fetch_use, or-ed: all of it is needed */
    bool (*run)(struct sample_env *env, const struct fetch *row, const struct arg *args,
                struct sample *out);
    int value;        /* for functions that several rows share */
    arg_check *check; /* or NULL */
    const char
        *match; /* pattern method of an ACL by this name: "beg" of hdr_beg; NULL = by its type */
    /* Of an ACL that asks it: whether a pattern may stand there, NULL when there is none at all. False
     * after reporting. Or NULL: the method alone decides. */
    bool (*check_pattern)(struct compiler *c, const struct arg *args, const char *pattern,
                          struct conf_span span);
    const char *doc;
    const char *since; /* NULL = 1.5 or older; "weir" = our own */
    const char *idle;  /* why it tells the same of every request, which a warning says; or NULL */
};

/* ---- converters --------------------------------------------------------------------------------------- */

struct converter {
    const char *name; /* NULL ends a table */
    enum sample_type in, out;
    struct arg_spec args;
    /* Changes the sample, which has been cast to `in`. */
    bool (*run)(struct sample_env *env, const struct converter *row, const struct arg *args,
                struct sample *s);
    int value;
    arg_check *check; /* or NULL */
    const char *doc;
    const char *since;
};

/* ---- actions ------------------------------------------------------------------------------------------ */

/* In which lists of rules an action may stand. */
enum ruleset_id {
    RULES_TCP_CONNECTION,
    RULES_TCP_SESSION,
    RULES_TCP_CONTENT,
    RULES_TCP_RESPONSE,
    RULES_HTTP_REQUEST,
    RULES_HTTP_RESPONSE,
    RULES_HTTP_AFTER_RESPONSE,
    RULES_REDIRECT,     /* the bare `redirect` lines, after http-request */
    RULES_BACKEND,      /* use_backend */
    RULES_SERVER,       /* use-server */
    RULES_STATS,        /* stats http-request */
    RULES_STATS_ADMIN,  /* stats admin; RULE_STOPS = who asks may change servers */
    RULES_MONITOR_FAIL, /* monitor fail; RULE_STOPS = monitor-uri answers 503 */
    RULES_PERSIST,      /* force-persist and ignore-persist: the first that holds counts */
    RULES_PROBE,        /* tcp-check, http-check: these are steps of a script, and no list */
    RULES_COUNT,
};

#define IN_RULES(id) (1u << (id))

enum rule_verdict {
    RULE_GOES_ON, /* the next rule */
    RULE_STOPS,   /* accepted, allowed: no further rule of this list */
    RULE_ANSWERS, /* the stream's way is decided (answered, refused, closed): env->stream says how */
    RULE_WAITS,   /* run this rule again when more has come or a time is over */
    RULE_FAILS, /* it could not be done (no memory, no room): 500, or passed over with strict-mode off */
};

/* The words of one rule behind its list's name, as they are read. */
struct rule_words {
    const struct conf_word *items;
    size_t count, at;
    struct conf_span span; /* of the action's name: where messages point that have no word */
};

struct rule;

struct action {
    const char *name;  /* NULL ends a table. "set-var": also takes what follows in parentheses */
    unsigned rulesets; /* IN_RULES(), or-ed */
    bool has_parens;   /* set-var(txn.x): the text between them is given to compile */
    bool is_prefix;    /* track-sc0: compile is given what stands behind the name, "0" */
    bool is_final;     /* no rule behind it is reached if it runs */
    bool may_wait;     /* it may hold the message, to be run again */
    /*
     * Reads its parameters up to `if`, `unless` or the end; returns what run() needs (in the
     * configuration's arena), or NULL after reporting. NULL here: it has no parameters.
     */
    const void *(*compile)(struct compiler *c, const struct action *row, struct rule_words *words,
                           const char *parens);
    enum rule_verdict (*run)(struct sample_env *env, const struct rule *rule);
    int value;
    const char *takes; /* parameters, for the manual: "<name> <fmt>" */
    const char *doc;
    const char *since;
};

struct rule {
    const struct action *action;
    const void *data;                  /* what compile() returned */
    const struct condition *condition; /* NULL: always */
    const struct rule_switch
        *run; /* of rules that begins here and is found by one lookup, or NULL */
    struct conf_place place;
    const char *text; /* the line, for traces */
};

/* ---- all of them -------------------------------------------------------------------------------------- */

/* A %token of format strings; %{+Q}ci has its flags applied by format.c. */
struct format_token {
    const char *name; /* NULL ends a table: "ci" of %ci */
    unsigned use;     /* enum fetch_use */
    /* False: there is no such value, which logs write as "-". A text of type SAMPLE_NONE is written as it is:
     * without quotes, and nothing at all if it is empty. */
    bool (*run)(struct sample_env *env, const struct format_token *row, struct sample *out);
    int value;
    bool in_hex; /* what +X writes in hexadecimal; addresses always are */
    const char *doc;
    const char *since;
};

/* How the lines of a keyword are compiled that are no rules: acl, stick-table, log-format, ... */
struct line_row {
    enum conf_line_kind kind;
    void (*compile)(struct compiler *c, const struct conf_line *line); /* NULL ends a table */
};

/* In the words of messages and of the manual. */
const char *arg_type_name(enum arg_type type);
const char *ruleset_name(enum ruleset_id id); /* "'http-request' rules" */
const char *fetch_use_name(unsigned use); /* the first of them: "the HTTP request"; NULL: none */

struct rule_tables {
    const struct fetch *const *fetches; /* arrays of tables, each ended by NULL */
    const struct converter *const *converters;
    const struct action *const *actions;
    const struct format_token *const *tokens;
    const struct line_row *const *lines;
};

#endif
