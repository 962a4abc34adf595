/* SPDX-License-Identifier: Apache-2.0 */
/* Rows inside balance, hash-type and cookie. */
#include "config/keyword.h"
#include "config/own/own.h"
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"

#define BALANCE_AT(member) .offset = offsetof(struct conf_balance, member)
#define COOKIE_AT(member) .offset = offsetof(struct conf_cookie, member)
#define HASH_AT(member) .offset = offsetof(struct conf_hash, member)

static const char *method_name(size_t i)
{
    return lb_hash_types[i] != NULL ? lb_hash_types[i]->name : NULL;
}

/* clang-format off */
static const struct keyword balance_rows[] = {
    {.name = "algorithm", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_algorithm, .bare = true,
     .takes = "an algorithm", .initial = "roundrobin",
     .doc = "roundrobin, leastconn, static-rr, first, random(DRAWS): whose turn it is. source, uri, url_param, hdr(NAME), rdp-cookie(NAME), hash: by a hash of that."},
    {.name = "parameter", .kind = KW_STRING, .scopes = IN_PARAMS, BALANCE_AT(parameter), .min = 1,
     .otherwise = "none", .doc = "With url_param: its name."},
    {.name = "expression", .kind = KW_OWN, .scopes = IN_PARAMS, .set = own_balance_expression,
     .takes = "an expression", .otherwise = "none", .since = "2.6", .doc = "With hash: what is hashed."},
    {.name = "len", .kind = KW_UINT, .loose = true, .scopes = IN_PARAMS, BALANCE_AT(len), .max = 1000000,
     .otherwise = "all", .doc = "With uri: how many of its bytes count."},
    {.name = "depth", .kind = KW_UINT, .loose = true, .scopes = IN_PARAMS, BALANCE_AT(depth), .max = 1000000,
     .otherwise = "all", .doc = "With uri: how many of its directories count."},
    {.name = "whole", .kind = KW_FLAG, .scopes = IN_PARAMS, BALANCE_AT(whole), .otherwise = "up to the question mark",
     .doc = "With uri: the query counts as well."},
    {.name = "path-only", .kind = KW_FLAG, .scopes = IN_PARAMS, BALANCE_AT(path_only), .otherwise = "all of the target",
     .since = "2.3", .doc = "With uri: without scheme and host where the request names them."},
    {.name = "check_post", .kind = KW_FLAG, .scopes = IN_PARAMS, BALANCE_AT(check_post), .otherwise = "the query alone",
     .doc = "With url_param: look for it in the body of a POST too."},
    {.name = "use_domain_only", .kind = KW_FLAG, .scopes = IN_PARAMS, BALANCE_AT(domain_only), .otherwise = "all of the value",
     .doc = "With hdr: only the part of a host name before its last dot counts."},
    {.name = NULL},
};

static const struct keyword hash_rows[] = {
    {.name = "method", .kind = KW_NAME, .scopes = IN_PARAMS, HASH_AT(method), .position = 1, .bare = true, .names = method_name,
     .initial = "map-based", .doc = "map-based: as even as the keys. consistent: a server that comes or goes moves few keys."},
    {.name = "function", .kind = KW_OWN, .scopes = IN_PARAMS, HASH_AT(function), .position = 2, .set = own_hash_function,
     .takes = "sdbm, djb2, wt6 or crc32", .initial = "sdbm", .doc = "The hash function."},
    {.name = "avalanche", .kind = KW_FLAG, .scopes = IN_PARAMS, HASH_AT(avalanche),
     .otherwise = "with consistent and no function it is on", .doc = "Spread the hash once more."},
    {.name = NULL},
};

static const struct keyword cookie_rows[] = {
    {.name = "name", .kind = KW_STRING, .scopes = IN_PARAMS, COOKIE_AT(name), .position = 1, .bare = true, .min = 1,
     .otherwise = "none", .doc = "Name of the cookie."},
    {.name = "insert", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(insert), .otherwise = "no",
     .doc = "weir sets the cookie where the client has none that fits, and drops one that the server sets."},
    {.name = "rewrite", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(rewrite), .otherwise = "no",
     .doc = "The server sets the cookie; weir writes the server's own value into it."},
    {.name = "prefix", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(prefix), .otherwise = "no",
     .doc = "weir puts the server's value and a '~' before the value that the server sets, and takes them out of requests."},
    {.name = "indirect", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(indirect), .otherwise = "no",
     .doc = "With insert: servers do not see the cookie, and clients that have it are not sent it again."},
    {.name = "nocache", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(nocache), .otherwise = "no",
     .doc = "With insert: a response that gets the cookie is made private to the client."},
    {.name = "postonly", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(postonly), .otherwise = "any method",
     .doc = "With insert: only in responses to POST."},
    {.name = "preserve", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(preserve), .otherwise = "no",
     .doc = "With insert or indirect: a cookie that the server sets is left as it is."},
    {.name = "httponly", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(httponly), .otherwise = "no",
     .doc = "Scripts do not see the cookie."},
    {.name = "secure", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(secure), .otherwise = "no",
     .doc = "Clients send the cookie over TLS only."},
    {.name = "domain", .kind = KW_OWN, .scopes = IN_PARAMS, COOKIE_AT(domain), .set = own_cookie_domain, .adds = true,
     .takes = "a domain; may be repeated", .otherwise = "none", .doc = "Where the cookie holds: \".example.com\"."},
    {.name = "maxidle", .kind = KW_DURATION, .scopes = IN_PARAMS, COOKIE_AT(maxidle_s), .unit = UNIT_S,
     .otherwise = "for ever", .doc = "With insert: how long the cookie counts after the client's last request."},
    {.name = "maxlife", .kind = KW_DURATION, .scopes = IN_PARAMS, COOKIE_AT(maxlife_s), .unit = UNIT_S,
     .otherwise = "for ever", .doc = "With insert: how long the cookie counts after it was first set."},
    {.name = "dynamic", .kind = KW_FLAG, .scopes = IN_PARAMS, COOKIE_AT(dynamic), .otherwise = "no", .since = "1.8",
     .doc = "Servers without a cookie get one made of their address and dynamic-cookie-key."},
    {.name = "attr", .kind = KW_OWN, .scopes = IN_PARAMS, COOKIE_AT(attributes), .set = own_cookie_attribute, .adds = true, .since = "2.0",
     .takes = "a text; may be repeated", .otherwise = "none", .doc = "A further attribute: \"SameSite=Lax\"."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table balance_keywords = {LEVEL_BALANCE, balance_rows, 0};
const struct keyword_table hash_type_keywords = {LEVEL_HASH_TYPE, hash_rows, 0};
const struct keyword_table cookie_keywords = {LEVEL_COOKIE, cookie_rows, 0};
