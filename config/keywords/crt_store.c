/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of crt-store sections. */
#include "config/keyword.h"
#include "config/loader.h"

#define STORE_AT(member) .offset = offsetof(struct conf_crt_store, member)
#define CRT_AT(member) .offset = offsetof(struct conf_stored_crt, member)

static const struct keyword_list load_list = {
    .item_bytes = sizeof(struct conf_stored_crt),
    .count_offset = offsetof(struct conf_crt_store, count),
    .place_offset = offsetof(struct conf_stored_crt, place),
};

/* clang-format off */
static const struct keyword store_rows[] = {
    {.name = "crt-base", .kind = KW_STRING, .scopes = IN_OTHERS, STORE_AT(crt_base), .min = 1, .since = "3.0",
     .otherwise = "that of the global section", .doc = "Folder of certificates with relative paths."},
    {.name = "key-base", .kind = KW_STRING, .scopes = IN_OTHERS, STORE_AT(key_base), .min = 1, .since = "3.0",
     .otherwise = "that of the global section", .doc = "Folder of keys with relative paths."},
    {.name = "load", .kind = KW_LIST, .scopes = IN_OTHERS, STORE_AT(items), .plural = "loads", .params = LEVEL_STORED_CRT,
     .list = &load_list, .otherwise = "the store is empty", .since = "3.0",
     .doc = "A certificate, and the files that belong to it."},
    {.name = NULL},
};

static const struct keyword stored_rows[] = {
    {.name = "crt", .kind = KW_STRING, .scopes = IN_PARAMS, CRT_AT(crt), .min = 1, .required = true, .since = "3.0",
     .doc = "PEM file with the certificate and its chain, perhaps with the key."},
    {.name = "alias", .kind = KW_STRING, .scopes = IN_PARAMS, CRT_AT(alias), .min = 1, .since = "3.0",
     .otherwise = "as crt has it", .doc = "What the certificate is called elsewhere."},
    {.name = "key", .kind = KW_STRING, .scopes = IN_PARAMS, CRT_AT(key), .min = 1, .since = "3.0",
     .otherwise = "in the file of crt, or FILE.key", .doc = "PEM file with the key."},
    {.name = "ocsp", .kind = KW_STRING, .scopes = IN_PARAMS, CRT_AT(ocsp), .min = 1, .since = "3.0",
     .otherwise = "FILE.ocsp, if there is one", .doc = "OCSP response in DER, to staple."},
    {.name = "issuer", .kind = KW_NOTHING, .scopes = IN_PARAMS, .words = 1, .grammar = "<path>", .note = "a response is stapled as it is", .since = "3.0",
     .doc = "Certificate of who signs OCSP responses."},
    {.name = "sctl", .kind = KW_LATER, .scopes = IN_PARAMS, .words = 1, .note = "clients that ask for them find none", .since = "3.0",
     .doc = "File of signed certificate timestamps."},
    {.name = "ocsp-update", .kind = KW_LATER, .scopes = IN_PARAMS, .words = 1, .note = "have a job write the file of ocsp, and reload", .since = "3.0",
     .doc = "Fetch OCSP responses."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table crt_store_keywords = {LEVEL_CRT_STORE, store_rows, 0};
const struct keyword_table stored_crt_keywords = {LEVEL_STORED_CRT, stored_rows, 0};
