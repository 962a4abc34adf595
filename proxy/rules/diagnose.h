/* SPDX-License-Identifier: Apache-2.0 */
/* What is legal and yet not meant: rules that nothing reaches, in the wrong order, in a TCP proxy. */
#ifndef WEIR_RULES_DIAGNOSE_H
#define WEIR_RULES_DIAGNOSE_H

#include "proxy/rules/compiler.h"

/* A rule that was just compiled. False, after a warning, where it has no effect and is left out. */
bool diagnose_rule(struct compiler *c, const struct conf_line *line, const struct rule *rule);
/* All lines of c->proxy are compiled. */
void diagnose_proxy(struct compiler *c);

#endif
