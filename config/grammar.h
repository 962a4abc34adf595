/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that weir knows and does nothing with are still checked by HAProxy's grammar, so that a mistake
 * shows. The grammar of what follows a word is a text, which is also the help:
 *
 *   ""                        nothing
 *   "<time>"  "<size>"        a duration, a size
 *   "<address>"               an address with a port
 *   "<set>"                   numbers of threads or CPUs: "1-4", "1/1-2", "auto:1/1-4", "all", "odd", "even"
 *   "<0..100>"                a number of that range; as in HAProxy it may have something behind it
 *   "{on|off}"                one of these
 *   "<name>"                  any other word between angle brackets: anything
 *   "[...]"                   at the end: whatever more there is
 *
 * Any of them may be in brackets, as "[<time>]": it may be left out.
 */
#ifndef WEIR_CONFIG_GRAMMAR_H
#define WEIR_CONFIG_GRAMMAR_H

#include "config/loader.h"

/* Words behind the name that fit the grammar; false after reporting the first that does not. */
MUST_CHECK bool grammar_check(struct loader *l, const struct conf_word *name, const char *grammar,
                              const struct conf_word *args, size_t count);

#endif
