/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words about messages that are no rules: waiting for bodies, fields that weir adds, whom to try again, error
 * pages. And sections of users.
 */
#include "config/keyword.h"
#include "config/own/own.h"

#define AT(member) .offset = offsetof(struct draft_proxy, p.member)
#define TURNS_ON(member) .turns_on = offsetof(struct draft_proxy, p.member)
#define ADDRESS_AT(member) .offset = offsetof(struct conf_forwardfor, member)
#define USER_AT(member) .offset = offsetof(struct conf_user, member)
#define GROUP_AT(member) .offset = offsetof(struct conf_user_group, member)

enum {
    FRONT = IN_DEFAULTS | IN_FRONTEND,
    BACK = IN_DEFAULTS | IN_BACKEND,
    ANY = FRONT | BACK,
};

static const struct keyword_choice odd_names[] = {
    {"preserve", CONF_ODD_NAMES_PRESERVE, NULL},
    {"delete", CONF_ODD_NAMES_DELETE, NULL},
    {"reject", CONF_ODD_NAMES_REJECT, NULL},
    {NULL, 0, NULL},
};

/* clang-format off */
static const struct keyword rows[] = {
    {.name = "option http-buffer-request", .kind = KW_FLAG, .scopes = ANY, AT(http_buffer_request), .initial = "false", .since = "1.6",
     .doc = "Wait for the body, or for as much of it as a buffer holds, before rules look at the request."},
    {.name = "tcp-request inspect-delay", .kind = KW_DURATION, .surplus = true, .named = true, .scopes = ANY, AT(inspect_delay_ms), .unit = UNIT_MS, .otherwise = "no wait",
     .doc = "How long tcp-request content rules may wait for what they look at."},
    {.name = "tcp-response inspect-delay", .kind = KW_DURATION, .surplus = true, .named = true, .scopes = BACK, .strict = true, AT(response_inspect_delay_ms), .unit = UNIT_MS, .otherwise = "no wait",
     .doc = "How long tcp-response content rules may wait for what they look at."},
    {.name = "option originalto", .kind = KW_GROUP, .scopes = ANY, AT(originalto), TURNS_ON(originalto.enabled), .params = LEVEL_ORIGINALTO, .set = own_address_field, .anew = true,
     .otherwise = "off", .doc = "Add the address that the client connected to, in X-Original-To."},
    {.name = "option http-restrict-req-hdr-names", .kind = KW_CHOICE, .scopes = ANY, AT(odd_names), .choices = odd_names, .initial = "preserve", .since = "2.2",
     .doc = "What becomes of header fields whose names have more than letters, digits and '-', once http-request rules have been run: delete them, or reject the request with 403."},
    {.name = "option forwarded", .kind = KW_OWN, .scopes = BACK, AT(forwarded), .set = own_forwarded, .since = "2.8",
     .takes = "nothing, or some of: proto, host, for, for_port, by, by_port; all but proto also as in for-expr <expression>", .otherwise = "off",
     .doc = "Add the header field Forwarded, RFC 7239: by itself with proto and for."},
    {.name = "option h1-case-adjust-bogus-client", .kind = KW_FLAG, .scopes = FRONT, AT(adjusts_for_client), .initial = "false", .since = "2.0",
     .doc = "Write the names of header fields in responses as h1-case-adjust has them; others keep their case."},
    {.name = "option h1-case-adjust-bogus-server", .kind = KW_FLAG, .scopes = BACK, AT(adjusts_for_server), .initial = "false", .since = "2.0",
     .doc = "Write the names of header fields in requests as h1-case-adjust has them; others keep their case."},
    {.name = "option checkcache", .kind = KW_FLAG, .scopes = BACK, AT(checkcache), .initial = "false",
     .doc = "Refuse responses, with 502 and a line of level alert, that set a cookie and that caches on their way may keep for others."},
    {.name = "unique-id-header", .kind = KW_STRING, .surplus = true, .scopes = FRONT, AT(unique_id_header), .min = 1, .otherwise = "the server is not told",
     .doc = "Field in which the server is told the identifier that unique-id-format makes."},
    {.name = "http-send-name-header", .kind = KW_STRING, .surplus = true, .scopes = BACK, AT(name_header), .min = 1, .otherwise = "off",
     .doc = "A header field that tells the server its own name."},
    {.name = "retry-on", .kind = KW_OWN, .strict = true, .scopes = BACK, AT(retry_on), .set = own_retry_on, .since = "2.0",
     .takes = "none, conn-failure, empty-response, junk-response, response-timeout, 0rtt-rejected, all-retryable-errors, or a status",
     .otherwise = "conn-failure; an idempotent request also when its server proves dead", .doc = "After what a request is sent again, while its body is still at hand."},
    {.name = "errorloc", .kind = KW_OWN, .scopes = ANY, AT(error_files), .set = own_error_location, .value = 302, .adds = true, .takes = "a status and a location",
     .otherwise = "a page", .doc = "A redirection in place of an error page, with 302."},
    {.name = "errorloc302", .kind = KW_OWN, .scopes = ANY, AT(error_files), .set = own_error_location, .value = 302, .adds = true, .takes = "a status and a location",
     .otherwise = "a page", .doc = "A redirection in place of an error page, with 302."},
    {.name = "errorloc303", .kind = KW_OWN, .scopes = ANY, AT(error_files), .set = own_error_location, .value = 303, .adds = true, .takes = "a status and a location",
     .otherwise = "a page", .doc = "A redirection in place of an error page, with 303."},
    {.name = NULL},
};

static const struct keyword global_rows[] = {
    {.name = "h1-case-adjust", .kind = KW_LIST, .scopes = IN_GLOBAL, .offset = offsetof(struct draft_global, g.name_cases.items), .plural = "h1_case_adjusts",
     .params = LEVEL_NAME_CASE, .list = &own_name_case_list, .otherwise = "names keep their case", .since = "2.0",
     .example = "h1-case-adjust content-length Content-Length", .example_libconfig = "h1_case_adjusts = ( { from = \"content-length\"; to = \"Content-Length\"; } );",
     .doc = "How the name of a header field is written, for option h1-case-adjust-bogus-client and -server."},
    {.name = "h1-case-adjust-file", .kind = KW_OWN, .scopes = IN_GLOBAL, .offset = offsetof(struct draft_global, file_cases), .set = own_name_case_file,
     .takes = "a path", .otherwise = "none", .since = "2.0", .doc = "A file with two words a line, as h1-case-adjust has them."},
    {.name = NULL},
};

static const struct keyword name_case_rows[] = {
    {.name = "from", .kind = KW_STRING, .scopes = IN_PARAMS, .offset = offsetof(struct conf_name_case, from), .position = 1, .required = true, .min = 1, .since = "2.0",
     .doc = "The name, in lower case."},
    {.name = "to", .kind = KW_STRING, .scopes = IN_PARAMS, .offset = offsetof(struct conf_name_case, to), .position = 2, .required = true, .min = 1, .since = "2.0",
     .doc = "The same in the case that is wanted."},
    {.name = NULL},
};

static const struct keyword originalto_rows[] = {
    {.name = "except", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_network, .takes = "an address or network",
     .otherwise = "none", .doc = "Addresses of ours to leave out."},
    {.name = "header", .kind = KW_STRING, .scopes = IN_PARAMS, ADDRESS_AT(header), .min = 1,
     .initial = "X-Original-To", .doc = "Name of the header."},
    {.name = NULL},
};

static const struct keyword userlist_rows[] = {
    {.name = "user", .kind = KW_LIST, .scopes = IN_OTHERS, .offset = offsetof(struct conf_userlist, users), .plural = "users",
     .params = LEVEL_USER, .list = &own_user_list, .otherwise = "nobody", .doc = "Someone who may come in."},
    {.name = "group", .kind = KW_LIST, .scopes = IN_OTHERS, .offset = offsetof(struct conf_userlist, groups), .plural = "groups",
     .params = LEVEL_USER_GROUP, .list = &own_user_group_list, .otherwise = "those that users name", .doc = "Several users under a name."},
    {.name = NULL},
};

static const struct keyword user_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, USER_AT(name), .position = 1, .required = true, .min = 1, .doc = "Name of the user."},
    {.name = "password", .kind = KW_STRING, .scopes = IN_PARAMS, USER_AT(password), .min = 1, .otherwise = "nobody comes in by that name",
     .doc = "Password as crypt(3) has hashed it: \"$6$...\"."},
    {.name = "insecure-password", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_plain_password, .takes = "a text",
     .otherwise = "password", .doc = "Password as it is typed."},
    {.name = "groups", .kind = KW_WORDS, .scopes = IN_PARAMS, USER_AT(groups), .otherwise = "none", .doc = "Groups the user is in."},
    {.name = NULL},
};

static const struct keyword user_group_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, GROUP_AT(name), .position = 1, .required = true, .min = 1, .doc = "Name of the group."},
    {.name = "users", .kind = KW_WORDS, .scopes = IN_PARAMS, GROUP_AT(users), .otherwise = "those that name it", .doc = "Users in the group."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table messages_keywords = {LEVEL_PROXY, rows, 0};
const struct keyword_table name_case_global_keywords = {LEVEL_GLOBAL, global_rows, 0};
const struct keyword_table name_case_keywords = {LEVEL_NAME_CASE, name_case_rows, 0};
const struct keyword_table originalto_keywords = {LEVEL_ORIGINALTO, originalto_rows, 0};
const struct keyword_table userlist_keywords = {LEVEL_USERLIST, userlist_rows, 0};
const struct keyword_table user_keywords = {LEVEL_USER, user_rows, 0};
const struct keyword_table user_group_keywords = {LEVEL_USER_GROUP, user_group_rows, 0};
