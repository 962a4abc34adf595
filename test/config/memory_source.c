/* SPDX-License-Identifier: Apache-2.0 */
/* A struct conf_source whose context is the list of files. */
#include "test/config/memory_source.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int memory_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    for (const struct memory_file *file = ctx; file->path != NULL; file++) {
        if (strcmp(file->path, path) != 0)
            continue;
        *len_out = file->len != 0 ? file->len : strlen(file->bytes);
        *bytes_out = malloc(*len_out + 1);
        memcpy(*bytes_out, file->bytes, *len_out);
        return 0;
    }
    return -ENOENT;
}

/* The files directly below path. */
static int memory_list(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    size_t len = strlen(path);
    char **names = NULL;
    size_t count = 0;
    for (const struct memory_file *file = ctx; file->path != NULL; file++) {
        if (strncmp(file->path, path, len) != 0 || file->path[len] != '/')
            continue;
        names = realloc(names, (count + 1) * sizeof *names);
        names[count++] = strdup(file->path + len + 1);
    }
    *names_out = names;
    *count_out = count;
    return count == 0 ? -ENOTDIR : 0;
}

static int memory_resolve(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    (void)ctx;
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    memset(sa_out, 0, sizeof *sa_out);
    if (strcmp(host, "app.test") == 0 && family != AF_INET6) {
        inet_pton(AF_INET, "10.9.8.7", &in.sin_addr);
        memcpy(sa_out, &in, sizeof in);
        return 0;
    }
    if (strcmp(host, "six.test") == 0 && family != AF_INET) {
        inet_pton(AF_INET6, "2001:db8::7", &in6.sin6_addr);
        memcpy(sa_out, &in6, sizeof in6);
        return 0;
    }
    return -ENOENT;
}

static int memory_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    (void)ctx;
    *uid_out = *gid_out = strcmp(name, "web") == 0 ? 33 : 0;
    return strcmp(name, "web") == 0 || strcmp(name, "root") == 0 ? 0 : -ENOENT;
}

static int memory_group(void *ctx, const char *name, gid_t *gid_out)
{
    uid_t unused;
    return memory_user(ctx, name, &unused, gid_out);
}

struct conf_source memory_source(const struct memory_file *files)
{
    return (struct conf_source){
        .ctx = (void *)files,
        .read = memory_read,
        .list = memory_list,
        .resolve = memory_resolve,
        .user = memory_user,
        .group = memory_group,
    };
}

static const char page[] = "HTTP/1.0 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nno\n";

/* As good as a compiler for the cases there are. */
static bool parentheses_are_closed(const char *pattern, char error_out[CONF_REGEX_ERROR_BYTES])
{
    snprintf(error_out, CONF_REGEX_ERROR_BYTES, "a parenthesis is not closed");
    return strchr(pattern, '(') == NULL || strchr(pattern, ')') != NULL;
}

struct config *load_named(const char *name, const char *text, struct conf_report *report)
{
    const struct memory_file files[] = {
        {name, text, 0},           {"/page.http", page, 0}, {"/body.txt", "a body", 0},
        {"/text.txt", "hello", 0}, {NULL, NULL, 0},
    };
    const char *const paths[] = {name};
    struct conf_source source = memory_source(files);
    struct conf_input input = {.paths = paths,
                               .path_count = 1,
                               .source = &source,
                               .cpus = 3,
                               .log_tag = "tag",
                               .regex_is_good = parentheses_are_closed};
    return config_load(&input, report);
}

struct config *load_text(const char *text, struct conf_report *report)
{
    return load_named("weir.conf", text, report);
}
