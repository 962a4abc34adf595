/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server of a backend: where it is, how much it takes, how it is asked whether it lives.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_SERVER_H
#define WEIR_CONFIG_MODEL_SERVER_H

#include "config/model/check.h"
#include "config/model/discovery.h"
#include "config/model/net.h"
#include "config/model/tls.h"

struct conf_server_check {
    bool enabled;
    const char *plan_name;         /* of a healthcheck section, or NULL */
    const struct conf_check *plan; /* what that section says; NULL = as the backend has it */
    bool tls;        /* check-ssl, or the server's own ssl when port and addr are not changed */
    const char *sni; /* check-sni */
    struct conf_addr addr; /* addr + port if not the server's; text NULL = the server's */
    uint16_t port;         /* 0 = the server's */
    unsigned inter_ms;     /* default 2000 */
    unsigned fastinter_ms, downinter_ms; /* 0 = inter_ms */
    unsigned rise;                       /* default 2 */
    unsigned fall;                       /* default 3 */
    bool send_proxy;                     /* in the server's version, or in version 1 */
    bool no_send_proxy;                  /* although the server is sent one */
    bool via_socks4;
    bool reuse; /* check-reuse-pool: one probe goes over the connection of the one before */
    int proto;              /* check-proto: what is spoken is HTTP/1 in any case */
    struct conf_words alpn; /* check-alpn; empty = the server's */
};

/* What a server's places on a ring follow from. */
enum conf_hash_key { CONF_HASH_ID, CONF_HASH_ADDR, CONF_HASH_ADDR_PORT };

struct conf_server {
    const char *name;
    struct conf_place place;
    unsigned id;           /* puid of the CSV: `id`, else counted from 1 */
    bool has_own_id;       /* `id` says it */
    struct conf_addr addr; /* family AF_UNSPEC: not known yet, see naming */
    struct conf_naming naming;
    enum conf_hash_key hash_key;
    const char *cookie; /* what the persistence cookie calls it, or NULL */
    const char *redir;  /* GET and HEAD are redirected to this and their target; or NULL */
    unsigned weight;    /* 0..256, default 1 */
    unsigned maxconn;   /* 0 = no bound */
    unsigned minconn;
    unsigned maxqueue; /* 0 = no bound */
    bool backup, disabled;
    bool strict_maxconn; /* idle connections count, too */
    enum conf_init_state init_state;
    bool non_stick;                 /* stick tables do not learn it */
    bool shutdown_sessions_on_down; /* on-marked-down shutdown-sessions */
    unsigned slowstart_ms;
    unsigned pool_max_conn; /* idle connections kept, UINT_MAX = no bound */
    unsigned max_uses;      /* of a connection: max-reuse and the first; 0 = no bound */
    unsigned pool_low_conn; /* kept whoever may want them again */
    unsigned pool_purge_ms; /* pool-purge-delay, default 5000 */
    struct conf_server_check check;
    struct conf_agent agent;
    struct conf_watch watch;
    struct conf_tls tls;
    unsigned send_proxy; /* enum conf_send_proxy, or-ed; 0 = no header */
    struct conf_proxy_tlvs proxy_tlvs;
    /* "*", "10.0.0.1", "10.0.0.1:+100": connections go where the client's came to */
    bool addr_of_client, port_of_client;
    int port_offset; /* with port_of_client: added to it */
    struct conf_outgoing source;
    struct conf_addr socks4; /* text NULL = the server is reached directly */
    const char *netns;       /* name of a network namespace, or NULL */
    unsigned tcp_ut_ms;
    bool tfo;
};

enum conf_reuse { CONF_REUSE_NEVER, CONF_REUSE_SAFE, CONF_REUSE_AGGRESSIVE, CONF_REUSE_ALWAYS };

#endif
