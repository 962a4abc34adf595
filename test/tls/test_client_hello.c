/* SPDX-License-Identifier: Apache-2.0 */
/* ClientHellos: whole, cut, in many records, padded, and such as are none. */
#include "tls/client_hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define BYTES_MAX (40 * 1024)

/* ---- making one ------------------------------------------------------------------------------------------- */

struct bytes {
    uint8_t data[BYTES_MAX];
    size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
    assert_true(b->len + len <= sizeof(b->data));
    memcpy(b->data + b->len, data, len);
    b->len += len;
}

static void put_number(struct bytes *b, unsigned bytes, size_t value)
{
    while (bytes-- > 0) {
        uint8_t byte = (uint8_t)(value >> (8 * bytes));
        put(b, &byte, 1);
    }
}

static void put_extension(struct bytes *b, unsigned type, const void *data, size_t len)
{
    put_number(b, 2, type);
    put_number(b, 2, len);
    put(b, data, len);
}

struct recipe {
    const char *sni;
    const char *alpn; /* length and name of each */
    size_t padding;
    bool tls13, groups, lists, without_extensions;
};

static void put_extensions(struct bytes *b, const struct recipe *r)
{
    static const uint8_t zeros[20 * 1024];
    struct bytes *e = calloc(2, sizeof(*e));
    struct bytes *value = e + 1;
    if (r->tls13)
        put_extension(e, 43, "\x06\x7a\x7a\x03\x04\x03\x03", 7);
    if (r->groups)
        put_extension(e, 10, "\0\2\0\x1d", 4);
    if (r->lists) {
        put_extension(e, 13, "\0\4\4\3\x08\4", 6);
        put_extension(e, 51, "\0\x0b\x7a\x7a\0\1\0\0\x1d\0\2ab", 13);
    }
    if (r->padding > 0)
        put_extension(e, 21, zeros, r->padding);
    if (r->sni != NULL) {
        put_number(value, 2, strlen(r->sni) + 3);
        put_number(value, 1, 0);
        put_number(value, 2, strlen(r->sni));
        put(value, r->sni, strlen(r->sni));
        put_extension(e, 0, value->data, value->len);
        value->len = 0;
    }
    if (r->alpn != NULL) {
        put_number(value, 2, strlen(r->alpn));
        put(value, r->alpn, strlen(r->alpn));
        put_extension(e, 16, value->data, value->len);
    }
    put_number(b, 2, e->len);
    put(b, e->data, e->len);
    free(e);
}

static void make_message(struct bytes *m, const struct recipe *r)
{
    struct bytes *body = calloc(1, sizeof(*body));
    static const uint8_t random[32] = "this is as random as it gets ...";
    put_number(body, 2, 0x0303);
    put(body, random, 32);
    put(body, "\4abcd", 5);           /* session id */
    put(body, "\0\4\x13\1\x13\2", 6); /* cipher suites */
    put(body, "\1\0", 2);             /* compression */
    if (!r->without_extensions)
        put_extensions(body, r);
    m->len = 0;
    put_number(m, 1, 1);
    put_number(m, 3, body->len);
    put(m, body->data, body->len);
    free(body);
}

/* In records of so many bytes. */
static void make_records(struct bytes *out, const struct bytes *message, size_t record_bytes)
{
    out->len = 0;
    for (size_t at = 0; at < message->len;) {
        size_t len = message->len - at < record_bytes ? message->len - at : record_bytes;
        put(out, "\x16\3\1", 3);
        put_number(out, 2, len);
        put(out, message->data + at, len);
        at += len;
    }
}

static struct bytes *make(const struct recipe *r, size_t record_bytes)
{
    struct bytes *both = calloc(2, sizeof(*both));
    make_message(both + 1, r);
    make_records(both, both + 1, record_bytes);
    return both;
}

static const struct recipe usual = {
    .sni = "www.Example.org", .alpn = "\2h2\10http/1.1", .tls13 = true, .groups = true};

static void check_usual(const struct client_hello *h)
{
    size_t len;
    assert_string_equal(h->sni, "www.Example.org");
    assert_int_equal(h->sni_len, 15);
    assert_true(h->has_sni && h->has_groups);
    assert_int_equal(h->type, 1);
    assert_int_equal(h->record_version, 0x0301);
    assert_int_equal(h->version, 0x0303);
    assert_int_equal(h->newest_version, 0x0304);
    assert_memory_equal(client_hello_alpn(h, 0, &len), "h2", 2);
    assert_int_equal(len, 2);
    assert_memory_equal(client_hello_alpn(h, 1, &len), "http/1.1", 8);
    assert_null(client_hello_alpn(h, 2, &len));
}

/* ---- what is read ------------------------------------------------------------------------------------------ */

static void a_hello_is_read_from_records_of_any_size(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 7, 64, 16384};
    for (size_t i = 0; i < LEN(sizes); i++) {
        struct client_hello hello;
        struct bytes *b = make(&usual, sizes[i]);
        assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_WHOLE);
        check_usual(&hello);
        free(b);
    }
}

static void each_beginning_asks_for_more(void **state)
{
    (void)state;
    for (size_t record = 5; record < 500; record += 200) {
        struct client_hello hello;
        struct bytes *b = make(&usual, record);
        for (size_t len = 0; len < b->len; len++) {
            uint8_t *exact = malloc(len + 1); /* so that a read beyond the end is seen */
            memcpy(exact, b->data, len);
            assert_int_equal(client_hello_parse(exact, len, &hello), CLIENT_HELLO_MORE);
            free(exact);
        }
        free(b);
    }
}

static void a_padded_hello_is_read_to_its_end(void **state)
{
    (void)state;
    struct recipe padded = usual;
    padded.padding = 16384;
    struct client_hello hello;
    struct bytes *b = make(&padded, 16384);
    assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_WHOLE);
    check_usual(&hello);
    free(b);
}

static void what_a_hello_lacks_is_empty(void **state)
{
    (void)state;
    static const struct recipe recipes[] = {{.without_extensions = true}, {.tls13 = false}};
    for (size_t i = 0; i < LEN(recipes); i++) {
        struct client_hello hello;
        size_t len;
        struct bytes *b = make(&recipes[i], 16384);
        assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_WHOLE);
        assert_false(hello.has_sni || hello.has_groups);
        assert_string_equal(hello.sni, "");
        assert_null(client_hello_alpn(&hello, 0, &len));
        assert_int_equal(hello.newest_version, 0x0303);
        free(b);
    }
}

static void bytes_behind_the_hello_do_not_matter(void **state)
{
    (void)state;
    struct client_hello hello;
    struct bytes *b = make(&usual, 16384);
    put(b, "\x17\3\3\0\1x", 6);
    assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_WHOLE);
    check_usual(&hello);
    free(b);
}

static void a_server_hello_is_known(void **state)
{
    (void)state;
    struct client_hello hello;
    struct bytes *b = calloc(1, sizeof(*b));
    uint8_t random[32] = {0};
    put(b, "\x16\3\3\0\x32\2\0\0\x2e\3\3", 11);
    put(b, random, 32);
    put(b, "\0\x13\1\0\0\6\0\x2b\0\2\3\4", 12);
    assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_WHOLE);
    assert_int_equal(hello.type, 2);
    assert_int_equal(hello.newest_version, 0x0304);
    free(b);
}

static void lists_of_numbers_are_copied(void **state)
{
    (void)state;
    static const struct {
        enum client_hello_list which;
        const char *bytes;
    } cases[] = {{CLIENT_HELLO_CIPHERS, "\x13\1\x13\2"},
                 {CLIENT_HELLO_GROUPS, "\0\x1d"},
                 {CLIENT_HELLO_SIGNATURES, "\4\3\x08\4"},
                 {CLIENT_HELLO_KEY_SHARES, "\x7a\x7a\0\x1d"}};
    struct recipe with = usual;
    with.lists = true;
    for (size_t record = 1; record < 200; record += 60) {
        struct bytes *b = make(&with, record), *none = make(&usual, record);
        for (size_t i = 0; i < LEN(cases); i++) {
            uint8_t list[CLIENT_HELLO_LIST_BYTES];
            size_t len, expected = cases[i].which == CLIENT_HELLO_GROUPS ? 2 : 4;
            assert_int_equal(client_hello_list(b->data, b->len, cases[i].which, list, &len),
                             CLIENT_HELLO_WHOLE);
            assert_int_equal(len, expected);
            assert_memory_equal(list, cases[i].bytes, expected);
            assert_int_equal(client_hello_list(b->data, b->len - 1, cases[i].which, list, &len),
                             CLIENT_HELLO_MORE);
            assert_int_equal(client_hello_list(none->data, none->len, cases[i].which, list, &len),
                             CLIENT_HELLO_WHOLE);
            assert_int_equal(len, i < 2 ? expected : 0);
        }
        free(b);
        free(none);
    }
}

static void a_key_longer_than_its_list_is_refused(void **state)
{
    (void)state;
    uint8_t list[CLIENT_HELLO_LIST_BYTES];
    size_t len;
    struct recipe with = usual;
    with.lists = true;
    struct bytes *b = make(&with, 16384);
    for (size_t i = 0; i + 6 < b->len; i++)
        if (memcmp(b->data + i, "\0\x1d\0\2ab", 6) == 0)
            b->data[i + 3] = 3;
    assert_int_equal(client_hello_list(b->data, b->len, CLIENT_HELLO_KEY_SHARES, list, &len),
                     CLIENT_HELLO_NOT);
    free(b);
}

/* ---- what is none ------------------------------------------------------------------------------------------ */

#define NOT(text)                                                                                  \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static void what_is_no_hello_is_seen_early(void **state)
{
    (void)state;
    static const struct {
        const char *data;
        size_t len;
    } cases[] = {
        NOT("GET / HTTP/1.1\r\n"),
        NOT("SSH-2.0-x"),
        NOT("\x16\2"),                   /* SSL 2 */
        NOT("\x17\3\1\0\5"),             /* data */
        NOT("\x16\3\1\0\0"),             /* an empty record */
        NOT("\x16\3\1\xff\xff"),         /* a record too long */
        NOT("\x16\3\1\0\4\1\2\0\0"),     /* a message too long */
        NOT("\x16\3\1\0\4\x0b\0\0\1"),   /* a certificate */
        NOT("\x16\3\1\0\6\1\0\0\2\2\1"), /* a version that is none */
        NOT("\x16\3\1\0\6\1\0\0\2\3\3"), /* a message that ends within */
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct client_hello hello;
        int status = client_hello_parse((const uint8_t *)cases[i].data, cases[i].len, &hello);
        if (status != CLIENT_HELLO_NOT)
            fail_msg("case %zu gives %d", i, status);
    }
}

/* One byte changed at a time: whatever comes of it, it is one of the three, and memory stays whole. */
static void no_byte_can_do_harm(void **state)
{
    (void)state;
    struct bytes *b = make(&usual, 60);
    for (size_t i = 0; i < b->len; i++) {
        for (unsigned flip = 1; flip < 256; flip <<= 1) {
            struct client_hello hello;
            uint8_t *exact = malloc(b->len);
            memcpy(exact, b->data, b->len);
            exact[i] ^= (uint8_t)flip;
            int status = client_hello_parse(exact, b->len, &hello);
            assert_true(status >= CLIENT_HELLO_NOT && status <= CLIENT_HELLO_WHOLE);
            assert_true(hello.sni_len == strlen(hello.sni));
            free(exact);
        }
    }
    free(b);
}

static void a_name_with_a_zero_in_it_is_refused(void **state)
{
    (void)state;
    struct client_hello hello;
    struct bytes *b = make(&usual, 16384);
    for (size_t i = 0; i + 15 < b->len; i++)
        if (memcmp(b->data + i, "www.Example.org", 15) == 0)
            b->data[i + 3] = '\0';
    assert_int_equal(client_hello_parse(b->data, b->len, &hello), CLIENT_HELLO_NOT);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hello_is_read_from_records_of_any_size),
        cmocka_unit_test(each_beginning_asks_for_more),
        cmocka_unit_test(a_padded_hello_is_read_to_its_end),
        cmocka_unit_test(what_a_hello_lacks_is_empty),
        cmocka_unit_test(bytes_behind_the_hello_do_not_matter),
        cmocka_unit_test(a_server_hello_is_known),
        cmocka_unit_test(lists_of_numbers_are_copied),
        cmocka_unit_test(a_key_longer_than_its_list_is_refused),
        cmocka_unit_test(what_is_no_hello_is_seen_early),
        cmocka_unit_test(no_byte_can_do_harm),
        cmocka_unit_test(a_name_with_a_zero_in_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
