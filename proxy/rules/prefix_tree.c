/* SPDX-License-Identifier: Apache-2.0 */
/* Path compression as in a PATRICIA tree; a node that only branches has two children. */
#include "proxy/rules/prefix_tree.h"

#include <stdlib.h>

#include "proxy/base/ascii.h"

static unsigned bit_of(const unsigned char *bytes, size_t bit)
{
    return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

static unsigned char byte_of(const struct prefix_text *text, size_t at)
{
    unsigned char byte = text->bytes[text->is_reversed ? text->len - 1 - at : at];
    return text->ignores_case ? ascii_lower_byte(byte) : byte;
}

/* How many bits two keys begin with in common, of those in both. */
static size_t common_bits(struct prefix_key a, struct prefix_key b)
{
    size_t most = a.bits < b.bits ? a.bits : b.bits, at = 0;
    while (at + 8 <= most && a.bytes[at / 8] == b.bytes[at / 8])
        at += 8;
    while (at < most && bit_of(a.bytes, at) == bit_of(b.bytes, at))
        at++;
    return at;
}

static struct prefix_node *node_new(struct prefix_key key, struct prefix_node *below)
{
    struct prefix_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->key = key;
    if (below != NULL)
        node->child[bit_of(below->key.bytes, key.bits)] = below;
    return node;
}

/* The link to the node of the key, or to where it parts from what is there. */
static struct prefix_node **find_link(struct prefix_tree *tree, struct prefix_key key,
                                      size_t *common_out)
{
    struct prefix_node **link = &tree->root;
    while (*link != NULL) {
        struct prefix_node *node = *link;
        *common_out = common_bits(node->key, key);
        if (*common_out < node->key.bits || node->key.bits == key.bits)
            return link;
        link = &node->child[bit_of(key.bytes, node->key.bits)];
    }
    return link;
}

struct prefix_node *prefix_tree_insert(struct prefix_tree *tree, struct prefix_key key)
{
    size_t common = 0;
    struct prefix_node **link = find_link(tree, key, &common), *below = *link;
    if (below != NULL && common == below->key.bits) { /* then it is as long as the key */
        if (below->thing == NULL)
            below->key.bytes = key.bytes;
        return below;
    }
    bool needs_branch = below != NULL && common < key.bits;
    struct prefix_node *node = node_new(key, needs_branch ? NULL : below);
    if (node == NULL || !needs_branch)
        return node == NULL ? NULL : (*link = node);
    struct prefix_node *branch = node_new((struct prefix_key){key.bytes, common}, below);
    if (branch == NULL) {
        free(node);
        return NULL;
    }
    branch->child[bit_of(key.bytes, common)] = node;
    *link = branch;
    return node;
}

struct prefix_node *prefix_tree_get(const struct prefix_tree *tree, struct prefix_key key)
{
    size_t common = 0;
    struct prefix_node *node = *find_link((struct prefix_tree *)tree, key, &common);
    return node != NULL && node->key.bits == key.bits && common == key.bits && node->thing != NULL
               ? node
               : NULL;
}

/* Takes a node that says nothing any more out of the tree: no thing, and fewer than two children. */
static void drop_if_idle(struct prefix_node **link)
{
    struct prefix_node *node = *link;
    if (node == NULL || node->thing != NULL || (node->child[0] != NULL && node->child[1] != NULL))
        return;
    *link = node->child[0] != NULL ? node->child[0] : node->child[1];
    free(node);
}

/* The bytes of some key below, for a node whose own bytes go away. */
static const unsigned char *bytes_below(const struct prefix_node *node)
{
    while (node->thing == NULL)
        node = node->child[0] != NULL ? node->child[0] : node->child[1];
    return node->key.bytes;
}

void prefix_tree_forget(struct prefix_tree *tree, struct prefix_key key)
{
    struct prefix_node **link = &tree->root, **parent = NULL;
    while (*link != NULL && (*link)->key.bits < key.bits) {
        parent = link;
        link = &(*link)->child[bit_of(key.bytes, (*link)->key.bits)];
    }
    drop_if_idle(link);
    if (parent != NULL)
        drop_if_idle(parent);
    for (struct prefix_node *node = tree->root; node != NULL && node->key.bits <= key.bits;) {
        if (node->thing == NULL)
            node->key.bytes = bytes_below(node);
        if (node->key.bits == key.bits)
            break;
        node = node->child[bit_of(key.bytes, node->key.bits)];
    }
}

/* Turns the tree into a list by rotation, so that its depth does not matter. */
void prefix_tree_free(struct prefix_tree *tree)
{
    struct prefix_node *node = tree->root;
    while (node != NULL) {
        struct prefix_node *left = node->child[0];
        if (left == NULL) {
            struct prefix_node *right = node->child[1];
            free(node);
            node = right;
        } else {
            node->child[0] = left->child[1];
            left->child[1] = node;
            node = left;
        }
    }
    tree->root = NULL;
}

/* Is the text as the key says, from the byte on that holds the first bit not yet compared? */
static bool goes_on_as(const struct prefix_text *text, struct prefix_key key, size_t same_bits)
{
    size_t at = same_bits / 8;
    for (; at < key.bits / 8; at++) {
        if (byte_of(text, at) != key.bytes[at])
            return false;
    }
    unsigned rest = (unsigned)(key.bits % 8);
    return rest == 0 || (byte_of(text, at) ^ key.bytes[at]) >> (8 - rest) == 0;
}

const struct prefix_node *prefix_walk_next(struct prefix_walk *walk, const struct prefix_text *text)
{
    while (walk->next != NULL) {
        const struct prefix_node *node = walk->next;
        size_t bits = node->key.bits;
        if (bits > text->len * 8 || !goes_on_as(text, node->key, walk->same_bits))
            break;
        walk->same_bits = bits;
        walk->next = bits < text->len * 8
                         ? node->child[byte_of(text, bits / 8) >> (7 - bits % 8) & 1]
                         : NULL;
        if (node->thing != NULL)
            return node;
    }
    walk->next = NULL;
    return NULL;
}
