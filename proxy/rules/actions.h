/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rows that this room declares, for the array of all of them in runtime/rule_tables.c. */
#ifndef WEIR_RULES_ACTIONS_H
#define WEIR_RULES_ACTIONS_H

#include "proxy/rules/rows.h"

extern const struct action var_actions[];
extern const struct action switching_actions[];

#endif
