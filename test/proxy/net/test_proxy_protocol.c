/* SPDX-License-Identifier: Apache-2.0 */
/* PROXY headers: what is read, what is refused, and that what we write is read back. */
#include "proxy/net/proxy_protocol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define TEXT(text) text, sizeof(text) - 1
#define IPV4_ENDS "\xc0\x00\x02\x01\xc0\x00\x02\x09\x12\x67\x01\xbb"

static void describe(const struct proxy_header *h, char out[128])
{
    char from[ADDR_TEXT_BYTES], to[ADDR_TEXT_BYTES];
    if (!h->has_addresses) {
        strcpy(out, "own");
        return;
    }
    addr_format(&h->from, from);
    addr_format(&h->to, to);
    snprintf(out, 128, "%s:%u > %s:%u", from, addr_port(&h->from), to, addr_port(&h->to));
}

/* clang-format off */
static const struct {
    const char *name;
    const char *data;
    size_t len;
    int want; /* the header's length, or why not */
    const char *ends;
} cases[] = {
    {"TCP over IPv4", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r\nGET"), 41, "192.0.2.1:4711 > 192.0.2.9:443"},
    {"TCP over IPv6", TEXT("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n"), 36, "2001:db8::1:1 > ::1:65535"},
    {"IPv4 within IPv6 is IPv4", TEXT("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.9 1 2\r\n"), 50, "192.0.2.1:1 > 192.0.2.9:2"},
    {"unknown", TEXT("PROXY UNKNOWN\r\n"), 15, "own"},
    {"unknown with anything", TEXT("PROXY UNKNOWN ffff::1 x 7\r\n"), 27, "own"},
    {"unknown and something glued to it", TEXT("PROXY UNKNOWNS\r\n"), PROXY_BAD, NULL},
    {"the longest line", TEXT("PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"), 107, "own"},
    {"a line too long", TEXT("PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n"), PROXY_BAD, NULL},
    {"no end in sight", TEXT("PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), PROXY_BAD, NULL},
    {"cut within the line", TEXT("PROXY TCP4 192.0.2.1 192."), PROXY_MORE, NULL},
    {"cut before LF", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\r"), PROXY_MORE, NULL},
    {"one byte", TEXT("P"), PROXY_MORE, NULL},
    {"nothing", TEXT(""), PROXY_MORE, NULL},
    {"a bare LF", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443\n"), PROXY_BAD, NULL},
    {"a CR inside", TEXT("PROXY TCP4 192.0.2.1\r 192.0.2.9 4711 443\r\n"), PROXY_BAD, NULL},
    {"a NUL inside", TEXT("PROXY TCP4 192.0.2.1\0 192.0.2.9 4711 443\r\n"), PROXY_BAD, NULL},
    {"two spaces", TEXT("PROXY TCP4  192.0.2.1 192.0.2.9 4711 443\r\n"), PROXY_BAD, NULL},
    {"a space at the end", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443 \r\n"), PROXY_BAD, NULL},
    {"a word too many", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711 443 x\r\n"), PROXY_BAD, NULL},
    {"a word too few", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 4711\r\n"), PROXY_BAD, NULL},
    {"no words", TEXT("PROXY TCP4 \r\n"), PROXY_BAD, NULL},
    {"a port too large", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 65536 443\r\n"), PROXY_BAD, NULL},
    {"a port with a zero before it", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 04711 443\r\n"), PROXY_BAD, NULL},
    {"a negative port", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 -1 443\r\n"), PROXY_BAD, NULL},
    {"a port with a sign", TEXT("PROXY TCP4 192.0.2.1 192.0.2.9 +1 443\r\n"), PROXY_BAD, NULL},
    {"an address with a zero before it", TEXT("PROXY TCP4 192.0.02.1 192.0.2.9 1 443\r\n"), PROXY_BAD, NULL},
    {"an address in short", TEXT("PROXY TCP4 192.1 192.0.2.9 1 443\r\n"), PROXY_BAD, NULL},
    {"IPv6 where IPv4 is said", TEXT("PROXY TCP4 ::1 ::1 1 443\r\n"), PROXY_BAD, NULL},
    {"IPv4 where IPv6 is said", TEXT("PROXY TCP6 192.0.2.1 192.0.2.9 1 443\r\n"), PROXY_BAD, NULL},
    {"a transport that is none", TEXT("PROXY UDP4 192.0.2.1 192.0.2.9 1 443\r\n"), PROXY_UNKNOWN, NULL},
    {"small letters", TEXT("PROXY tcp4 192.0.2.1 192.0.2.9 1 443\r\n"), PROXY_UNKNOWN, NULL},
    {"no header", TEXT("GET / HTTP/1.1\r\n"), PROXY_NOT, NULL},
    {"almost a header", TEXT("PROXX TCP4"), PROXY_NOT, NULL},
    {"TLS", TEXT("\x16\x03\x01\x02\x00"), PROXY_NOT, NULL},

    {"2: IPv4", TEXT(SIGNATURE "\x21\x11\x00\x0c" IPV4_ENDS "GET"), 28, "192.0.2.1:4711 > 192.0.2.9:443"},
    {"2: IPv4 with a TLV", TEXT(SIGNATURE "\x21\x11\x00\x11" IPV4_ENDS "\x04\x00\x02zz"), 33, "192.0.2.1:4711 > 192.0.2.9:443"},
    {"2: IPv6", TEXT(SIGNATURE "\x21\x21\x00\x24" "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01" "\x00\x07\x00\x08"), 52, "2001:db8::1:7 > ::1:8"},
    {"2: local", TEXT(SIGNATURE "\x20\x00\x00\x00"), 16, "own"},
    {"2: local with bytes to pass over", TEXT(SIGNATURE "\x20\x11\x00\x03" "abc"), 19, "own"},
    {"2: unspecified", TEXT(SIGNATURE "\x21\x00\x00\x00"), 16, "own"},
    {"2: unspecified with bytes", TEXT(SIGNATURE "\x21\x00\x00\x05" "\xff\xff\xff\xff\xff"), 21, "own"},
    {"2: datagrams", TEXT(SIGNATURE "\x21\x12\x00\x0c" IPV4_ENDS), 28, "own"},
    {"2: a family that is none", TEXT(SIGNATURE "\x21\x41\x00\x0c" IPV4_ENDS), PROXY_UNKNOWN, NULL},
    {"2: a transport that is none", TEXT(SIGNATURE "\x21\x13\x00\x0c" IPV4_ENDS), PROXY_UNKNOWN, NULL},
    {"2: version 3", TEXT(SIGNATURE "\x31\x11\x00\x0c" IPV4_ENDS), PROXY_BAD, NULL},
    {"2: a command that is none", TEXT(SIGNATURE "\x22\x11\x00\x0c" IPV4_ENDS), PROXY_BAD, NULL},
    {"2: too short for IPv4", TEXT(SIGNATURE "\x21\x11\x00\x0b" IPV4_ENDS), PROXY_BAD, NULL},
    {"2: too short for IPv6", TEXT(SIGNATURE "\x21\x21\x00\x0c" IPV4_ENDS), PROXY_BAD, NULL},
    {"2: too short for unix", TEXT(SIGNATURE "\x21\x31\x00\x0c" IPV4_ENDS), PROXY_BAD, NULL},
    {"2: cut within the signature", TEXT("\r\n\r\n\0\r\nQUI"), PROXY_MORE, NULL},
    {"2: cut within the head", TEXT(SIGNATURE "\x21\x11\x00"), PROXY_MORE, NULL},
    {"2: cut within the addresses", TEXT(SIGNATURE "\x21\x11\x00\x0c\xc0"), PROXY_MORE, NULL},
    {"2: a wrong version is seen at once", TEXT(SIGNATURE "\x11"), PROXY_BAD, NULL},
    {"2: too long", TEXT(SIGNATURE "\x21\x11\xff\xff"), PROXY_TOO_LONG, NULL},
    {"2: half a TLV head", TEXT(SIGNATURE "\x21\x11\x00\x0e" IPV4_ENDS "\x04\x00"), PROXY_BAD, NULL},
    {"2: a TLV beyond the end", TEXT(SIGNATURE "\x21\x11\x00\x11" IPV4_ENDS "\x04\x00\x03zz"), PROXY_BAD, NULL},
    {"2: a wrong checksum", TEXT(SIGNATURE "\x21\x11\x00\x13" IPV4_ENDS "\x03\x00\x04zzzz"), PROXY_BAD, NULL},
    {"2: a checksum of three bytes", TEXT(SIGNATURE "\x21\x11\x00\x12" IPV4_ENDS "\x03\x00\x03zzz"), PROXY_BAD, NULL},
};
/* clang-format on */

static void headers_are_read_strictly(void **state)
{
    (void)state;
    int bad = 0;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct proxy_header header;
        char ends[128];
        uint8_t *exact = malloc(cases[i].len + 1); /* so that a read beyond the end is seen */
        memcpy(exact, cases[i].data, cases[i].len);
        int got = proxy_header_parse(exact, cases[i].len, &header);
        describe(&header, ends);
        if (got != cases[i].want || (got > 0 && strcmp(ends, cases[i].ends) != 0)) {
            print_error("%s: got %d %s\n", cases[i].name, got, got > 0 ? ends : "");
            bad++;
        }
        free(exact);
    }
    assert_int_equal(bad, 0);
}

/* However a header is cut, its beginning is the beginning of one. */
static void a_beginning_asks_for_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct proxy_header header;
        for (int len = 0; len < cases[i].want; len++)
            assert_int_equal(
                proxy_header_parse((const uint8_t *)cases[i].data, (size_t)len, &header),
                PROXY_MORE);
    }
}

static struct proxy_facts facts_of(const char *from, const char *to)
{
    struct proxy_facts facts = {.is_local = false};
    char line[128];
    struct proxy_header header;
    snprintf(line, sizeof(line), "PROXY TCP%c %s %s 4711 443\r\n",
             strchr(from, ':') != NULL ? '6' : '4', from, to);
    assert_true(proxy_header_parse((uint8_t *)line, strlen(line), &header) > 0);
    facts.from = header.from;
    facts.to = header.to;
    return facts;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    static const char *const ends[][3] = {
        {"192.0.2.1", "192.0.2.9", "192.0.2.1:4711 > 192.0.2.9:443"},
        {"2001:db8::1", "::1", "2001:db8::1:4711 > ::1:443"},
    };
    for (size_t i = 0; i < LEN(ends); i++) {
        struct proxy_facts facts = facts_of(ends[i][0], ends[i][1]);
        struct proxy_header header;
        uint8_t out[PROXY_OUT_BYTES];
        char text[128];
        size_t len = proxy_header_format_v1(&facts, (char *)out);
        assert_int_equal(proxy_header_parse(out, len, &header), len);
        describe(&header, text);
        assert_string_equal(text, ends[i][2]);
        facts.with_crc32c = true;
        len = proxy_header_format_v2(&facts, out);
        assert_int_equal(proxy_header_parse(out, len, &header), len);
        describe(&header, text);
        assert_string_equal(text, ends[i][2]);
        out[len - 1] ^= 1;
        assert_int_equal(proxy_header_parse(out, len, &header), PROXY_BAD);
    }
}

static void facts_travel_in_tlvs(void **state)
{
    (void)state;
    struct proxy_facts facts = facts_of("192.0.2.1", "192.0.2.9");
    facts.authority = "www.example.org";
    facts.tls = facts.with_tls = facts.tls_has_certificate = true;
    facts.tls_version = "TLSv1.3";
    facts.tls_cn = "client";
    uint8_t out[PROXY_OUT_BYTES];
    struct proxy_header header;
    size_t len = proxy_header_format_v2(&facts, out), value_len = 0;
    assert_int_equal(proxy_header_parse(out, len, &header), len);
    const uint8_t *value =
        proxy_header_tlv(header.tlvs, header.tlvs_len, PROXY_TLV_AUTHORITY, &value_len);
    assert_int_equal(value_len, 15);
    assert_memory_equal(value, "www.example.org", 15);
    value = proxy_header_tlv(header.tlvs, header.tlvs_len, PROXY_TLV_SSL, &value_len);
    static const char want[] = "\x07\0\0\0\0\x21\0\x07TLSv1.3\x22\0\x06"
                               "client";
    assert_int_equal(value_len, sizeof(want) - 1);
    assert_memory_equal(value, want, value_len);
    assert_null(proxy_header_tlv(header.tlvs, header.tlvs_len, PROXY_TLV_ALPN, &value_len));
}

static void ends_of_two_kinds_are_unknown(void **state)
{
    (void)state;
    struct proxy_facts facts = facts_of("192.0.2.1", "192.0.2.9");
    facts.to.family = AF_UNIX;
    uint8_t out[PROXY_OUT_BYTES];
    struct proxy_header header;
    assert_int_equal(proxy_header_format_v1(&facts, (char *)out), 15);
    assert_memory_equal(out, "PROXY UNKNOWN\r\n", 15);
    assert_int_equal(proxy_header_format_v2(&facts, out), 16);
    assert_int_equal(proxy_header_parse(out, 16, &header), 16);
    facts.is_local = true;
    assert_int_equal(proxy_header_format_v2(&facts, out), 16);
    assert_int_equal(out[12], 0x20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_strictly),
        cmocka_unit_test(a_beginning_asks_for_more),
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(facts_travel_in_tlvs),
        cmocka_unit_test(ends_of_two_kinds_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
