/* SPDX-License-Identifier: Apache-2.0 */
/* Error files of a proxy; see error_set.h. What makes a good one is error_file.c's business. */
#include "proxy/http1/error_set.h"

#include <stdio.h>
#include <stdlib.h>

struct error_set {
    size_t count;
    struct {
        unsigned status; /* that it stands for; the page itself may say another */
        struct error_page page;
        char *bytes; /* owned */
    } files[];
};

int error_set_load(struct proxy *proxy, char *text, size_t size)
{
    const struct conf_proxy *conf = proxy->conf;
    if (conf->error_file_count == 0)
        return 0;
    struct error_set *set =
        calloc(1, sizeof(*set) + conf->error_file_count * sizeof(set->files[0]));
    if (set == NULL)
        goto fail;
    for (; set->count < conf->error_file_count; set->count++) {
        const struct conf_error_file *file = &conf->error_files[set->count];
        char complaint[ERROR_PAGE_COMPLAINT_MAX];
        size_t room = error_page_room(file->len);
        char *bytes = malloc(room);
        if (bytes == NULL)
            goto fail;
        set->files[set->count].status = file->status;
        set->files[set->count].bytes = bytes;
        if (error_page_load(file->bytes, file->len, bytes, room, &set->files[set->count].page,
                            complaint) < 0) {
            snprintf(text, size, "%s:%u: proxy %s: errorfile %u %s: %s", conf->place.file,
                     conf->place.line, conf->name, file->status, file->path, complaint);
            set->count++;
            error_set_free(set);
            return UV_EINVAL;
        }
    }
    proxy->errors = set;
    return 0;
fail:
    snprintf(text, size, "proxy %s: no memory for its error files", conf->name);
    error_set_free(set);
    return UV_ENOMEM;
}

void error_set_free(struct error_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->count; i++)
        free(set->files[i].bytes);
    free(set);
}

const struct error_page *error_set_find(const struct error_set *set, unsigned status)
{
    for (size_t i = 0; set != NULL && i < set->count; i++)
        if (set->files[i].status == status)
            return &set->files[i].page;
    return NULL;
}
