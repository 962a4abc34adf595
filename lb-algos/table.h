/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The array that a key is looked up in: a map of turns, or the nodes of a ring. It is made anew
 * when it is next needed after a change of servers, so that many changes at once cost one making.
 *
 * Thread:  none of its own.
 * Errors:  without memory the table stays what it was; whoever reads it passes over servers that
 *          are no candidates any more.
 */
#ifndef WEIR_LB_ALGOS_TABLE_H
#define WEIR_LB_ALGOS_TABLE_H

#include <stdbool.h>
#include <stdint.h>

struct lb_slot {
    uint32_t key; /* of a ring: its place */
    uint32_t server;
};

struct lb_table {
    struct lb_slot *slots; /* owned */
    uint32_t count, capacity;
    uint64_t next; /* whose turn it is for those without a key */
    bool fresh;    /* it is what the servers say */
};

/* Empties it and makes room; false, and all as it was, without memory. */
bool lb_table_begin(struct lb_table *table, uint32_t count);
void lb_table_add(struct lb_table *table, uint32_t key, uint32_t server);
void lb_table_destroy(struct lb_table *table);

#endif
