/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line, as HAProxy 2.6 takes it. One table of rows drives the parser and the usage
 * text.
 *
 * Ownership: the strings are argv's; the list of files is owned.
 * Thread:    read once at start, constant afterwards.
 */
#ifndef WEIR_RUNTIME_OPTIONS_H
#define WEIR_RUNTIME_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

struct option_row;

struct options {
    const char *program; /* the last part of argv[0] */
    const char **files;  /* owned; -f and what follows "--" */
    size_t file_count;
    const char *pidfile;    /* -p, or NULL */
    const char *master;     /* -S, or NULL */
    const char *folder;     /* -C, or NULL */
    const char *local_name; /* -L, or NULL: the host's name */
    unsigned maxconn;       /* -n; 0 = as the configuration says */
    bool check;             /* -c */
    bool debug;             /* -d */
    bool foreground;        /* -db, -d: overrides daemon and -W of the configuration */
    bool daemon;            /* -D */
    bool monitored;         /* -W, -Ws */
    bool notifies;          /* -Ws */
    bool quiet, verbose;    /* -q, -V */
    bool json, sarif;       /* --json, --sarif: the form of what -c finds */
    const char *condition;  /* -cc, or NULL */
    bool zero_warning;      /* -dW */
    pid_t *old_pids;        /* owned; of -sf, -st */
    size_t old_pid_count;
    int old_signal; /* what they are sent once we serve; 0 = neither option was given */
    bool show_version, show_build, show_help;
    const struct option_row **idle; /* owned: what was given and has no effect here */
    size_t idle_count;
};

/*
 * 0, or -1 with a line on stderr about what is wrong. What is missing altogether (no file) is an
 * error too, unless something is only to be shown.
 */
MUST_CHECK int options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/* Says on stderr which of them have no effect here, and why. */
void options_show_idle(const struct options *options);
void options_usage(FILE *out, const char *program);

/* What is known about an option, "-f"; false if there is none. */
bool options_help(FILE *out, const char *name);

/* The i-th option for the manual and the shells; false at the end. */
struct option_words {
    const char *name; /* without its dash; a star stands for the rest of the word */
    const char *takes, *doc;
    bool is_idle, takes_file;
};
bool options_at(size_t i, struct option_words *option_out);

/* -v, and with details -vv. */
void options_version(FILE *out, bool details);

#endif
