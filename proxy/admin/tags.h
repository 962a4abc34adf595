/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What HAProxy's typed formats tell of a field besides its value: three letters for origin, nature and
 * scope, as "MCP" for a metric that counts, of the process.
 */
#ifndef WEIR_ADMIN_TAGS_H
#define WEIR_ADMIN_TAGS_H

#include "proxy/admin/fields.h"
#include "proxy/admin/text.h"

/* "tags":{"origin":"Metric",...} */
void tags_json(struct text *text, const char *tags);
/* u32:5, str:text */
void tags_typed(struct text *text, const struct stats_value *value);
/* "value":{"type":"u32","value":5} */
void tags_json_value(struct text *text, const struct stats_value *value);

#endif
