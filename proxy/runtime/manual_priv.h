/* SPDX-License-Identifier: Apache-2.0 */
/* The forms themselves. `date`, as YYYY-MM-DD, stands in the head of a man page; the others have no use for it. */
#ifndef WEIR_RUNTIME_MANUAL_PRIV_H
#define WEIR_RUNTIME_MANUAL_PRIV_H

#include "proxy/runtime/manual.h"

void manual_weir_8(FILE *out, const char *date);
void manual_weir_conf_5(FILE *out, const char *date);
void manual_weir_rules_7(FILE *out, const char *date);
void manual_rules_md(FILE *out, const char *date);
void manual_coming_from_haproxy(FILE *out, const char *date);
void manual_bash(FILE *out, const char *date);
void manual_zsh(FILE *out, const char *date);

#endif
