/* SPDX-License-Identifier: Apache-2.0 */
/* Rows inside option forwardfor, errorfile and http-request; and the list of all tables. */
#include "config/keyword.h"
#include "config/own/own.h"

#define FORWARDFOR_AT(member) .offset = offsetof(struct conf_forwardfor, member)
#define ERROR_AT(member) .offset = offsetof(struct conf_error_file, member)

static const struct keyword_choice statuses[] = {
    {"200", 200, NULL}, {"400", 400, NULL}, {"401", 401, NULL}, {"403", 403, NULL},
    {"404", 404, NULL}, {"405", 405, NULL}, {"407", 407, NULL}, {"408", 408, NULL},
    {"410", 410, NULL}, {"413", 413, NULL}, {"414", 414, NULL}, {"421", 421, NULL},
    {"422", 422, NULL}, {"425", 425, NULL}, {"429", 429, NULL}, {"431", 431, NULL},
    {"500", 500, NULL}, {"501", 501, NULL}, {"502", 502, NULL}, {"503", 503, NULL},
    {"504", 504, NULL}, {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword forwardfor_rows[] = {
    {.name = "except", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_network, .takes = "an address or network",
     .otherwise = "none", .doc = "Clients to leave out, such as proxies that add the header themselves: \"127.0.0.0/8\"."},
    {.name = "header", .kind = KW_STRING, .scopes = IN_PARAMS, FORWARDFOR_AT(header), .min = 1,
     .initial = "X-Forwarded-For", .doc = "Name of the header."},
    {.name = "if-none", .kind = KW_FLAG, .scopes = IN_PARAMS, FORWARDFOR_AT(if_none), .initial = "false",
     .doc = "Only where the request has no such header."},
    {.name = NULL},
};

static const struct keyword error_file_rows[] = {
    {.name = "status", .kind = KW_CHOICE, .scopes = IN_PARAMS, ERROR_AT(status), .position = 1, .required = true,
     .choices = statuses, .doc = "Status the file is sent for."},
    {.name = "file", .kind = KW_OWN, .scopes = IN_PARAMS, .position = 2, .required = true, .set = own_error_path,
     .takes = "a path", .doc = "The whole response: status line, headers, empty line, body. Read when the configuration is loaded."},
    {.name = NULL},
};

/* clang-format on */

static const struct keyword_table forwardfor_keywords = {LEVEL_FORWARDFOR, forwardfor_rows, 0};
static const struct keyword_table error_file_keywords = {LEVEL_ERROR_FILE, error_file_rows, 0};

extern const struct keyword_table global_keywords, log_keywords, default_tls_options,
    proxy_keywords;
extern const struct keyword_table bind_keywords, bind_tls_keywords, bind_tls_options;
extern const struct keyword_table other_global_keywords, other_proxy_keywords, other_bind_keywords,
    other_server_keywords, rules_keywords, section_lines_keywords, messages_keywords,
    originalto_keywords, userlist_keywords, user_keywords, user_group_keywords;
extern const struct keyword_table check_keywords, httpchk_keywords, database_check_keywords,
    smtp_check_keywords, server_check_keywords, global_check_keywords, outliers_keywords;
extern const struct keyword_table healthcheck_keywords, email_keywords, mailers_keywords,
    mailer_keywords;
extern const struct keyword_table name_case_global_keywords, name_case_keywords;
extern const struct keyword_table crt_store_keywords, stored_crt_keywords;
extern const struct keyword_table ring_keywords, ring_server_keywords;
extern const struct keyword_table balance_keywords, hash_type_keywords, cookie_keywords;
extern const struct keyword_table naming_keywords, resolvers_keywords, nameserver_keywords;
extern const struct keyword_table server_keywords, server_tls_keywords, server_tls_options;
extern const struct keyword_table compression_keywords, compressor_keywords;
extern const struct keyword_table net_bind_keywords, net_server_keywords, net_source_keywords,
    net_proxy_keywords;

/* clang-format off */
const struct keyword_table *const config_tables[] = {
    &global_keywords,
    &balance_keywords,
    &hash_type_keywords,
    &cookie_keywords,
    &proxy_keywords,
    &bind_keywords,
    &bind_tls_keywords,
    &bind_tls_options,
    &server_keywords,
    &naming_keywords,
    &resolvers_keywords,
    &nameserver_keywords,
    &server_tls_keywords,
    &server_tls_options,
    &default_tls_options,
    &log_keywords,
    &name_case_global_keywords,
    &name_case_keywords,
    &crt_store_keywords,
    &stored_crt_keywords,
    &ring_keywords,
    &ring_server_keywords,
    &forwardfor_keywords,
    &httpchk_keywords,
    &error_file_keywords,
    &other_global_keywords,
    &other_proxy_keywords,
    &other_bind_keywords,
    &other_server_keywords,
    &rules_keywords,
    &check_keywords,
    &server_check_keywords,
    &global_check_keywords,
    &outliers_keywords,
    &email_keywords,
    &healthcheck_keywords,
    &mailers_keywords,
    &mailer_keywords,
    &database_check_keywords,
    &smtp_check_keywords,
    &section_lines_keywords,
    &messages_keywords,
    &originalto_keywords,
    &userlist_keywords,
    &user_keywords,
    &user_group_keywords,
    &net_proxy_keywords,
    &net_bind_keywords,
    &net_server_keywords,
    &net_source_keywords,
    &compression_keywords,
    &compressor_keywords,
    NULL,
};
/* clang-format on */
