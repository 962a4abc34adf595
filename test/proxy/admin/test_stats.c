/* SPDX-License-Identifier: Apache-2.0 */
/* The documents: fields against those of HAProxy 2.6.12, filters, and that any size of buffer gives
 * the same. */
#include "proxy/admin/fields.h"
#include "test/proxy/admin/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct snapshot *site;

static char *document(const char *rest, size_t step)
{
    struct stats_query query;
    if (strcmp(rest, "metrics") == 0)
        stats_query_parse_metrics(&query, "", 0);
    else
        stats_query_parse(&query, rest, strlen(rest));
    return site_document(site, &query, step);
}

/* Copies the line of the CSV that begins so. */
static void find_line(const char *csv, const char *start, char line[4096])
{
    const char *at = csv;
    while (at != NULL && strncmp(at, start, strlen(start)) != 0)
        at = strchr(at, '\n') != NULL ? strchr(at, '\n') + 1 : NULL;
    assert_non_null(at);
    snprintf(line, 4096, "%.*s", (int)strcspn(at, "\n"), at);
}

/* Which fields HAProxy's core fills in, for rows of the same kind; those of its modules follow the
 * "-". */
static const struct {
    const char *row, *filled;
} rows[] = {
    {"www,FRONTEND", "pxname svname scur smax slim stot bin bout dreq dresp ereq status pid "
                     "iid sid type rate rate_lim "
                     "rate_max hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other "
                     "req_rate req_rate_max req_tot "
                     "comp_in comp_out comp_byp comp_rsp mode conn_rate conn_rate_max conn_tot "
                     "intercepted dcon dses "
                     "wrew cache_lookups cache_hits eint "},
    {"database,FRONTEND",
     "pxname svname scur smax slim stot bin bout dreq dresp ereq status pid iid sid type rate "
     "rate_lim "
     "rate_max req_rate req_rate_max req_tot comp_in comp_out comp_byp comp_rsp mode conn_rate "
     "conn_rate_max conn_tot dcon dses wrew eint "},
    {"app,web-1", "pxname svname qcur qmax scur smax slim stot bin bout dresp econ eresp wretr "
                  "wredis status weight "
                  "act bck chkfail chkdown lastchg downtime pid iid sid lbtot type rate "
                  "rate_max check_status "
                  "check_code check_duration hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx "
                  "hrsp_other req_tot "
                  "cli_abrt srv_abrt lastsess qtime ctime rtime ttime check_desc check_rise "
                  "check_fall check_health "
                  "addr mode wrew connect reuse srv_icur qtime_max ctime_max rtime_max "
                  "ttime_max eint idle_conn_cur "
                  "safe_conn_cur used_conn_cur need_conn_est uweight "},
    {"app,spare",
     "pxname svname qcur qmax scur smax stot bin bout dresp econ eresp wretr wredis status "
     "weight act "
     "bck lastchg pid iid sid lbtot type rate rate_max hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx "
     "hrsp_5xx "
     "hrsp_other req_tot cli_abrt srv_abrt lastsess qtime ctime rtime ttime addr mode wrew "
     "connect "
     "reuse srv_icur qtime_max ctime_max rtime_max ttime_max eint idle_conn_cur safe_conn_cur "
     "used_conn_cur need_conn_est uweight "},
    {"database,BACKEND", "pxname svname qcur qmax scur smax slim stot bin bout dreq dresp econ "
                         "eresp wretr wredis status "
                         "weight act bck chkdown lastchg downtime pid iid sid lbtot type rate "
                         "rate_max cli_abrt srv_abrt "
                         "comp_in comp_out comp_byp comp_rsp lastsess qtime ctime rtime ttime "
                         "mode algo wrew connect reuse "
                         "qtime_max ctime_max rtime_max ttime_max eint uweight "
                         "agg_server_status agg_server_check_status "
                         "agg_check_status "},
};

static void fills_the_fields_that_haproxy_fills(void **state)
{
    (void)state;
    char *csv = document(";csv", 4096);
    for (size_t i = 0; i < LEN(rows); i++) {
        char line[4096], filled[2000] = "";
        const char *at = line;
        find_line(csv, rows[i].row, line);
        for (size_t f = 0; strcmp(stats_fields[f].name, "-") != 0; f++) {
            size_t len = strcspn(at, ",");
            if (len > 0) {
                strcat(filled, stats_fields[f].name);
                strcat(filled, " ");
            }
            at += len + 1;
        }
        print_message("%s\n", rows[i].row);
        assert_string_equal(filled, rows[i].filled);
    }
    free(csv);
}

static const struct {
    const char *name, *rest, *has, *has_not;
} documents[] = {
    {"states", ";csv", "DOWN", NULL},
    {"a server on its way down", ";csv", ",UP 2/3,", NULL},
    {"names are quoted in CSV", ";csv", "\"a\"\"b<i>&c,d\\e\",BACKEND,", NULL},
    {"a filter hides what is down", ";csv;up", "UP (4/6)", "web-3"},
    {"and what is in maintenance", ";csv;up", "web-5", "web-4"},
    {"or that alone", ";csv;no-maint", "web-3", "web-4"},
    {"a scope leaves out the others", ";csv;scope=data", "mariadb-1", "web-1"},
    {"a scope that nothing meets", ";csv;scope=zzz", "# pxname", "\nwww"},
    {"the page escapes names of servers", "", "&lt;script&gt;alert(1)", "<script>alert"},
    {"and of proxies", "", "a&quot;b&lt;i&gt;&amp;c", "a\"b<i>"},
    {"and descriptions", "", "shop &amp; blog", "<img"},
    {"and what a probe heard", "", "refused &lt;b&gt;here", "<b>here"},
    {"the page tells what a form did", ";st=DONE", "Done.", NULL},
    {"or nothing", "", "<main>", "Done."},
    {"the form", "", "name=b value=\"#3\"", NULL},
    {"JSON escapes", ";json", "\"a\\\"b<i>&c,d\\\\e\"", NULL},
    {"JSON counts positions as HAProxy does", ";json", "\"pos\":103,\"name\":\"ssl_sess\"",
     "\"-\""},
    {"JSON has percentiles", ";json", "\"ttime_p999\"", NULL},
    {"metrics escape labels", "metrics", "proxy=\"a\\\"b<i>&c,d\\\\e\"", NULL},
    {"metrics of states", "metrics",
     "haproxy_server_status{proxy=\"app\",server=\"web-5\",state=\"DRAIN\"} 1", NULL},
    {"metrics of probes", "metrics",
     "haproxy_server_check_status{proxy=\"app\",server=\"web-3\",state=\"L4CON\"} 1",
     "server=\"spare\",state=\"L4"},
    {"seconds, not milliseconds", "metrics",
     "haproxy_server_check_duration_seconds{proxy=\"app\",server=\"web-1\"} 0.003000\n", NULL},
    {"HTTP metrics of HTTP proxies alone", "metrics",
     "haproxy_frontend_http_requests_total{proxy=\"www\"}",
     "haproxy_frontend_http_responses_total{proxy=\"database\""},
    {"no limit is not a number", "metrics",
     "haproxy_server_limit_sessions{proxy=\"app\",server=\"web-2\"} NaN\n", NULL},
    {"latency ends at infinity", "metrics",
     "weir_server_latency_seconds_bucket{proxy=\"app\",server=\"web-1\",phase=\"total\",le=\"+"
     "Inf\"} 500\n",
     "server=\"web-4\",phase"},
};

static void shows_what_is_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(documents); i++) {
        char *text = document(documents[i].rest, 4096);
        print_message("%s\n", documents[i].name);
        assert_non_null(strstr(text, documents[i].has));
        if (documents[i].has_not != NULL)
            assert_null(strstr(text, documents[i].has_not));
        free(text);
    }
}

static void any_buffer_gives_the_same(void **state)
{
    (void)state;
    static const size_t steps[] = {1, 7, 1000, 100000};
    for (size_t i = 0; i < LEN(steps); i++) {
        char *csv = document(";csv", steps[i]), *want = document(";csv", 4096);
        assert_string_equal(csv, want);
        free(csv);
        free(want);
    }
}

static void a_password_is_nowhere(void **state)
{
    (void)state;
    static const char *users[] = {"joe:verysecret", NULL};
    static const char *const rests[] = {"", ";csv", ";json", "metrics"};
    site_stats()->auth = (struct conf_words){users, 1};
    for (size_t i = 0; i < LEN(rests); i++) {
        char *text = document(rests[i], 4096);
        assert_null(strstr(text, "verysecret"));
        free(text);
    }
    site_stats()->auth = (struct conf_words){NULL, 0};
}

static void every_metric_and_column_is_named_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < stats_field_count; i++) {
        const struct stats_field *field = &stats_fields[i];
        assert_true((field->on == 0) == (field->get == NULL));
        assert_true(field->metric.name == NULL || strlen(field->metric.help) > 0);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(field->name, stats_fields[j].name);
    }
}

static int open_site(void **state)
{
    (void)state;
    site = site_open(0);
    return 0;
}

static int close_site(void **state)
{
    (void)state;
    site_close(site);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_the_fields_that_haproxy_fills),
        cmocka_unit_test(shows_what_is_asked_for),
        cmocka_unit_test(any_buffer_gives_the_same),
        cmocka_unit_test(a_password_is_nowhere),
        cmocka_unit_test(every_metric_and_column_is_named_once),
    };
    return cmocka_run_group_tests(tests, open_site, close_site);
}
