/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files belong to a `crt`: the file itself, the key and the OCSP response beside it, a bundle
 * of one file for each kind of key, or all of a folder. The rules are HAProxy's (its manual: "crt",
 * "ssl-load-extra-files").
 */
#include "tls/load_priv.h"

#include "tls/error_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4096

/* Files beside a certificate, which are none themselves. */
static const char *const companions[] = {".key", ".ocsp", ".sctl", ".issuer"};
/* A FILE that is not there may stand for these. */
static const char *const bundle[] = {".ecdsa", ".rsa", ".dsa"};

static bool path_join(char *path_out, const char *a, const char *b, const char *c)
{
    return snprintf(path_out, PATH_BYTES, "%s%s%s", a, b, c) < PATH_BYTES;
}

/* The key that the PEM file itself does not hold. A missing FILE.key is left to be told by who
 * needs it; a key file that was named must be there. */
static int load_key(struct tls_pem *pem, const char *path, const char *key_path,
                    const struct tls_files *files, struct tls_error_text *error_out)
{
    char beside[PATH_BYTES];
    if (pem->key != NULL && key_path != NULL) {
        tls_error_set(error_out, "%s: holds a key already; is that meant, or the one in %s?", path,
                      key_path);
        return -1;
    }
    if (pem->key != NULL)
        return 0;
    if (key_path == NULL) {
        struct tls_bytes probe = {0};
        if (!path_join(beside, path, ".key", "") ||
            files->read(files->user, beside, &probe) == ENOENT)
            return 0;
        tls_bytes_free(&probe);
        key_path = beside;
    }
    struct tls_pem from = {0};
    int result = tls_pem_load(key_path, files, &from, error_out);
    if (result == 0 && from.key == NULL) {
        tls_error_set(error_out, "%s: holds no private key (a PEM section \"BEGIN PRIVATE KEY\")",
                      key_path);
        result = -1;
    }
    pem->key = from.key;
    from.key = NULL;
    tls_pem_free(&from);
    return result;
}

/* A response beside the file may be missing, one that was named may not. */
static int load_ocsp(struct tls_certificate *cert, const struct tls_crt_files *crt,
                     const struct tls_files *files, struct tls_error_text *error_out)
{
    char beside[PATH_BYTES];
    struct tls_bytes ocsp = {0};
    if (crt->ocsp == NULL && !path_join(beside, crt->path, ".ocsp", ""))
        return 0;
    int error = files->read(files->user, crt->ocsp != NULL ? crt->ocsp : beside, &ocsp);
    if (error == 0)
        tls_certificate_staple(cert, &ocsp);
    if (error == 0 || crt->ocsp == NULL)
        return 0;
    tls_error_set(error_out, "%s: %s", crt->ocsp, strerror(error));
    return -1;
}

struct tls_certificate *tls_load_file(const struct tls_crt_files *crt,
                                      const struct tls_files *files,
                                      struct tls_error_text *error_out)
{
    struct tls_pem pem = {0};
    struct tls_certificate *cert = NULL;
    if (tls_pem_load(crt->path, files, &pem, error_out) == 0 &&
        load_key(&pem, crt->path, crt->key, files, error_out) == 0)
        cert = tls_certificate_new(&pem, crt->path, error_out);
    tls_pem_free(&pem);
    if (cert == NULL || load_ocsp(cert, crt, files, error_out) == 0)
        return cert;
    tls_certificate_free(cert);
    return NULL;
}

static int list_add(struct tls_certificate_list *list, const struct tls_crt_files *crt,
                    const struct tls_files *files, struct tls_error_text *error_out)
{
    struct tls_certificate *cert = tls_load_file(crt, files, error_out);
    if (cert == NULL)
        return -1;
    struct tls_certificate **grown =
        realloc(list->certificates, (list->count + 1) * sizeof(struct tls_certificate *));
    if (grown == NULL) {
        tls_error_set(error_out, "%s: out of memory", crt->path);
        tls_certificate_free(cert);
        return -1;
    }
    list->certificates = grown;
    list->certificates[list->count++] = cert;
    return 0;
}

static bool is_companion(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof(companions) / sizeof(companions[0]); i++) {
        size_t suffix = strlen(companions[i]);
        if (len >= suffix && strcmp(name + len - suffix, companions[i]) == 0)
            return true;
    }
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int load_folder(const char *path, struct tls_names *names, const struct tls_files *files,
                       struct tls_certificate_list *list, struct tls_error_text *error_out)
{
    char file[PATH_BYTES];
    const char *slash = path[0] != '\0' && path[strlen(path) - 1] == '/' ? "" : "/";
    if (names->count > 0)
        qsort(names->names, names->count, sizeof(names->names[0]), compare_names);
    for (size_t i = 0; i < names->count; i++) {
        const char *name = names->names[i];
        if (name[0] == '.' || is_companion(name))
            continue;
        if (!path_join(file, path, slash, name)) {
            tls_error_set(error_out, "%s: a file in it has too long a path", path);
            return -1;
        }
        if (list_add(list, &(struct tls_crt_files){.path = file}, files, error_out) != 0)
            return -1;
    }
    if (list->count == 0) {
        tls_error_set(error_out,
                      "%s: no certificate in this folder (a PEM file with chain and key)", path);
        return -1;
    }
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    list->folder = strndup(path, len);
    if (list->folder == NULL)
        tls_error_set(error_out, "%s: out of memory", path);
    return list->folder != NULL ? 0 : -1;
}

static bool is_there(const char *path, const struct tls_files *files)
{
    struct tls_bytes bytes = {0};
    bool there = files->read(files->user, path, &bytes) == 0;
    tls_bytes_free(&bytes);
    return there;
}

/* A plain file; or, where there is none of that name, its bundle. */
static int load_one(const struct tls_crt_files *crt, const struct tls_files *files,
                    struct tls_certificate_list *list, struct tls_error_text *error_out)
{
    char member[PATH_BYTES];
    if (!is_there(crt->path, files)) {
        const struct tls_crt_files part = {member, crt->key, crt->ocsp};
        for (size_t i = 0; i < sizeof(bundle) / sizeof(bundle[0]); i++) {
            if (path_join(member, crt->path, bundle[i], "") && is_there(member, files) &&
                list_add(list, &part, files, error_out) != 0)
                return -1;
        }
        if (list->count > 0)
            return 0;
    }
    return list_add(list, crt, files, error_out); /* which also says what is missing */
}

int tls_load(const struct tls_crt_files *crt, const struct tls_files *files,
             struct tls_certificate_list *list_out, struct tls_error_text *error_out)
{
    *list_out = (struct tls_certificate_list){0};
    struct tls_names names = {0};
    int result = files->list(files->user, crt->path, &names) == 0
                     ? load_folder(crt->path, &names, files, list_out, error_out)
                     : load_one(crt, files, list_out, error_out);
    tls_names_free(&names);
    if (result != 0) {
        for (size_t i = 0; i < list_out->count; i++)
            tls_certificate_free(list_out->certificates[i]);
        tls_certificate_list_clear(list_out);
    }
    return result;
}

void tls_certificate_list_clear(struct tls_certificate_list *list)
{
    free(list->certificates);
    free(list->folder);
    *list = (struct tls_certificate_list){0};
}
