/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of email-alert, and of the mailers section that it names. */
#include "config/loader.h"
#include "config/own/own.h"

#define EMAIL_AT(member) .offset = offsetof(struct draft_proxy, p.email.member)
#define MAILERS_AT(member) .offset = offsetof(struct conf_mailers, member)
#define MAILER_AT(member) .offset = offsetof(struct conf_mailer, member)

enum { ANY = IN_DEFAULTS | IN_FRONTEND | IN_BACKEND };

static const struct keyword_choice levels[] = {
    {"emerg", 0, NULL}, {"alert", 1, NULL},   {"crit", 2, NULL},
    {"err", 3, NULL},   {"warning", 4, NULL}, {"notice", 5, NULL},
    {"info", 6, NULL},  {"debug", 7, NULL},   {NULL, 0, NULL},
};

static const struct keyword_list mailer_list = {
    .item_bytes = sizeof(struct conf_mailer),
    .count_offset = offsetof(struct conf_mailers, count),
};

/* clang-format off */
static const struct keyword proxy_rows[] = {
    {.name = "email-alert from", .kind = KW_STRING, .surplus = true, .scopes = ANY, EMAIL_AT(from), .min = 1, .since = "1.6",
     .otherwise = "no mail is sent", .doc = "Sender of mail about servers."},
    {.name = "email-alert to", .kind = KW_STRING, .surplus = true, .scopes = ANY, EMAIL_AT(to), .min = 1, .since = "1.6",
     .otherwise = "no mail is sent", .doc = "Who gets mail about servers."},
    {.name = "email-alert mailers", .kind = KW_STRING, .surplus = true, .scopes = ANY, EMAIL_AT(mailers_name), .min = 1, .since = "1.6",
     .otherwise = "no mail is sent", .doc = "The section of mailers that takes it."},
    {.name = "email-alert level", .kind = KW_CHOICE, .scopes = ANY, EMAIL_AT(level), .choices = levels, .initial = "alert", .since = "1.6",
     .doc = "What is grave enough: alert = a server goes down, notice = it comes back too, info = each result that option log-health-checks logs."},
    {.name = "email-alert myhostname", .kind = KW_STRING, .surplus = true, .scopes = ANY, EMAIL_AT(hostname), .min = 1, .since = "1.6",
     .otherwise = "the machine's", .doc = "Name to greet mailers with."},
    {.name = NULL},
};

static const struct keyword mailers_rows[] = {
    {.name = "mailer", .kind = KW_LIST, .scopes = IN_OTHERS, MAILERS_AT(items), .plural = "servers", .params = LEVEL_MAILER,
     .list = &mailer_list, .otherwise = "no mail is sent", .doc = "A mail server; each of them gets every letter."},
    {.name = "timeout mail", .kind = KW_DURATION, .scopes = IN_OTHERS, MAILERS_AT(timeout_ms), .unit = UNIT_MS, .min = 1, .initial = "10s",
     .doc = "Longest time that delivering a letter may take."},
    {.name = NULL},
};

static const struct keyword mailer_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, MAILER_AT(name), .position = 1, .required = true, .min = 1,
     .doc = "Name of the mail server."},
    {.name = "address", .kind = KW_OWN, .scopes = IN_PARAMS, MAILER_AT(addr), .position = 2, .required = true, .set = own_target_address,
     .takes = "host:port", .doc = "Where it listens."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table email_keywords = {LEVEL_PROXY, proxy_rows, 0};
const struct keyword_table mailers_keywords = {LEVEL_MAILERS, mailers_rows, 0};
const struct keyword_table mailer_keywords = {LEVEL_MAILER, mailer_rows, 0};
