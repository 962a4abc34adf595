/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables of the environment in texts of libconfig: "${NAME}", "${NAME-default}"; "$${" is a
 * literal "${". Lines of rules have HAProxy's own rules for them and are left alone.
 */
#ifndef WEIR_CONFIG_LIBCONFIG_VARIABLES_H
#define WEIR_CONFIG_LIBCONFIG_VARIABLES_H

#include "config/loader.h"

/* Replaces those of a section, and notes what the texts looked like. */
void libconfig_variables(struct loader *l, struct conf_section *section);

#endif
