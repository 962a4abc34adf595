/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading answers, RFC 1035 4.1. Names are expanded by c-ares, which knows the tricks of compression;
 * walking over the records is done here, because its own readers take any record for an answer,
 * whatever name it is of.
 */
#include "proxy/discovery/answer.h"

#include <ares.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HEADER_BYTES = 12, QUESTION_TAIL_BYTES = 4, RECORD_HEAD_BYTES = 10, SRV_HEAD_BYTES = 6 };
enum { CLASS_IN = 1, FLAG_RESPONSE = 0x80 };

struct reader {
    const uint8_t *bytes;
    size_t len, at;
    bool is_bad;
};

/* One record, as it is met. */
struct found {
    char owner[DNS_NAME_BYTES];
    unsigned type, class;
    uint32_t ttl_s;
    size_t data, data_len;
};

static unsigned number_at(const struct reader *r, size_t at)
{
    return (unsigned)r->bytes[at] << 8 | r->bytes[at + 1];
}

/* Moves behind the name. */
static void take_name(struct reader *r, char name_out[DNS_NAME_BYTES])
{
    char *name = NULL;
    long encoded = 0;
    name_out[0] = '\0';
    if (r->is_bad || r->at >= r->len ||
        ares_expand_name(r->bytes + r->at, r->bytes, (int)r->len, &name, &encoded) !=
            ARES_SUCCESS) {
        r->is_bad = true;
        return;
    }
    r->is_bad = strlen(name) >= DNS_NAME_BYTES;
    snprintf(name_out, DNS_NAME_BYTES, "%s", name);
    ares_free_string(name);
    r->at += (size_t)encoded;
}

static bool take_record(struct reader *r, struct found *found_out)
{
    take_name(r, found_out->owner);
    if (r->is_bad || r->len - r->at < RECORD_HEAD_BYTES)
        return false;
    found_out->type = number_at(r, r->at);
    found_out->class = number_at(r, r->at + 2);
    found_out->ttl_s = number_at(r, r->at + 4) << 16 | number_at(r, r->at + 6);
    found_out->data_len = number_at(r, r->at + 8);
    found_out->data = r->at + RECORD_HEAD_BYTES;
    r->at = found_out->data + found_out->data_len;
    return r->at <= r->len;
}

/* Stands before the first record then. */
static bool take_head(struct reader *r, const char *name, enum dns_type type)
{
    char asked[DNS_NAME_BYTES];
    if (r->len < HEADER_BYTES || (r->bytes[2] & FLAG_RESPONSE) == 0 || number_at(r, 4) != 1)
        return false;
    r->at = HEADER_BYTES;
    take_name(r, asked);
    if (r->is_bad || r->len - r->at < QUESTION_TAIL_BYTES || number_at(r, r->at) != type)
        return false;
    r->at += QUESTION_TAIL_BYTES;
    return strcasecmp(asked, name) == 0;
}

static bool is_of(const struct found *found, const char *owner, unsigned type)
{
    return found->class == CLASS_IN && found->type == type && strcasecmp(found->owner, owner) == 0;
}

/* Follows one alias of *name; 0: there is none, 1: name is where it leads. */
static int follow_alias(const struct reader *start, unsigned count, char name[DNS_NAME_BYTES],
                        uint32_t *ttl_s)
{
    struct reader r = *start;
    struct found found;
    for (unsigned i = 0; i < count; i++) {
        if (!take_record(&r, &found))
            return DNS_MALFORMED;
        if (!is_of(&found, name, DNS_CNAME))
            continue;
        struct reader data = {.bytes = r.bytes, .len = r.len, .at = found.data};
        take_name(&data, name);
        *ttl_s = found.ttl_s < *ttl_s ? found.ttl_s : *ttl_s;
        return data.is_bad ? DNS_MALFORMED : 1;
    }
    return 0;
}

static bool read_record(const struct reader *r, const struct found *found, struct dns_record *out)
{
    *out = (struct dns_record){.addr.family = AF_UNSPEC};
    if (found->type == DNS_A && found->data_len == sizeof(struct in_addr)) {
        out->addr.in.sin_family = AF_INET;
        memcpy(&out->addr.in.sin_addr, r->bytes + found->data, found->data_len);
        return true;
    }
    if (found->type == DNS_AAAA && found->data_len == sizeof(struct in6_addr)) {
        out->addr.in6.sin6_family = AF_INET6;
        memcpy(&out->addr.in6.sin6_addr, r->bytes + found->data, found->data_len);
        return true;
    }
    if (found->type != DNS_SRV || found->data_len <= SRV_HEAD_BYTES)
        return false;
    struct reader data = {.bytes = r->bytes, .len = r->len, .at = found->data + SRV_HEAD_BYTES};
    out->weight = (uint16_t)number_at(r, found->data + 2);
    out->port = (uint16_t)number_at(r, found->data + 4);
    take_name(&data, out->host);
    return !data.is_bad && out->host[0] != '\0'; /* "." offers nothing, RFC 2782 */
}

static bool is_known(const struct dns_answer *answer, const struct dns_record *record)
{
    for (unsigned i = 0; i < answer->count; i++) {
        if (dns_record_is_same(&answer->records[i], record))
            return true;
    }
    return false;
}

static int collect(struct reader *r, unsigned count, const char *name, enum dns_type type,
                   struct dns_answer *answer)
{
    struct found found;
    struct dns_record record;
    for (unsigned i = 0; i < count; i++) {
        if (!take_record(r, &found))
            return DNS_MALFORMED;
        if (!is_of(&found, name, type) || !read_record(r, &found, &record) ||
            is_known(answer, &record))
            continue;
        answer->is_cut = answer->count == DNS_RECORDS_MAX;
        if (answer->is_cut)
            return 0;
        answer->records[answer->count++] = record;
        answer->ttl_s = found.ttl_s < answer->ttl_s ? found.ttl_s : answer->ttl_s;
    }
    return 0;
}

int dns_answer_parse(const uint8_t *bytes, size_t len, const char *name, enum dns_type type,
                     struct dns_answer *answer_out)
{
    struct reader r = {.bytes = bytes, .len = len};
    char wanted[DNS_NAME_BYTES];
    answer_out->count = 0;
    answer_out->is_cut = false;
    answer_out->ttl_s = UINT32_MAX;
    if (!take_head(&r, name, type))
        return DNS_MALFORMED;
    unsigned count = number_at(&r, 6);
    snprintf(wanted, sizeof(wanted), "%s", name);
    unsigned aliases = 0;
    int more;
    while ((more = follow_alias(&r, count, wanted, &answer_out->ttl_s)) > 0) {
        if (++aliases > DNS_ALIASES_MAX)
            return DNS_ALIAS_LOOP;
    }
    int error = more < 0 ? more : collect(&r, count, wanted, type, answer_out);
    if (error != 0 || answer_out->count > 0)
        return error;
    return count > 0 && aliases == 0 ? DNS_OTHER_NAMES : DNS_NO_RECORD;
}

const char *dns_strerror(int error)
{
    static const char *const texts[] = {
        [-DNS_MALFORMED] = "the answer is malformed",
        [-DNS_ALIAS_LOOP] = "its aliases lead nowhere",
        [-DNS_NO_RECORD] = "the answer holds no address",
        [-DNS_OTHER_NAMES] = "the answer is about other names",
    };
    return texts[-error];
}

bool dns_record_is_same(const struct dns_record *a, const struct dns_record *b)
{
    if (a->addr.family != b->addr.family || a->port != b->port)
        return false;
    if (a->addr.family == AF_INET)
        return a->addr.in.sin_addr.s_addr == b->addr.in.sin_addr.s_addr;
    if (a->addr.family == AF_INET6)
        return memcmp(&a->addr.in6.sin6_addr, &b->addr.in6.sin6_addr, 16) == 0;
    return strcasecmp(a->host, b->host) == 0;
}
