/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of this room, for the arrays of all of them in runtime/rule_tables.c. */
#ifndef WEIR_FETCHES_ROWS_H
#define WEIR_FETCHES_ROWS_H

#include "proxy/rules/rows.h"

extern const struct fetch conn_fetches[], tls_fetches[], tls_certificate_fetches[], pool_fetches[],
    head_fetches[], header_fetches[], cookie_fetches[], request_fetches[], param_fetches[],
    message_fetches[], body_fetches[], auth_fetches[], payload_fetches[], track_fetches[],
    compression_fetches[], stream_fetches[], proxy_fetches[], handshake_fetches[];
extern const struct converter pool_converters[], stream_converters[], track_converters[];
extern const struct format_token number_tokens[], date_tokens[], name_tokens[], request_tokens[];

#endif
