/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of rules as words with places: what the rows of kind KW_LINES leave in the model. Their
 * language (conditions, expressions, actions) is compiled by a room above, which the load calls
 * when the rest of the configuration is known: see conf_input.compile.
 *
 *   acl is_api path_beg /api          haproxy.cfg
 *   acl = ( "is_api path_beg /api" )  libconfig: each text is split by the same quoting rules
 */
#ifndef WEIR_CONFIG_LINE_H
#define WEIR_CONFIG_LINE_H

#include "config/directive.h"

struct conf_line {
    const char *keyword; /* "http-request" */
    enum conf_line_kind kind;
    struct conf_word *words; /* behind the row's name; in the arena of the configuration */
    size_t word_count;
    struct conf_span span; /* of its first word, or of the keyword where it is alone */
    bool is_own;           /* made of an option of weir's own: see own_forwarded_proto() */
    bool is_misplaced;     /* in a section it is not for: it is checked, and has no effect */
    bool from_defaults;    /* its acl names are looked up there first */
};

/* Formats and answers are none. */
bool conf_line_is_rule(enum conf_line_kind kind);

#endif
