/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The algorithms: each is one file that fills this struct, and one row in algo.c.
 *
 * Thread:  none of its own; whoever owns the pool guards it.
 */
#ifndef WEIR_LB_ALGOS_ALGO_H
#define WEIR_LB_ALGOS_ALGO_H

#include <stdbool.h>
#include <stdint.h>

struct lb_pool;

struct lb_algo {
    const char *name; /* the word after `balance`, or after `hash-type` */
    const char *summary;
    /* Full servers stay candidates: a key may insist on one, whoever has none passes them over. */
    bool keeps_full;
    /* One server is as good as the other: whoever could not be served may ask the next one at once. */
    bool takes_turns;
    /* The server becomes a candidate, or ceases to be one. Its turn is kept in between. */
    void (*join)(struct lb_pool *pool, unsigned index);
    void (*leave)(struct lb_pool *pool, unsigned index);
    /* Its weight is another one now; both are above 0. Candidates only. */
    void (*reweigh)(struct lb_pool *pool, unsigned index, uint32_t old_weight);
    /* in_flight has changed; NULL where the load plays no part. Candidates only. */
    void (*load_changed)(struct lb_pool *pool, unsigned index);
    /* The index of who is next, or LB_NONE without candidates. See lb_pool_pick(). */
    int (*pick)(struct lb_pool *pool, uint64_t key, int avoid);
};

extern const struct lb_algo lb_round_robin;
extern const struct lb_algo lb_least_conn;
extern const struct lb_algo lb_static_rr;
extern const struct lb_algo lb_first;
extern const struct lb_algo lb_random;
extern const struct lb_algo lb_map_based;
extern const struct lb_algo lb_consistent;

/* Those that need no key, ended by NULL. */
extern const struct lb_algo *const lb_algos[];
/* Those that find the server of a key, ended by NULL; the first is the default. */
extern const struct lb_algo *const lb_hash_types[];

/* NULL if there is none of that name. */
const struct lb_algo *lb_algo_find(const char *name);
const struct lb_algo *lb_hash_type_find(const char *name);

#endif
