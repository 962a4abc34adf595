/* SPDX-License-Identifier: Apache-2.0 */
/* Rows inside balance and hash-type. */
#include "config/keyword.h"
#include "config/own.h"
#include "lb-algos/algo.h"
#include "lb-algos/hash.h"

#define BALANCE_AT(member) .offset = offsetof(struct conf_balance, member)
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
    {.name = "len", .kind = KW_UINT, .scopes = IN_PARAMS, BALANCE_AT(len), .max = 1000000,
     .otherwise = "all", .doc = "With uri: how many of its bytes count."},
    {.name = "depth", .kind = KW_UINT, .scopes = IN_PARAMS, BALANCE_AT(depth), .max = 1000000,
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
/* clang-format on */

const struct keyword_table balance_keywords = {LEVEL_BALANCE, balance_rows, 0};
const struct keyword_table hash_type_keywords = {LEVEL_HASH_TYPE, hash_rows, 0};
