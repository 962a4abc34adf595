/* SPDX-License-Identifier: Apache-2.0 */
/* The sections HAProxy knows, and the grammar of the lines in those that are not built yet. */
#ifndef WEIR_CONFIG_HAPROXY_SECTIONS_H
#define WEIR_CONFIG_HAPROXY_SECTIONS_H

#include "config/directive.h"

struct haproxy_section {
    const char *name; /* NULL ends the table */
    enum conf_section_kind kind;
    const char *const *keywords; /* lines of a section that is not built; ends in NULL */
    bool is_refused;             /* it would matter by itself, unused as it is */
    const char *note;
};

extern const struct haproxy_section haproxy_sections[];

#endif
