/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of the questions to each name server, since the process began: found by the names of section and name
 * server, so that a reload does not interrupt it.
 *
 * Ownership: the counts are those of struct discovery, and outlive the name servers that count in them.
 * Thread:    the control thread.
 */
#ifndef WEIR_DISCOVERY_COUNTS_H
#define WEIR_DISCOVERY_COUNTS_H

#include "proxy/base/list.h"

#include <stdint.h>

/* In HAProxy's order; what nobody can tell here stays 0. */
enum dns_count {
    COUNT_SENT,
    COUNT_SEND_ERROR,
    COUNT_VALID,
    COUNT_UPDATE, /* valid ones that changed what is known */
    COUNT_CNAME,
    COUNT_CNAME_ERROR, /* aliases without end */
    COUNT_ANY_ERROR,   /* the name is there, and has nothing of that type */
    COUNT_NX,
    COUNT_TIMEOUT,
    COUNT_REFUSED,
    COUNT_OTHER,
    COUNT_INVALID,
    COUNT_TOO_BIG,
    COUNT_TRUNCATED,
    COUNT_OUTDATED, /* they came when nobody waited any more */
    DNS_COUNTS,
};

/* As HAProxy words them: "sent", "snd_error", ... */
extern const char *const dns_count_names[DNS_COUNTS];

struct dns_counts {
    struct list node;
    char *section, *nameserver; /* owned */
    uint64_t of[DNS_COUNTS];
};

/* NULL: there are none. */
struct dns_counts *dns_counts_find(const struct list *all, const char *section,
                                   const char *nameserver);
/* The same, or made, at the end of the list; NULL when memory runs out. */
struct dns_counts *dns_counts_take(struct list *all, const char *section, const char *nameserver);
void dns_counts_free(struct dns_counts *counts);

#endif
