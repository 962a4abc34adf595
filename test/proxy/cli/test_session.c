/* SPDX-License-Identifier: Apache-2.0 */
/* The conversation of an admin socket with a client at the other end of a pair of sockets. */
#include "proxy/cli/cli.h"
#include "test/proxy/admin/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SERVERS 3000

static struct loop loop;
static struct snapshot_chain chain;
static struct cli *cli;
static uv_thread_t thread;

static void run_loop(void *arg)
{
    (void)arg;
    loop_run(&loop);
}

static void start(unsigned extra)
{
    struct cli_host host = {.control = &loop, .snapshots = &chain};
    assert_int_equal(loop_init(&loop, SITE_THREADS), 0);
    struct snapshot *snapshot = site_open(extra);
    chain = (struct snapshot_chain){.oldest = snapshot, .current = snapshot, .control = &loop};
    snapshot->chain = &chain;
    cli = cli_new(&host);
    assert_non_null(cli);
}

static int connect_client(void)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cli_adopt(cli, ends[1], CONF_ADMIN_ADMIN);
    return ends[0];
}

static void serve(void)
{
    assert_int_equal(uv_thread_create(&thread, run_loop, NULL), 0);
}

static void stop(void)
{
    loop_stop(&loop);
    uv_thread_join(&thread);
    struct snapshot *snapshot = chain.current;
    cli_free(cli);
    assert_int_equal(snapshot->kept, 0);
    site_close(snapshot);
    loop_destroy(&loop);
}

/* All that comes until the other side closes, `step` bytes at a time; ended by NUL; to be freed. */
static char *read_all(int fd, size_t step)
{
    size_t len = 0, capacity = 1 << 16;
    char *text = malloc(capacity);
    for (ssize_t n; (n = read(fd, text + len, step)) > 0;) {
        len += (size_t)n;
        if (capacity - len <= step)
            text = realloc(text, capacity *= 2);
    }
    text[len] = '\0';
    close(fd);
    return text;
}

static char *ask(const char *question)
{
    start(0);
    int fd = connect_client();
    serve();
    assert_int_equal(write(fd, question, strlen(question)), strlen(question));
    char *answer = read_all(fd, 4096);
    stop();
    return answer;
}

static const struct {
    const char *question, *answer;
} cases[] = {
    {"show version\n", WEIR_VERSION "\n\n"},
    {"show cli level;show version\n", "admin\n\n" WEIR_VERSION "\n\n"},
    {"show version\nshow version\n", WEIR_VERSION "\n\n" WEIR_VERSION "\n\n"},
    {"prompt\nshow version\nquit\n", "\n> " WEIR_VERSION "\n\n> "},
    {"prompt;prompt;show version\n", "\n> \n" WEIR_VERSION "\n\n"},
    {"prompt\nadd map #9 <<\na b\n\nquit\n",
     "\n> + + Unknown map identifier. Please use #<id> or <file>.\n\n> "},
    {"user;show cli level\n", "\nuser\n\n"},
    {"operator;show cli level\n", "\noperator\n\n"},
    {"user;operator\n", "\nPermission denied\n\n"},
    {"user;set server app/web-1 state drain\n", "\nPermission denied\n\n"},
    {"user;show env HOME\n", "\nPermission denied\n\n"},
    {"set severity-output number;get weight app/nobody\n", "\n[3]: No such server.\n\n"},
    {"set severity-output string;get weight app/nobody\n", "\n[err]: No such server.\n\n"},
    {"set severity-output loud\n", "one of 'none', 'number', 'string' is a required argument\n\n"},
    {"set timeout cli 5x\n", "Invalid timeout value.\n\n"},
    {"set timeout server 5s\n", "'set timeout' only supports 'cli'.\n\n"},
    {"get weight app/web-1\n", "1 (initial 1)\n\n"},
    {"get weight #3/#1\n", "1 (initial 1)\n\n"},
    {"get weight nobody/web-1\n", "No such backend.\n\n"},
    {"get weight www/web-1\n", "No such backend.\n\n"},
    {"get weight app\n", "Require 'backend/server'.\n\n"},
    {"get weight app/\n", "Require 'backend/server'.\n\n"},
    {"set server app/web-1 mood good\n",
     "usage: set server <backend>/<server> addr | agent | agent-addr | agent-port | agent-send | "
     "check-addr | check-port | fqdn | health | ssl | state | weight\n\n"},
    {"set server app/web-1 weight 257\n",
     "Absolute weight can only be between 0 and 256 inclusive.\n\n"},
    {"set server app/web-1 weight x\n", "Empty weight string empty or preceded by garbage\n\n"},
    {"set server app/web-1 weight 1x\n", "Trailing garbage in weight string.\n\n"},
    {"set server app/web-1 addr house\n", "Invalid addr 'house' by 'stats socket command'\n\n"},
    {"show servers state nobody\n", "Can't find backend.\n\n"},
    {"show table nothing\n", "No such table\n\n"},
    {"show map nothing\n", "Unknown map identifier. Please use #<id> or <file>.\n\n"},
    {"show acl #7\n", "Unknown ACL identifier. Please use #<id> or <file>.\n\n"},
    {"show stat nobody 1 1\n", "No such proxy.\n\n"},
};

static void answers_in_the_words_of_haproxy(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        print_message("%s\n", cases[i].question);
        char *answer = ask(cases[i].question);
        assert_string_equal(answer, cases[i].answer);
        free(answer);
    }
}

static const struct {
    const char *question, *beginning, *part;
} helps[] = {
    {"help\n", "The following commands are valid at this level:\n", "\n  show stat [desc|"},
    {"help show map\n", "The following commands are valid at this level:\n",
     ":\n  show map [@ver] [map]                   : report"},
    {"shwo info\n", "Unknown command, but maybe one of the following ones is a better match:\n",
     "\n  show info [desc|"},
    {"set serv\n", "Unknown command, but maybe one of the following ones is a better match:\n",
     "\n  set server <bk>/<srv> [opts]            :"},
    {"frobnicate\n", "Unknown command. Please enter one of the following commands only:\n",
     "\n  quit                                    : disconnect\n\n"},
    {"\n", "Unknown command. Please enter one of the following commands only:\n",
     "\n  add acl [@<ver>] <acl> <pattern>        :"},
};

static void helps_whoever_does_not_know_a_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(helps); i++) {
        print_message("%s\n", helps[i].question);
        char *answer = ask(helps[i].question);
        assert_int_equal(strncmp(answer, helps[i].beginning, strlen(helps[i].beginning)), 0);
        assert_non_null(strstr(answer, helps[i].part));
        assert_non_null(strstr(answer, "quit                                    : disconnect\n\n"));
        free(answer);
    }
}

static void says_nothing_to_half_a_line(void **state)
{
    (void)state;
    start(0);
    int fd = connect_client();
    serve();
    assert_int_equal(write(fd, "show info", 9), 9);
    shutdown(fd, SHUT_WR);
    char *answer = read_all(fd, 4096);
    stop();
    assert_string_equal(answer, "");
    free(answer);
}

static void hangs_up_on_a_line_without_end(void **state)
{
    (void)state;
    char junk[1024];
    start(0);
    int fd = connect_client();
    serve();
    memset(junk, 'x', sizeof(junk));
    for (int i = 0; i < 64 && send(fd, junk, sizeof(junk), MSG_NOSIGNAL) > 0; i++)
        continue;
    char *answer = read_all(fd, 4096);
    stop();
    assert_string_equal(answer, "");
    free(answer);
}

/* An answer of many times the session's buffer. */
static void gives_a_long_answer_to_a_slow_reader(void **state)
{
    (void)state;
    size_t lines = 0;
    start(SERVERS);
    int fd = connect_client(), other = connect_client();
    serve();
    assert_int_equal(write(fd, "show servers state app\n", 23), 23);
    assert_int_equal(write(other, "show version\n", 13), 13);
    char *in_between = read_all(other, 4096);
    char *answer = read_all(fd, 100);
    stop();
    assert_string_equal(in_between, WEIR_VERSION "\n\n");
    for (const char *at = answer; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 2 + 6 + SERVERS + 1);
    assert_non_null(strstr(answer, " extra-2999 10.0."));
    free(in_between);
    free(answer);
}

static void forgets_a_client_that_leaves_amid_an_answer(void **state)
{
    (void)state;
    char some[100];
    start(SERVERS);
    int fd = connect_client(), other = connect_client();
    serve();
    assert_int_equal(write(fd, "show stat\n", 10), 10);
    assert_true(read(fd, some, sizeof(some)) > 0);
    close(fd);
    assert_int_equal(write(other, "show version\n", 13), 13);
    free(read_all(other, 4096));
    stop();
}

static void closes_silent_clients(void **state)
{
    (void)state;
    char *answer = ask("prompt;set timeout cli 20ms\n");
    assert_string_equal(answer, "\n> \n> ");
    free(answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_the_words_of_haproxy),
        cmocka_unit_test(helps_whoever_does_not_know_a_command),
        cmocka_unit_test(says_nothing_to_half_a_line),
        cmocka_unit_test(hangs_up_on_a_line_without_end),
        cmocka_unit_test(gives_a_long_answer_to_a_slow_reader),
        cmocka_unit_test(forgets_a_client_that_leaves_amid_an_answer),
        cmocka_unit_test(closes_silent_clients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
