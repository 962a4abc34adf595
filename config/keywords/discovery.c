/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of resolvers sections, and of the words of a server about its name. */
#include <netinet/in.h>

#include "config/keyword.h"
#include "config/own/own.h"

#define AT(member) .offset = offsetof(struct conf_resolvers, member)
#define NAMESERVER_AT(member) .offset = offsetof(struct conf_nameserver, member)
#define NAMING_AT(member) .offset = offsetof(struct conf_server, naming.member)

enum { IN_BOTH = IN_SERVER | IN_DEFAULT_SERVER };

static const struct keyword_choice families[] = {
    {"ipv4", AF_INET, NULL},
    {"ipv6", AF_INET6, NULL},
    {NULL, 0, NULL},
};

static const struct keyword_choice options[] = {
    {"allow-dup-ip", CONF_RESOLVE_SHARED_ADDRESS, NULL},
    {"ignore-weight", CONF_RESOLVE_IGNORE_WEIGHT, NULL},
    {"prevent-dup-ip", 0, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword resolvers_rows[] = {
    {.name = "nameserver", .kind = KW_LIST, .scopes = IN_OTHERS, AT(nameservers), .plural = "nameservers", .params = LEVEL_NAMESERVER, .list = &own_nameserver_list,
     .otherwise = "nobody is asked", .since = "1.6", .doc = "A name server. All of them are asked at once, and the first good answer counts.",
     .example = "nameserver dns1 10.0.0.53:53", .example_libconfig = "nameservers = ( { name = \"dns1\"; address = \"10.0.0.53:53\"; } );"},
    {.name = "parse-resolv-conf", .kind = KW_FLAG, .scopes = IN_OTHERS, AT(parse_resolv_conf), .initial = "false", .since = "2.0",
     .doc = "Ask the name servers of /etc/resolv.conf, too."},
    {.name = "hold valid", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_valid_ms), .unit = UNIT_MS, .initial = "10s", .since = "1.6",
     .doc = "When to ask again after a good answer; sooner if its time to live ends before that."},
    {.name = "hold obsolete", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_obsolete_ms), .unit = UNIT_MS, .initial = "0s", .since = "1.8",
     .doc = "How long an address counts that good answers contain no more."},
    {.name = "hold nx", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_nx_ms), .unit = UNIT_MS, .initial = "30s", .since = "1.6",
     .doc = "How long the last good answer counts when there is no such name."},
    {.name = "hold timeout", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_timeout_ms), .unit = UNIT_MS, .initial = "30s", .since = "1.6",
     .doc = "How long the last good answer counts when nobody answers."},
    {.name = "hold refused", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_refused_ms), .unit = UNIT_MS, .initial = "30s", .since = "1.6",
     .doc = "How long the last good answer counts when name servers refuse."},
    {.name = "hold other", .kind = KW_DURATION, .scopes = IN_OTHERS, AT(hold_other_ms), .unit = UNIT_MS, .initial = "30s", .since = "1.6",
     .doc = "How long the last good answer counts after any other failure."},
    {.name = "resolve_retries", .kind = KW_UINT, .scopes = IN_OTHERS, AT(retries), .max = 1000, .initial = "3", .since = "1.6",
     .doc = "How often a question is repeated before it has failed."},
    {.name = "timeout resolve", .kind = KW_DURATION, .surplus = true, .scopes = IN_OTHERS, AT(resolve_ms), .unit = UNIT_MS, .initial = "1s", .since = "1.6",
     .doc = "When to ask again after a question that failed."},
    {.name = "timeout retry", .kind = KW_DURATION, .surplus = true, .scopes = IN_OTHERS, AT(retry_ms), .unit = UNIT_MS, .initial = "1s", .since = "1.6",
     .doc = "How long a name server has for an answer."},
    {.name = "accepted_payload_size", .kind = KW_UINT, .surplus = true, .scopes = IN_OTHERS, AT(payload_bytes), .min = 12, .max = 65535, .initial = "512", .since = "1.8",
     .doc = "Bytes of an answer over UDP that name servers are told we take; larger ones come over TCP."},
    {.name = NULL},
};

static const struct keyword nameserver_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, NAMESERVER_AT(name), .position = 1, .required = true, .min = 1,
     .doc = "Name of the name server in the log."},
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, NAMESERVER_AT(addr), .position = 2, .required = true, .set = own_nameserver_address,
     .takes = "host:port, or tcp@host:port", .doc = "Where it listens, on UDP unless the address says tcp@."},
    {.name = NULL},
};

static const struct keyword naming_rows[] = {
    {.name = "resolvers", .kind = KW_STRING, .scopes = IN_BOTH, NAMING_AT(resolvers), .min = 1, .since = "1.6",
     .otherwise = "the name is looked up when the configuration is loaded, and never again",
     .doc = "The section whose name servers are asked for the server's name, again and again. `default` is there by itself: those of /etc/resolv.conf."},
    {.name = "resolve-prefer", .kind = KW_CHOICE, .scopes = IN_BOTH, NAMING_AT(prefer), .choices = families, .initial = "ipv6", .since = "1.6",
     .doc = "Which kind of addresses to ask for first."},
    {.name = "resolve-net", .kind = KW_OWN, .scopes = IN_BOTH, NAMING_AT(networks), .set = own_resolve_net, .takes = "networks, separated by commas",
     .otherwise = "none is preferred", .since = "1.8", .doc = "Networks whose addresses are preferred."},
    {.name = "resolve-opts", .kind = KW_OWN, .scopes = IN_BOTH, NAMING_AT(options), .set = own_resolve_opts, .choices = options,
     .takes = "allow-dup-ip, prevent-dup-ip, ignore-weight", .otherwise = "prevent-dup-ip", .since = "1.9",
     .doc = "Whether servers of the same name may share an address, and whether the weights of SRV records count."},
    {.name = "init-addr", .kind = KW_OWN, .scopes = IN_BOTH, NAMING_AT(init), .set = own_init_addr, .takes = "last, libc, none or an address, separated by commas",
     .otherwise = "last,libc", .since = "1.7",
     .doc = "Where the address comes from at first: the first way that leads to one counts. With none, or with resolvers, a server may begin without an address."},
    {.name = "range", .kind = KW_STRING, .scopes = IN_SERVER_TEMPLATE, NAMING_AT(range), .min = 1, .otherwise = "must be given", .since = "1.8",
     .doc = "How many servers a template stands for (\"3\"), or which (\"2-5\"); their names are its own with a number behind."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table resolvers_keywords = {LEVEL_RESOLVERS, resolvers_rows, 0};
const struct keyword_table nameserver_keywords = {LEVEL_NAMESERVER, nameserver_rows, 0};
const struct keyword_table naming_keywords = {LEVEL_SERVER, naming_rows, 0};
