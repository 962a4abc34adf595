/* SPDX-License-Identifier: Apache-2.0 */
/* http-request lines, and the conditions that can stand behind one so far. */
#ifndef WEIR_CONFIG_HAPROXY_RULES_H
#define WEIR_CONFIG_HAPROXY_RULES_H

#include "config/haproxy_priv.h"

/* When a line holds: always, for some paths, or never. */
struct haproxy_condition_paths {
    const struct conf_word *paths; /* borrowed: of the line */
    size_t path_count;             /* 0 = always */
    bool is_never;
};

/* Reads the condition that begins with the word at `from`; false after reporting that it cannot. */
MUST_CHECK bool haproxy_rule_condition(const struct haproxy_line *line, size_t from,
                                       struct haproxy_condition_paths *when_out);

void haproxy_rule_read(const struct haproxy_line *line);

#endif
