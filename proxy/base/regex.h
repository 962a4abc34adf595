/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions: PCRE2 with its just-in-time compiler, and bounds on what a match may cost.
 *
 * Thread:  a compiled one is immutable; matching takes its working memory from the thread.
 * Errors:  matching that exceeds its bound counts as no match.
 */
#ifndef WEIR_BASE_REGEX_H
#define WEIR_BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>

struct regex;

enum { REGEX_GROUPS_MAX = 10, REGEX_ERROR_BYTES = 160 };

/* Byte offsets of a group within the subject; from > to: it took no part. */
struct regex_group {
    size_t from, to;
};

/* NULL: why stands in error, and the offset in the pattern. */
struct regex *regex_new(const char *pattern, bool ignore_case, char error[REGEX_ERROR_BYTES],
                        size_t *offset_out);
void regex_free(struct regex *regex); /* NULL is fine */
bool regex_match(const struct regex *regex, const char *subject, size_t len);
/* Also where its groups matched: groups[0] is the whole match. */
bool regex_search(const struct regex *regex, const char *subject, size_t len,
                  struct regex_group groups[REGEX_GROUPS_MAX]);
/* is_inside: the subject is the rest of a longer text, so that ^ does not match its beginning. */
bool regex_search_at(const struct regex *regex, const char *subject, size_t len, bool is_inside,
                     struct regex_group groups[REGEX_GROUPS_MAX]);
/*
 * What a replacement text makes of a match: \0..\9 are groups, \\ a backslash, \xNN a byte. Returns the
 * length, or -1 where it does not fit into room.
 */
long regex_expand(const char *replacement, const char *subject,
                  const struct regex_group groups[REGEX_GROUPS_MAX], char *out, size_t room);

#endif
