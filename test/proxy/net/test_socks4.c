/* SPDX-License-Identifier: Apache-2.0 */
/* SOCKS4: what is asked, and which answers mean yes. */
#include "proxy/net/socks4.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void an_address_of_ipv4_is_asked_for(void **state)
{
    (void)state;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(443)};
    uint8_t out[SOCKS4_ASK_BYTES_MAX];
    inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
    assert_int_equal(socks4_format_ask((struct sockaddr *)&to, out), 16);
    assert_memory_equal(out, "\4\1\1\xbb\xc0\0\2\1HAProxy", 16);
}

static void nothing_else_can_be_asked_for(void **state)
{
    (void)state;
    struct sockaddr_in6 to = {.sin6_family = AF_INET6};
    uint8_t out[SOCKS4_ASK_BYTES_MAX];
    assert_int_equal(socks4_format_ask((struct sockaddr *)&to, out), 0);
}

static void only_one_answer_is_a_yes(void **state)
{
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        const uint8_t answer[SOCKS4_ANSWER_BYTES] = {0, (uint8_t)code};
        assert_int_equal(socks4_is_granted(answer), code == 0x5a);
    }
    assert_false(socks4_is_granted((const uint8_t[SOCKS4_ANSWER_BYTES]){4, 0x5a}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_of_ipv4_is_asked_for),
        cmocka_unit_test(nothing_else_can_be_asked_for),
        cmocka_unit_test(only_one_answer_is_a_yes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
