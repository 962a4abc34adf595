/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written from the tables for people and shells: weir(8), weir.conf(5), completions, the
 * page for those who come from HAProxy. Used by the build, not by the program.
 */
#ifndef WEIR_RUNTIME_MANUAL_H
#define WEIR_RUNTIME_MANUAL_H

#include <stdio.h>

struct manual_form {
    const char *name; /* of the file; NULL ends the table */
    void (*write)(FILE *out, const char *date);
};

extern const struct manual_form manual_forms[];

#endif
