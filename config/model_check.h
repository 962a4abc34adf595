/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the servers of a backend are asked: a kind of probe, and for some kinds a script.
 *
 *   option tcp-check                     kind
 *   tcp-check connect port 6379          steps[0]
 *   tcp-check send PING\r\n              steps[1]
 *   tcp-check expect string +PONG        steps[2]
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_CHECK_H
#define WEIR_CONFIG_MODEL_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct conf_word; /* config/directive.h */
struct expr;      /* proxy/rules/expr.h, as the next two */
struct format;
struct rule;

/* Where a word stands: for messages, at load time and later ("www.conf:12:7"). */
struct conf_place {
    const char *file;
    unsigned line;   /* from 1 */
    unsigned column; /* from 1, in bytes */
};

/* A list of words; items[count] is NULL. */
struct conf_words {
    const char **items;
    size_t count;
};

/* An address as it is needed to bind or connect; family AF_UNSPEC where it has yet to be resolved.
 */
struct conf_addr {
    const char *text; /* as written */
    const char *host; /* the name to resolve, or NULL when sa is complete */
    struct sockaddr_storage sa;
    socklen_t sa_len;
    uint16_t port; /* 0 for unix sockets */
    int fd;        /* of "fd@N", else -1 */
};

/* A set of HTTP status codes, 100..599; bit 0 of bits[0] is 100. */
struct conf_status_set {
    uint64_t bits[10]; /* from 100 on */
};

static inline bool conf_status_has(const struct conf_status_set *set, unsigned status)
{
    unsigned bit = status - 100;
    return status >= 100 && status < 600 && (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}

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

/*
 * What the language of rules makes whenever a script comes to it: words here, compiled by
 * proxy/rules/script_parts.c. The text stands beside it, where a plain one would.
 */
enum conf_made_kind {
    CONF_MADE_TEXT,   /* a format string: send-lf */
    CONF_MADE_HEX,    /* one that makes hexadecimal digits: send-binary-lf */
    CONF_MADE_VALUE,  /* an expression: status-code */
    CONF_MADE_ACTION, /* set-var, set-var-fmt, unset-var */
};

struct conf_made {
    enum conf_made_kind kind;
    bool is_compiled; /* or was reported */
    struct conf_word *words;
    size_t count;
    const struct format *format; /* TEXT, HEX */
    const struct expr *expr;     /* VALUE */
    const struct rule *rule;     /* ACTION */
};

enum conf_step_kind {
    CONF_STEP_CONNECT,
    CONF_STEP_SEND,
    CONF_STEP_REQUEST, /* http-check send */
    CONF_STEP_EXPECT,
    CONF_STEP_COMMENT,
    CONF_STEP_ACTION,
};

struct conf_action {
    const char *text; /* as written */
    const struct conf_made *made;
};

/* Another connection; what is not given is the server's own where like_server, else plain. */
struct conf_connect {
    bool like_server; /* default */
    bool is_implied;  /* nobody wrote it */
    bool tls, send_proxy, via_socks4;
    bool linger;           /* ends with FIN, not RST */
    uint16_t port;         /* 0 = the one that is probed */
    struct conf_addr addr; /* text NULL = the one that is probed */
    const char *sni;       /* or NULL */
    struct conf_words alpn;
    const char
        *port_text; /* an expression, whose value goes before `port`; or NULL, as made_port */
    const struct conf_made *made_port;
};

struct conf_send {
    const char *bytes;
    size_t len;
    const struct conf_made *made; /* or NULL */
};

struct conf_check_header {
    const char *name, *value;
    const struct conf_made *made; /* of the value, or NULL */
};

struct conf_check_headers {
    struct conf_check_header *items;
    size_t count;
};

struct conf_request {
    const char *method, *uri, *version; /* NULL = those of option httpchk */
    struct conf_check_header *headers;
    size_t header_count;
    const char *body;                             /* or NULL */
    const struct conf_made *made_uri, *made_body; /* or NULL */
};

enum conf_expect_kind {
    CONF_EXPECT_STRING, /* of the bytes, or of the body where it is HTTP; as the next */
    CONF_EXPECT_REGEX,
    CONF_EXPECT_BINARY,
    CONF_EXPECT_BINARY_REGEX, /* of the bytes in upper-case hexadecimal */
    CONF_EXPECT_STATUS,
    CONF_EXPECT_STATUS_REGEX,
    CONF_EXPECT_HEADER,      /* values are lists divided by commas */
    CONF_EXPECT_FULL_HEADER, /* values are taken whole */
};

enum conf_text_match {
    CONF_MATCH_EXACT,
    CONF_MATCH_BEGIN,
    CONF_MATCH_END,
    CONF_MATCH_WITHIN,
    CONF_MATCH_REGEX,
};

struct conf_text_pattern {
    enum conf_text_match how;
    const char *text; /* NULL = anything */
    const struct conf_made *made;
};

struct conf_expect {
    enum conf_expect_kind kind;
    bool is_unwanted; /* "!" */
    int min_bytes;    /* min-recv; -1 = what does not match yet may match later */
    const char *pattern;
    size_t pattern_len;
    struct conf_status_set statuses;
    struct conf_text_pattern name, value;                  /* of a header */
    const char *ok_status, *error_status, *timeout_status; /* "L7OK", ... or NULL */
    const char *on_success, *on_error;                     /* texts for the log, or NULL */
    const char *status_code;                               /* an expression, or NULL */
    const struct conf_made *made_pattern, *made_success, *made_error, *made_code; /* or NULL */
};

struct conf_check_step {
    enum conf_step_kind kind;
    unsigned number;     /* from 1 in the order of the file, comments included; 0 = implied */
    const char *comment; /* or NULL */
    union {
        struct conf_connect connect;
        struct conf_send send;
        struct conf_request request;
        struct conf_expect expect;
        struct conf_action action;
    };
};

/* The lines of tcp-check, or of http-check. */
struct conf_check_script {
    struct conf_check_step *steps;
    size_t count;
    const void *owner; /* of whom the lines are: those of defaults give way to a proxy's own */
    struct conf_made **made; /* in all steps, in the order of the file */
    size_t made_count;
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

/* email-alert, and the mailers section it names. */
struct conf_mailer {
    const char *name;
    struct conf_addr addr;
};

struct conf_mailers {
    const char *name;
    struct conf_mailer *items;
    size_t count;
    unsigned timeout_ms;
};

struct conf_email {
    const char *from, *to, *mailers_name, *hostname; /* or NULL */
    int level;                                       /* of syslog: what is grave enough */
    const struct conf_mailers *mailers;              /* resolved; NULL: no mail is sent */
};

#endif
