/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration in the other syntax, or as it counts in the end.
 *
 * Errors:    NULL where the report holds an error. Warnings tell what the other syntax cannot say.
 * Ownership: the caller frees the text.
 */
#ifndef WEIR_CONFIG_CONVERT_H
#define WEIR_CONFIG_CONVERT_H

#include "config/load.h"

enum conf_syntax { CONF_SYNTAX_OF_FILE, CONF_SYNTAX_LIBCONFIG, CONF_SYNTAX_HAPROXY };

/*
 * The files of the input in the syntax that the first of them is not in, comments kept. They are
 * read and not loaded: certificates, hosts and users need not exist here.
 */
MUST_CHECK char *config_convert(const struct conf_input *input, struct conf_report *report);

/* What counts of a configuration, which is loaded and checked for it: with the defaults of each
 * section, with the values of variables, without comments. */
MUST_CHECK char *config_show(const struct conf_input *input, enum conf_syntax syntax,
                             struct conf_report *report);

#endif
