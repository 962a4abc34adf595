/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hash functions. None is strong: a client that wants to may find keys that meet on one server,
 * with any of them; that is what `hash-balance-factor` and maxconn are for.
 */
#include "lb-algos/hash.h"

#include <string.h>

/* Of the sdbm library: hash * 65599 + byte. */
uint32_t lb_hash_sdbm(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t hash = 0;
    for (size_t i = 0; i < len; i++)
        hash = hash * 65599 + at[i];
    return hash;
}

/* D. J. Bernstein's: hash * 33 + byte. */
uint32_t lb_hash_djb2(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t hash = 5381;
    for (size_t i = 0; i < len; i++)
        hash = hash * 33 + at[i];
    return hash;
}

static uint32_t rotate(uint32_t value, uint32_t by)
{
    return by % 32 == 0 ? value : value << by | value >> (32 - by);
}

/* HAProxy's own: two halves that are turned by amounts the bytes before have led to. */
uint32_t lb_hash_wt6(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t a = 0xa53c965a, b = 0x5ca6953a, turn_a = 6, turn_b = 18;
    for (size_t i = 0; i < len; i++) {
        a = ~(a ^ at[i]);
        b = ~(b + at[i]);
        uint32_t next_a = rotate(b, turn_a);
        b = rotate(a, turn_b);
        a = next_a;
        uint32_t mixed = (a >> 16 ^ b) & 0xffff;
        turn_a = mixed & 31;
        turn_b = mixed >> 11;
    }
    return a ^ b;
}

/* IEEE 802.3, bit by bit: keys are short. */
uint32_t lb_hash_crc32(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t hash = ~(uint32_t)0;
    for (size_t i = 0; i < len; i++) {
        hash ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            hash = hash >> 1 ^ ((hash & 1) != 0 ? 0xedb88320 : 0);
    }
    return ~hash;
}

const struct lb_hash lb_hashes[] = {
    {"sdbm", lb_hash_sdbm},   {"djb2", lb_hash_djb2}, {"wt6", lb_hash_wt6},
    {"crc32", lb_hash_crc32}, {NULL, NULL},
};

const struct lb_hash *lb_hash_find(const char *name)
{
    for (const struct lb_hash *hash = lb_hashes; hash->name != NULL; hash++) {
        if (strcmp(hash->name, name) == 0)
            return hash;
    }
    return NULL;
}

/* One of B. Jenkins' integer hashes; then times a prime near 3/4 of the range, which spreads
 * neighbours all around. */
uint32_t lb_hash_spread(uint32_t number)
{
    uint32_t a = number;
    a = (a + 0x7ed55d16) + (a << 12);
    a = (a ^ 0xc761c23c) ^ (a >> 19);
    a = (a + 0x165667b1) + (a << 5);
    a = (a + 0xd3a2646c) ^ (a << 9);
    a = (a + 0xfd7046c5) + (a << 3);
    a = (a ^ 0xb55a4f09) ^ (a >> 16);
    return a * 3221225473u;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

uint32_t lb_hash_address(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint32_t hash = 0;
    for (size_t i = 0; i + 4 <= len; i += 4)
        hash ^= big_endian(at + i);
    return hash;
}
