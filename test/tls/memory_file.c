/* SPDX-License-Identifier: Apache-2.0 */
/* A disk with a single file; see memory_file.h. */
#include "test/tls/memory_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int read_file(void *user, const char *path, struct tls_bytes *bytes_out)
{
    const struct memory_file *file = user;
    size_t len = file->bytes.len;
    if (strcmp(path, file->path) != 0)
        return ENOENT;
    bytes_out->data = malloc(len > 0 ? len : 1);
    if (bytes_out->data == NULL)
        return ENOMEM;
    memcpy(bytes_out->data, file->bytes.data, len);
    bytes_out->len = len;
    return 0;
}

static int list_folder(void *user, const char *path, struct tls_names *names_out)
{
    (void)user, (void)path, (void)names_out;
    return ENOTDIR;
}

struct tls_files memory_file_table(struct memory_file *file)
{
    return (struct tls_files){.read = read_file, .list = list_folder, .user = file};
}
