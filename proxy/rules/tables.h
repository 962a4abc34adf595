/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rows that this room declares, for the array of all of them in runtime/rule_tables.c. */
#ifndef WEIR_RULES_TABLES_H
#define WEIR_RULES_TABLES_H

#include "proxy/rules/rows.h"

extern const struct fetch acl_fetches[], process_fetches[], runtime_fetches[];

extern const struct converter chunk_converters[], cipher_converters[], encode_converters[],
    field_converters[], fix_converters[], forwarded_converters[], refused_converters[],
    hash_converters[], host_converters[], json_converters[], jwt_converters[], map_converters[],
    mqtt_converters[], number_converters[], text_converters[], time_converters[], var_converters[];

extern const struct action map_actions[], switching_actions[], var_actions[];

extern const struct line_row acl_lines[], log_format_lines[];

#endif
