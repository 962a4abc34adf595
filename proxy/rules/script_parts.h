/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the language of rules makes for the scripts of probes: texts, values and variables of the lines of
 * tcp-check and http-check (struct conf_made in config/model/script.h).
 */
#ifndef WEIR_RULES_SCRIPT_PARTS_H
#define WEIR_RULES_SCRIPT_PARTS_H

#include "proxy/rules/compiler.h"

/* Both scripts of the proxy, whichever it runs; what a section of defaults gave it was compiled with the first
 * proxy that has it. */
void script_parts_compile(struct compiler *c, struct conf_proxy *proxy);

#endif
