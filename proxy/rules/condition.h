/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled condition: alternatives of tests, each an ACL that must or must not hold. Made by
 * condition_compile() (compiler.h).
 *
 * Thread:  immutable but for the values of pattern files, which lock for themselves.
 */
#ifndef WEIR_RULES_CONDITION_H
#define WEIR_RULES_CONDITION_H

#include "proxy/rules/sample.h"

struct condition;

enum condition_result {
    CONDITION_NO,
    CONDITION_YES,
    CONDITION_MAYBE, /* more bytes may tell; never if env->is_final */
};

enum condition_result condition_run(const struct condition *condition, struct sample_env *env);

#endif
