/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A radix tree over bits: keys of any length, and all keys that a text begins with in one descent.
 * Prefixes of paths, reversed suffixes, words of host names and networks are all asked here.
 *
 *   "/a"            bits 16   <- a key ends here
 *   |-0- "/api"     bits 32
 *   `-1- "/assets"  bits 56
 *
 * Keys and what belongs to them stay with the caller, who keeps a key unchanged while it is in.
 *
 * Thread:  nothing here locks.
 * Errors:  -ENOMEM leaves the tree as it was.
 */
#ifndef WEIR_RULES_PREFIX_TREE_H
#define WEIR_RULES_PREFIX_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prefix_key {
    const unsigned char *bytes;
    size_t bits;
};

struct prefix_node {
    struct prefix_node *child[2]; /* owned: by the bit behind this key */
    struct prefix_key key;        /* borrowed: of `thing`, or of any key below */
    void *thing;                  /* borrowed; NULL: no key ends here, it only branches */
};

struct prefix_tree {
    struct prefix_node *root; /* owned */
};

/* What is asked for: bytes as they come, backwards, without regard to case; keys are stored likewise. */
struct prefix_text {
    const unsigned char *bytes;
    size_t len;
    bool is_reversed, ignores_case;
};

/* The node of that key, made if need be; its thing is the caller's to set, if there is none yet. NULL: no
 * memory. */
struct prefix_node *prefix_tree_insert(struct prefix_tree *tree, struct prefix_key key);
/* The node of that key, if one with a thing is there. */
struct prefix_node *prefix_tree_get(const struct prefix_tree *tree, struct prefix_key key);
/* Forgets the key's bytes, after its node got other ones along with another thing, or the thing was set
 * to NULL: then the node goes, too. */
void prefix_tree_forget(struct prefix_tree *tree, struct prefix_key key);
void prefix_tree_free(struct prefix_tree *tree);

/* A descent: starts all zero but for `next`, which is the root. */
struct prefix_walk {
    const struct prefix_node *next;
    size_t same_bits; /* known to be equal */
};

/* The next longer key that the text begins with; NULL at the end. */
const struct prefix_node *prefix_walk_next(struct prefix_walk *walk,
                                           const struct prefix_text *text);

#endif
