/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a configuration: every problem of all files, each with its place.
 *
 *   weir.conf:12:15: error: unknown balance algorithm 'roundrobbin'
 *      12 |     balance = "roundrobbin";
 *         |                ^~~~~~~~~~~
 *         = help: did you mean 'roundrobin'?
 *
 * Ownership: the report owns copies of all its texts, so it outlives the configuration; whoever
 *            finds more to say about a place of it (a certificate that cannot be read) may add that
 *            later.
 * Thread:    belongs to one thread.
 */
#ifndef WEIR_CONFIG_REPORT_H
#define WEIR_CONFIG_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "config/model.h"

enum conf_severity { CONF_NOTE, CONF_WARNING, CONF_ERROR };

struct conf_arena;

struct conf_problem {
    enum conf_severity severity;
    struct conf_place place; /* file NULL: about all of it; line 0: about a file */
    unsigned width;          /* bytes under the caret, at least 1 */
    const char *message;
    const char *help;        /* what would be right, or NULL */
    const char *source_line; /* the line as written, without its end; NULL if there is none */
    unsigned rank;           /* of the file, in the order of reading */
};

struct conf_report {
    struct conf_problem *problems; /* owned, with all their strings: in the arena */
    size_t count;
    size_t errors, warnings, notes; /* counted also where the bound cut the list */
    const struct conf_text *texts;  /* owned: in the arena; the latest first */
    struct conf_arena *arena;       /* owned; NULL while there is nothing in it */
};

/* At most so many problems are kept; a file with more has one cause. */
enum { CONF_REPORT_MAX = 500 };

/* A word in a text: where it stands and how long it is. */
struct conf_span {
    struct conf_place place;
    unsigned width;
};

/* One text that was read, so that a message can show its lines. */
struct conf_text {
    const char *file;
    const char *bytes; /* ends in NUL */
    size_t len;
    const size_t *line_starts; /* offset of each line */
    size_t line_count;
    const struct conf_text *next; /* the one read before */
    unsigned rank;                /* counted from 1 */
};

void conf_report_init(struct conf_report *report);
void conf_report_clear(struct conf_report *report);

/* Makes a text known, so that messages can show its lines. Copies both. */
const struct conf_text *conf_report_add_text(struct conf_report *report, const char *file,
                                             const char *bytes, size_t len);

/* help may be NULL. The text after the place says what is wrong, help says what would be right. */
void conf_report_add(struct conf_report *report, enum conf_severity severity, struct conf_span span,
                     const char *help, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Puts the problems in the order of the files, then of lines and columns. */
void conf_report_sort(struct conf_report *report);

/* Prints what is at least as severe as least. */
void conf_report_print(FILE *out, const struct conf_report *report, enum conf_severity least);

const char *conf_severity_name(enum conf_severity severity);

#endif
