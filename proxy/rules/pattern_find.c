/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking a sample up in a set. Of several patterns that match, the one counts that HAProxy finds: the
 * longest prefix and the narrowest network, else the first in the order of the list.
 */
#include <string.h>

#include "proxy/base/regex.h"
#include "proxy/rules/pattern_set.h"

const char pattern_dir_marks[] = "/?", pattern_dom_marks[] = "/?.:";

static const struct pattern_entry *earlier(const struct pattern_entry *a,
                                           const struct pattern_entry *b)
{
    return a == NULL || (b != NULL && b->item->order < a->item->order) ? b : a;
}

static const struct pattern_entry *find_bytes(const struct pattern_set *set, const void *bytes,
                                              size_t len, bool ignores_case)
{
    return pattern_table_get(&set->table, bytes, len, ignores_case);
}

const struct pattern_entry *pattern_find_exact(const struct pattern_set *set,
                                               const struct sample *s)
{
    const unsigned char *bytes = (const unsigned char *)s->text.data;
    size_t len = s->text.len;
    if (len > 0 && !pattern_filter_may_have(&set->filter, bytes[0], (unsigned char)len))
        return NULL;
    return find_bytes(set, bytes, len, set->use.ignore_case);
}

/* Known names are told apart by case, and stand as they are among the others. */
const struct pattern_entry *pattern_find_method(const struct pattern_set *set,
                                                const struct sample *s)
{
    const struct pattern_entry *entry = find_bytes(set, s->text.data, s->text.len, false);
    if (entry != NULL || !set->use.ignore_case ||
        pattern_is_known_method(s->text.data, s->text.len))
        return entry;
    return find_bytes(set, s->text.data, s->text.len, true);
}

/* ---- numbers ------------------------------------------------------------------------------------------ */

static const struct pattern_entry *find_number(const struct pattern_set *set, long long number)
{
    const struct pattern_entry *best = find_bytes(set, &number, sizeof number, false);
    for (const struct pattern_entry *entry = set->row; entry != NULL; entry = entry->next) {
        if (entry->range.min <= number && number <= entry->range.max)
            return earlier(best, entry);
    }
    return best;
}

const struct pattern_entry *pattern_find_int(const struct pattern_set *set, const struct sample *s)
{
    return find_number(set, s->integer);
}

const struct pattern_entry *pattern_find_len(const struct pattern_set *set, const struct sample *s)
{
    return find_number(set, (long long)s->text.len);
}

/* ---- addresses ---------------------------------------------------------------------------------------- */

static const struct pattern_entry *find_longest(const struct prefix_tree *tree,
                                                const struct prefix_text *text)
{
    const struct pattern_entry *best = NULL;
    struct prefix_walk walk = {.next = tree->root};
    for (const struct prefix_node *node; (node = prefix_walk_next(&walk, text)) != NULL;)
        best = node->thing;
    return best;
}

static const struct pattern_entry *find_address(const struct prefix_tree *tree, const void *address,
                                                size_t len)
{
    struct prefix_text text = {.bytes = address, .len = len};
    return find_longest(tree, &text);
}

const struct pattern_entry *pattern_find_ip(const struct pattern_set *set, const struct sample *s)
{
    struct sample v4 = *s, v6 = *s;
    bool has_v4 = sample_cast(&v4, SAMPLE_IPV4, NULL), has_v6 = sample_cast(&v6, SAMPLE_IPV6, NULL);
    const struct pattern_entry *in_v4 = has_v4 ? find_address(&set->tree, &v4.ipv4, 4) : NULL;
    if (in_v4 != NULL && s->type == SAMPLE_IPV4)
        return in_v4;
    const struct pattern_entry *in_v6 = has_v6 ? find_address(&set->tree6, &v6.ipv6, 16) : NULL;
    if (in_v6 != NULL || in_v4 != NULL)
        return in_v6 != NULL ? in_v6 : in_v4;
    for (const struct pattern_entry *entry = has_v4 ? set->row : NULL; entry != NULL;
         entry = entry->next) {
        if (((v4.ipv4.s_addr ^ entry->mask.address) & entry->mask.mask) == 0)
            return entry;
    }
    return NULL;
}

/* ---- parts of texts ------------------------------------------------------------------------------------ */

static struct prefix_text text_of(const struct pattern_set *set, const struct sample *s)
{
    return (struct prefix_text){
        .bytes = (const unsigned char *)s->text.data,
        .len = s->text.len,
        .ignores_case = set->use.ignore_case,
    };
}

static const struct pattern_entry *find_first(const struct prefix_tree *tree,
                                              const struct prefix_text *text)
{
    const struct pattern_entry *best = NULL;
    struct prefix_walk walk = {.next = tree->root};
    for (const struct prefix_node *node; (node = prefix_walk_next(&walk, text)) != NULL;)
        best = earlier(best, node->thing);
    return best;
}

/* A text of one byte has no second one that could be like no key's. */
static bool may_begin(const struct pattern_set *set, const unsigned char *bytes, size_t len)
{
    const struct pattern_filter *f = &set->filter;
    return len >= 2 ? pattern_filter_may_have(f, bytes[0], bytes[1])
                    : len == 1 && f->first[bytes[0]] != 0;
}

const struct pattern_entry *pattern_find_beg(const struct pattern_set *set, const struct sample *s)
{
    struct prefix_text text = text_of(set, s);
    if (!may_begin(set, text.bytes, text.len))
        return NULL;
    return set->use.ignore_case ? find_first(&set->tree, &text) : find_longest(&set->tree, &text);
}

const struct pattern_entry *pattern_find_end(const struct pattern_set *set, const struct sample *s)
{
    struct prefix_text text = text_of(set, s);
    text.is_reversed = true;
    const unsigned char *end = text.bytes + text.len;
    if (text.len >= 2 && !pattern_filter_may_have(&set->filter, end[-1], end[-2]))
        return NULL;
    return find_first(&set->tree, &text);
}

/* An acl does not ask which one it is. */
static bool is_enough(const struct pattern_set *set, const struct pattern_entry *found)
{
    return found != NULL && set->use.value_type == SAMPLE_NONE;
}

/* Moves on to where a pattern may begin, or to the end: most places of a text need no descent. */
static void skip_to_begin(const struct pattern_set *set, struct prefix_text *text)
{
    const struct pattern_filter *f = &set->filter;
    const unsigned char *at = text->bytes, *end = at + text->len;
    while (at + 1 < end && !pattern_filter_may_have(f, at[0], at[1]))
        at++;
    if (at + 1 == end && f->first[*at] == 0)
        at = end;
    text->bytes = at;
    text->len = (size_t)(end - at);
}

const struct pattern_entry *pattern_find_sub(const struct pattern_set *set, const struct sample *s)
{
    const struct pattern_entry *best = NULL;
    struct prefix_text text = text_of(set, s);
    for (skip_to_begin(set, &text); text.len > 0; skip_to_begin(set, &text)) {
        best = earlier(best, find_first(&set->tree, &text));
        if (is_enough(set, best))
            break;
        text.bytes++;
        text.len--;
    }
    return best;
}

static bool is_mark(const char *marks, unsigned char byte)
{
    return byte != '\0' && strchr(marks, byte) != NULL;
}

/* The first pattern that the text begins with and that ends at a mark or with the text. */
static const struct pattern_entry *find_whole(const struct prefix_tree *tree,
                                              const struct prefix_text *text, const char *marks)
{
    const struct pattern_entry *best = NULL;
    struct prefix_walk walk = {.next = tree->root};
    for (const struct prefix_node *node; (node = prefix_walk_next(&walk, text)) != NULL;) {
        size_t end = node->key.bits / 8;
        if (end == text->len || is_mark(marks, text->bytes[end]))
            best = earlier(best, node->thing);
    }
    return best;
}

/* From each place where a part begins. */
static const struct pattern_entry *find_parts(const struct pattern_set *set, const struct sample *s,
                                              const char *marks)
{
    const struct pattern_entry *best = NULL;
    struct prefix_text text = text_of(set, s);
    bool begins = true;
    for (; text.len > 0 && !is_enough(set, best); text.bytes++, text.len--) {
        bool is_between = is_mark(marks, *text.bytes);
        if (begins && !is_between && may_begin(set, text.bytes, text.len))
            best = earlier(best, find_whole(&set->tree, &text, marks));
        begins = is_between;
    }
    return best;
}

const struct pattern_entry *pattern_find_dir(const struct pattern_set *set, const struct sample *s)
{
    return find_parts(set, s, pattern_dir_marks);
}

const struct pattern_entry *pattern_find_dom(const struct pattern_set *set, const struct sample *s)
{
    return find_parts(set, s, pattern_dom_marks);
}

const struct pattern_entry *pattern_find_reg(const struct pattern_set *set, const struct sample *s)
{
    for (const struct pattern_entry *entry = set->row; entry != NULL; entry = entry->next) {
        if (regex_match(entry->regex, s->text.data, s->text.len))
            return entry;
    }
    return NULL;
}
