/* SPDX-License-Identifier: Apache-2.0 */
/* Good texts of haproxy.cfg: each means what the libconfig text beside it means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "config/keyword.h"
#include "test/config/describe.h"
#include "test/config/memory_source.h"

#define TIMEOUTS                                                                                   \
    "defaults\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n"
#define LISTEN(x) TIMEOUTS "listen a\n bind :80\n server s 10.0.0.1:80\n" x "\n"
#define BINDS "[\":80\"]"
#define SERVERS "( { name = \"s\"; address = \"10.0.0.1:80\"; } )"
#define LISTENS_TIMEOUTS                                                                           \
    "defaults = { timeout = { client = \"1s\"; server = \"1s\"; connect = \"1s\"; }; };"
#define LISTENS_OF(binds, servers, x)                                                              \
    LISTENS_TIMEOUTS                                                                               \
    "listens = ( { name = \"a\"; binds = " binds "; servers = " servers "; " x " } );"
#define LISTENS(x) LISTENS_OF(BINDS, SERVERS, x)

static const struct {
    const char *name, *haproxy, *libconfig;
} pairs[] = {
    /* clang-format off */
    {"nothing more", LISTEN(""), LISTENS("")},
    {"comments and blanks", LISTEN("\t# a comment\n\n   \n balance leastconn # more"), LISTENS("balance = \"leastconn\";")},
    {"quotes and escapes", LISTEN(" description 'a \"b' \\# \\x41\\t\"c d\""), LISTENS("description = \"a \\\"b # A\\tc d\";")},
    {"variables", LISTEN(" monitor-uri \"/${WEIR_TEST_SET}-$WEIR_TEST_SET-${WEIR_TEST_UNSET-x}\""), LISTENS("monitor_uri = \"/v w-v w-x\";")},
    {"no variables outside of double quotes", LISTEN(" monitor-uri '/$HOME'\\$a"), LISTENS("monitor_uri = \"/$HOME\\\\$a\";")},
    {"several words of one variable", LISTEN(" stats \"${WEIR_TEST_WORDS[*]}\""), LISTENS("stats_uri = \"/w\";")},
    {"variables in addresses, without quotes", LISTEN(" option forwardfor except \"${WEIR_TEST_UNSET-10.0.0.9}\"\n log ${WEIR_TEST_HOST}${WEIR_TEST_UNSET}:81 local0"), LISTENS("option_forwardfor = { except = \"10.0.0.9\"; }; logs = ( { address = \"10.0.0.7:81\"; } );")},
    {"variables in addresses, without quotes and braces", LISTEN(" log $WEIR_TEST_HOST:81 local0"), LISTENS("logs = ( { address = \"10.0.0.7:81\"; } );")},
    {"setenv", "global\n setenv P 81\n presetenv P 82\n" LISTEN(" bind \":$P\""), LISTENS_OF("[\":80\", \":81\"]", SERVERS, "")},
    {"blocks", LISTEN(".if defined(WEIR_TEST_SET) && !streq(a,b)\n retries 5\n.elif 1\n retries 6\n.else\n nonsense\n.endif"), LISTENS("retries = 5;")},
    {"a block that does not count", LISTEN(".if version_before(2.0) || feature(NONSENSE)\n nonsense\n.elif (strstr(abc,b))\n retries 6\n.endif"), LISTENS("retries = 6;")},
    {"times", LISTEN(" timeout queue 1m\n timeout tunnel 1h\n timeout check 300"), LISTENS("timeout = { queue = \"1m\"; tunnel = \"1h\"; check = 300; };")},
    {"options", LISTEN(" option httplog\n option dontlognull\n option redispatch\n option http-server-close"), LISTENS("option = { httplog = true; dontlognull = true; redispatch = true; http_server_close = true; };")},
    {"no option", LISTEN(" option redispatch 3\n option tcpka\n no option tcpka\n no option redispatch"), LISTENS("option_tcpka = false;")},
    {"forwardfor", LISTEN(" option forwardfor header X-C except 10.0.0.0/8 if-none"), LISTENS("option_forwardfor = { header = \"X-C\"; except = \"10.0.0.0/8\"; if_none = true; };")},
    {"no forwardfor", LISTEN(" option forwardfor\n no option forwardfor"), LISTENS("option_forwardfor = false;")},
    {"httpchk", LISTEN(" option httpchk"), LISTENS("option_httpchk = true;")},
    {"httpchk with a path", LISTEN(" option httpchk /x"), LISTENS("option_httpchk = \"/x\";")},
    {"httpchk with a method", LISTEN(" option httpchk GET /x HTTP/1.1"), LISTENS("option_httpchk = { method = \"GET\"; uri = \"/x\"; version = \"HTTP/1.1\"; };")},
    {"ports to connect from", LISTEN(" source 10.0.0.2:1000-1999"), LISTENS("source = \"10.0.0.2:1000-1999\";")},
    {"httpchk with a word that is no version", LISTEN(" option httpchk HEAD /x pong"), LISTENS("option_httpchk = { method = \"HEAD\"; uri = \"/x\"; };")},
    {"httpchk with a hidden host", LISTEN(" option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h"), LISTENS("option_httpchk = { method = \"GET\"; uri = \"/x\"; version = \"HTTP/1.1\"; hdr = \"Host: h\"; };")},
    {"httpchk with a hidden request", LISTEN(" option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h\\r\\nX-A:b\\r\\nContent-Length:\\ 2\\r\\n\\r\\nhi"), LISTENS("option_httpchk = { method = \"GET\"; uri = \"/x\"; version = \"HTTP/1.1\"; hdr = [\"Host: h\", \"X-A: b\"]; body = \"hi\"; };")},
    {"httpchk that gives way", LISTEN(" http-check send hdr X-C d body x\n option httpchk GET /x HTTP/1.1\\r\\nHost:\\ h\\r\\n\\r\\nhi"), LISTENS("option_httpchk = { method = \"GET\"; uri = \"/x\"; version = \"HTTP/1.1\"; hdr = \"Host: h\"; body = \"hi\"; }; http_check = \"send hdr X-C d body x\";")},
    {"http-check", LISTEN(" option httpchk\n http-check send meth GET uri /x ver HTTP/1.1 hdr Host h\n http-check expect status 200,204"), LISTENS("option_httpchk = true; http_check = [\"send meth GET uri /x ver HTTP/1.1 hdr Host h\", \"expect status 200,204\"];")},
    {"binds", LISTEN(" bind *:81,10.0.0.1:82-83 name n maxconn 5 backlog 6\n bind :::84 v4v6\n bind unix@/s mode 600 user web\n bind abns@x\n bind fd@7"),
     LISTENS_OF("( \":80\", { address = \"*:81,10.0.0.1:82-83\"; name = \"n\"; maxconn = 5; backlog = 6; }, { address = \":::84\"; v4v6 = true; }, { address = \"/s\"; mode = \"600\"; user = \"web\"; }, \"abns@x\", \"fd@7\" )", SERVERS, "")},
    {"the lowest of all versions", LISTEN(" bind :82 ssl crt a ssl-min-ver SSLv3"),
     LISTENS_OF("( \":80\", { address = \":82\"; ssl = true; crt = \"a\"; ssl_min_ver = \"TLSv1.0\"; } )", SERVERS, "")},
    {"binds with TLS", "global\n crt-base /c\n ca-base /d\n ssl-default-bind-options ssl-min-ver TLSv1.3 no-tls-tickets\n" LISTEN(" bind :81 ssl crt a crt b verify required ca-file e alpn http/1.1,http/1.0 strict-sni\n bind :82 ssl crt a force-tlsv12"),
     "global = { crt_base = \"/c\"; ca_base = \"/d\"; ssl_default_bind_options = { ssl_min_ver = \"TLSv1.3\"; no_tls_tickets = true; }; };" LISTENS_OF("( \":80\", { address = \":81\"; ssl = true; crt = [\"a\", \"b\"]; verify = \"required\"; ca_file = \"e\"; alpn = \"http/1.1,http/1.0\"; strict_sni = true; }, { address = \":82\"; ssl = true; crt = \"a\"; force_tlsv12 = true; } )", SERVERS, "")},
    {"servers", LISTEN(" server check app.test:81 check inter 1s fastinter 500 rise 3 fall 4 weight 7 backup port 82 on-marked-down shutdown-sessions\n server b 10.0.0.2:80 ssl verify none sni str(x) id 9 maxconn 8 disabled"),
     LISTENS_OF(BINDS, "( { name = \"s\"; address = \"10.0.0.1:80\"; }, { name = \"check\"; address = \"10.9.8.7:81\"; check = true; inter = 1000; fastinter = 500; rise = 3; fall = 4; weight = 7; backup = true; port = 82; on_marked_down = \"shutdown-sessions\"; }, { name = \"b\"; address = \"10.0.0.2:80\"; ssl = true; verify = \"none\"; sni = \"x\"; id = 9; maxconn = 8; disabled = true; } )", "")},
    {"default-server counts for what follows", LISTEN(" default-server inter 9s weight 3\n server t 10.0.0.2:80 no-check"), LISTENS_OF(BINDS, "( { name = \"s\"; address = \"10.0.0.1:80\"; }, { name = \"t\"; address = \"10.0.0.2:80\"; inter = \"9s\"; weight = 3; } )", "")},
    {"logs", "global\n log /dev/log local1 notice\n log stdout len 2000 format raw daemon\n" LISTEN(" log global\n log 10.0.0.9 local3 info err"),
     "global = { logs = ( { address = \"/dev/log\"; facility = \"local1\"; level = \"notice\"; }, { address = \"stdout\"; len = 2000; format = \"raw\"; facility = \"daemon\"; } ); };" LISTENS("logs = ( \"global\", { address = \"10.0.0.9\"; facility = \"local3\"; level = \"info\"; minlevel = \"err\"; } );")},
    {"error files of a group", LISTEN(" errorfiles g 503 404\nhttp-errors g\n errorfile 503 /page.http\n errorfile 500 /page.http\n errorfile 404 /page.http"), LISTENS("errorfiles = ( { status = 503; file = \"/page.http\"; }, { status = 404; file = \"/page.http\"; } );")},
    {"error files of a whole group", "http-errors g\n errorfile 500 /page.http\n" LISTEN(" errorfiles g"), LISTENS("errorfiles = ( { status = 500; file = \"/page.http\"; } );")},
    {"no log", LISTEN(" log 10.0.0.9 local0\n no log"), LISTENS("")},
    {"statistics", LISTEN(" stats enable\n stats uri /s\n stats realm a\\ b\n stats auth a:b\n stats auth c:d\n stats refresh 10s\n stats hide-version\n stats admin if TRUE\n stats show-desc one two"),
     LISTENS("stats = { enable = true; uri = \"/s\"; realm = \"a b\"; auth = [\"a:b\", \"c:d\"]; refresh = \"10s\"; hide_version = true; admin = \"if TRUE\"; show_desc = \"one two\"; };")},
    {"error files", LISTEN(" errorfile 503 /page.http"), LISTENS("errorfiles = ( { status = 503; file = \"/page.http\"; } );")},
    {"rules", LISTEN(" acl a path /x\n http-request return status 201 content-type text/plain string \"hi\\n\" if { path /a }\n http-request deny status 429 if { path /c }\n http-request return content-type x file /body.txt\n http-request deny deny_status 404\n http-request use-service prometheus-exporter\n http-request deny if { src 10.0.0.1 }"),
     LISTENS("http_request = ( { path = \"/a\"; return = { status = 201; content_type = \"text/plain\"; string = \"hi\\n\"; }; }, { path = \"/c\"; deny = 429; }, { return = { content_type = \"x\"; file = \"/body.txt\"; }; }, { deny = { deny_status = 404; }; }, { use_service = \"prometheus-exporter\"; }, \"deny if { src 10.0.0.1 }\" ); acl = \"a path /x\";")},
    {"global", "global\n maxconn 500\n nbthread 2\n daemon\n user web\n group web\n pidfile /p\n chroot /var\n tune.bufsize 32k\n hard-stop-after 5s\n log-tag x\n description a b\nglobal\n maxconn 600\n" LISTEN(""),
     "global = { maxconn = 600; nbthread = 2; daemon = true; user = \"web\"; group = \"web\"; pidfile = \"/p\"; chroot = \"/var\"; tune_bufsize = \"32k\"; hard_stop_after = \"5s\"; log_tag = \"x\"; description = \"a b\"; };" LISTENS("")},
    {"balance with words", LISTEN(" balance uri depth 2 whole len 9"), LISTENS("balance = { algorithm = \"uri\"; depth = 2; whole = true; len = 9; };")},
    {"balance without an algorithm", LISTEN(" balance"), LISTENS("balance = \"roundrobin\";")},
    {"balance by a parameter", LISTEN(" balance url_param len check_post 8"), LISTENS("balance = { algorithm = \"url_param\"; parameter = \"len\"; check_post = true; };")},
    {"balance by a header", LISTEN(" balance hdr(host) use_domain_only\n hash-type consistent wt6 avalanche"), LISTENS("balance = { algorithm = \"hdr(host)\"; use_domain_only = true; }; hash_type = { method = \"consistent\"; function = \"wt6\"; avalanche = true; };")},
    {"balance by draws", LISTEN(" balance random(5)\n hash-balance-factor 150"), LISTENS("balance = \"random(5)\"; hash_balance_factor = 150;")},
    {"statuses that are errors", "global\n http-err-codes -404,410 +500\n http-fail-codes 500-599\n http-fail-codes -501\n" LISTEN(""), "global = { http_err_codes = [\"400-499\", \"-404,410\", \"+500\"]; http_fail_codes = \"500,502-599\"; };" LISTENS("")},
    {"certificates of stores", "global\n crt-base /g\n key-base /k\ncrt-store web\n load crt a.pem alias one\n crt-base /w\ncrt-store\n load crt b.pem key b.key\n" LISTEN(" bind :81 ssl crt @web/one crt @web/a.pem crt @/b.pem"),
     "global = { crt_base = \"/g\"; key_base = \"/k\"; };" LISTENS_OF("( \":80\", { address = \":81\"; ssl = true; crt = [\"/w/a.pem\", \"/w/a.pem\", \"/g/b.pem\"]; } )", SERVERS, "")},
    {"names in another case", "global\n h1-case-adjust b-c B-C\n h1-case-adjust a A\n" LISTEN(" option h1-case-adjust-bogus-client\n option h1-case-adjust-bogus-server"),
     "global = { h1_case_adjusts = ( { from = \"a\"; to = \"A\"; }, { from = \"b-c\"; to = \"B-C\"; } ); };" LISTENS("option = { h1_case_adjust_bogus_client = true; h1_case_adjust_bogus_server = true; };")},
    {"an RDP cookie", LISTEN(" persist rdp-cookie"), LISTENS("persist = \"rdp-cookie(msts)\";")},
    {"cookie with words", LISTEN(" cookie SRV insert indirect domain a.b domain c.d attr X attr Y maxidle 5m"), LISTENS("cookie = { name = \"SRV\"; insert = true; indirect = true; domain = [\"a.b\", \"c.d\"]; attr = [\"X\", \"Y\"]; maxidle = \"5m\"; };")},
    {"defaults that name others", "defaults one\n mode http\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n retries 7\ndefaults two from one\n balance leastconn\ndefaults\n mode http\n retries 1\nlisten a from two\n bind :80\n server s 10.0.0.1:80\n", LISTENS("retries = 7; balance = \"leastconn\";")},
    {"a frontend and a backend of one name", TIMEOUTS "frontend x\n bind :80\n default_backend x\nbackend x\n server s 10.0.0.1:80\n",
     "defaults = { timeout = { client = \"1s\"; server = \"1s\"; connect = \"1s\"; }; }; frontends = ( { name = \"x\"; binds = [\":80\"]; default_backend = \"x\"; } ); backends = ( { name = \"x\"; servers = ( { name = \"s\"; address = \"10.0.0.1:80\"; } ); } );"},
    {"former spellings", "defaults\n mode http\n contimeout 1000\n clitimeout 1000\n srvtimeout 1000\n redispatch\nlisten a :80\n server s 10.0.0.1:80\n option forceclose\n", LISTENS("option_redispatch = true; option_httpclose = true;")},
    {"sections that nothing uses", TIMEOUTS "resolvers r\n nameserver n 10.0.0.1:53\nuserlist u\n user a password b\nlisten a\n bind :80\n server s 10.0.0.1:80\n", LISTENS("")},
    {"no mode is mode tcp", "defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\nlisten a\n bind :80\n server s 10.0.0.1:80\n", LISTENS("mode = \"tcp\";")},
    {"the mode of defaults", "defaults\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n mode http\nlisten a\n bind :80\n server s 10.0.0.1:80\n", LISTENS("")},
    {"CRLF, and no line feed at the end", "defaults\r\n mode http\r\n timeout client 1s\r\n timeout server 1s\r\n timeout connect 1s\r\nlisten a\r\n bind :80\r\n server s 10.0.0.1:80", LISTENS("")},
    /* clang-format on */
};

static char *describe(const char *name, const char *text)
{
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = load_named(name, text, &report);
    if (config == NULL)
        conf_report_print(stderr, &report, CONF_NOTE);
    char *described = config != NULL ? config_describe(config) : NULL;
    config_free(config);
    conf_report_clear(&report);
    return described;
}

/* Names the first line in which two descriptions differ; the whole would hide it. */
static void assert_same(const char *a, const char *b)
{
    size_t line = 0;
    for (size_t i = 0; a[i] == b[i]; i++) {
        if (a[i] == '\0')
            return;
        if (a[i] == '\n')
            line = i + 1;
    }
    fail_msg("haproxy.cfg: %.*s, libconfig: %.*s", (int)strcspn(a + line, "\n"), a + line,
             (int)strcspn(b + line, "\n"), b + line);
}

static void both_syntaxes_make_the_same_model(void **state)
{
    (void)state;
    setenv("WEIR_TEST_SET", "v w", 1);
    setenv("WEIR_TEST_HOST", "10.0.0.7", 1);
    setenv("WEIR_TEST_WORDS", "uri /w", 1);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        print_message("%s\n", pairs[i].name);
        char *haproxy = describe("h.cfg", pairs[i].haproxy);
        char *libconfig = describe("w.conf", pairs[i].libconfig);
        assert_non_null(haproxy);
        assert_non_null(libconfig);
        assert_same(haproxy, libconfig);
        free(haproxy);
        free(libconfig);
    }
}

static void the_text_tells_the_syntax(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } cases[] = {{"w.conf", "# haproxy\n\nglobal\n daemon\n" LISTEN("")},
                 {"w.conf", ".if 0\n.endif\n" LISTEN("")},
                 {"h.cfg", LISTENS("")},
                 {"h.cfg", "# nothing\n"},
                 {"w.conf", "# nothing\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *described = describe(cases[i].name, cases[i].text);
        assert_non_null(described);
        free(described);
    }
}

/* Where the example of a row may stand, in either syntax. */
static const struct {
    unsigned scope;
    const char *haproxy, *libconfig; /* with %s */
} skeletons[] = {
    {IN_GLOBAL, "global\n %s\n" LISTEN(""), "global = { %s };" LISTENS("")},
    {IN_FRONTEND, TIMEOUTS "frontend f\n %s\nbackend app\n",
     LISTENS_TIMEOUTS "frontends = ( { name = \"f\"; %s } ); backends = ( { name = \"app\"; } );"},
    {IN_BACKEND, TIMEOUTS "backend app\n %s\n",
     LISTENS_TIMEOUTS "backends = ( { name = \"app\"; %s } );"},
    {IN_OTHERS, TIMEOUTS "resolvers r\n %s\n",
     LISTENS_TIMEOUTS "resolvers = ( { name = \"r\"; %s } );"},
};

static void check_example(const struct keyword *row)
{
    size_t i = 0;
    while ((skeletons[i].scope & row->scopes) == 0)
        i++;
    char haproxy[1000], libconfig[1000];
    snprintf(haproxy, sizeof haproxy, skeletons[i].haproxy, row->example);
    snprintf(libconfig, sizeof libconfig, skeletons[i].libconfig, row->example_libconfig);
    char *one = describe("h.cfg", haproxy), *other = describe("w.conf", libconfig);
    print_message("%s\n", row->example);
    assert_same(one, other);
    free(one);
    free(other);
}

static void the_examples_of_rows_say_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; config_tables[i] != NULL; i++) {
        for (const struct keyword *row = config_tables[i]->rows; row->name != NULL; row++) {
            assert_int_equal(row->example != NULL, row->example_libconfig != NULL);
            if (row->example != NULL)
                check_example(row);
        }
    }
}

/* The example behind a marker of a document. The caller frees it. */
static char *read_example(const char *document, const char *marker)
{
    char *bytes = NULL;
    size_t len = 0;
    assert_int_equal(conf_source_disk.read(NULL, document, &bytes, &len), 0);
    bytes = realloc(bytes, len + 1);
    bytes[len] = '\0';
    char *start = strstr(bytes, marker);
    assert_non_null(start);
    start = strstr(start, "```\n") + 4;
    *strstr(start, "```\n") = '\0';
    for (char *user; (user = strstr(start, "www-data")) != NULL;)
        memcpy(user, "web     ", 8); /* the user of a test; blanks go below */
    for (char *blank; (blank = strstr(start, "web     \"")) != NULL;)
        memcpy(blank, "web\"     ", 9);
    char *example = strdup(start);
    free(bytes);
    return example;
}

static void the_guide_says_the_same_in_both_syntaxes(void **state)
{
    (void)state;
    char *haproxy = read_example(WEIR_DOCS "/configuration.md", "<!-- test: the same -->");
    char *libconfig = read_example(WEIR_DOCS "/configuration.md", "<!-- test: loads -->");
    char *one = describe("h.cfg", haproxy), *other = describe("w.conf", libconfig);
    assert_same(one, other);
    free(one);
    free(other);
    free(haproxy);
    free(libconfig);
}

static void the_example_for_those_from_nginx_loads(void **state)
{
    (void)state;
    char *text = read_example(WEIR_DOCS "/coming-from-nginx.md", "<!-- test: loads -->");
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = load_named("site.cfg", text, &report);
    conf_report_print(stderr, &report, CONF_NOTE);
    assert_non_null(config);
    assert_int_equal(report.count, 0);
    config_free(config);
    conf_report_clear(&report);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_syntaxes_make_the_same_model),
        cmocka_unit_test(the_text_tells_the_syntax),
        cmocka_unit_test(the_guide_says_the_same_in_both_syntaxes),
        cmocka_unit_test(the_examples_of_rows_say_the_same),
        cmocka_unit_test(the_example_for_those_from_nginx_loads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
