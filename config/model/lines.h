/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of the language of rules, as a proxy has them: read by config/, compiled by proxy/rules.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_LINES_H
#define WEIR_CONFIG_MODEL_LINES_H

#include <stddef.h>

/* What the rules engine reads: acl, http-request, use_backend, stick, ... in the order of the file. */
struct conf_lines {
    struct conf_line *items; /* config/line.h */
    size_t count;
};

/* Of which keyword a line is: the value of its row. */
enum conf_line_kind {
    CONF_LINE_OTHER, /* none of the rules: a script of probes */
    CONF_LINE_ACL,
    CONF_LINE_TCP_CONNECTION, /* tcp-request connection */
    CONF_LINE_TCP_SESSION,
    CONF_LINE_TCP_CONTENT,
    CONF_LINE_TCP_RESPONSE,
    CONF_LINE_HTTP_REQUEST,
    CONF_LINE_HTTP_RESPONSE,
    CONF_LINE_HTTP_AFTER_RESPONSE,
    CONF_LINE_REDIRECT,
    CONF_LINE_USE_BACKEND,
    CONF_LINE_USE_SERVER,
    CONF_LINE_STATS_HTTP_REQUEST,
    CONF_LINE_STATS_ADMIN,
    CONF_LINE_MONITOR_FAIL,
    CONF_LINE_FORCE_PERSIST,
    CONF_LINE_IGNORE_PERSIST,
    CONF_LINE_STICK, /* stick on, match, store-request, store-response */
    CONF_LINE_STICK_TABLE,
    CONF_LINE_CAPTURE, /* capture request header, ... and declare capture */
    CONF_LINE_LOG_FORMAT,
    CONF_LINE_LOG_FORMAT_SD,
    CONF_LINE_ERROR_LOG_FORMAT,
    CONF_LINE_UNIQUE_ID_FORMAT,
    CONF_LINE_HTTP_ERROR,
    CONF_LINE_BALANCE,    /* what follows the algorithm */
    CONF_LINE_RDP_COOKIE, /* of persist rdp-cookie */
    CONF_LINE_FORWARDED,  /* a part of option forwarded */
    CONF_LINE_KINDS,
};

#endif
