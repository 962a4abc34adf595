/* SPDX-License-Identifier: Apache-2.0 */
/* Table of sections. */
#include "config/haproxy_sections.h"

#include <stddef.h>

static const char *const resolvers[] = {
    "nameserver", "parse-resolv-conf",     "hold", "resolve_retries",
    "timeout",    "accepted_payload_size", NULL};
static const char *const peers[] = {"peer",           "server",  "bind", "default-bind",
                                    "default-server", "table",   "log",  "shards",
                                    "disabled",       "enabled", "no",   NULL};
static const char *const cache[] = {"total-max-size", "max-object-size",       "max-age",
                                    "process-vary",   "max-secondary-entries", NULL};
static const char *const ring[] = {"description",  "format",         "maxlen",
                                   "size",         "timeout",        "server",
                                   "backing-file", "default-server", NULL};
static const char *const log_forward[] = {"bind",    "dgram-bind", "log",     "maxconn",
                                          "timeout", "option",     "backlog", NULL};
static const char *const mailers[] = {"mailer", "timeout", NULL};
static const char *const program[] = {"command", "user", "group", "option", "no", NULL};
static const char *const crt_store[] = {"crt-base", "key-base", "load", NULL};
static const char *const fcgi_app[] = {"acl",         "docroot",   "index",  "log-stderr",
                                       "pass-header", "path-info", "option", "set-param",
                                       "no",          NULL};

const struct haproxy_section haproxy_sections[] = {
    {"global", CONF_SECTION_GLOBAL, NULL, false, NULL},
    {"defaults", CONF_SECTION_DEFAULTS, NULL, false, NULL},
    {"frontend", CONF_SECTION_FRONTEND, NULL, false, NULL},
    {"backend", CONF_SECTION_BACKEND, NULL, false, NULL},
    {"listen", CONF_SECTION_LISTEN, NULL, false, NULL},
    {"resolvers", 0, resolvers, false, "names are resolved when the configuration is loaded"},
    {"peers", 0, peers, false, "there are no stick tables yet"},
    {"userlist", CONF_SECTION_USERLIST, NULL, false, NULL},
    {"http-errors", CONF_SECTION_HTTP_ERRORS, NULL, false, NULL},
    {"cache", 0, cache, false, "there is no cache yet"},
    {"mailers", 0, mailers, false, "'email-alert' is not built yet"},
    {"crt-store", 0, crt_store, false, "name the files with crt"},
    {"ring", 0, ring, false, "send logs to an address, stdout or stderr"},
    {"fcgi-app", 0, fcgi_app, false, "'use-fcgi-app' is not built yet"},
    {"log-forward", 0, log_forward, true, "let a syslog server forward the lines"},
    {"program", 0, program, true, "let the service manager start the program"},
    {NULL, 0, NULL, false, NULL},
};
