/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client of the admin socket sends, cut into commands and words as HAProxy cuts them.
 *
 *   set map #0 key a\ b ; show stat \n            two commands: they end at ';' and at the line's end
 *   add map #0 << \n k1 v1 \n k2 v2 \n \n         one command, whose payload ends with an empty line
 *
 * A backslash takes the meaning from the character behind it. Nothing is copied: words are cut in the
 * bytes that were read.
 *
 * Thread: any.
 */
#ifndef WEIR_CLI_WORDS_H
#define WEIR_CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define CLI_WORDS_MAX 64

/* One command as it stands among the bytes read. */
struct cli_text {
    char *command, *payload; /* end in NUL once found; payload NULL: there is none */
    size_t taken;            /* so many bytes it took */
    unsigned payload_lines;  /* that have come, the one that announces it among them */
};

enum cli_found {
    CLI_INCOMPLETE, /* the end of the command has not come yet */
    CLI_IN_PAYLOAD, /* that of its payload has not */
    CLI_COMMAND,
};

/* The first command among the bytes, which change only when one is found. */
enum cli_found cli_text_find(char *bytes, size_t len, struct cli_text *text_out);

/* Cuts a command into words, at most CLI_WORDS_MAX; what stands behind those is passed over. */
unsigned cli_words_cut(char *command, char *words_out[CLI_WORDS_MAX]);

#endif
