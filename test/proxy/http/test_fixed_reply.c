/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that the configuration spells out: which request gets which. */
#include "proxy/http/fixed_reply.h"
#include "proxy/http/h1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct conf_action actions[] = {
    {.kind = CONF_ACTION_PROMETHEUS, .path = "/metrics"},
    {.kind = CONF_ACTION_DENY, .path = "/secret", .status = 0},
    {.kind = CONF_ACTION_DENY, .path = "/gone", .status = 410},
    {.kind = CONF_ACTION_RETURN,
     .path = "/text",
     .status = 200,
     .content_type = "text/plain",
     .body = "hi",
     .body_len = 2},
    {.kind = CONF_ACTION_RETURN,
     .path = "/empty",
     .status = 204,
     .content_type = "text/plain",
     .body = ""},
};

static const struct {
    const char *target;
    enum service_verdict verdict;
    int status;
    const char *body, *headers; /* of an answer */
} rows[] = {
    {"/alive", SERVICE_ANSWERS, 200,
     "<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n",
     "Cache-Control: no-cache\r\nContent-Type: text/html\r\n"},
    {"/alive?x=/text", SERVICE_ANSWERS, 200,
     "<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n",
     "Cache-Control: no-cache\r\nContent-Type: text/html\r\n"},
    {"/alive/not", SERVICE_PASS, 0, NULL, NULL},
    {"/metrics", SERVICE_PASS, 0, NULL, NULL},
    {"/secret", SERVICE_DENIES, 403, NULL, NULL},
    {"/gone", SERVICE_DENIES, 410, NULL, NULL},
    {"/text", SERVICE_ANSWERS, 200, "hi", "Content-Type: text/plain\r\n"},
    {"http://a/text?q", SERVICE_ANSWERS, 200, "hi", "Content-Type: text/plain\r\n"},
    {"/empty", SERVICE_ANSWERS, 204, "", ""},
    {"/Text", SERVICE_PASS, 0, NULL, NULL},
    {"/", SERVICE_PASS, 0, NULL, NULL},
    {"/other?/text", SERVICE_PASS, 0, NULL, NULL},
};

static void test_replies(void **state)
{
    (void)state;
    const struct conf_proxy conf = {.monitor_uri = "/alive",
                                    .actions = actions,
                                    .action_count = sizeof(actions) / sizeof(actions[0])};
    const struct proxy proxy = {.conf = &conf};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct http_msg msg;
        struct h1_parser parser;
        char buf[256];
        int len = snprintf(buf, sizeof(buf), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", rows[i].target);
        h1_request_init(&parser, &msg, 0);
        assert_int_equal(h1_head_parse(&parser, buf, (size_t)len), H1_DONE);
        struct service_request request = {.proxy = &proxy, .msg = &msg, .base = buf};
        struct service_answer answer = {0};
        print_message("%s\n", rows[i].target);
        assert_int_equal(fixed_reply(&request, &answer), rows[i].verdict);
        assert_int_equal(answer.status, rows[i].status);
        if (rows[i].body == NULL)
            continue;
        assert_int_equal(answer.content_length, strlen(rows[i].body));
        assert_memory_equal(answer.fixed, rows[i].body, strlen(rows[i].body));
        assert_string_equal(answer.headers, rows[i].headers);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_replies)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
