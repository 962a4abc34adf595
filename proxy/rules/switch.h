/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lookup for a run of rules that test the same sample: which of them is the first that holds?
 *
 *   use_backend a if { req.hdr(host) -i a.example }      0 \
 *   use_backend b if { req.hdr(host) -i b.example }      1  > one search in a table of names
 *   use_backend c if host_c or host_d                    2 /
 *
 * Thread:  immutable.
 */
#ifndef WEIR_RULES_SWITCH_H
#define WEIR_RULES_SWITCH_H

#include "proxy/rules/condition.h"
#include "proxy/rules/rows.h"

struct compiler;
struct rule_switch;
struct ruleset;

/* Finds the runs in a list that is complete, and leaves a switch with the first rule of each. */
void rule_switch_build(struct compiler *c, struct ruleset *set);

/* How many rules it stands for. */
unsigned rule_switch_span(const struct rule_switch *s);
/* YES: the rule *index_out behind the first is the first that holds. MAYBE: more bytes may tell. */
enum condition_result rule_switch_find(const struct rule_switch *s, struct sample_env *env,
                                       unsigned *index_out);

#endif
