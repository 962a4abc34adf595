/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a server is picked: the algorithm, the key of a hash, and the cookie that keeps a client on its server.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_BALANCE_H
#define WEIR_CONFIG_MODEL_BALANCE_H

#include <stdbool.h>

struct conf_line; /* config/line.h */
struct lb_hash;   /* lb-algos/hash.h */

/* What a hash that chooses the server is made of. */
enum conf_balance_key {
    CONF_KEY_NONE, /* the algorithm needs none */
    CONF_KEY_SOURCE,
    CONF_KEY_URI,
    CONF_KEY_URL_PARAM,
    CONF_KEY_HEADER,
    CONF_KEY_RDP_COOKIE,
    CONF_KEY_EXPRESSION,
};

/* `balance`: how a server is picked. */
struct conf_balance {
    const char *name; /* without what stands in parentheses: "roundrobin", "hdr" */
    enum conf_balance_key key;
    const char *parameter;              /* name of the URL parameter, header or RDP cookie */
    unsigned len;                       /* of a URI: bytes that count; 0 = all */
    unsigned depth;                     /* of a URI: directories that count; 0 = all */
    bool whole;                         /* of a URI: with its query */
    bool path_only;                     /* of a URI: without scheme and authority */
    bool check_post;                    /* of a URL parameter: also in the body */
    bool domain_only;                   /* of a header: only the name before the last dot */
    unsigned draws;                     /* of random */
    const struct conf_line *expression; /* of hash: its one word; or NULL */
};

/* `hash-type` and what goes with it. */
struct conf_hash {
    const char *method;             /* "map-based", "consistent": a name of lb_hash_types */
    const struct lb_hash *function; /* lb-algos/hash.h */
    bool avalanche;
    unsigned balance_factor_percent; /* hash-balance-factor; 0 = no bound */
};

/* `cookie`: how a client is kept on its server. */
struct conf_cookie {
    const char *name;             /* NULL = not at all */
    bool rewrite, insert, prefix; /* at most one; none = the server sends it by itself */
    bool indirect, nocache, postonly, preserve, httponly, secure;
    bool dynamic;                  /* servers without a cookie get one made of their address */
    const char *domain;            /* several: "a.test; domain=b.test"; or NULL */
    const char *attributes;        /* "SameSite=Lax; x"; or NULL */
    unsigned maxidle_s, maxlife_s; /* 0 = for ever */
};

#endif
