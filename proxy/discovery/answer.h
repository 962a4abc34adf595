/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a name server answered: bytes in, records out. The sender may be anybody, so nothing in it
 * is believed: records count only if the chain of aliases leads to them from the name asked for.
 *
 * Bound: DNS_RECORDS_MAX records and DNS_ALIASES_MAX aliases; what is beyond is left out.
 * Thread: any; nothing is kept.
 */
#ifndef WEIR_DISCOVERY_ANSWER_H
#define WEIR_DISCOVERY_ANSWER_H

#include "proxy/base/addr.h"

#define DNS_RECORDS_MAX 512
#define DNS_ALIASES_MAX 16
#define DNS_NAME_BYTES 256

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28, DNS_SRV = 33 };

enum dns_error {
    DNS_MALFORMED = -1,   /* not an answer to this question, or cut off */
    DNS_ALIAS_LOOP = -2,  /* more aliases than anybody needs */
    DNS_NO_RECORD = -3,   /* it holds nothing of the name and type asked for */
    DNS_OTHER_NAMES = -4, /* it holds records, but of names that nobody asked for */
};

/* An address, or a host and port that offer a service. */
struct dns_record {
    struct addr addr;          /* of A and AAAA; port 0 */
    char host[DNS_NAME_BYTES]; /* of SRV; else empty */
    uint16_t port, weight;     /* of SRV */
    uint64_t seen_ms;          /* for whoever keeps it */
};

struct dns_answer {
    unsigned count;
    bool is_cut; /* there were more records */
    uint32_t ttl_s;
    struct dns_record records[DNS_RECORDS_MAX];
};

/* 0 with at least one record, or an enum dns_error. */
MUST_CHECK int dns_answer_parse(const uint8_t *bytes, size_t len, const char *name,
                                enum dns_type type, struct dns_answer *answer_out);
const char *dns_strerror(int error);

/* The same host, or the same address; whatever else they say. */
bool dns_record_is_same(const struct dns_record *a, const struct dns_record *b);

#endif
