/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of script lines share: a line is read word by word, and whoever finds a word
 * wrong reports it and returns false.
 */
#ifndef WEIR_CONFIG_SCRIPT_LINES_PRIV_H
#define WEIR_CONFIG_SCRIPT_LINES_PRIV_H

#include "config/loader.h"

struct check_line {
    struct loader *l;
    const char *keyword; /* "tcp-check" or "http-check" */
    bool is_http;
    struct conf_check *check;
    struct conf_check_script *script;
    struct conf_span span; /* of the keyword, for what is missing at the end */
    const struct conf_word *words;
    size_t count, at;
};

/* The next word if it is this one, and moves behind it. */
bool check_line_take(struct check_line *line, const char *word);
/* The value of the word before; NULL after reporting that it is missing. */
const struct conf_word *check_line_value(struct check_line *line);
/* Reports the word at hand as unknown. Always false. */
bool check_line_unknown(struct check_line *line, const char *help);

/* What the rules are to make of these words. */
const struct conf_made *check_line_made(struct check_line *line, enum conf_made_kind kind,
                                        const struct conf_word *words, size_t count);
MUST_CHECK bool check_line_hex(struct check_line *line, const struct conf_word *word,
                               const char **bytes_out, size_t *len_out);

/* script/connect.c, script/send.c: the words behind what the line begins with. False: it leaves no step. */
MUST_CHECK bool check_line_connect(struct check_line *line, struct conf_check_step *step);
MUST_CHECK bool check_line_send(struct check_line *line, struct conf_check_step *step);
MUST_CHECK bool check_line_send_binary(struct check_line *line, struct conf_check_step *step);
MUST_CHECK bool check_line_send_format(struct check_line *line, struct conf_check_step *step);
MUST_CHECK bool check_line_request(struct check_line *line, struct conf_check_step *step);
/* script/expect.c; the words behind "expect". */
MUST_CHECK bool check_line_expect(struct check_line *line, struct conf_check_step *step);

#endif
