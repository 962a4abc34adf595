/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of the process that the global section sets. */
#ifndef WEIR_RULES_PROCESS_VARS_H
#define WEIR_RULES_PROCESS_VARS_H

struct compiler;

/* Sets them, if the configuration has no error so far; reports what cannot be. */
void process_vars_set(struct compiler *c);

#endif
