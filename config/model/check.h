/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the servers of a backend are asked: a kind of probe, with its settings and for some kinds a script
 * (model/script.h); and what besides probes decides on a server.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_CHECK_H
#define WEIR_CONFIG_MODEL_CHECK_H

#include "config/model/basics.h"
#include "config/model/script.h"

/* How a server that is checked counts before its first probe. */
enum conf_init_state {
    CONF_INIT_UP,       /* one failure takes it down */
    CONF_INIT_FULLY_UP, /* as if it had been up for long */
    CONF_INIT_DOWN,     /* one success brings it up */
    CONF_INIT_FULLY_DOWN,
};

enum conf_check_kind {
    CONF_CHECK_TCP,    /* connecting is enough */
    CONF_CHECK_HTTP,   /* option httpchk */
    CONF_CHECK_SCRIPT, /* option tcp-check */
    CONF_CHECK_REDIS,
    CONF_CHECK_MYSQL,
    CONF_CHECK_PGSQL,
    CONF_CHECK_LDAP,
    CONF_CHECK_SMTP,
    CONF_CHECK_TLS_HELLO,
    CONF_CHECK_SPOP,
    CONF_CHECK_EXTERNAL,
};

/* agent-check: a program on the server that says how it is. */
struct conf_agent {
    bool enabled;
    struct conf_addr addr; /* text NULL = the server's */
    uint16_t port;         /* 0 = none: there is nobody to ask */
    unsigned inter_ms;     /* default 2000 */
    const char *send;      /* or NULL */
};

enum conf_observe { CONF_OBSERVE_NONE, CONF_OBSERVE_LAYER4, CONF_OBSERVE_LAYER7 };

enum conf_on_error {
    CONF_ON_ERROR_FAIL_CHECK,
    CONF_ON_ERROR_FASTINTER,
    CONF_ON_ERROR_SUDDEN_DEATH,
    CONF_ON_ERROR_MARK_DOWN,
};

/* What besides probes decides on a server, and what its coming up does. */
struct conf_watch {
    enum conf_observe observe; /* of its traffic */
    enum conf_on_error on_error;
    unsigned error_limit; /* errors in a row that count; default 10 */
    bool shutdown_backups_on_up;
    const char *track;                /* "[proxy/]server" whose state is taken over, or NULL */
    size_t track_proxy, track_server; /* of track: where it stands in config->proxies */
};

/* What a database server is to be; a word for each kind of server. */
enum conf_role { CONF_ROLE_ANY, CONF_ROLE_WRITER, CONF_ROLE_READER };

struct conf_check {
    enum conf_check_kind kind;
    const void *
        owner; /* of whom that option is, as in scripts; NULL: of nobody, or of a kind without settings */
    struct conf_check_script tcp_script, http_script;
    struct conf_check_script script; /* of HTTP and SCRIPT: the one that is run, complete */
    /* option httpchk */
    const char *method;                /* default OPTIONS, as HAProxy */
    const char *uri;                   /* default "/" */
    const char *version;               /* default "HTTP/1.0" */
    const char *host;                  /* Host header or NULL */
    struct conf_check_headers headers; /* of a request whose own line has none; so is the body */
    const char *body;                  /* or NULL */
    bool disable_on_404, send_state;
    /* option mysql-check, pgsql-check */
    const char *user; /* or NULL */
    bool is_pre_41;
    enum conf_role role;             /* log in, and see whether it has this one */
    const char *password, *database; /* for that; or NULL */
    unsigned max_lag_ms;             /* of a replica; 0 = it may be late */
    /* option smtpchk */
    const char *hello, *domain;
    /* external-check */
    const char *command, *path;
};

/* A section of its own, for servers that are probed in another way than their backend has it. */
struct conf_healthcheck {
    const char *name;
    struct conf_check check;
};

/* option outlier-ejection */
struct conf_outliers {
    bool enabled;
    unsigned interval_ms, time_ms;
    unsigned min_streams;    /* fewer than these in an interval tell nothing */
    unsigned errors_percent; /* 0 = errors are not looked at */
    unsigned latency_factor; /* times the median of the others; 0 = it is not looked at */
    unsigned max_percent;    /* of the servers that may be out at once */
};

#endif
