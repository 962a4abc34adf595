/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a conversion must keep, whatever the file says: the model, the comments, and the text itself
 * once it has been through both syntaxes. Files that do not load must go wrong in the same way
 * afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/convert.h"
#include "config/line.h"
#include "config/loader.h"
#include "test/config/describe.h"

/* A world in which every file is an error page, and every name resolves. */
struct world {
    const char *name, *text; /* the one that is read */
};

static int world_read(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    const struct world *world = ctx;
    bool is_text = strcmp(path, world->name) == 0;
    *bytes_out = strdup(is_text ? world->text : "HTTP/1.0 503 Sorry\r\n\r\nsorry");
    *len_out = strlen(*bytes_out);
    return 0;
}

static int world_list(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    (void)ctx, (void)path, (void)names_out, (void)count_out;
    return -ENOTDIR;
}

static int world_resolve(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    (void)ctx, (void)host, (void)family;
    *sa_out = (struct sockaddr_storage){.ss_family = AF_INET};
    return 0;
}

static int world_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    (void)ctx, (void)name;
    *uid_out = *gid_out = 33;
    return 0;
}

static int world_group(void *ctx, const char *name, gid_t *gid_out)
{
    (void)ctx, (void)name;
    *gid_out = 33;
    return 0;
}

struct given {
    struct world world;
    struct conf_source source;
    const char *path;
    struct conf_input input;
};

static void give(struct given *g, const char *name, const char *text)
{
    *g = (struct given){.world = {name, text}, .path = name};
    g->source = (struct conf_source){.ctx = &g->world,
                                     .read = world_read,
                                     .list = world_list,
                                     .resolve = world_resolve,
                                     .user = world_user,
                                     .group = world_group};
    g->input = (struct conf_input){.paths = &g->path, .path_count = 1, .source = &g->source};
}

/* The name decides nothing here: every text begins with a word that tells its syntax. */
static char *convert(const char *name, const char *text)
{
    struct given g;
    struct conf_report report;
    give(&g, name, text);
    conf_report_init(&report);
    char *converted = config_convert(&g.input, &report);
    conf_report_clear(&report);
    return converted;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The errors without their places and words of a syntax, in an order of their own. */
static char *print_errors(const struct conf_report *report)
{
    const char **lines = calloc(report->count + 1, sizeof *lines);
    char *text = NULL;
    size_t len = 0, count = 0;
    FILE *out = open_memstream(&text, &len);
    for (size_t i = 0; i < report->count; i++) {
        if (report->problems[i].severity == CONF_ERROR)
            lines[count++] = report->problems[i].message;
    }
    qsort(lines, count, sizeof *lines, compare_lines);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(lines[i - 1], lines[i]) != 0)
            fprintf(out, "error: %s\n", lines[i]);
    }
    fclose(out);
    free(lines);
    for (char *c = text; *c != '\0'; c++)
        *c = strchr("-. ", *c) != NULL ? '_' : *c; /* keywords in either spelling */
    return text;
}

static char *describe(const char *name, const char *text)
{
    struct given g;
    struct conf_report report;
    give(&g, name, text);
    conf_report_init(&report);
    struct config *config = config_load(&g.input, &report);
    char *described = config != NULL ? config_describe(config) : print_errors(&report);
    config_free(config);
    conf_report_clear(&report);
    return described;
}

/* Names the first line in which two texts differ. */
static void assert_same(const char *name, const char *what, const char *a, const char *b)
{
    size_t line = 0;
    for (size_t i = 0; a[i] == b[i]; i++) {
        if (a[i] == '\0')
            return;
        if (a[i] == '\n')
            line = i + 1;
    }
    fail_msg("%s: %s: '%.*s', then '%.*s'", name, what, (int)strcspn(a + line, "\n"), a + line,
             (int)strcspn(b + line, "\n"), b + line);
}

static size_t count_comments(const char *text)
{
    size_t count = 0;
    for (; (text = strstr(text, "COMMENT")) != NULL; text++)
        count++;
    return count;
}

/* False where the text cannot be read at all. What is wrong may become another mistake. */
static bool check_both_ways(const char *name, const char *text, bool is_wrong)
{
    enum { TURNS = 4 };
    char *texts[TURNS] = {convert(name, text)};
    if (texts[0] == NULL)
        return false;
    char *described = describe(name, text);
    for (int i = 0; i < TURNS; i++) {
        if (i > 0)
            texts[i] = convert(name, texts[i - 1]);
        if (texts[i] == NULL)
            fail_msg("%s: what was written cannot be read:\n%s", name, texts[i - 1]);
        char *again = describe(name, texts[i]);
        if (!is_wrong || strncmp(described, "error", 5) != 0)
            assert_same(name, "the model", described, again);
        assert_int_equal(count_comments(texts[i]), count_comments(text));
        free(again);
    }
    assert_same(name, "once more, in its own syntax", texts[1], texts[3]);
    assert_same(name, "once more, in the other", texts[0], texts[2]);
    for (int i = 0; i < TURNS; i++)
        free(texts[i]);
    free(described);
    return true;
}

static char *read_whole(const char *path)
{
    char *bytes = NULL;
    size_t len = 0;
    if (conf_source_disk.read(NULL, path, &bytes, &len) != 0)
        return NULL;
    bytes = realloc(bytes, len + 1);
    bytes[len] = '\0';
    return bytes;
}

/* How many of a folder's files can be converted. */
static size_t check_folder(const char *folder, bool is_wrong)
{
    size_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || (strcmp(dot, ".cfg") != 0 && strcmp(dot, ".conf") != 0))
            continue;
        char *text = read_whole(path);
        assert_non_null(text);
        count += check_both_ways(entry->d_name, text, is_wrong);
        free(text);
    }
    closedir(dir);
    return count;
}

static void every_file_goes_both_ways(void **state)
{
    (void)state;
    assert_true(check_folder(WEIR_TOP "/test/config/convert", false) >= 46);
    assert_true(check_folder(WEIR_TOP "/test/fuzz/corpus/haproxy_cfg", true) >= 5);
    assert_true(check_folder(WEIR_TOP "/test/fuzz/corpus/config", true) >= 5);
    assert_true(check_folder(WEIR_TOP "/deploy", false) >= 1);
}

#define TIMEOUTS                                                                                   \
    "defaults\n    mode http\n    timeout connect 1s\n    timeout client 1s\n"                     \
    "    timeout server 1s\n\n"
#define TIMEOUTS_CONF                                                                              \
    "defaults = {\n    mode = \"http\";\n    timeout_connect = \"1s\";\n"                          \
    "    timeout_client = \"1s\";\n    timeout_server = \"1s\";\n};\n\n"

/* Texts as a person would want them. */
static const struct {
    const char *name, *haproxy, *libconfig;
} pairs[] = {
    /* clang-format off */
    {"a proxy", TIMEOUTS "# COMMENT\nlisten a # COMMENT behind\n    # COMMENT above\n    bind *:80\n    server s 10.0.0.1:80 check # COMMENT\n",
     TIMEOUTS_CONF "listens = (\n    # COMMENT\n    { # COMMENT behind\n        name = \"a\";\n        # COMMENT above\n        binds = [\"*:80\"];\n"
     "        servers = (\n            { name = \"s\"; address = \"10.0.0.1:80\"; check = true; } # COMMENT\n        );\n    }\n);\n"},
    {"lines of rules", TIMEOUTS "frontend a\n    bind *:80\n    acl x path_beg /x \"a b\" # COMMENT\n    acl y path_reg '^/\\.\"$'\n    use_backend b if x !y\n\nbackend b\n    server s 10.0.0.1:80\n",
     TIMEOUTS_CONF "frontends = (\n    {\n        name = \"a\";\n        binds = [\"*:80\"];\n        acl = (\n            \"x path_beg /x \\\"a b\\\"\", # COMMENT\n            \"y path_reg '^/\\\\.\\\"$'\"\n        );\n"
     "        use_backend = (\n            \"b if x !y\"\n        );\n    }\n);\n\nbackends = (\n    {\n        name = \"b\";\n        servers = (\n            { name = \"s\"; address = \"10.0.0.1:80\"; }\n        );\n    }\n);\n"},
    {"a ring, and a section that is not built", "# COMMENT\nring people\n    description \"a b\" # COMMENT\n    server s 10.0.0.1:601 log-proto octet-count\n\npeers dns\n    peer one 10.0.0.1:53\n    # COMMENT\n",
     "rings = (\n    # COMMENT\n    {\n        name = \"people\";\n        description = \"a b\"; # COMMENT\n        servers = (\n            { name = \"s\"; address = \"10.0.0.1:601\"; log_proto = \"octet-count\"; }\n        );\n    }\n);\n\n"
     "peers = (\n    {\n        name = \"dns\";\n        lines = (\n            \"peer one 10.0.0.1:53\"\n        );\n        # COMMENT\n    }\n);\n"},
    {"names and name servers", TIMEOUTS "resolvers dns\n    nameserver one tcp@10.0.0.1:53\n    parse-resolv-conf\n    hold nx 30s\n\nbackend a\n    server s app.test:80 init-addr last,none\n    server-template t 2-4 app.test:80 resolvers dns resolve-prefer ipv4\n",
     TIMEOUTS_CONF "resolvers = (\n    {\n        name = \"dns\";\n        nameservers = (\n            { name = \"one\"; address = \"tcp@10.0.0.1:53\"; }\n        );\n        parse_resolv_conf = true;\n        hold_nx = \"30s\";\n    }\n);\n\n"
     "backends = (\n    {\n        name = \"a\";\n        servers = (\n            { name = \"s\"; address = \"app.test:80\"; init_addr = \"last,none\"; }\n        );\n        server_templates = (\n"
     "            { name = \"t\"; address = \"app.test:80\"; resolvers = \"dns\"; resolve_prefer = \"ipv4\";\n              range = \"2-4\"; }\n        );\n    }\n);\n"},
    {"variables", TIMEOUTS "listen a\n    bind \"${WEIR_TEST_ADDR-*}:80\"\n    description '${literal}'\n",
     TIMEOUTS_CONF "listens = (\n    {\n        name = \"a\";\n        binds = [\"${WEIR_TEST_ADDR-*}:80\"];\n        description = \"$${literal}\";\n    }\n);\n"},
    {"an order that counts", TIMEOUTS "frontend a\n    bind *:80\n    default_backend b\n\nbackend b\n    server s 10.0.0.1:80\n\nfrontend c\n    bind *:81\n    default_backend b\n",
     TIMEOUTS_CONF "sections = (\n    {\n        section = \"frontend\";\n        name = \"a\";\n        binds = [\"*:80\"];\n        default_backend = \"b\";\n    },\n"
     "    {\n        section = \"backend\";\n        name = \"b\";\n        servers = (\n            { name = \"s\"; address = \"10.0.0.1:80\"; }\n        );\n    },\n"
     "    {\n        section = \"frontend\";\n        name = \"c\";\n        binds = [\"*:81\"];\n        default_backend = \"b\";\n    }\n);\n"},
    {"options", TIMEOUTS "listen a\n    bind *:80\n    option httplog\n    no option dontlognull\n    option forwardfor except 10.0.0.0/8\n    stats auth a:b\n    stats auth c:d\n    log global\n",
     TIMEOUTS_CONF "listens = (\n    {\n        name = \"a\";\n        binds = [\"*:80\"];\n        option_httplog = true;\n        option_dontlognull = false;\n        option_forwardfor = { except = \"10.0.0.0/8\"; };\n        stats_auth = [\"a:b\", \"c:d\"];\n        logs = [\"global\"];\n    }\n);\n"},
    {"a request hidden behind its version", TIMEOUTS "backend a\n    option httpchk PUT /x \"HTTP/1.1\\r\\nHost: h\\r\\nX-A: b\\r\\n\\r\\nhi\"\n    http-check send hdr X-B c\n    server s 10.0.0.1:80 check\n",
     TIMEOUTS_CONF "backends = (\n    {\n        name = \"a\";\n        option_httpchk = { method = \"PUT\"; uri = \"/x\"; version = \"HTTP/1.1\";\n                           hdr = [\"Host: h\", \"X-A: b\"]; body = \"hi\"; };\n        http_check = (\n            \"send hdr X-B c\"\n        );\n        servers = (\n            { name = \"s\"; address = \"10.0.0.1:80\"; check = true; }\n        );\n    }\n);\n"},
    /* clang-format on */
};

static void texts_are_written_as_people_write_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        char *libconfig = convert("x", pairs[i].haproxy), *haproxy = convert("x", libconfig);
        assert_same(pairs[i].name, "libconfig", pairs[i].libconfig, libconfig);
        assert_same(pairs[i].name, "haproxy.cfg", pairs[i].haproxy, haproxy);
        assert_true(check_both_ways(pairs[i].name, pairs[i].haproxy, false));
        free(libconfig);
        free(haproxy);
    }
}

/* What changes on the way, and what must not. */
static const struct {
    const char *name, *text, *part; /* of what is written */
} parts[] = {
    {"the last of two counts", "global\n maxconn 1 # COMMENT\n maxconn 2\n",
     "    # COMMENT\n    maxconn = 2;"},
    {"a block that does not count", "global\n.if 0\n maxconn 1\n.endif\n", "    # maxconn 1\n"},
    {"a variable of the file's own", "global\n setenv A b\n node \"$A\"\n", "node = \"b\";"},
    {"a word of the environment", "global\n node \"$WEIR_TEST_UNSET\"\n",
     "node = \"${WEIR_TEST_UNSET}\";"},
    {"a variable in a group of rules",
     "frontends = { name = \"f\"; http_request = ( { path = \"/${WEIR_TEST_NAME}\"; deny = true; } "
     "); };",
     "http-request deny if { path \"/${WEIR_TEST_NAME}\" }"},
    {"weir's own word", "backends = { name = \"b\"; option_forwarded_proto = true; };",
     "http-request set-header X-Forwarded-Proto %[ssl_fc,iif(https,http)]"},
    {"an option said anew",
     "backend a\n option httpchk GET /x HTTP/1.1\\r\\nHost:h\n option httpchk\n server s "
     "10.0.0.1:80 check\n",
     "option_httpchk = true;"},
    {"the mode of HAProxy", "backends = { name = \"b\"; };", "backend b\n    mode http\n"},
    {"a flag that is off",
     "backends = { name = \"b\"; servers = ( { name = \"s\"; address = "
     "\"10.0.0.1:80\"; check = false; } ); };",
     "server s 10.0.0.1:80 no-check"},
    {"what cannot be said",
     "defaults = { stats_enable = true; }; backends = { name = \"b\"; stats_enable = false; };",
     "# stats_enable = false"},
    {"a level without a facility",
     "global = { logs = ( { address = \"10.0.0.1\"; minlevel = "
     "\"err\"; } ); };",
     "log 10.0.0.1 local0 debug err"},
    {"default-server below the servers",
     "backends = { name = \"b\"; servers = ( { name = \"s\"; address = \"10.0.0.1:80\"; } ); "
     "default_server = { check = true; }; };",
     "default-server check\n    server s 10.0.0.1:80"},
};

static void differences_are_bridged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char *written = convert("x", parts[i].text);
        assert_non_null(written);
        if (strstr(written, parts[i].part) == NULL)
            fail_msg("%s: no '%s' in:\n%s", parts[i].name, parts[i].part, written);
        free(written);
    }
}

/* What is told about a conversion, with its place. */
static const struct {
    const char *text;
    enum conf_severity severity;
    unsigned line, column;
    const char *message;
} messages[] = {
    /* clang-format off */
    {"global\n setenv A b\n", CONF_WARNING, 2, 2, "kept as a comment: variables are not set any more"},
    {"global\n.if 1\n.endif\n", CONF_WARNING, 2, 1, "kept as a comment: conditions are decided now"},
    {"defaults = { stats_enable = true; };\nbackends = { name = \"b\"; stats_enable = false; };", CONF_WARNING, 2, 26, "'stats enable' has no counterpart in haproxy.cfg"},
    {"backends = { name = \"b\"; servers = (\n{ name = \"s\"; address = \"/s\"; key = \"k\"; } ); };", CONF_WARNING, 2, 31, "HAProxy itself does not know 'key'"},
    {"defaults = { option_tcpka = true; };\nbackends = { name = \"b\"; option_tcpka = false; };", CONF_WARNING, 2, 26, "HAProxy itself does not take 'no option tcpka'"},
    {"frontends = { name = \"b\"; binds = ( { address = \":80\";\nno_tlsv10 = false; } ); };", CONF_WARNING, 2, 1, "'no-tlsv10' cannot be switched off in haproxy.cfg"},
    {"sections = (\n{ name = \"a\"; } );", CONF_ERROR, 2, 1, "the kind of this section is not given"},
    {"sections = (\n{ section = \"fronted\"; } );", CONF_ERROR, 2, 13, "unknown kind of section 'fronted'"},
    {"global = { node = \"${A\"; };", CONF_ERROR, 1, 19, "a variable that is not whole"},
    {"backends = { name = \"b\"; default_server = \"x\"; };", CONF_ERROR, 1, 43, "'default-server' takes a group"},
    {"global = { noode = 1; };", CONF_ERROR, 1, 12, "unknown keyword 'noode'"},
    /* clang-format on */
};

static void what_is_lost_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        struct given g;
        struct conf_report report;
        bool is_told = false;
        give(&g, "x", messages[i].text);
        conf_report_init(&report);
        free(config_convert(&g.input, &report));
        for (size_t k = 0; k < report.count; k++) {
            const struct conf_problem *p = &report.problems[k];
            is_told = is_told ||
                      (p->severity == messages[i].severity && p->place.line == messages[i].line &&
                       p->place.column == messages[i].column &&
                       strcmp(p->message, messages[i].message) == 0);
        }
        if (!is_told) {
            conf_report_print(stderr, &report, CONF_NOTE);
            fail_msg("not told: %s", messages[i].message);
        }
        conf_report_clear(&report);
    }
}

static char *show(const char *text, enum conf_syntax syntax)
{
    struct given g;
    struct conf_report report;
    give(&g, "x", text);
    conf_report_init(&report);
    char *shown = config_show(&g.input, syntax, &report);
    conf_report_clear(&report);
    return shown;
}

#define SHOWN                                                                                      \
    "global\n maxconn 7 # COMMENT\ndefaults\n mode http\n retries 9\n timeout connect 1s\n"        \
    " timeout client 2s\n timeout server 3s\n option tcpka\n log 10.0.0.9 local0\n"                \
    "frontend f\n bind \"${WEIR_TEST_ADDR}:80\"\n default_backend b\n no option tcpka\n"           \
    "backend b\n retries 8\n server s 10.0.0.1:80\n"

static void what_counts_is_shown(void **state)
{
    (void)state;
    static const char *const there[] = {
        "    retries 8\n",        "    timeout connect 1s\n", "    timeout client 2s\n",
        "    bind 10.0.0.7:80",   "    option tcpka\n",       "    log 10.0.0.9 local0\n",
        "    balance roundrobin", "    maxconn 7\n",
    };
    static const char *const absent[] = {"defaults", "COMMENT", "retries 9", "${"};
    char *shown = show(SHOWN, CONF_SYNTAX_OF_FILE);
    assert_non_null(shown);
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        if (strstr(shown, there[i]) == NULL)
            fail_msg("no '%s' in:\n%s", there[i], shown);
    }
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
        if (strstr(shown, absent[i]) != NULL)
            fail_msg("'%s' in:\n%s", absent[i], shown);
    }
    free(shown);
}

#define LISTEN                                                                                     \
    "global\n maxconn 7\ndefaults\n mode http\n retries 9\n timeout connect 1s\n"                  \
    " timeout client 2s\n timeout server 3s\n option tcpka\n log 10.0.0.9 local0\n"                \
    "listen l\n bind \"${WEIR_TEST_ADDR}:80\"\n no option tcpka\n retries 8\n"                     \
    " log 10.0.0.8 local1\n default-server weight 2\n server s 10.0.0.1:80\n"

/* Shown in either syntax it is the same, and shown again it does not change. */
static void what_is_shown_means_the_same(void **state)
{
    (void)state;
    char *haproxy = show(LISTEN, CONF_SYNTAX_HAPROXY);
    char *libconfig = show(LISTEN, CONF_SYNTAX_LIBCONFIG);
    char *described = describe("x", LISTEN), *one = describe("x", haproxy);
    char *other = describe("x", libconfig), *again = show(haproxy, CONF_SYNTAX_OF_FILE);
    assert_same("shown", "haproxy.cfg", described, one);
    assert_same("shown", "libconfig", described, other);
    assert_same("shown", "again", haproxy, again);
    free(haproxy);
    free(libconfig);
    free(described);
    free(one);
    free(other);
    free(again);
}

static void what_is_wrong_is_not_written(void **state)
{
    (void)state;
    static const char *const texts[] = {"frontend a\n nonsense\n",
                                        "global = { nonsense = 1; };",
                                        "global = {",
                                        "global\n daemon \"\n",
                                        "sections = ( { name = \"a\"; } );",
                                        "sections = ( { section = \"fronted\"; } );",
                                        "global = { node = \"${A\"; };"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_null(convert("x", texts[i]));
        assert_null(show(texts[i], CONF_SYNTAX_OF_FILE));
    }
}

int main(void)
{
    setenv("WEIR_TEST_ADDR", "10.0.0.7", 1);
    setenv("WEIR_TEST_NAME", "v w", 1);
    unsetenv("WEIR_TEST_UNSET");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_written_as_people_write_them),
        cmocka_unit_test(differences_are_bridged),
        cmocka_unit_test(what_is_lost_is_told),
        cmocka_unit_test(every_file_goes_both_ways),
        cmocka_unit_test(what_counts_is_shown),
        cmocka_unit_test(what_is_shown_means_the_same),
        cmocka_unit_test(what_is_wrong_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
