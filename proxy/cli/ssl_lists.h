/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of certificates as they serve now: the lines of crt-list files, and folders. They are what the certificates at
 * their places say of themselves, so that nothing has to be kept beside them.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_CLI_SSL_LISTS_H
#define WEIR_CLI_SSL_LISTS_H

#include "proxy/cli/ssl_places.h"

/* A line. */
struct ssl_entry {
    char *list, *file, *words; /* owned; words: "" if there are none */
    unsigned line;
};

/* In the order of lists, lines and files; each line once, on however many binds. */
struct ssl_entries {
    struct ssl_entry *items; /* owned */
    size_t count;
};

/* A list as it is named, which is changed in place: a folder without slashes at its end. */
char *ssl_list_name(char *word);
/* All of a list, of all lists if it is NULL. 0, or -1 without memory; to be cleared in either case. */
MUST_CHECK int ssl_entries_read(const struct snapshot *snapshot, const char *list,
                                struct ssl_entries *entries_out);
void ssl_entries_clear(struct ssl_entries *entries);

#endif
