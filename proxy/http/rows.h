/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of rows about messages, for the arrays of all of them in runtime/rule_tables.c. */
#ifndef WEIR_HTTP_ROWS_H
#define WEIR_HTTP_ROWS_H

#include "proxy/rules/rows.h"

extern const struct fetch header_fetches[], cookie_fetches[], request_fetches[], param_fetches[],
    message_fetches[], body_fetches[], auth_fetches[], payload_fetches[], track_fetches[],
    compression_fetches[], stream_fetches[], unique_id_fetches[];
extern const struct converter stream_converters[], track_converters[];
extern const struct action answer_actions[], connection_actions[], field_actions[], line_actions[],
    redirect_actions[], normalize_actions[], stream_actions[], client_actions[], capture_actions[],
    wait_actions[], refused_actions[], persist_actions[], track_actions[];
extern const struct line_row http_lines[], reply_lines[], stick_lines[];
extern const struct format_token number_tokens[], date_tokens[], name_tokens[], request_tokens[],
    unique_id_tokens[];

#endif
