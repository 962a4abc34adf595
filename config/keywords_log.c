/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of log targets, and of the sections of rings that they name. */
#include "config/keyword.h"
#include "config/own.h"

#define LOG_AT(member) .offset = offsetof(struct conf_log_target, member)
#define RING_AT(member) .offset = offsetof(struct conf_ring, member)
#define SERVER_AT(member) .offset = offsetof(struct conf_ring_server, member)

static const struct keyword_choice log_proto_choices[] = {
    {"legacy", CONF_FRAMING_LEGACY, NULL},
    {"octet-count", CONF_FRAMING_OCTET_COUNT, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_list server_list = {
    .item_bytes = sizeof(struct conf_ring_server),
    .count_offset = offsetof(struct conf_ring, server_count),
};

static const struct keyword_choice wire_choices[] = {
    {"local", CONF_LOG_LOCAL, NULL},
    {"rfc3164", CONF_LOG_RFC3164, NULL},
    {"rfc5424", CONF_LOG_RFC5424, NULL},
    {"raw", CONF_LOG_RAW, NULL},
    {"short", CONF_LOG_SHORT, NULL},
    {"priority", CONF_LOG_PRIORITY, NULL},
    {"timed", CONF_LOG_TIMED, NULL},
    {"iso", CONF_LOG_ISO, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice facility_choices[] = {
    {"kern", 0, NULL},    {"user", 1, NULL},    {"mail", 2, NULL},    {"daemon", 3, NULL},
    {"auth", 4, NULL},    {"syslog", 5, NULL},  {"lpr", 6, NULL},     {"news", 7, NULL},
    {"uucp", 8, NULL},    {"cron", 9, NULL},    {"auth2", 10, NULL},  {"ftp", 11, NULL},
    {"ntp", 12, NULL},    {"audit", 13, NULL},  {"alert", 14, NULL},  {"cron2", 15, NULL},
    {"local0", 16, NULL}, {"local1", 17, NULL}, {"local2", 18, NULL}, {"local3", 19, NULL},
    {"local4", 20, NULL}, {"local5", 21, NULL}, {"local6", 22, NULL}, {"local7", 23, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice level_choices[] = {
    {"emerg", 0, NULL},  {"alert", 1, NULL}, {"crit", 2, NULL},  {"err", 3, NULL}, {"warning", 4, NULL},
    {"notice", 5, NULL}, {"info", 6, NULL},  {"debug", 7, NULL}, {NULL, 0, NULL},
};

static const struct keyword log_rows[] = {
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, LOG_AT(addr), .position = 1,
     .required = true, .bare = true, .set = own_log_address,
     .takes = "host[:port], tcp@host[:port], a socket's path, ring@name, stdout, stderr, fd@number or global",
     .doc = "Where lines go: syslog over UDP or TCP (port 514), a unix socket such as /dev/log, a ring in memory, this process' output, or global for what the global section says."},
    {.name = "len", .kind = KW_UINT, .scopes = IN_PARAMS, LOG_AT(max_len), .min = 80, .max = 65535,
     .initial = "1024", .doc = "Bytes after which a line is cut."},
    {.name = "format", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(wire), .choices = wire_choices,
     .initial = "local", .since = "1.6", .doc = "Frame of a line: local is RFC 3164 without host name."},
    {.name = "facility", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(facility), .position = 2,
     .choices = facility_choices, .initial = "local0", .doc = "Syslog facility."},
    {.name = "level", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(level), .position = 3,
     .choices = level_choices, .initial = "debug", .doc = "Least important level that is sent."},
    {.name = "minlevel", .kind = KW_CHOICE, .scopes = IN_PARAMS, LOG_AT(min_level), .position = 4,
     .choices = level_choices, .initial = "emerg", .doc = "More important lines are sent as this level."},
    {.name = "sample", .kind = KW_OWN, .scopes = IN_PARAMS, LOG_AT(sample), .set = own_log_sample, .words = 1,
     .takes = "ranges:lines", .otherwise = "every line is sent", .since = "2.0",
     .doc = "Send some of the lines: 1,3-4:10 sends the first, third and fourth of ten."},
    {.name = NULL},
};

static const struct keyword ring_rows[] = {
    {.name = "description", .kind = KW_STRING, .scopes = IN_OTHERS, RING_AT(description), .otherwise = "its name",
     .since = "2.2", .doc = "What the ring is for, shown by `show events`."},
    {.name = "format", .kind = KW_CHOICE, .scopes = IN_OTHERS, RING_AT(wire), .choices = wire_choices, .initial = "raw",
     .since = "2.2", .doc = "Frame of the lines it keeps, whatever their targets say."},
    {.name = "maxlen", .kind = KW_UINT, .scopes = IN_OTHERS, RING_AT(max_len), .min = 1, .max = 65535,
     .otherwise = "the len of the target", .since = "2.2", .doc = "Bytes after which a line with its frame is cut."},
    {.name = "size", .kind = KW_SIZE, .scopes = IN_OTHERS, RING_AT(bytes), .min = 16384, .max = 1073741824, .initial = "16384",
     .since = "2.2", .doc = "Bytes to keep: the oldest lines make room for new ones."},
    {.name = "timeout connect", .kind = KW_DURATION, .scopes = IN_OTHERS, RING_AT(connect_ms), .unit = UNIT_MS, .min = 1, .initial = "5s",
     .since = "2.2", .doc = "Longest wait for a server to accept a connection."},
    {.name = "timeout server", .kind = KW_DURATION, .scopes = IN_OTHERS, RING_AT(server_ms), .unit = UNIT_MS, .min = 1, .initial = "10s",
     .since = "2.2", .doc = "Longest time that a server may take none of what waits for it."},
    {.name = "server", .kind = KW_LIST, .scopes = IN_OTHERS, RING_AT(servers), .plural = "servers", .params = LEVEL_RING_SERVER,
     .list = &server_list, .otherwise = "the ring is only read", .since = "2.2",
     .doc = "A syslog server that gets every line; one that is away gets what the ring still keeps when it is back."},
    {.name = "backing-file", .kind = KW_LATER, .scopes = IN_OTHERS, .min = 1, .note = "the ring is kept in memory alone",
     .since = "2.7", .doc = "File that holds the ring."},
    {.name = NULL},
};

static const struct keyword ring_server_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, SERVER_AT(name), .position = 1, .required = true, .min = 1,
     .doc = "Name of the server."},
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, SERVER_AT(addr), .position = 2, .required = true, .set = own_target_address,
     .takes = "host:port, or a socket's path", .doc = "Where it listens."},
    {.name = "log-proto", .kind = KW_CHOICE, .scopes = IN_PARAMS, SERVER_AT(framing), .choices = log_proto_choices, .initial = "legacy",
     .since = "2.3", .doc = "How lines are told apart: legacy ends them with a line feed, octet-count has their length before them (RFC 6587)."},
    {.name = "ssl", .kind = KW_REFUSED, .scopes = IN_PARAMS, .words = KEYWORD_ALONE, .note = "let a local syslog daemon speak TLS",
     .doc = "Speak TLS with the server."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table log_keywords = {LEVEL_LOG, log_rows, 0};
const struct keyword_table ring_keywords = {LEVEL_RING, ring_rows, 0};
const struct keyword_table ring_server_keywords = {LEVEL_RING_SERVER, ring_server_rows, 0};
