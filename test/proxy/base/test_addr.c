/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: how they are written, and which lie within a network. */
#include "proxy/base/addr.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include <cmocka.h>

/* text as inet_pton takes it; "unix" or "" for no address. */
static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage storage = {.ss_family = AF_UNSPEC};
    struct sockaddr_in *in = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&storage;
    if (strcmp(text, "unix") == 0) {
        storage.ss_family = AF_UNIX;
    } else if (strchr(text, ':') != NULL) {
        *in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(4711)};
        assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    } else if (text[0] != '\0') {
        *in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(4711)};
        assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
    }
    return storage;
}

static const struct {
    const char *given, *written;
    uint16_t port;
} texts[] = {
    {"0.0.0.0", "0.0.0.0", 4711},
    {"1.20.100.255", "1.20.100.255", 4711},
    {"255.255.255.255", "255.255.255.255", 4711},
    {"10.9.99.101", "10.9.99.101", 4711},
    {"::1", "::1", 4711},
    {"2001:db8::a:b", "2001:db8::a:b", 4711},
    {"::ffff:192.0.2.1", "192.0.2.1", 4711},
    {"fe80:1111:2222:3333:4444:5555:6666:7777", "fe80:1111:2222:3333:4444:5555:6666:7777", 4711},
    {"unix", "unix", 0},
    {"", "-", 0},
};

static void test_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct sockaddr_storage given = address(texts[i].given);
        struct addr addr;
        char text[ADDR_TEXT_BYTES];
        addr_set(&addr, (struct sockaddr *)&given);
        assert_int_equal(addr_format(&addr, text), strlen(texts[i].written));
        assert_string_equal(text, texts[i].written);
        assert_int_equal(addr_port(&addr), texts[i].port);
    }
}

static const struct {
    const char *address, *net;
    unsigned bits;
    bool within;
} networks[] = {
    {"10.1.2.3", "10.0.0.0", 8, true},
    {"11.1.2.3", "10.0.0.0", 8, false},
    {"10.1.2.3", "10.1.2.3", 32, true},
    {"10.1.2.2", "10.1.2.3", 32, false},
    {"10.1.2.2", "10.1.2.3", 31, true},
    {"192.168.130.1", "192.168.128.0", 17, true},
    {"192.168.127.1", "192.168.128.0", 17, false},
    {"1.2.3.4", "200.0.0.0", 0, true},
    {"2001:db8::1", "2001:db8::", 32, true},
    {"2001:db9::1", "2001:db8::", 32, false},
    {"2001:db9::1", "2001:db8::", 31, true},
    {"::1", "::1", 128, true},
    {"::2", "::1", 128, false},
    {"::ffff:10.1.2.3", "10.0.0.0", 8, true},
    {"10.1.2.3", "::", 0, false},
    {"::1", "0.0.0.0", 0, false},
    {"unix", "unix", 0, false},
};

static void test_networks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
        struct sockaddr_storage given = address(networks[i].address),
                                net = address(networks[i].net);
        struct addr addr;
        addr_set(&addr, (struct sockaddr *)&given);
        if (addr_is_within(&addr, (struct sockaddr *)&net, networks[i].bits) != networks[i].within)
            fail_msg("%s in %s/%u", networks[i].address, networks[i].net, networks[i].bits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
