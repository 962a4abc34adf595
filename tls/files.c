/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificate files read from the disk: the default of the tls_files table.
 */
#include "tls/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A revocation list may have some megabytes; more than this is no certificate file. */
#define FILE_BYTES_MAX (64u << 20)

static int read_all(int fd, struct tls_bytes *bytes)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return errno;
    if (S_ISDIR(st.st_mode))
        return EISDIR;
    if (!S_ISREG(st.st_mode))
        return EINVAL;
    if (st.st_size > (off_t)FILE_BYTES_MAX)
        return EFBIG;

    size_t size = (size_t)st.st_size;
    bytes->data = malloc(size > 0 ? size : 1);
    if (bytes->data == NULL)
        return ENOMEM;
    while (bytes->len < size) {
        ssize_t got = read(fd, (char *)bytes->data + bytes->len, size - bytes->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break; /* it became shorter meanwhile */
        bytes->len += (size_t)got;
    }
    return 0;
}

static int disk_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    (void)user;
    *bytes_out = (struct tls_bytes){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a fifo must not hold us up */
    if (fd < 0)
        return errno;
    int err = read_all(fd, bytes_out);
    close(fd);
    if (err != 0)
        tls_bytes_free(bytes_out);
    return err;
}

static int names_append(struct tls_names *names, const char *name)
{
    char **grown = realloc(names->names, (names->count + 1) * sizeof(*grown));
    if (grown == NULL)
        return ENOMEM;
    names->names = grown;
    names->names[names->count] = strdup(name);
    if (names->names[names->count] == NULL)
        return ENOMEM;
    names->count++;
    return 0;
}

static int list_plain_files(DIR *dir, struct tls_names *names)
{
    for (;;) {
        errno = 0;
        struct dirent *entry = readdir(dir);
        if (entry == NULL)
            return errno;
        struct stat st; /* follows links: certbot's live/ folder is made of them */
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) != 0 || !S_ISREG(st.st_mode))
            continue;
        int err = names_append(names, entry->d_name);
        if (err != 0)
            return err;
    }
}

static int disk_list(void *user, const char *path, struct tls_names *names_out)
{
    (void)user;
    *names_out = (struct tls_names){0};
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno;
    int err = list_plain_files(dir, names_out);
    closedir(dir);
    if (err != 0)
        tls_names_free(names_out);
    return err;
}

const struct tls_files tls_files_disk = {.read = disk_read, .list = disk_list};

void tls_bytes_free(struct tls_bytes *bytes)
{
    if (bytes->data != NULL)
        OPENSSL_cleanse(bytes->data, bytes->len);
    free(bytes->data);
    *bytes = (struct tls_bytes){0};
}

void tls_names_free(struct tls_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->names[i]);
    free(names->names);
    *names = (struct tls_names){0};
}
