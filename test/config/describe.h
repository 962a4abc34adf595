/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration as text: every field that a keyword row fills, so that two loads can be compared
 * wherever their files came from. */
#ifndef WEIR_TEST_CONFIG_DESCRIBE_H
#define WEIR_TEST_CONFIG_DESCRIBE_H

#include "config/load.h"

/* The caller frees it with free(). */
char *config_describe(const struct config *config);

#endif
