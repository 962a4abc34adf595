/* SPDX-License-Identifier: Apache-2.0 */
/* The table of this room's action, for the array of all of them in runtime/rule_tables.c. */
#ifndef WEIR_DISCOVERY_DO_RESOLVE_H
#define WEIR_DISCOVERY_DO_RESOLVE_H

#include "proxy/rules/rows.h"

extern const struct action resolve_actions[];

#endif
