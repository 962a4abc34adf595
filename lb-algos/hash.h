/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of a key to the 32 bits that choose a server. The functions are those of HAProxy,
 * to the bit: who moves from there finds each client on the server it had.
 */
#ifndef WEIR_LB_ALGOS_HASH_H
#define WEIR_LB_ALGOS_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef uint32_t lb_hash_function(const void *bytes, size_t len);

struct lb_hash {
    const char *name; /* the word after the type in `hash-type` */
    lb_hash_function *hash;
};

lb_hash_function lb_hash_sdbm, lb_hash_djb2, lb_hash_wt6, lb_hash_crc32;

/* All of them, ended by a row without a name; the first is the default. */
extern const struct lb_hash lb_hashes[];

/* NULL if there is none of that name. */
const struct lb_hash *lb_hash_find(const char *name);

/*
 * Spreads a number over all 32 bits: each bit of it changes half of those of the result, and no two
 * numbers have the same one. The modifier `avalanche`, and the places on a ring.
 */
uint32_t lb_hash_spread(uint32_t number);

/* The key of an address of 4 or 16 bytes, without any function. */
uint32_t lb_hash_address(const void *bytes, size_t len);

#endif
