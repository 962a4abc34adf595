/* SPDX-License-Identifier: Apache-2.0 */
/* The disk, the resolver and the user database of this process. */
#include "config/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads until the end; pipes and /proc files have no size to believe. */
static int read_all(int fd, char **bytes_out, size_t *len_out)
{
    size_t len = 0, capacity = 16 * 1024;
    char *bytes = malloc(capacity);
    while (bytes != NULL) {
        ssize_t got = read(fd, bytes + len, capacity - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || len + (size_t)got > CONF_FILE_MAX_BYTES) {
            int error = got < 0 ? -errno : got > 0 ? -EFBIG : 0;
            if (error != 0) {
                free(bytes);
                return error;
            }
            *bytes_out = bytes;
            *len_out = len;
            return 0;
        }
        len += (size_t)got;
        if (len == capacity) {
            char *larger = realloc(bytes, capacity *= 2);
            if (larger == NULL)
                free(bytes);
            bytes = larger;
        }
    }
    return -ENOMEM;
}

static int disk_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int error = read_all(fd, bytes_out, len_out);
    close(fd);
    return error;
}

static int names_from(DIR *dir, char ***names_out, size_t *count_out)
{
    char **names = NULL;
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char **larger = realloc(names, (count + 1) * sizeof *names);
        char *name = strdup(entry->d_name);
        if (larger != NULL)
            names = larger;
        if (larger == NULL || name == NULL) {
            free(name);
            while (count > 0)
                free(names[--count]);
            free(names);
            return -ENOMEM;
        }
        names[count++] = name;
    }
    *names_out = names;
    *count_out = count;
    return 0;
}

static int disk_list(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    (void)ctx;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -errno;
    int error = names_from(dir, names_out, count_out);
    closedir(dir);
    return error;
}

static int disk_resolve(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    (void)ctx;
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        return -ENOENT;
    memset(sa_out, 0, sizeof *sa_out);
    memcpy(sa_out, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

static int disk_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    (void)ctx;
    struct passwd entry, *found = NULL;
    char strings[4096];
    if (getpwnam_r(name, &entry, strings, sizeof strings, &found) != 0 || found == NULL)
        return -ENOENT;
    *uid_out = entry.pw_uid;
    *gid_out = entry.pw_gid;
    return 0;
}

static int disk_group(void *ctx, const char *name, gid_t *gid_out)
{
    (void)ctx;
    struct group entry, *found = NULL;
    char strings[16 * 1024];
    if (getgrnam_r(name, &entry, strings, sizeof strings, &found) != 0 || found == NULL)
        return -ENOENT;
    *gid_out = entry.gr_gid;
    return 0;
}

const struct conf_source conf_source_disk = {
    .read = disk_read,
    .list = disk_list,
    .resolve = disk_resolve,
    .user = disk_user,
    .group = disk_group,
};
