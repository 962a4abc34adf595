/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rows that this room declares, for the array of all of them in runtime/rule_tables.c. */
#ifndef WEIR_RULES_ACTIONS_H
#define WEIR_RULES_ACTIONS_H

#include "proxy/rules/rows.h"

extern const struct action var_actions[];
extern const struct action switching_actions[];
extern const struct action map_actions[];
extern const struct converter map_converters[];
extern const struct line_row acl_lines[];

#endif
