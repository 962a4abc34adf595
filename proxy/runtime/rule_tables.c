/* SPDX-License-Identifier: Apache-2.0 */
/* A new table of fetches, converters, actions, tokens or lines is declared and listed here. */
#include "proxy/runtime/rule_tables.h"

#include "proxy/actions/rows.h"
#include "proxy/discovery/do_resolve.h"
#include "proxy/fetches/rows.h"
#include "proxy/http/rows.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/tables.h"

/* one a line, as they come and go */
/* clang-format off */
static const struct fetch *const fetches[] = {
    unique_id_fetches,
    process_fetches,
    runtime_fetches,
    acl_fetches,
    conn_fetches,
    handshake_fetches,
    tls_fetches,
    tls_certificate_fetches,
    pool_fetches,
    proxy_fetches,
    header_fetches,
    head_fetches,
    cookie_fetches,
    request_fetches,
    param_fetches,
    stream_fetches,
    message_fetches,
    compression_fetches,
    track_fetches,
    body_fetches,
    auth_fetches,
    payload_fetches,
    NULL,
};

static const struct converter *const converters[] = {
    number_converters,
    text_converters,
    field_converters,
    forwarded_converters,
    encode_converters,
    chunk_converters,
    hash_converters,
    cipher_converters,
    time_converters,
    json_converters,
    host_converters,
    jwt_converters,
    mqtt_converters,
    fix_converters,
    stream_converters,
    refused_converters,
    map_converters,
    pool_converters,
    track_converters,
    var_converters,
    NULL,
};

static const struct action *const actions[] = {
    var_actions,
    switching_actions,
    map_actions,
    answer_actions,
    field_actions,
    field_replace_actions,
    persist_actions,
    track_actions,
    connection_actions,
    line_actions,
    redirect_actions,
    normalize_actions,
    stream_actions,
    client_actions,
    capture_actions,
    wait_actions,
    resolve_actions,
    refused_actions,
    NULL,
};

static const struct format_token *const tokens[] = {
    number_tokens,
    date_tokens,
    name_tokens,
    request_tokens,
    unique_id_tokens,
    NULL,
};

static const struct line_row *const lines[] = {
    acl_lines,
    log_format_lines,
    http_lines,
    forwarded_lines,
    reply_lines,
    stick_lines,
    NULL,
};

/* clang-format on */

const struct rule_tables rule_tables = {
    .fetches = fetches,
    .converters = converters,
    .actions = actions,
    .tokens = tokens,
    .lines = lines,
};

void rule_tables_compile(struct loader *l, struct config *config)
{
    rules_compile(l, config, &rule_tables);
}
