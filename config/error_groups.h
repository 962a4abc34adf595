/* SPDX-License-Identifier: Apache-2.0 */
/* http-errors sections, for rules that name one. */
#ifndef WEIR_CONFIG_ERROR_GROUPS_H
#define WEIR_CONFIG_ERROR_GROUPS_H

#include "config/loader.h"

/* The file for a status in the section of that name; NULL if it has none, or, reported, if there is no section. */
const struct conf_word *haproxy_errors_file(struct loader *l, const struct conf_word *name,
                                            unsigned status);

#endif
