/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What weir does besides serving, by a word in place of an option: `weir help timeout`. A command is
 * a row; usage text, weir(8) and the completions of the shells come from it.
 */
#ifndef WEIR_RUNTIME_COMMANDS_H
#define WEIR_RUNTIME_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

struct option_words; /* proxy/runtime/options.h */

struct command {
    const char *name; /* NULL ends the table */
    const char *takes, *doc;
    bool takes_keywords;               /* what shells complete behind it: keywords, else files */
    int (*run)(int argc, char **argv); /* words behind the name; returns the exit code */
    bool (*option_at)(size_t i, struct option_words *option_out); /* as options_at(); or NULL */
};

extern const struct command commands[];

/* The command that argv asks for, NULL where it has options as usual. */
const struct command *command_find(int argc, char **argv);

#endif
