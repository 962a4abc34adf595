/* SPDX-License-Identifier: Apache-2.0 */
/* All words of the language of rules, whatever room they are from. */
#ifndef WEIR_RUNTIME_RULE_TABLES_H
#define WEIR_RUNTIME_RULE_TABLES_H

#include "proxy/rules/rows.h"

struct config;
struct loader;

extern const struct rule_tables rule_tables;

/* For conf_input.compile. */
void rule_tables_compile(struct loader *l, struct config *config);

#endif
