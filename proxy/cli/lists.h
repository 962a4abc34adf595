/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands about maps and acls share: which list is meant, and which version of it.
 *
 * Errors:  NULL after the answer has said what is wrong.
 * Thread:  the control thread.
 */
#ifndef WEIR_CLI_LISTS_H
#define WEIR_CLI_LISTS_H

#include "proxy/cli/call.h"

struct pattern_list;

/* "show map": whether the second word asks for maps, not acls. */
bool cli_is_map(const struct cli_call *call);
/* Whether the list is of that kind. */
bool cli_is_list_of_kind(const struct pattern_list *list, bool is_map);
/* The list that the word names, as "#id" or path; NULL after a message. */
struct pattern_list *cli_find_list(struct cli_call *call, const char *word);
/*
 * "[@<version>] <list>" from *at on, which moves behind it; without a version it is the present one. NULL
 * after a message.
 */
struct pattern_list *cli_take_list(struct cli_call *call, unsigned *at, unsigned *version_out,
                                   bool *has_version_out);

#endif
