/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The script of a probe: what is sent to a server, and what it is to answer.
 *
 *   option tcp-check                     kind, in struct conf_check
 *   tcp-check connect port 6379          steps[0]
 *   tcp-check send PING\r\n              steps[1]
 *   tcp-check expect string +PONG        steps[2]
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_SCRIPT_H
#define WEIR_CONFIG_MODEL_SCRIPT_H

#include "config/model/basics.h"

struct conf_word; /* config/directive.h */
struct expr;      /* proxy/rules/expr.h, as the next two */
struct format;
struct rule;

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

#endif
