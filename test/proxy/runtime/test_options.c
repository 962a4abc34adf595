/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what each option sets, and what is refused. */
#include "proxy/runtime/options.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WORDS_MAX 12

static const struct {
    const char *name;
    const char *words[WORDS_MAX];
    struct options want; /* but for the files */
    const char *last_file;
    size_t files;
} good[] = {
    {"one file", {"-f", "a"}, {0}, "a", 1},
    {"several files", {"-f", "a", "-f", "b"}, {0}, "b", 2},
    {"files behind the dashes", {"-f", "a", "--", "b", "-c"}, {0}, "-c", 3},
    {"a check", {"-c", "-f", "a"}, {.check = true}, "a", 1},
    {"debugging stays in the foreground",
     {"-d", "-f", "a"},
     {.debug = true, .foreground = true},
     "a",
     1},
    {"the foreground alone", {"-db", "-f", "a"}, {.foreground = true}, "a", 1},
    {"the background", {"-D", "-f", "a"}, {.daemon = true}, "a", 1},
    {"a monitor", {"-W", "-f", "a"}, {.monitored = true}, "a", 1},
    {"a monitor that notifies", {"-Ws", "-f", "a"}, {.monitored = true, .notifies = true}, "a", 1},
    {"quiet and verbose", {"-q", "-V", "-f", "a"}, {.quiet = true, .verbose = true}, "a", 1},
    {"a check for programs", {"--json", "-f", "a"}, {.check = true, .json = true}, "a", 1},
    {"a check for editors", {"--sarif", "-f", "a"}, {.check = true, .sarif = true}, "a", 1},
    {"a condition needs no file", {"-cc", "1"}, {.condition = "1"}, NULL, 0},
    {"a limit", {"-n", "200", "-f", "a"}, {.maxconn = 200}, "a", 1},
    {"a pid file", {"-p", "x", "-f", "a"}, {.pidfile = "x"}, "a", 1},
    {"a folder", {"-C", "x", "-f", "a"}, {.folder = "x"}, "a", 1},
    {"a name", {"-L", "x", "-f", "a"}, {.local_name = "x"}, "a", 1},
    {"old processes",
     {"-f", "a", "-sf", "12", "13"},
     {.old_signal = SIGUSR1, .old_pid_count = 2},
     "a",
     1},
    {"old processes, none of them", {"-sf", "-f", "a"}, {.old_signal = SIGUSR1}, "a", 1},
    {"old processes to be ended",
     {"-st", "9", "-f", "a"},
     {.old_signal = SIGTERM, .old_pid_count = 1},
     "a",
     1},
    {"a version needs no file", {"-v"}, {.show_version = true}, NULL, 0},
    {"details too", {"-vv"}, {.show_version = true, .show_build = true}, NULL, 0},
    {"warnings are errors", {"-dW", "-f", "a"}, {.zero_warning = true}, "a", 1},
    {"a master socket, as in Debian's service file",
     {"-Ws", "-f", "a", "-p", "x", "-S", "/run/m.sock,level,user"},
     {.monitored = true, .notifies = true, .pidfile = "x"},
     "a",
     1},
    {"what has no effect and takes a word",
     {"-m", "5", "-N", "6", "-x", "y", "-f", "a"},
     {.idle_count = 3},
     "a",
     1},
    {"what has no effect", {"-dr", "-dS", "-de", "-dp", "-f", "a"}, {.idle_count = 4}, "a", 1},
    {"what has no effect and a tail",
     {"-dM", "-dM50,tag", "-dKall", "-f", "a"},
     {.idle_count = 3},
     "a",
     1},
    {"help needs no file", {"--help"}, {.show_help = true}, NULL, 0},
};

static const struct {
    const char *name;
    const char *words[WORDS_MAX];
} bad[] = {
    {"nothing at all", {NULL}},
    {"no file", {"-c"}},
    {"a file without its name", {"-f"}},
    {"a socket without its name", {"-f", "a", "-S"}},
    {"an option with a tail it does not take", {"-dWx", "-f", "a"}},
    {"an unknown way of debugging", {"-dq", "-f", "a"}},
    {"an unknown option", {"-y", "-f", "a"}},
    {"options do not cluster", {"-cq", "-f", "a"}},
    {"a word that is no option", {"a"}},
    {"a limit that is no number", {"-n", "x", "-f", "a"}},
    {"a limit below zero", {"-n", "-1", "-f", "a"}},
    {"a limit with a tail", {"-n", "5x", "-f", "a"}},
    {"a limit beyond all bounds", {"-n", "99999999999999999999", "-f", "a"}},
    {"a pid that is no number", {"-f", "a", "-sf", "x"}},
    {"a pid of zero would be our whole group", {"-f", "a", "-sf", "0"}},
};

static int parse(struct options *options, const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {"/usr/sbin/weir"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = (char *)words[argc - 1];
    return options_parse(options, argc, argv);
}

static bool is_same(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void check(size_t i)
{
    struct options got;
    const struct options *want = &good[i].want;
    if (parse(&got, good[i].words) != 0)
        fail_msg("%s: refused", good[i].name);
    bool same = got.check == want->check && got.debug == want->debug &&
                got.foreground == want->foreground && got.daemon == want->daemon &&
                got.monitored == want->monitored && got.notifies == want->notifies &&
                got.json == want->json && got.sarif == want->sarif &&
                is_same(got.condition, want->condition) && got.quiet == want->quiet &&
                got.zero_warning == want->zero_warning && got.idle_count == want->idle_count &&
                got.verbose == want->verbose && got.maxconn == want->maxconn &&
                got.old_signal == want->old_signal && got.old_pid_count == want->old_pid_count &&
                got.show_version == want->show_version && got.show_build == want->show_build &&
                got.show_help == want->show_help && is_same(got.pidfile, want->pidfile) &&
                is_same(got.folder, want->folder) && is_same(got.local_name, want->local_name) &&
                is_same(got.program, "weir");
    const char *last = got.file_count > 0 ? got.files[got.file_count - 1] : NULL;
    if (!same || got.file_count != good[i].files || !is_same(last, good[i].last_file))
        fail_msg("%s: not as expected", good[i].name);
    options_free(&got);
}

static void options_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        check(i);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct options options;
        if (parse(&options, bad[i].words) == 0)
            fail_msg("%s: accepted", bad[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_taken),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
