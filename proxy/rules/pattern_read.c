/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of patterns to the keys under which they are found. What is refused, and its words, are HAProxy's. */
#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/base/regex.h"
#include "proxy/rules/pattern_set.h"

__attribute__((format(printf, 3, 4))) static bool refuse(struct pattern_reader *reader,
                                                         size_t offset, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(reader->error, sizeof reader->error, format, args);
    va_end(args);
    reader->offset = offset;
    return false;
}

static void set_key(struct pattern_entry *entry, enum pattern_place place, const void *bytes,
                    size_t bits)
{
    memmove(entry->key, bytes, (bits + 7) / 8);
    entry->key_bits = bits;
    entry->place = place;
}

/* ---- numbers ------------------------------------------------------------------------------------------ */

/* All of it has to be decimal digits, with a sign or none. */
static bool read_number(const char *text, size_t len, long long *value_out)
{
    bool is_negative = len > 0 && *text == '-';
    long long value = 0;
    text += is_negative;
    len -= is_negative;
    if (len == 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, text[i] - '0', &value))
            return false;
    }
    *value_out = is_negative ? -value : value;
    return true;
}

/* "3.1" is 3 times 65536 and 1. */
static bool read_dotted(const char *text, size_t len, long long *value_out)
{
    const char *dot = memchr(text, '.', len);
    size_t major_len = dot != NULL ? (size_t)(dot - text) : len;
    long long major, minor = 0;
    if (!read_number(text, major_len, &major) || major < 0 || major > 65535)
        return false;
    if (dot != NULL &&
        (!read_number(dot + 1, len - major_len - 1, &minor) || minor < 0 || minor > 65535))
        return false;
    *value_out = major * 65536 + minor;
    return true;
}

typedef bool number_reader(const char *text, size_t len, long long *value_out);

/* "5", "5:7", "5:", ":7", and '-' for ':'. Single numbers have a key, as there may be many. */
static bool read_range(struct pattern_reader *reader, const char *text, size_t len,
                       number_reader *read, const char *what, struct pattern_entry *entry)
{
    struct pattern_range range = {LLONG_MIN, LLONG_MAX};
    size_t colon = strcspn(text, ":-");
    if (colon == len) {
        if (!read(text, len, &range.min))
            return refuse(reader, 0, "'%s' is not a %s", text, what);
        set_key(entry, PATTERN_IN_TABLE, &range.min, sizeof range.min * 8);
        return true;
    }
    size_t behind = len - colon - 1;
    bool reads = (colon == 0 || read(text, colon, &range.min)) &&
                 (behind == 0 || read(text + colon + 1, behind, &range.max));
    if (!reads || len == 1 || range.min > range.max)
        return refuse(reader, 0, "'%s' is not a valid %s range", text, what);
    entry->range = range;
    entry->place = PATTERN_IN_ROW;
    return true;
}

bool pattern_read_int(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)use;
    return read_range(reader, text, len, read_number, "number", entry);
}

bool pattern_read_version(struct pattern_reader *reader, const struct pattern_use *use,
                          const char *text, size_t len, struct pattern_entry *entry)
{
    (void)use;
    return read_range(reader, text, len, read_dotted, "dotted number", entry);
}

/* ---- addresses ---------------------------------------------------------------------------------------- */

/* What stands behind the slash: a count of bits, or for IPv4 a mask. */
static bool read_mask4(const char *text, uint32_t *mask_out)
{
    long long bits;
    if (strchr(text, '.') != NULL)
        return inet_pton(AF_INET, text, mask_out) == 1;
    if (!read_number(text, strlen(text), &bits) || bits < 0 || bits > 32)
        return false;
    *mask_out = bits == 0 ? 0 : htonl(UINT32_MAX << (32 - bits));
    return true;
}

/* Also the short forms ("10.1" is 10.0.0.1) and names, which only the configuration may have. */
static bool read_host4(const struct pattern_reader *reader, const char *host, bool no_dns,
                       uint32_t *address_out)
{
    struct in_addr address;
    struct sockaddr_storage sa;
    if (inet_pton(AF_INET, host, address_out) == 1)
        return true;
    if (no_dns || reader->source == NULL)
        return false;
    if (inet_aton(host, &address) != 0) {
        *address_out = address.s_addr;
        return true;
    }
    if (strchr(host, ':') != NULL ||
        reader->source->resolve(reader->source->ctx, host, AF_INET, &sa) != 0)
        return false;
    *address_out = ((const struct sockaddr_in *)&sa)->sin_addr.s_addr;
    return true;
}

/* Masks with holes have no prefix; they are tried one by one. */
static void set_network4(struct pattern_entry *entry, uint32_t address, uint32_t mask)
{
    uint32_t host_mask = ntohl(mask);
    if ((~host_mask & (~host_mask + 1)) != 0) {
        entry->mask = (struct pattern_mask){address, mask};
        entry->place = PATTERN_IN_ROW;
        return;
    }
    address &= mask;
    set_key(entry, PATTERN_IN_TREE, &address, (size_t)__builtin_popcount(mask));
}

static bool read_network6(const char *host, const char *mask, struct pattern_entry *entry)
{
    struct in6_addr address;
    long long bits = 128;
    if (inet_pton(AF_INET6, host, &address) != 1)
        return false;
    if (mask != NULL && (!read_number(mask, strlen(mask), &bits) || bits < 0 || bits > 128))
        return false;
    set_key(entry, PATTERN_IN_TREE6, &address, (size_t)bits);
    return true;
}

bool pattern_read_ip(struct pattern_reader *reader, const struct pattern_use *use, const char *text,
                     size_t len, struct pattern_entry *entry)
{
    char host[256];
    uint32_t address, mask = UINT32_MAX;
    const char *slash = strrchr(text, '/');
    size_t host_len = slash != NULL ? (size_t)(slash - text) : len;
    if (host_len < sizeof host) {
        memcpy(host, text, host_len);
        host[host_len] = '\0';
        if (read_network6(host, slash != NULL ? slash + 1 : NULL, entry))
            return true;
        if ((slash == NULL || read_mask4(slash + 1, &mask)) &&
            read_host4(reader, host, use->no_dns, &address)) {
            set_network4(entry, address, mask);
            return true;
        }
    }
    return refuse(reader, 0, "'%s' is not a valid IPv4 or IPv6 address", text);
}

/* ---- texts -------------------------------------------------------------------------------------------- */

static void fold_key(const struct pattern_use *use, struct pattern_entry *entry)
{
    for (size_t i = 0; use->ignore_case && i < entry->key_bits / 8; i++)
        entry->key[i] = ascii_lower_byte(entry->key[i]);
}

bool pattern_read_str(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    set_key(entry, PATTERN_IN_TABLE, text, len * 8);
    fold_key(use, entry);
    return true;
}

/* Names of methods that are known are told apart by case even with -i. */
bool pattern_is_known_method(const void *name, size_t len)
{
    static const char *const known[] = {"OPTIONS", "GET",    "HEAD",  "POST",
                                        "PUT",     "DELETE", "TRACE", "CONNECT"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i]) == len && memcmp(known[i], name, len) == 0)
            return true;
    }
    return false;
}

bool pattern_read_method(struct pattern_reader *reader, const struct pattern_use *use,
                         const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    set_key(entry, PATTERN_IN_TABLE, text, len * 8);
    if (!pattern_is_known_method(text, len))
        fold_key(use, entry);
    return true;
}

/* Every text has an empty part; nobody means that. */
static enum pattern_place place_of_part(size_t len)
{
    return len > 0 ? PATTERN_IN_TREE : PATTERN_NOWHERE;
}

bool pattern_read_tree(struct pattern_reader *reader, const struct pattern_use *use,
                       const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    set_key(entry, place_of_part(len), text, len * 8);
    fold_key(use, entry);
    return true;
}

bool pattern_read_end(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    for (size_t i = 0; i < len; i++)
        entry->key[i] = (unsigned char)text[len - 1 - i];
    entry->key_bits = len * 8;
    entry->place = place_of_part(len);
    fold_key(use, entry);
    return true;
}

/* Marks around the pattern do not count; nothing between them is nowhere. */
static bool read_parts(const struct pattern_use *use, const char *text, size_t len,
                       const char *marks, struct pattern_entry *entry)
{
    while (len > 0 && strchr(marks, *text) != NULL) {
        text++;
        len--;
    }
    while (len > 0 && strchr(marks, text[len - 1]) != NULL)
        len--;
    set_key(entry, place_of_part(len), text, len * 8);
    fold_key(use, entry);
    return true;
}

bool pattern_read_dir(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    return read_parts(use, text, len, pattern_dir_marks, entry);
}

bool pattern_read_dom(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)reader;
    return read_parts(use, text, len, pattern_dom_marks, entry);
}

bool pattern_read_bin(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    (void)use;
    if (len % 2 != 0)
        return refuse(reader, 0, "an even number of hex digit is expected");
    for (size_t i = 0; i < len; i++) {
        int digit = ascii_hex_value(text[i]);
        if (digit < 0)
            return refuse(reader, i, "an hex digit is expected (found '%c')", text[i]);
        entry->key[i / 2] = (unsigned char)(entry->key[i / 2] << 4 | digit);
    }
    entry->key_bits = len / 2 * 8;
    entry->place = PATTERN_IN_TABLE;
    return true;
}

bool pattern_read_reg(struct pattern_reader *reader, const struct pattern_use *use,
                      const char *text, size_t len, struct pattern_entry *entry)
{
    char why[REGEX_ERROR_BYTES];
    size_t offset;
    (void)len;
    entry->place = PATTERN_IN_ROW;
    entry->regex = regex_new(text, use->ignore_case, why, &offset);
    if (entry->regex == NULL)
        return refuse(reader, offset, "regex '%s' is invalid (error=%s, erroffset=%zu)", text, why,
                      offset);
    return true;
}

/* ---- values of maps ----------------------------------------------------------------------------------- */

static bool read_address(const char *text, struct sample *value_out)
{
    if (inet_pton(AF_INET, text, &value_out->ipv4) == 1)
        value_out->type = SAMPLE_IPV4;
    else if (inet_pton(AF_INET6, text, &value_out->ipv6) == 1)
        value_out->type = SAMPLE_IPV6;
    else
        return false;
    return true;
}

bool pattern_value_read(enum sample_type type, const char *text, struct sample *value_out)
{
    if (type == SAMPLE_ADDR)
        return read_address(text, value_out);
    if (type == SAMPLE_INT) {
        value_out->type = SAMPLE_INT;
        return read_number(text, strlen(text), &value_out->integer);
    }
    sample_set_text(value_out, SAMPLE_STRING, text, strlen(text));
    return true;
}
