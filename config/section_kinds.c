/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sections. */
#include "config/section_kinds.h"

/* A line each: its keyword and what must follow it; see haproxy/foreign.c. */
static const char *const peers[] = {
    "peer <name> [<address>] [...]",
    "server <name> [...]",
    "bind <address> [...]",
    "default-bind [...]",
    "default-server [...]",
    "table <name> <settings> [...]",
    "log <target> [...]",
    "shards <count>",
    "disabled",
    "enabled",
    "no [...]",
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
static const char *const log_forward[] = {
    "bind <address> [...]",  "dgram-bind <address> [...]", "log <target> [...]", "maxconn <count>",
    "timeout client <time>", "option <name> [...]",        "backlog <count>",    NULL,
};
static const char *const program[] = {
    "command <command> [...]", "user <name>",       "group <name>",
    "option <name> [...]",     "no <option> [...]", NULL};
static const char *const fcgi_app[] = {
    "!docroot <path>",
    "acl <name> [...]",
    "index <name>",
    "log-stderr <target> [...]",
    "pass-header <name> [...]",
    "path-info <regex>",
    "option <name> [...]",
    "set-param <name> [...]",
    "no <option> [...]",
    NULL,
};

/* Of a section that is not built: its lines are kept as they are. */
#define NOT_BUILT .level = LEVEL_SECTION_LINES, .scope = IN_PARAMS

/* clang-format off */
const struct section_kind section_kinds[] = {
    [CONF_SECTION_GLOBAL] = {.name = "global", .list = "global", .may_be_single = true, .level = LEVEL_GLOBAL, .scope = IN_GLOBAL},
    [CONF_SECTION_DEFAULTS] = {.name = "defaults", .list = "defaults", .may_be_single = true, .level = LEVEL_PROXY, .scope = IN_DEFAULTS},
    [CONF_SECTION_FRONTEND] = {.name = "frontend", .list = "frontends", .level = LEVEL_PROXY, .scope = IN_FRONTEND},
    [CONF_SECTION_BACKEND] = {.name = "backend", .list = "backends", .level = LEVEL_PROXY, .scope = IN_BACKEND},
    [CONF_SECTION_LISTEN] = {.name = "listen", .list = "listens", .level = LEVEL_PROXY, .scope = IN_FRONTEND | IN_BACKEND},
    [CONF_SECTION_RESOLVERS] = {.name = "resolvers", .list = "resolvers", .level = LEVEL_RESOLVERS, .scope = IN_OTHERS},
    [CONF_SECTION_PEERS] = {.name = "peers", .list = "peers", NOT_BUILT, .keywords = peers, .note = "each instance counts for itself", .remark = "nothing is told to the other peers of a section yet"},
    [CONF_SECTION_USERLIST] = {.name = "userlist", .list = "userlists", .level = LEVEL_USERLIST, .scope = IN_OTHERS},
    [CONF_SECTION_HTTP_ERRORS] = {.name = "http-errors", .list = "http_errors", NOT_BUILT, .keywords = http_errors, .note = "its files count where errorfiles names it"},
    [CONF_SECTION_CACHE] = {.name = "cache", .list = "caches", NOT_BUILT, .keywords = cache, .note = "there is no cache yet"},
    [CONF_SECTION_MAILERS] = {.name = "mailers", .list = "mailers", .level = LEVEL_MAILERS, .scope = IN_OTHERS},
    [CONF_SECTION_CRT_STORE] = {.name = "crt-store", .list = "crt_stores", .level = LEVEL_CRT_STORE, .scope = IN_OTHERS},
    [CONF_SECTION_RING] = {.name = "ring", .list = "rings", .level = LEVEL_RING, .scope = IN_OTHERS},
    [CONF_SECTION_FCGI_APP] = {.name = "fcgi-app", .list = "fcgi_apps", NOT_BUILT, .keywords = fcgi_app, .note = "'use-fcgi-app' is not built yet"},
    [CONF_SECTION_LOG_FORWARD] = {.name = "log-forward", .list = "log_forwards", NOT_BUILT, .keywords = log_forward, .is_refused = true, .note = "let a syslog server forward the lines"},
    [CONF_SECTION_PROGRAM] = {.name = "program", .list = "programs", NOT_BUILT, .keywords = program, .is_missed = true, .note = "let the service manager start the program"},
    [CONF_SECTION_HEALTHCHECK] = {.name = "healthcheck", .list = "healthchecks", .level = LEVEL_HEALTHCHECK, .scope = IN_OTHERS},
    [CONF_SECTION_ANY] = {.name = NULL},
};

static const struct keyword line_rows[] = {
    {.name = "lines", .kind = KW_LINES, .scopes = IN_PARAMS, .otherwise = "none", .since = "weir",
     .doc = "The lines of a section that is not built yet, in HAProxy's words."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table section_lines_keywords = {LEVEL_SECTION_LINES, line_rows, 0};

void section_tell(struct loader *l, enum conf_section_kind kind, struct conf_span span)
{
    const struct section_kind *section = &section_kinds[kind];
    bool counts = section->keywords == NULL || kind == CONF_SECTION_HTTP_ERRORS;
    if (counts || l->comments != NULL)
        return; /* a conversion keeps it, whatever it is for */
    if (section->is_refused)
        CONF_FAIL(l, span, section->note, "'%s' sections are not supported yet", section->name);
    else if (section->is_missed)
        CONF_WARN(l, span, section->note, "'%s' sections have no effect yet", section->name);
    else if (section->remark != NULL)
        CONF_REMARK(l, span, section->note, "%s", section->remark);
    else
        CONF_REMARK(l, span, section->note, "'%s' sections have no effect yet", section->name);
}
