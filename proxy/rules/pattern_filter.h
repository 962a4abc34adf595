/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quick no: most texts are like none of the keys of a set already in two of their features, as the first
 * two bytes or the first byte and the length. Keys are in eight groups, and a feature knows by a bit for each
 * group whether some key of it has that feature; a text may be like a key only where a group has both.
 *
 *   keys nikto, sqlmap   "nq..": first['n'] = 01, second['q'] = 10: no
 *
 * Keys are never taken out: what a removed one leaves costs a look, and finds nothing.
 */
#ifndef WEIR_RULES_PATTERN_FILTER_H
#define WEIR_RULES_PATTERN_FILTER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct pattern_filter {
    uint8_t first[256], second[256];
    unsigned keys; /* noted so far */
};

static inline void pattern_filter_mark(uint8_t groups[256], unsigned char byte, bool ignores_case,
                                       uint8_t group)
{
    groups[byte] |= group;
    if (ignores_case && byte >= 'a' && byte <= 'z') /* keys are folded, texts are not */
        groups[byte - 'a' + 'A'] |= group;
}

/* A key of a table: its first byte, and its length. */
static inline void pattern_filter_note_whole(struct pattern_filter *f, const unsigned char *key,
                                             size_t len, bool ignores_case)
{
    uint8_t group = (uint8_t)(1u << f->keys++ % 8);
    pattern_filter_mark(f->first, key[0], ignores_case, group);
    f->second[(unsigned char)len] |= group;
}

/* A key of a tree: its first two bytes. */
static inline void pattern_filter_note_part(struct pattern_filter *f, const unsigned char *key,
                                            size_t len, bool ignores_case)
{
    uint8_t group = (uint8_t)(1u << f->keys++ % 8);
    pattern_filter_mark(f->first, key[0], ignores_case, group);
    for (unsigned byte = 0; len < 2 && byte < 256; byte++)
        f->second[byte] |= group;
    if (len >= 2)
        pattern_filter_mark(f->second, key[1], ignores_case, group);
}

static inline bool pattern_filter_may_have(const struct pattern_filter *f, unsigned char first,
                                           unsigned char second)
{
    return (f->first[first] & f->second[second]) != 0;
}

#endif
