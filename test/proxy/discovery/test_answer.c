/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from an answer, and what from one that lies. */
#include "test/proxy/discovery/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static struct wire wire;
static struct dns_answer answer;

static void one_address(void)
{
    wire_begin(&wire, "app.test", DNS_A);
    wire_address(&wire, "app.test", 60, "10.0.0.1");
}

static void three_addresses(void)
{
    one_address();
    wire_address(&wire, "APP.test", 5, "10.0.0.2");
    wire_address(&wire, "app.test", 60, "10.0.0.3");
}

static void the_same_twice(void)
{
    one_address();
    wire_address(&wire, "app.test", 60, "10.0.0.1");
}

static void behind_aliases(void)
{
    wire_begin(&wire, "app.test", DNS_A);
    wire_address(&wire, "c.test", 60, "10.0.0.9");
    wire_alias(&wire, "b.test", 30, "c.test");
    wire_alias(&wire, "app.test", 7, "b.test");
}

static void of_another_name(void)
{
    wire_begin(&wire, "app.test", DNS_A);
    wire_address(&wire, "evil.test", 60, "10.6.6.6");
}

static void one_true_one_false(void)
{
    of_another_name();
    wire_address(&wire, "app.test", 60, "10.0.0.1");
}

static void alias_loop(void)
{
    wire_begin(&wire, "app.test", DNS_A);
    wire_alias(&wire, "app.test", 60, "b.test");
    wire_alias(&wire, "b.test", 60, "app.test");
}

static void alias_to_nothing(void)
{
    wire_begin(&wire, "app.test", DNS_A);
    wire_alias(&wire, "app.test", 60, "b.test");
}

static void six_hundred(void)
{
    char address[32];
    wire_begin(&wire, "app.test", DNS_A);
    for (int i = 0; i < 600; i++) {
        snprintf(address, sizeof(address), "10.1.%d.%d", i / 250, i % 250);
        wire_address(&wire, "app.test", 60, address);
    }
}

static void another_question(void)
{
    wire_begin(&wire, "other.test", DNS_A);
    wire_address(&wire, "app.test", 60, "10.0.0.1");
}

static void another_type(void)
{
    wire_begin(&wire, "app.test", DNS_AAAA);
    wire_address(&wire, "app.test", 60, "::1");
}

static void a_question(void)
{
    one_address();
    wire.bytes[2] = 0;
}

static void cut_off(void)
{
    three_addresses();
    wire.len -= 3;
}

static void a_long_record(void)
{
    one_address();
    wire.bytes[wire.len - 5] = 200; /* of which four bytes are there */
}

static void a_name_that_points_at_itself(void)
{
    one_address();
    wire.bytes[12] = 0xc0;
    wire.bytes[13] = 12;
}

static void nothing(void)
{
    wire.len = 0;
}

static const struct {
    const char *name;
    void (*make)(void);
    int want; /* records, or an error */
    unsigned ttl_s;
    const char *last;
} cases[] = {
    {"one address", one_address, 1, 60, "10.0.0.1"},
    {"three addresses; the shortest time to live counts", three_addresses, 3, 5, "10.0.0.3"},
    {"the same address twice", the_same_twice, 1, 60, "10.0.0.1"},
    {"behind two aliases, in any order", behind_aliases, 1, 7, "10.0.0.9"},
    {"a record of another name does not count", one_true_one_false, 1, 60, "10.0.0.1"},
    {"more records than anybody needs", six_hundred, DNS_RECORDS_MAX, 60, "10.1.2.11"},
    {"only records of another name", of_another_name, DNS_OTHER_NAMES, 0, NULL},
    {"aliases in a circle", alias_loop, DNS_ALIAS_LOOP, 0, NULL},
    {"an alias that leads nowhere", alias_to_nothing, DNS_NO_RECORD, 0, NULL},
    {"an answer to another question", another_question, DNS_MALFORMED, 0, NULL},
    {"an answer of another type", another_type, DNS_MALFORMED, 0, NULL},
    {"a question", a_question, DNS_MALFORMED, 0, NULL},
    {"cut off", cut_off, DNS_MALFORMED, 0, NULL},
    {"a record longer than the answer", a_long_record, DNS_MALFORMED, 0, NULL},
    {"a name that points at itself", a_name_that_points_at_itself, DNS_MALFORMED, 0, NULL},
    {"nothing at all", nothing, DNS_MALFORMED, 0, NULL},
};

static void answers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        char last[ADDR_TEXT_BYTES];
        print_message("%s\n", cases[i].name);
        cases[i].make();
        int error = dns_answer_parse(wire.bytes, wire.len, "app.test", DNS_A, &answer);
        assert_int_equal(error != 0 ? error : (int)answer.count, cases[i].want);
        if (error != 0) {
            assert_non_null(dns_strerror(error));
            continue;
        }
        addr_format(&answer.records[answer.count - 1].addr, last);
        assert_string_equal(last, cases[i].last);
        assert_int_equal(answer.ttl_s, cases[i].ttl_s);
        assert_int_equal(answer.is_cut, cases[i].want == DNS_RECORDS_MAX);
    }
}

static void services_are_read(void **state)
{
    (void)state;
    wire_begin(&wire, "_http._tcp.test", DNS_SRV);
    wire_service(&wire, "_http._tcp.test", 9, "a.test", 8001, 300);
    wire_service(&wire, "_http._tcp.test", 9, "", 0, 0); /* RFC 2782: not available */
    wire_service(&wire, "_http._tcp.test", 9, "a.test", 8002, 0);
    assert_int_equal(dns_answer_parse(wire.bytes, wire.len, "_http._tcp.test", DNS_SRV, &answer),
                     0);
    assert_int_equal(answer.count, 2);
    assert_string_equal(answer.records[0].host, "a.test");
    assert_int_equal(answer.records[0].weight, 300);
    assert_int_equal(answer.records[1].port, 8002);
}

/* Every beginning of a good answer, and every byte of it changed: no read past the end (ASan). */
static void damage_does_no_harm(void **state)
{
    (void)state;
    behind_aliases();
    struct wire whole = wire;
    for (size_t i = 0; i < whole.len; i++) {
        uint8_t *part = test_malloc(i + 1);
        memcpy(part, whole.bytes, i);
        (void)!dns_answer_parse(part, i, "app.test", DNS_A, &answer);
        test_free(part);
        wire = whole;
        wire.bytes[i] ^= 0xff;
        (void)!dns_answer_parse(wire.bytes, wire.len, "app.test", DNS_A, &answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(services_are_read),
        cmocka_unit_test(damage_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
