/* SPDX-License-Identifier: Apache-2.0 */
/* Values of header fields in other forms: as a number, as an address. */
#include "proxy/fetches/header_priv.h"

#include <arpa/inet.h>
#include <string.h>

/* Digits at the beginning, as HAProxy reads them; the rest does not count. */
static long long leading_number(struct sample_text text)
{
    bool negative = text.len > 0 && text.data[0] == '-';
    long long n = 0;
    for (size_t i = negative ? 1 : 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || n > (INT64_MAX - 9) / 10)
            break;
        n = n * 10 + (text.data[i] - '0');
    }
    return negative ? -n : n;
}

bool header_number(struct sample_env *env, const struct fetch *row, const struct arg *args,
                   struct sample *out)
{
    if (!header_value(env, row, args, out))
        return false;
    sample_set_int(out, leading_number(out->text));
    return true;
}

/* A port may follow an IPv4 address. */
static bool read_address(struct sample_text text, struct sample *out)
{
    char copy[INET6_ADDRSTRLEN];
    const char *from = text.data, *end = from + text.len, *to = end;
    if (memchr(from, '.', text.len) != NULL) {
        const char *port = memchr(from, ':', text.len);
        if (port != NULL && memchr(port + 1, ':', (size_t)(end - port - 1)) == NULL)
            to = port;
    }
    size_t len = (size_t)(to - from);
    if (len >= sizeof(copy))
        return false;
    memcpy(copy, from, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &out->ipv4) == 1)
        out->type = SAMPLE_IPV4;
    else if (inet_pton(AF_INET6, copy, &out->ipv6) == 1)
        out->type = SAMPLE_IPV6;
    else
        return false;
    return true;
}

/* Values that are no address are passed over. */
bool header_address(struct sample_env *env, const struct fetch *row, const struct arg *args,
                    struct sample *out)
{
    while (header_value(env, row, args, out)) {
        if (read_address(out->text, out))
            return true;
        if ((out->flags & SAMPLE_HAS_MORE) == 0)
            return false;
    }
    return false;
}
