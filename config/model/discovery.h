/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom to ask where a server is, and what to make of the answers: resolvers sections, and what a
 * server line says about its name. Part of config/model.h, whose rules hold.
 */
#ifndef WEIR_CONFIG_MODEL_DISCOVERY_H
#define WEIR_CONFIG_MODEL_DISCOVERY_H

#include "config/model/basics.h"

struct conf_nameserver {
    const char *name;
    struct conf_place place;
    struct conf_addr addr;
    bool over_tcp;
};

/* A resolvers section. */
struct conf_resolvers {
    const char *name;
    struct conf_place place;
    struct conf_nameserver *nameservers;
    size_t nameserver_count;
    bool parse_resolv_conf;
    /* how long the last good answer counts after one of another kind; valid: until it is asked again */
    unsigned hold_valid_ms, hold_obsolete_ms;
    unsigned hold_nx_ms, hold_timeout_ms, hold_refused_ms, hold_other_ms;
    unsigned resolve_ms; /* timeout resolve: between two questions without a good answer */
    unsigned retry_ms;   /* timeout retry: how long an answer may take */
    unsigned retries;    /* resolve_retries */
    unsigned payload_bytes;
};

enum conf_init_kind { CONF_INIT_LAST, CONF_INIT_LIBC, CONF_INIT_NONE, CONF_INIT_ADDRESS };

/* A way to come to an address when the configuration is loaded. */
struct conf_init_addr {
    enum conf_init_kind kind;
    struct conf_addr addr; /* of CONF_INIT_ADDRESS */
};

struct conf_network {
    struct sockaddr_storage base;
    unsigned bits;
};

enum conf_resolve_option {
    CONF_RESOLVE_SHARED_ADDRESS = 1, /* allow-dup-ip: servers of one name may have one address */
    CONF_RESOLVE_IGNORE_WEIGHT = 2,  /* of SRV records */
};

/* The name of a server, where its line has a name and no address. */
struct conf_naming {
    const char *fqdn;        /* NULL: the line has an address */
    struct conf_place place; /* where the name stands, and how wide it is there */
    unsigned width;
    int family;                    /* AF_INET or AF_INET6 where the line insists, else AF_UNSPEC */
    bool is_service;               /* "_http._tcp.name": SRV records, which bring the port */
    const char *resolvers;         /* section; NULL: nobody asks again after the load */
    size_t section;                /* its index in config->resolvers */
    int prefer;                    /* AF_INET or AF_INET6 */
    unsigned options;              /* enum conf_resolve_option, or-ed */
    struct conf_network *networks; /* resolve-net: these are preferred */
    size_t network_count;
    struct conf_init_addr *init; /* tried in turn; none: last, libc */
    size_t init_count;
    const char *range; /* server-template: "3" or "2-5"; NULL: a single server */
};

#endif
