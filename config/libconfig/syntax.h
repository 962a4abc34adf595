/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of libconfig, checked before libconfig reads the text: it would say "syntax error"
 * and a line, often the one after the mistake; it takes a comment that never ends for the end of
 * the file; and version 1.5 loses memory on some errors.
 */
#ifndef WEIR_CONFIG_LIBCONFIG_SYNTAX_H
#define WEIR_CONFIG_LIBCONFIG_SYNTAX_H

#include "config/libconfig/text.h"

/* False after reporting the first place where the text breaks the grammar, and what belongs there.
 */
MUST_CHECK bool libconfig_check(struct loader *l, const struct joined_text *joined);

#endif
