/* SPDX-License-Identifier: Apache-2.0 */
/* Access lines against what HAProxy 2.6.12 wrote for the same streams. */
#include "proxy/log/access_line.h"

#include "test/proxy/state/plain_record.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LINE_BYTES 4096

static void default_format_to_wildcard(struct access_record *r)
{
    static struct addr local;
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(80)};
    sin.sin_addr.s_addr = htonl(0x0a000001);
    addr_set(&local, (const struct sockaddr *)&sin);
    nouns.web.log_format = CONF_LOG_DEFAULT;
    r->local = &local;
}

static void default_format(struct access_record *r)
{
    (void)r;
    nouns.web.log_format = CONF_LOG_DEFAULT;
}

static void default_format_tcp(struct access_record *r)
{
    (void)r;
    nouns.web.log_format = CONF_LOG_DEFAULT;
    nouns.web.mode = CONF_MODE_TCP;
}

static void from_unix_socket(struct access_record *r)
{
    nouns.client.family = AF_UNIX;
    r->bind = &nouns.binds[1];
}

static void default_format_unix(struct access_record *r)
{
    from_unix_socket(r);
    nouns.web.log_format = CONF_LOG_DEFAULT;
}

static void formatted(struct access_record *r)
{
    r->line = (struct access_text){"the line", 8};
    r->structured = (struct access_text){"[a b=\"c\"]", 9};
}

static const struct {
    const char *name;
    void (*change)(struct access_record *r);
    const char *want;
} lines[] = {
    {"no format, the address the client connected to", default_format_to_wildcard,
     "Connect from 127.0.0.1:44244 to 10.0.0.1:80 (web/HTTP)"},
    {"no format", default_format, "Connect from 127.0.0.1:44244 to 127.0.0.1:24001 (web/HTTP)"},
    {"no format, TCP", default_format_tcp,
     "Connect from 127.0.0.1:44244 to 127.0.0.1:24001 (web/TCP)"},
    {"no format, unix", default_format_unix, "Connect to unix:2 (web/HTTP)"},
    {"what the format made", formatted, "the line"},
};

static void writes_what_haproxy_writes(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(lines); i++) {
        struct access_record record = plain_record();
        lines[i].change(&record);
        char line[LINE_BYTES];
        line[access_line_render(&record, false, line, sizeof(line) - 1)] = '\0';
        print_message("%s\n", lines[i].name);
        assert_string_equal(line, lines[i].want);
    }
}

static void cuts_what_is_too_long(void **state)
{
    (void)state;
    static const char want[] = "[a b=\"c\"] the line";
    struct access_record record = plain_record();
    formatted(&record);
    for (size_t room = 0; room < sizeof(want); room++) {
        char *exact = malloc(room + 1); /* the sanitizer sees a byte too many */
        size_t len = access_line_render(&record, true, exact, room);
        assert_int_equal(len, room < sizeof(want) - 1 ? room : sizeof(want) - 1);
        assert_memory_equal(exact, want, len);
        free(exact);
    }
}

static const struct {
    const char *name;
    bool dontlognull, dontlog_normal;
    enum conf_mode mode;
    const char *cause;
    int status;
    unsigned retries, bytes;
    bool wanted, error;
} verdicts[] = {
    {"everything by default", false, false, CONF_MODE_HTTP, "--", 200, 0, 0, true, false},
    {"null is left out", true, false, CONF_MODE_TCP, "CC", 0, 0, 0, false, true},
    {"null needs no bytes at all", true, false, CONF_MODE_TCP, "CC", 0, 0, 5, true, true},
    {"a bad request is not null", true, false, CONF_MODE_HTTP, "PR", 400, 0, 0, true, true},
    {"normal is left out", false, true, CONF_MODE_HTTP, "--", 404, 0, 60, false, false},
    {"a local answer is normal", false, true, CONF_MODE_HTTP, "LR", 200, 0, 60, false, false},
    {"a server error is not", false, true, CONF_MODE_HTTP, "--", 500, 0, 60, true, true},
    {"a retry is not", false, true, CONF_MODE_HTTP, "--", 200, 1, 60, true, true},
    {"a client abort is not", false, true, CONF_MODE_HTTP, "CD", 200, 0, 60, true, true},
};

static void leaves_out_what_it_shall(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(verdicts); i++) {
        struct access_record record = plain_record();
        nouns.web.dontlognull = verdicts[i].dontlognull;
        nouns.web.dontlog_normal = verdicts[i].dontlog_normal;
        nouns.web.mode = verdicts[i].mode;
        memcpy(record.termination, verdicts[i].cause, 2);
        record.status = verdicts[i].status;
        record.retries = verdicts[i].retries;
        record.bytes_uploaded = verdicts[i].bytes;
        record.request_line_len = 0;
        print_message("%s\n", verdicts[i].name);
        assert_int_equal(access_line_is_wanted(&record), verdicts[i].wanted);
        assert_int_equal(access_line_is_error(&record), verdicts[i].error);
    }
}

static const struct {
    const char *name;
    bool is_request;
    const char *session_error;
    enum conf_mode mode;
    bool wanted;
} short_verdicts[] = {
    {"a request", true, NULL, CONF_MODE_HTTP, true},
    {"what was no request", false, NULL, CONF_MODE_HTTP, false},
    {"a connection", false, NULL, CONF_MODE_TCP, true},
    {"a failed handshake", false, "SSL handshake failure", CONF_MODE_TCP, false},
};

static void the_short_format_tells_of_streams_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(short_verdicts); i++) {
        struct access_record record = plain_record();
        record.is_request = short_verdicts[i].is_request;
        record.session_error = short_verdicts[i].session_error;
        nouns.web.log_format = CONF_LOG_DEFAULT;
        nouns.web.dontlog_normal = nouns.web.dontlognull = true;
        nouns.web.mode = short_verdicts[i].mode;
        print_message("%s\n", short_verdicts[i].name);
        assert_int_equal(access_line_is_wanted(&record), short_verdicts[i].wanted);
    }
}

int main(void)
{
    setenv("TZ", "UTC", 1);
    tzset();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_what_haproxy_writes),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(leaves_out_what_it_shall),
        cmocka_unit_test(the_short_format_tells_of_streams_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
