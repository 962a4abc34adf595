/* SPDX-License-Identifier: Apache-2.0 */
/* What follows from maxconn, or from `ulimit -n` where there is none. */
#include "proxy/runtime/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Two frontends of one backend, a backend of its own, one that nobody feeds, a listen section. */
enum { FIRST, SECOND, SHARED, LONELY, LISTEN, PROXIES };

static struct conf_proxy proxies[PROXIES];
static struct config config;

static int set_up(void **state)
{
    (void)state;
    proxies[FIRST] = proxies[SECOND] =
        (struct conf_proxy){.caps = CONF_FRONTEND, .default_backend = &proxies[SHARED]};
    proxies[SHARED] = proxies[LONELY] = (struct conf_proxy){.caps = CONF_BACKEND};
    proxies[LISTEN] = (struct conf_proxy){.caps = CONF_LISTEN};
    config = (struct config){.proxies = proxies, .proxy_count = PROXIES, .global.nbthread = 1};
    return 0;
}

static void maxconn_is_given(void **state)
{
    (void)state;
    config.global.maxconn = 1000;
    proxies[FIRST].maxconn = 51;
    proxies[LONELY].fullconn = 7;
    assert_int_equal(limits_complete(&config), 0);
    static const unsigned maxconn[PROXIES] = {51, 1000, 0, 0, 1000};
    static const unsigned fullconn[PROXIES] = {0, 0, 106, 7, 100};
    for (size_t i = 0; i < PROXIES; i++) {
        assert_int_equal(proxies[i].maxconn, maxconn[i]);
        assert_int_equal(proxies[i].fullconn, fullconn[i]);
    }
}

static void maxconn_follows_from_the_descriptors(void **state)
{
    (void)state;
    config.global.ulimit_n = 2072; /* 72 of them for the process and its thread */
    assert_int_equal(limits_complete(&config), 0);
    assert_int_equal(config.global.maxconn, 1000);
    assert_int_equal(proxies[SECOND].maxconn, 1000);
    assert_int_equal(proxies[SHARED].fullconn, 200);
    assert_int_equal(proxies[LONELY].fullconn, 1);
}

static void too_few_descriptors_are_enough_for_one(void **state)
{
    (void)state;
    config.global.ulimit_n = 50;
    assert_int_equal(limits_complete(&config), 0);
    assert_int_equal(config.global.maxconn, 1);
    assert_int_equal(proxies[LISTEN].fullconn, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(maxconn_is_given, set_up),
        cmocka_unit_test_setup(maxconn_follows_from_the_descriptors, set_up),
        cmocka_unit_test_setup(too_few_descriptors_are_enough_for_one, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
