/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where certificate files come from. The store and the contexts read files only through this
 * table, because a worker without privileges gets them from another process, and tests from
 * memory.
 *
 * Thread:  called only while a store or a context is being built, on the thread that builds it.
 * Errors:  0, or a positive errno value.
 */
#ifndef WEIR_TLS_FILES_H
#define WEIR_TLS_FILES_H

#include <stddef.h>

struct tls_bytes {
    void *data; /* owned, by malloc */
    size_t len;
};

struct tls_names {
    char **names; /* owned, as is each name: file names without their folder */
    size_t count;
};

struct tls_files {
    /* The whole file. ENOENT when there is none, EISDIR when it is a folder. */
    int (*read)(void *user, const char *path, struct tls_bytes *bytes_out);
    /* The plain files of a folder, in any order. ENOTDIR when it is a file. */
    int (*list)(void *user, const char *path, struct tls_names *names_out);
    void *user; /* borrowed: handed to both */
};

/* Reads the disk as this process may. */
extern const struct tls_files tls_files_disk;

/* Wipes the bytes first: they may hold a private key. */
void tls_bytes_free(struct tls_bytes *bytes);
void tls_names_free(struct tls_names *names);

#endif
