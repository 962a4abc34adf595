/* SPDX-License-Identifier: Apache-2.0 */
/* Why libconfig refused a text, as a person would say it. */
#ifndef WEIR_CONFIG_LIBCONFIG_SYNTAX_H
#define WEIR_CONFIG_LIBCONFIG_SYNTAX_H

#include "config/libconfig_text.h"

/*
 * Reports the first place where the text breaks the grammar. Where it finds none, libconfig's own
 * words and line are all there is.
 */
void libconfig_explain(struct loader *l, const struct joined_text *joined, const char *error,
                       int error_line);

#endif
