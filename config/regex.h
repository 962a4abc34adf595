/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions: PCRE2 behind three functions. They are compiled twice, once when the file is
 * read, so that a mistake is reported at its place, and once by whoever uses them, since what a
 * load makes may be gone by then.
 *
 * Errors: regex_new() is NULL with a text for a person.
 * Thread: an expression may be used by one thread at a time.
 */
#ifndef WEIR_CONFIG_REGEX_H
#define WEIR_CONFIG_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#define REGEX_ERROR_BYTES 160

struct regex;

struct regex *regex_new(const char *pattern, char error_out[REGEX_ERROR_BYTES]);
/* NULL is fine. */
void regex_free(struct regex *regex);
/* Bounded: an expression that takes for ever on these bytes does not match. */
bool regex_matches(const struct regex *regex, const char *bytes, size_t len);

#endif
