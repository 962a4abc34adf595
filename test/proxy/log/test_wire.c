/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of log lines, as HAProxy 2.6.12 sends them in each format. */
#include "proxy/log/wire.h"

#include "config/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define WALL_US 1795174794178040 /* 20 Nov 2026, 11:39:54.178040 UTC */

static const struct {
    const char *name;
    struct conf_log_target target;
    int level;
    const char *host;
    const char *zone;
    const char *want;
} headers[] = {
    {"local",
     {.wire = CONF_LOG_LOCAL, .facility = 16},
     6,
     "myhost",
     "UTC",
     "<134>Nov 20 11:39:54 tagg[16325]: "},
    {"none was given", {.facility = 16}, 6, NULL, "UTC", "<134>Nov 20 11:39:54 tagg[16325]: "},
    {"none was given, but a host",
     {.facility = 16},
     6,
     "myhost",
     "UTC",
     "<134>Nov 20 11:39:54 myhost tagg[16325]: "},
    {"rfc3164",
     {.wire = CONF_LOG_RFC3164, .facility = 17},
     6,
     "myhost",
     "UTC",
     "<142>Nov 20 11:39:54 myhost tagg[16325]: "},
    {"rfc3164 without a host",
     {.wire = CONF_LOG_RFC3164, .facility = 16},
     6,
     NULL,
     "UTC",
     "<134>Nov 20 11:39:54 localhost tagg[16325]: "},
    {"rfc5424",
     {.wire = CONF_LOG_RFC5424, .facility = 16},
     6,
     "myhost",
     "UTC",
     "<134>1 2026-11-20T11:39:54.178040+00:00 myhost tagg 16325 - - "},
    {"rfc5424 without a host, west of Greenwich",
     {.wire = CONF_LOG_RFC5424, .facility = 16},
     6,
     NULL,
     "XXX+3:30",
     "<134>1 2026-11-20T08:09:54.178040-03:30 - tagg 16325 - - "},
    {"short", {.wire = CONF_LOG_SHORT, .facility = 19}, 3, "myhost", "UTC", "<3>"},
    {"raw", {.wire = CONF_LOG_RAW, .facility = 19}, 3, "myhost", "UTC", ""},
    {"priority", {.wire = CONF_LOG_PRIORITY, .facility = 19}, 3, "myhost", "UTC", "<155>"},
    {"timed",
     {.wire = CONF_LOG_TIMED, .facility = 19},
     3,
     "myhost",
     "UTC",
     "<3>2026-11-20T11:39:54.178040+00:00 "},
    {"iso",
     {.wire = CONF_LOG_ISO, .facility = 19},
     3,
     "myhost",
     "XXX-1",
     "2026-11-20T12:39:54.178040+01:00 "},
    {"a minimum level",
     {.wire = CONF_LOG_LOCAL, .facility = 22, .min_level = 5},
     3,
     NULL,
     "UTC",
     "<181>Nov 20 11:39:54 tagg[16325]: "},
};

static void heads_lines_like_haproxy(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(headers); i++) {
        setenv("TZ", headers[i].zone, 1);
        tzset();
        struct wire_origin origin = {"tagg", headers[i].host, 16325, WALL_US};
        char header[WIRE_HEADER_MAX + 1];
        header[wire_header(&headers[i].target, headers[i].level, &origin, header)] = '\0';
        print_message("%s\n", headers[i].name);
        assert_string_equal(header, headers[i].want);
    }
}

static void long_names_are_cut(void **state)
{
    (void)state;
    char name[2000];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    struct wire_origin origin = {name, name, 1, WALL_US};
    for (int wire = CONF_LOG_LOCAL; wire <= CONF_LOG_ISO; wire++) {
        struct conf_log_target target = {.wire = (enum conf_log_wire)wire};
        char header[WIRE_HEADER_MAX];
        assert_true(wire_header(&target, 6, &origin, header) < WIRE_HEADER_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_lines_like_haproxy),
        cmocka_unit_test(long_names_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
