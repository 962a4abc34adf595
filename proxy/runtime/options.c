/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line; see options.h. An option is one row: its name, what it takes, where that goes
 * and a line of help. Options do not cluster, as in HAProxy: "-Ws" is one option, not two. What has
 * no effect here is taken all the same, so that the service files of HAProxy can start weir.
 */
#include "proxy/runtime/options.h"

#include "proxy/log/log.h"
#include "proxy/runtime/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { OPT_FLAG, OPT_TEXT, OPT_NUMBER, OPT_FILE, OPT_PIDS, OPT_IDLE };

struct option_row {
    const char *name; /* without its dash; a star stands for the rest of the word */
    enum option_kind kind;
    size_t at, also; /* offsets; `also` is a second flag to set, SIZE_MAX = none */
    int number;      /* OPT_PIDS: the signal */
    const char *takes;
    const char *doc; /* OPT_IDLE: why it has no effect */
};

#define AT(field) offsetof(struct options, field), SIZE_MAX
#define AT2(field, second) offsetof(struct options, field), offsetof(struct options, second)

#define IDLE 0, SIZE_MAX, 0

/* clang-format off */
static const struct option_row rows[] = {
    {"f",  OPT_FILE,   0, SIZE_MAX, 0, "FILE", "read this file, or each *.cfg and *.conf of this folder; may be repeated"},
    {"c",  OPT_FLAG,   AT(check), 0, NULL, "check the configuration and exit: 0 if it is valid, else 1"},
    {"d",  OPT_FLAG,   AT2(debug, foreground), 0, NULL, "stay in the foreground and show debug messages"},
    {"db", OPT_FLAG,   AT(foreground), 0, NULL, "stay in the foreground, without a monitor"},
    {"D",  OPT_FLAG,   AT(daemon), 0, NULL, "go to the background once connections are served"},
    {"W",  OPT_FLAG,   AT(monitored), 0, NULL, "run under a monitor, which restarts a worker that died"},
    {"Ws", OPT_FLAG,   AT2(monitored, notifies), 0, NULL, "as -W, and tell systemd about it"},
    {"S",  OPT_TEXT,   AT(master), 0, "SOCKET", "with -W or -Ws: commands for the monitor; ADDRESS[,mode,600][,level,admin]..."},
    {"p",  OPT_TEXT,   AT(pidfile), 0, "FILE", "with -D, -W or -Ws: write the process id there"},
    {"C",  OPT_TEXT,   AT(folder), 0, "DIR", "change to this folder before files are read"},
    {"L",  OPT_TEXT,   AT(local_name), 0, "NAME", "name of this node, by default the host's"},
    {"n",  OPT_NUMBER, AT(maxconn), 0, "COUNT", "most connections at a time, instead of global maxconn"},
    {"sf", OPT_PIDS,   0, SIZE_MAX, SIGUSR1, "PID...", "once we serve, let these processes finish and leave"},
    {"st", OPT_PIDS,   0, SIZE_MAX, SIGTERM, "PID...", "once we serve, end these processes"},
    {"cc", OPT_TEXT,   AT(condition), 0, "COND", "evaluate a condition of .if and exit: 0 true, 1 false, 2 neither"},
    {"-json", OPT_FLAG, AT2(json, check), 0, NULL, "as -c, with the problems as JSON on standard output"},
    {"-sarif", OPT_FLAG, AT2(sarif, check), 0, NULL, "as -c, with the problems as SARIF 2.1.0 on standard output"},
    {"q",  OPT_FLAG,   AT(quiet), 0, NULL, "show no messages"},
    {"V",  OPT_FLAG,   AT(verbose), 0, NULL, "show notes too"},
    {"dW", OPT_FLAG,   AT(zero_warning), 0, NULL, "take a configuration with warnings for a wrong one"},
    {"v",  OPT_FLAG,   AT(show_version), 0, NULL, "show the version and exit"},
    {"vv", OPT_FLAG,   AT2(show_version, show_build), 0, NULL, "show version, build and libraries and exit"},
    {"-help", OPT_FLAG, AT(show_help), 0, NULL, "show this and exit"},
    {"-version", OPT_FLAG, AT(show_version), 0, NULL, "as -v"},
    {"x",  OPT_IDLE, IDLE, "SOCKET", "a reload keeps its sockets, and -sf shares them"},
    {"m",  OPT_IDLE, IDLE, "MEGABYTES", "memory is bounded by maxconn"},
    {"N",  OPT_IDLE, IDLE, "COUNT", "say maxconn in the frontends or their defaults"},
    {"dM*", OPT_IDLE, IDLE, NULL, "builds with sanitizers look for faults of memory"},
    {"dK*", OPT_IDLE, IDLE, NULL, "docs/reference.md lists all keywords"},
    {"dC*", OPT_IDLE, IDLE, NULL, "the configuration is not printed"},
    {"dL", OPT_IDLE, IDLE, NULL, "-vv names the libraries"},
    {"dD", OPT_IDLE, IDLE, NULL, "-V shows all notes"},
    {"dI", OPT_IDLE, IDLE, NULL, "no programs are started"},
    {"dG", OPT_IDLE, IDLE, NULL, "names are resolved by getaddrinfo()"},
    {"dr", OPT_IDLE, IDLE, NULL, "an address that cannot be resolved is an error"},
    {"dR", OPT_IDLE, IDLE, NULL, "sockets are shared by the threads as the kernel allows"},
    {"dS", OPT_IDLE, IDLE, NULL, "splice() is used where it saves time, in long transfers"},
    {"dV", OPT_IDLE, IDLE, NULL, "servers are verified as the configuration says"},
    {"de", OPT_IDLE, IDLE, NULL, "libuv chooses how to wait"},
    {"dk", OPT_IDLE, IDLE, NULL, "libuv chooses how to wait"},
    {"dp", OPT_IDLE, IDLE, NULL, "libuv chooses how to wait"},
};
/* clang-format on */

static bool row_matches(const struct option_row *row, const char *name)
{
    const char *star = strchr(row->name, '*');
    return star != NULL ? strncmp(row->name, name, (size_t)(star - row->name)) == 0
                        : strcmp(row->name, name) == 0;
}

static const struct option_row *row_find(const char *name)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (row_matches(&rows[i], name))
            return &rows[i];
    return NULL;
}

static void *field_at(struct options *options, size_t offset)
{
    return (char *)options + offset;
}

/* The arrays are as long as argv, so there is room for all that can come. */
static int options_allocate(struct options *options, int argc)
{
    options->files = calloc((size_t)argc + 1, sizeof(*options->files));
    options->old_pids = calloc((size_t)argc + 1, sizeof(*options->old_pids));
    options->idle = calloc((size_t)argc + 1, sizeof(*options->idle));
    if (options->files != NULL && options->old_pids != NULL && options->idle != NULL)
        return 0;
    options_free(options);
    return -1;
}

static int number_parse(const char *text, long max, long *value_out)
{
    char *end;
    errno = 0;
    *value_out = strtol(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || *value_out < 0 || *value_out > max ? -1 : 0;
}

static int complain(const char *option, const char *problem, const char *word)
{
    fprintf(stderr, "option -%s: %s%s%s%s\n", option, problem, word ? " '" : "", word ? word : "",
            word ? "'" : "");
    return -1;
}

static int take_number(struct options *options, const struct option_row *row, const char *word)
{
    long value;
    if (number_parse(word, INT32_MAX, &value) != 0)
        return complain(row->name, "needs a number, not", word);
    *(unsigned *)field_at(options, row->at) = (unsigned)value;
    return 0;
}

/* Words up to the next option; none is allowed, as start scripts say `-sf $(cat PIDFILE)`. */
static int take_pids(struct options *options, const struct option_row *row, char ***argv)
{
    options->old_signal = row->number;
    for (; (*argv)[1] != NULL && (*argv)[1][0] != '-'; (*argv)++) {
        long pid;
        if (number_parse((*argv)[1], INT32_MAX, &pid) != 0 || pid == 0)
            return complain(row->name, "needs process ids, not", (*argv)[1]);
        options->old_pids[options->old_pid_count++] = (pid_t)pid;
    }
    return 0;
}

/* Takes the option at **argv and leaves *argv on the last word it used. */
static int take_option(struct options *options, const struct option_row *row, char ***argv)
{
    if (row->kind == OPT_FLAG) {
        *(bool *)field_at(options, row->at) = true;
        if (row->also != SIZE_MAX)
            *(bool *)field_at(options, row->also) = true;
        return 0;
    }
    if (row->kind == OPT_PIDS)
        return take_pids(options, row, argv);
    if (row->kind == OPT_IDLE)
        options->idle[options->idle_count++] = row;
    if (row->takes == NULL)
        return 0;
    const char *word = *++*argv;
    if (word == NULL)
        return complain(row->name, "needs an argument:", row->takes);
    if (row->kind == OPT_NUMBER)
        return take_number(options, row, word);
    if (row->kind == OPT_FILE)
        options->files[options->file_count++] = word;
    else if (row->kind == OPT_TEXT)
        *(const char **)field_at(options, row->at) = word;
    return 0;
}

static int take_all(struct options *options, char **argv)
{
    for (; *argv != NULL; argv++) {
        if (strcmp(*argv, "--") == 0) {
            while (*++argv != NULL)
                options->files[options->file_count++] = *argv;
            return 0;
        }
        const struct option_row *row = (*argv)[0] == '-' ? row_find(*argv + 1) : NULL;
        if (row == NULL) {
            fprintf(stderr, "unknown option '%s'\n", *argv);
            return -1;
        }
        if (take_option(options, row, &argv) != 0)
            return -1;
    }
    return 0;
}

int options_parse(struct options *options, int argc, char **argv)
{
    const char *name = argc > 0 ? argv[0] : "weir";
    const char *slash = strrchr(name, '/');
    *options = (struct options){.program = slash != NULL ? slash + 1 : name};
    if (options_allocate(options, argc) != 0 || argc < 1)
        return -1;
    if (take_all(options, argv + 1) != 0) {
        options_free(options);
        return -1;
    }
    if (options->show_version || options->show_help || options->condition != NULL ||
        options->file_count > 0)
        return 0;
    fprintf(stderr, "no configuration file is given\n");
    options_free(options);
    return -1;
}

void options_free(struct options *options)
{
    free(options->files);
    free(options->old_pids);
    free(options->idle);
    options->idle = NULL;
    options->files = NULL;
    options->old_pids = NULL;
}

void options_show_idle(const struct options *options)
{
    for (size_t i = 0; i < options->idle_count && !options->quiet; i++)
        log_console(LOG_LEVEL_INFO, "option -%s has no effect: %s", options->idle[i]->name,
                    options->idle[i]->doc);
}

bool options_at(size_t i, struct option_words *option_out)
{
    if (i >= sizeof(rows) / sizeof(rows[0]))
        return false;
    *option_out = (struct option_words){
        .name = rows[i].name,
        .takes = rows[i].takes,
        .doc = rows[i].doc,
        .is_idle = rows[i].kind == OPT_IDLE,
        .takes_file = rows[i].takes != NULL &&
                      (strcmp(rows[i].takes, "FILE") == 0 || strcmp(rows[i].takes, "DIR") == 0)};
    return true;
}

static void show_row(FILE *out, const struct option_row *row)
{
    char left[32];
    snprintf(left, sizeof(left), "-%s %s", row->name, row->takes ? row->takes : "");
    fprintf(out, "  %-12s %s%s\n", left, row->kind == OPT_IDLE ? "no effect: " : "", row->doc);
}

bool options_help(FILE *out, const char *name)
{
    const struct option_row *row = *name == '-' ? row_find(name + 1) : NULL;
    if (row != NULL)
        show_row(out, row);
    return row != NULL;
}

void options_usage(FILE *out, const char *program)
{
    fprintf(out, "Usage: %s -f FILE [-f FILE ...] [options] [-- FILE ...]\n", program);
    for (const struct command *c = commands; c->name != NULL; c++)
        fprintf(out, "       %s %s %s: %s\n", program, c->name, c->takes, c->doc);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        show_row(out, &rows[i]);
}
