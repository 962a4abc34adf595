/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files of the reader share: the walk along the tokens (libconfig/members.c), and what becomes of
 * one setting. Each call takes just the tokens of the setting it is given, so that tree and tokens stay side by
 * side, whatever is wrong with it.
 *
 * Errors:  go to the report of the loader; reading goes on behind them.
 */
#ifndef WEIR_CONFIG_LIBCONFIG_READER_PRIV_H
#define WEIR_CONFIG_LIBCONFIG_READER_PRIV_H

#include <libconfig.h>

#include "config/libconfig/text.h"
#include "config/libconfig/tokens.h"

struct libconfig_reader {
    struct loader *l;
    const struct joined_text *joined; /* borrowed */
    struct tokens tokens;
    unsigned depth;           /* of groups */
    struct conf_place closed; /* the latest closing brace */
};

/* The next token, past what separates settings, names, values and elements. */
struct token libconfig_peek(struct libconfig_reader *r);
struct token libconfig_next(struct libconfig_reader *r);
struct conf_span libconfig_span(const struct libconfig_reader *r, const struct token *token);

struct conf_word libconfig_read_name(struct libconfig_reader *r, const config_setting_t *setting);
/* The group's '{' must be the next token; fills params. */
void libconfig_read_group(struct libconfig_reader *r, config_setting_t *group,
                          struct conf_directive *d);
/* Passes over a value that has no place, reporting what is wrong inside all the same. */
void libconfig_skip_value(struct libconfig_reader *r, config_setting_t *setting,
                          const struct conf_word *name);

#endif
