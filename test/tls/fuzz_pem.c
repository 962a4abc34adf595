/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the input is a certificate file, and the bytes after its first NUL a server name to
 * look for. Whatever it holds, it is refused with a text or becomes a certificate that answers to
 * its own names.
 */
#include "tls/store.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *data;
    size_t size;
};

static int input_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    const struct input *input = user;
    if (strcmp(path, "fuzz.pem") != 0 && strcmp(path, "fuzz.pem.ocsp") != 0)
        return ENOENT;
    bytes_out->data = malloc(input->size > 0 ? input->size : 1);
    memcpy(bytes_out->data, input->data, input->size);
    bytes_out->len = input->size;
    return 0;
}

static int input_list(void *user, const char *path, struct tls_names *names_out)
{
    (void)user, (void)path, (void)names_out;
    return ENOTDIR;
}

/* A wildcard cannot be asked for, and neither can a name that begins with a dot. */
static int can_be_asked_for(const char *name)
{
    return strchr(name, '*') == NULL && name[0] != '\0' && name[strlen(name) - 1] != '.';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    const struct tls_files files = {.read = input_read, .list = input_list, .user = &input};
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    if (tls_store_add(store, "fuzz.pem", NULL, &files, &error) != 0) {
        assert(error.text[0] != '\0' && tls_store_count(store) == 0);
    } else {
        const struct tls_certificate_info *info = tls_store_certificate(store, 0);
        for (size_t i = 0; i < info->name_count; i++) {
            if (can_be_asked_for(info->names[i]))
                assert(tls_store_find(store, info->names[i]) == info);
        }
    }
    const uint8_t *nul = memchr(data, '\0', size);
    if (nul != NULL) {
        char *name = strndup((const char *)nul + 1, size - (size_t)(nul + 1 - data));
        tls_store_find(store, name);
        free(name);
    }
    size_t cursor = 0;
    while (tls_store_next_warning(store, 0, 0, &cursor, &error))
        assert(error.text[0] != '\0');
    tls_store_free(store);
    return 0;
}
