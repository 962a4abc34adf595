/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool of servers as the algorithms see it: numbers, no names. The pool knows who may be picked
 * at all (up, not full, active before backup); the algorithm says who is next among those.
 *
 *   added -- up && weight > 0 -- usable -- its group in use -- member -- !full -- candidate
 *
 * Servers have an index that stays theirs while they are in the pool. Position in the turn survives
 * any change of other servers. Picks and changes of load cost O(log n); so does a change of one
 * server, unless the pool switches between active and backup servers.
 *
 * Backups: none is picked while an active server is usable, even a full one. Then it is the first
 * usable one in order, or all of them with all_backups.
 *
 * Thread:  none of its own; whoever owns the pool guards it.
 * Errors:  only lb_pool_add() can fail, for memory: LB_NONE.
 */
#ifndef WEIR_LB_ALGOS_POOL_H
#define WEIR_LB_ALGOS_POOL_H

#include "lb-algos/heap.h"
#include "lb-algos/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LB_NONE (-1)
#define LB_WEIGHT_MAX 256
/* In the place of a key, which has 32 bits: the algorithm takes turns instead. */
#define LB_NO_KEY UINT64_MAX

struct lb_algo;

struct lb_server {
    uint32_t weight; /* 0..LB_WEIGHT_MAX; 0 = no new picks */
    uint32_t in_flight;
    uint32_t order;     /* of the configuration: breaks ties, and says who is the first backup */
    uint32_t id;        /* of the configuration: what `first` goes by */
    uint32_t ring_base; /* where it stands on a ring follows from this: see lb_ring_base_*() */
    bool present;       /* the index is in use */
    bool backup;
    bool up;
    bool full;      /* at its limit: not to be picked, yet it keeps the backups away */
    bool member;    /* usable, and of the group in use */
    bool candidate; /* known to the algorithm: member and, unless that keeps full ones, not full */
    uint64_t turn;  /* the algorithm's: where it stands */
    uint64_t weight_before; /* the algorithm's: of the servers before it in order */
    struct lb_heap_place place;
};

/* What some of the algorithms want to be told besides. */
struct lb_options {
    unsigned draws; /* of random: how many are drawn; 0 counts as 1 */
    unsigned
        balance_factor_percent; /* of a ring: most load relative to the average; 0 = no bound */
    uint64_t seed;              /* of random */
};

struct lb_pool {
    const struct lb_algo *algo;
    struct lb_server *servers; /* owned */
    unsigned count;            /* indexes ever used */
    unsigned capacity;
    unsigned present; /* servers in the pool */
    bool all_backups;
    unsigned active_usable, backup_usable;
    uint64_t weight_total; /* of all members */
    uint64_t in_flight;    /* of all servers */
    struct lb_options options;
    /* the algorithm's */
    uint64_t now; /* virtual time, or a count of picks */
    struct lb_heap ready, waiting;
    struct lb_table table;
};

void lb_pool_init(struct lb_pool *pool, const struct lb_algo *algo);
void lb_pool_destroy(struct lb_pool *pool);
/* Another algorithm from now on; the turn starts anew. */
void lb_pool_set_algo(struct lb_pool *pool, const struct lb_algo *algo);
void lb_pool_set_options(struct lb_pool *pool, const struct lb_options *options);
void lb_pool_set_all_backups(struct lb_pool *pool, bool all_backups);

/* A server that is down at first. Returns its index. */
int lb_pool_add(struct lb_pool *pool, uint32_t weight, uint32_t order, bool backup);
/* Makes room, so that the next `more` servers are added without fail. */
bool lb_pool_reserve(struct lb_pool *pool, unsigned more);
void lb_pool_remove(struct lb_pool *pool, unsigned index);
void lb_pool_set_up(struct lb_pool *pool, unsigned index, bool up);
void lb_pool_set_full(struct lb_pool *pool, unsigned index, bool full);
void lb_pool_set_weight(struct lb_pool *pool, unsigned index, uint32_t weight);
/* What a reload may say anew about a server that stays. */
void lb_pool_set_place(struct lb_pool *pool, unsigned index, uint32_t order, bool backup);
void lb_pool_set_identity(struct lb_pool *pool, unsigned index, uint32_t id, uint32_t ring_base);
/* What stands for a server on a ring: its number, or its address and port (0 = the address alone). */
uint32_t lb_ring_base_of_id(uint32_t id);
uint32_t lb_ring_base_of_address(const void *bytes, size_t len, uint16_t port);

/*
 * The index of the server to use next, or LB_NONE. key is for the algorithms that hash, or
 * LB_NO_KEY; the server a key stands for may be a full one, to be waited for. avoid is an index to
 * take only if there is no other, or LB_NONE.
 */
int lb_pool_pick(struct lb_pool *pool, uint64_t key, int avoid);
/* A stream starts on, or leaves, the server. */
void lb_pool_enter(struct lb_pool *pool, unsigned index);
void lb_pool_leave(struct lb_pool *pool, unsigned index);

/* Servers that are up in the group in use; 0 means there is none to wait for. */
static inline unsigned lb_pool_usable(const struct lb_pool *pool)
{
    return pool->active_usable > 0 ? pool->active_usable : pool->backup_usable;
}

#endif
