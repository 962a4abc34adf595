/* SPDX-License-Identifier: Apache-2.0 */
/* Table of sections. */
#include "config/haproxy_sections.h"

#include <stddef.h>

/* A line each: its keyword and what must follow it; see haproxy_foreign.c. */
static const char *const resolvers[] = {
    "nameserver <name> <address>",
    "parse-resolv-conf",
    "hold {nx|obsolete|other|refused|timeout|valid} <time>",
    "resolve_retries <count>",
    "timeout {resolve|retry} <time>",
    "accepted_payload_size <12..65535>",
    NULL,
};
static const char *const peers[] = {
    "peer <name>",
    "server <name>",
    "bind <address>",
    "default-bind",
    "default-server",
    "table <name> <settings>",
    "log <target>",
    "shards <count>",
    "disabled",
    "enabled",
    "no",
    NULL,
};
static const char *const http_errors[] = {"errorfile <status> <file>", NULL};
static const char *const cache[] = {
    "!total-max-size <1..4095>",
    "max-object-size <size>",
    "max-age <seconds>",
    "process-vary {on|off}",
    "max-secondary-entries <1..2147483647>",
    NULL,
};
static const char *const ring[] = {
    "description <text>",
    "format {iso|local|priority|raw|rfc3164|rfc5424|short|timed}",
    "maxlen <bytes>",
    "size <size>",
    "timeout {connect|server} <time>",
    "server <name> <address>",
    "backing-file <path>",
    "default-server",
    NULL,
};
static const char *const log_forward[] = {
    "bind <address>",        "dgram-bind <address>", "log <target>",    "maxconn <count>",
    "timeout client <time>", "option <name>",        "backlog <count>", NULL,
};
static const char *const mailers[] = {"mailer <name> <address>", "timeout {mail} <time>", NULL};
static const char *const program[] = {"command <command>", "user <name>", "group <name>",
                                      "option <name>",     "no <option>", NULL};
static const char *const crt_store[] = {"crt-base <path>", "key-base <path>", "load", NULL};
static const char *const fcgi_app[] = {
    "!docroot <path>",    "acl <name>",
    "index <name>",       "log-stderr <target>",
    "pass-header <name>", "path-info <regex>",
    "option <name>",      "set-param <name>",
    "no <option>",        NULL,
};

const struct haproxy_section haproxy_sections[] = {
    {"global", CONF_SECTION_GLOBAL, NULL, false, NULL},
    {"defaults", CONF_SECTION_DEFAULTS, NULL, false, NULL},
    {"frontend", CONF_SECTION_FRONTEND, NULL, false, NULL},
    {"backend", CONF_SECTION_BACKEND, NULL, false, NULL},
    {"listen", CONF_SECTION_LISTEN, NULL, false, NULL},
    {"resolvers", 0, resolvers, false, "names are resolved when the configuration is loaded"},
    {"peers", 0, peers, false, "there are no stick tables yet"},
    {"userlist", CONF_SECTION_USERLIST, NULL, false, NULL},
    {"http-errors", 0, http_errors, false, "its files count where errorfiles names it"},
    {"cache", 0, cache, false, "there is no cache yet"},
    {"mailers", 0, mailers, false, "'email-alert' is not built yet"},
    {"crt-store", 0, crt_store, false, "name the files with crt"},
    {"ring", 0, ring, false, "send logs to an address, stdout or stderr"},
    {"fcgi-app", 0, fcgi_app, false, "'use-fcgi-app' is not built yet"},
    {"log-forward", 0, log_forward, true, "let a syslog server forward the lines"},
    {"program", 0, program, true, "let the service manager start the program"},
    {NULL, 0, NULL, false, NULL},
};
