/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Edit distance with transpositions (optimal string alignment): insertions, deletions, changes and
 * swaps of neighbours cost one each, which are the ways fingers slip. '_', '-', '.' and ' ' count
 * as the same letter, because the two syntaxes differ in them.
 */
#include "config/suggest.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MAX = 63 };

static char fold(char c)
{
    if (c == '-' || c == ' ' || c == '.')
        return '_';
    return (char)tolower((unsigned char)c);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_MAX + 1]; /* the row before the last, the last, this one */
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_len; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t change = fold(a[i - 1]) == fold(b[j - 1]) ? 0 : 1;
            row[j] = least(last[j - 1] + change, least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_len];
}

void suggestion_start(struct suggestion *s, const char *word)
{
    /* a third of the letters may be wrong; beyond that a guess confuses more than it helps */
    size_t len = strlen(word);
    *s = (struct suggestion){.word = word, .best = NULL, .distance = len < 4 ? 1 : len / 3 + 1};
    if (s->distance > 4)
        s->distance = 4;
}

void suggestion_try(struct suggestion *s, const char *candidate)
{
    size_t len = strlen(s->word), candidate_len = strlen(candidate);
    size_t apart = len > candidate_len ? len - candidate_len : candidate_len - len;
    if (len > WORD_MAX || candidate_len > WORD_MAX || apart >= s->distance + 1)
        return;
    size_t distance = edit_distance(s->word, len, candidate, candidate_len);
    if (distance < s->distance || (distance == s->distance && s->best == NULL)) {
        s->distance = distance;
        s->best = candidate;
    }
}
