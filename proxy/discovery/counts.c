/* SPDX-License-Identifier: Apache-2.0 */
/* See counts.h: a short list, looked through once for each load and by whoever asks. */
#include "proxy/discovery/counts.h"

#include <stdlib.h>
#include <string.h>

const char *const dns_count_names[DNS_COUNTS] = {
    [COUNT_SENT] = "sent",         [COUNT_SEND_ERROR] = "snd_error",
    [COUNT_VALID] = "valid",       [COUNT_UPDATE] = "update",
    [COUNT_CNAME] = "cname",       [COUNT_CNAME_ERROR] = "cname_error",
    [COUNT_ANY_ERROR] = "any_err", [COUNT_NX] = "nx",
    [COUNT_TIMEOUT] = "timeout",   [COUNT_REFUSED] = "refused",
    [COUNT_OTHER] = "other",       [COUNT_INVALID] = "invalid",
    [COUNT_TOO_BIG] = "too_big",   [COUNT_TRUNCATED] = "truncated",
    [COUNT_OUTDATED] = "outdated",
};

struct dns_counts *dns_counts_find(const struct list *all, const char *section,
                                   const char *nameserver)
{
    for (struct list *n = all->next; n != all; n = n->next) {
        struct dns_counts *counts = LIST_ITEM(n, struct dns_counts, node);
        if (strcmp(counts->section, section) == 0 && strcmp(counts->nameserver, nameserver) == 0)
            return counts;
    }
    return NULL;
}

struct dns_counts *dns_counts_take(struct list *all, const char *section, const char *nameserver)
{
    struct dns_counts *counts = dns_counts_find(all, section, nameserver);
    if (counts != NULL || (counts = calloc(1, sizeof(*counts))) == NULL)
        return counts;
    list_init(&counts->node);
    counts->section = strdup(section);
    counts->nameserver = strdup(nameserver);
    if (counts->section == NULL || counts->nameserver == NULL) {
        dns_counts_free(counts);
        return NULL;
    }
    list_push_back(all, &counts->node);
    return counts;
}

void dns_counts_free(struct dns_counts *counts)
{
    list_remove(&counts->node);
    free(counts->section);
    free(counts->nameserver);
    free(counts);
}
