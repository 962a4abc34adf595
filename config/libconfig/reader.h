/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of weir's own syntax: libconfig text to sections of directives. */
#ifndef WEIR_CONFIG_LIBCONFIG_READER_H
#define WEIR_CONFIG_LIBCONFIG_READER_H

#include "config/loader.h"

/* Appends what the text holds to l->sections; problems go to the report. */
void libconfig_read(struct loader *l, const struct conf_text *text);

#endif
