/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of this room, for the arrays of all of them in runtime/rule_tables.c. */
#ifndef WEIR_ACTIONS_ROWS_H
#define WEIR_ACTIONS_ROWS_H

#include "proxy/rules/rows.h"

extern const struct action answer_actions[], connection_actions[], field_actions[],
    field_replace_actions[], line_actions[], redirect_actions[], normalize_actions[],
    stream_actions[], client_actions[], capture_actions[], wait_actions[], refused_actions[],
    persist_actions[], track_actions[];
extern const struct line_row http_lines[];

#endif
