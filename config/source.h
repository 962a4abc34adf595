/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a load gets what lies outside the text: files, folders, host and user names.
 *
 * A worker in a chroot cannot open its own configuration; it is handed the contents by a process
 * that can, through such a table. Tests use it to load texts from memory.
 *
 * Errors: every function returns 0 or a negative errno.
 */
#ifndef WEIR_CONFIG_SOURCE_H
#define WEIR_CONFIG_SOURCE_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>

struct conf_source {
    void *ctx;
    /* All bytes of a file; the caller frees *bytes_out with free(). */
    int (*read)(void *ctx, const char *path, char **bytes_out, size_t *len_out);
    /* The names in a folder, unsorted; -ENOTDIR for anything else. The caller frees each and all.
     */
    int (*list)(void *ctx, const char *path, char ***names_out, size_t *count_out);
    /* First address of a host name, port 0; family AF_UNSPEC, AF_INET or AF_INET6 narrows it. */
    int (*resolve)(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out);
    int (*user)(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out);
    int (*group)(void *ctx, const char *name, gid_t *gid_out);
};

/* The disk and the resolver of this process. */
extern const struct conf_source conf_source_disk;

/* Larger files are refused with -EFBIG. */
enum { CONF_FILE_MAX_BYTES = 64 << 20 };

#endif
