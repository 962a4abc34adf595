/* SPDX-License-Identifier: Apache-2.0 */
/* NetScaler's Client IP headers: both forms, whatever is cut or wrong. */
#include "proxy/net/netscaler_cip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(text) text, sizeof(text) - 1
#define MAGIC "\x12\x34\x56\x78"
#define PORTS "\x12\x67\x01\xbb"
#define TCP_REST "\0\0\0\0\0\0\0\0\x50\x02\x20\0\0\0\0\0"
#define IPV4(head, protocol, options)                                                              \
    head "\0\0\x28\0\x01\0\0\x40" protocol "\0\0\xc0\0\x02\x01\xc0\0\x02\x09" options PORTS TCP_REST
#define IPV6(next)                                                                                 \
    "\x60\0\0\0\0\x14" next "\x40"                                                                 \
    "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02" PORTS   \
        TCP_REST
#define V4_ENDS "192.0.2.1:4711 > 192.0.2.9:443"

/* clang-format off */
static const struct {
    const char *name;
    const char *data;
    size_t len;
    int want; /* the header's length, or why not */
    const char *ends;
} cases[] = {
    {"IPv4", TEXT(MAGIC "\0\0\0\x2c\0\0\0\x28" IPV4("\x45", "\x06", "") "GET"), 52, V4_ENDS},
    {"IPv4 with options", TEXT(MAGIC "\0\0\0\x30\0\0\0\x2c" IPV4("\x46", "\x06", "\x01\x01\x01\x01")), 56, V4_ENDS},
    {"IPv6", TEXT(MAGIC "\0\0\0\x40\0\0\0\x3c" IPV6("\x06")), 72, "2001:db8::1:4711 > 2001:db8::2:443"},
    {"the legacy form", TEXT(MAGIC "\0\0\0\x28" IPV4("\x45", "\x06", "") "GET"), 48, V4_ENDS},
    {"the legacy form, IPv6", TEXT(MAGIC "\0\0\0\x3c" IPV6("\x06")), 68, "2001:db8::1:4711 > 2001:db8::2:443"},
    {"nothing", TEXT(""), PROXY_MORE, NULL},
    {"cut in the magic number", TEXT("\x12\x34"), PROXY_MORE, NULL},
    {"cut before the headers", TEXT(MAGIC "\0\0\0\x2c\0\0\0\x28"), PROXY_MORE, NULL},
    {"another magic number", TEXT("\x12\x34\x56\x79\0\0\0\x2c\0\0\0\x28" IPV4("\x45", "\x06", "")), PROXY_NOT, NULL},
    {"a request", TEXT("GET / HTTP/1.1\r\n\r\n"), PROXY_NOT, NULL},
    {"an unknown type", TEXT(MAGIC "\0\0\0\x2c\0\x01\0\x28" IPV4("\x45", "\x06", "")), PROXY_UNKNOWN, NULL},
    {"UDP", TEXT(MAGIC "\0\0\0\x2c\0\0\0\x28" IPV4("\x45", "\x11", "")), PROXY_UNKNOWN, NULL},
    {"UDP over IPv6", TEXT(MAGIC "\0\0\0\x40\0\0\0\x3c" IPV6("\x11")), PROXY_UNKNOWN, NULL},
    {"neither version of IP", TEXT(MAGIC "\0\0\0\x2c\0\0\0\x28" IPV4("\x55", "\x06", "")), PROXY_UNKNOWN, NULL},
    {"too short for IPv4", TEXT(MAGIC "\0\0\0\x08\0\0\0\x04" "\x45\0\0\x28"), PROXY_UNKNOWN, NULL},
    {"IPv4 without ports", TEXT(MAGIC "\0\0\0\x18\0\0\0\x14" "\x45\0\0\x28\0\x01\0\0\x40\x06\0\0\xc0\0\x02\x01\xc0\0\x02\x09"), PROXY_UNKNOWN, NULL},
    {"an IPv4 header of less than 20 bytes", TEXT(MAGIC "\0\0\0\x2c\0\0\0\x28" IPV4("\x44", "\x06", "")), PROXY_UNKNOWN, NULL},
    {"no headers", TEXT(MAGIC "\0\0\0\x04\0\0\0\0"), PROXY_BAD, NULL},
    {"more than anybody has to say", TEXT(MAGIC "\0\0\0\x2c\0\0\xff\xff"), PROXY_TOO_LONG, NULL},
    {"more than that, legacy", TEXT(MAGIC "\xff\xff\xff\xff\x45\0\0\x28"), PROXY_TOO_LONG, NULL},
};
/* clang-format on */

static void describe(const struct proxy_header *h, char out[128])
{
    char from[ADDR_TEXT_BYTES], to[ADDR_TEXT_BYTES];
    addr_format(&h->from, from);
    addr_format(&h->to, to);
    snprintf(out, 128, "%s:%u > %s:%u", from, addr_port(&h->from), to, addr_port(&h->to));
}

static void headers_are_read_strictly(void **state)
{
    (void)state;
    int bad = 0;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct proxy_header header;
        char ends[128] = "";
        uint8_t *exact = malloc(cases[i].len + 1); /* so that a read beyond the end is seen */
        memcpy(exact, cases[i].data, cases[i].len);
        int got = netscaler_cip_parse(exact, cases[i].len, 0x12345678, &header);
        if (got > 0)
            describe(&header, ends);
        if (got != cases[i].want || (got > 0 && strcmp(ends, cases[i].ends) != 0)) {
            print_error("%s: got %d %s\n", cases[i].name, got, ends);
            bad++;
        }
        free(exact);
    }
    assert_int_equal(bad, 0);
}

static void a_beginning_asks_for_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct proxy_header header;
        for (int len = 0; len < cases[i].want; len++)
            assert_int_equal(netscaler_cip_parse((const uint8_t *)cases[i].data, (size_t)len,
                                                 0x12345678, &header),
                             PROXY_MORE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_strictly),
        cmocka_unit_test(a_beginning_asks_for_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
