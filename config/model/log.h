/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where log lines go, and the rings that keep them.
 *
 *   log 10.0.0.5:514 sample 1:3 local0     struct conf_log_target, of a proxy or the global section
 *   log ring@recent local0                 the same, with a struct conf_ring
 *   log tcp@10.0.0.5:601 local0            the same, with a ring of its own that feeds that server
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_LOG_H
#define WEIR_CONFIG_MODEL_LOG_H

#include "config/model/basics.h"

enum conf_log_kind {
    CONF_LOG_UDP,
    CONF_LOG_UNIX,
    CONF_LOG_FD /* stdout and stderr too */,
    CONF_LOG_RING
};

enum conf_log_wire {
    CONF_LOG_USUAL, /* none was given: local, or rfc3164 with log-send-hostname */
    CONF_LOG_LOCAL, /* rfc3164 without host */
    CONF_LOG_RFC3164,
    CONF_LOG_RFC5424,
    CONF_LOG_RAW,
    CONF_LOG_SHORT,
    CONF_LOG_PRIORITY, /* short, with the facility */
    CONF_LOG_TIMED,    /* short, with the date */
    CONF_LOG_ISO
};

enum conf_log_framing {
    CONF_FRAMING_LEGACY,      /* a line end behind each */
    CONF_FRAMING_OCTET_COUNT, /* RFC 6587 3.4.1 */
};

/* Who takes the lines of a ring, over TCP or a unix socket. */
struct conf_ring_server {
    const char *name;
    struct conf_addr addr;
    enum conf_log_framing framing;
};

/* The newest lines, kept in memory. */
struct conf_ring {
    const char *name, *description;
    struct conf_place place;
    enum conf_log_wire wire;
    unsigned max_len; /* of one line with its header; 0 = as its target says */
    unsigned bytes;
    unsigned connect_ms, server_ms; /* server: longest time that a server may take nothing */
    struct conf_ring_server *servers;
    size_t server_count;
    bool is_implicit; /* made for a target: its lines are as that says */
};

/* sample 1,3-4:10 = of ten lines the first, the third and the fourth. */
struct conf_log_range {
    unsigned low, high;
};

struct conf_log_sample {
    struct conf_log_range *ranges;
    size_t count;
    unsigned period; /* 0 = every line is sent */
    unsigned turn;   /* whose count it is: a number below config.log_turns */
};

struct conf_log_target {
    enum conf_log_kind kind;
    struct conf_addr addr;        /* its fd, of CONF_LOG_FD */
    const struct conf_ring *ring; /* of CONF_LOG_RING */
    enum conf_log_wire wire;
    int facility;     /* 0..23 */
    int level;        /* 0..7: least important that is sent, default 7 */
    int min_level;    /* 0..7: more important ones are sent as this one */
    unsigned max_len; /* default 1024 */
    struct conf_log_sample sample;
};

enum conf_log_format {
    CONF_LOG_DEFAULT, /* no format was chosen: one short line, "Connect from ..." */
    CONF_LOG_TCP,
    CONF_LOG_HTTP,
    CONF_LOG_HTTPS,
    CONF_LOG_CLF,    /* option httplog clf */
    CONF_LOG_CUSTOM, /* log-format */
};

#endif
