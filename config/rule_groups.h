/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that libconfig writes as groups, made into the words of the same line. */
#ifndef WEIR_CONFIG_RULE_GROUPS_H
#define WEIR_CONFIG_RULE_GROUPS_H

#include "config/line.h"
#include "config/loader.h"

/* False after reporting what is wrong with the group. */
MUST_CHECK bool rule_group_read(struct loader *l, const struct keyword *row,
                                const struct conf_directive *group, struct conf_line *line_out);

/* `true` for a condition that always holds: "if TRUE". */
void rule_true_read(struct loader *l, struct conf_span span, struct conf_line *line_out);

#endif
