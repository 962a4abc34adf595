/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that another thread completes: the stream waits, and either may be
 * gone when the other is done. */
#include "test/proxy/http/harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define DONE "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone"

static struct harness h;
static struct service_wait wait;

static enum service_verdict take(const struct service_request *request,
                                 struct service_answer *answer)
{
    (void)request;
    *answer = (struct service_answer){
        .status = 200, .content_length = 4, .fixed = "done", .wait = &wait, .name = "<SLOW>"};
    return SERVICE_WAITS;
}

static int set_up(void **state)
{
    static const struct stream_service service = {take};
    (void)state;
    wait = (struct service_wait){NULL};
    harness_init(&h, 1);
    harness_start(&h);
    h.chain.current->proxies[0].service = &service;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    harness_stop(&h);
    return 0;
}

static void test_the_answer_waits(void **state)
{
    (void)state;
    int client = harness_connect(&h);
    for (unsigned i = 0; i < 2; i++) {
        harness_say(&h, client, GET);
        harness_hear_nothing(&h, client);
        service_resume(&wait);
        harness_hear(&h, client, DONE);
        assert_null(wait.stream);
    }
    assert_int_equal(h.log_count, 2);
    assert_string_equal(harness_last_log(&h)->server, "<SLOW>");
    assert_string_equal(harness_last_log(&h)->termination, "LR");
    close(client);
}

static void test_what_comes_behind_waits_too(void **state)
{
    (void)state;
    int client = harness_connect(&h);
    harness_say(&h, client, GET GET);
    harness_hear_nothing(&h, client);
    service_resume(&wait);
    harness_hear(&h, client, DONE);
    harness_settle(&h);
    assert_non_null(wait.stream); /* the second one's */
    service_resume(&wait);
    harness_hear(&h, client, DONE);
    close(client);
}

static void test_a_client_that_left_meanwhile(void **state)
{
    (void)state;
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    harness_reset(&h, client);
    service_resume(&wait);
    harness_settle(&h);
    assert_null(wait.stream);
    assert_int_equal(h.log_count, 1);
}

/* As when the thread ends: whoever comes back later finds nobody. */
static void test_a_stream_that_ended_meanwhile(void **state)
{
    (void)state;
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    assert_non_null(wait.stream);
    tear_down(NULL);
    assert_null(wait.stream);
    service_resume(&wait);
    close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_answer_waits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_comes_behind_waits_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_that_left_meanwhile, set_up, tear_down),
        cmocka_unit_test_setup(test_a_stream_that_ended_meanwhile, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
