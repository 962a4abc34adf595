/* SPDX-License-Identifier: Apache-2.0 */
/* Rows about compression: what of a proxy's responses, and how much of the machine it may take. */
#include "config/loader.h"
#include "config/own/own.h"

#define PROXY_AT(member) .offset = offsetof(struct draft_proxy, p.compression.member)
#define GLOBAL_AT(member) .offset = offsetof(struct draft_global, g.compressor.member)

#define REQUESTS(word)                                                                             \
    .name = word, .kind = KW_REFUSED, .scopes = ANY, .note = "requests are not compressed"

enum { ANY = IN_DEFAULTS | IN_FRONTEND | IN_BACKEND };

/* clang-format off */
const struct keyword_choice own_codings[] = {
    {"identity", CONF_CODING_IDENTITY, NULL}, {"gzip", CONF_CODING_GZIP, NULL},
    {"deflate", CONF_CODING_DEFLATE, NULL}, {"raw-deflate", CONF_CODING_RAW_DEFLATE, NULL},
    {NULL, 0, NULL},
};

static const struct keyword proxy_rows[] = {
    {.name = "compression algo", .kind = KW_OWN, .scopes = ANY, PROXY_AT(codings), .set = own_compression_algo, .adds = true,
     .choices = own_codings, .takes = "gzip, deflate, raw-deflate, identity; several of them", .otherwise = "responses pass as they come",
     .doc = "Compress responses for clients that take it (Accept-Encoding); of what they like alike, the algorithm they name first. identity changes nothing, and needs no such client.",
     .example = "compression algo gzip", .example_libconfig = "compression_algo = [\"gzip\"];"},
    {.name = "compression type", .kind = KW_OWN, .scopes = ANY, PROXY_AT(types), .set = own_compression_type, .adds = true,
     .takes = "media types, or their beginnings", .otherwise = "any but multipart", .doc = "Compress only responses whose Content-Type begins so.",
     .example = "compression type text/ application/json", .example_libconfig = "compression_type = [\"text/\", \"application/json\"];"},
    {.name = "compression offload", .kind = KW_OWN, .scopes = ANY, PROXY_AT(offload), .set = own_compression_offload, .words = KEYWORD_ALONE,
     .takes = "true or false", .otherwise = "a server that compresses itself is let do so", .doc = "Take Accept-Encoding out of requests, so that servers leave the work to weir. Without effect in defaults."},
    {.name = "compression algo-res", .kind = KW_OWN, .scopes = ANY, PROXY_AT(codings), .set = own_compression_algo, .adds = true, .since = "2.8",
     .choices = own_codings, .takes = "gzip, deflate, raw-deflate, identity; several of them", .otherwise = "responses pass as they come", .doc = "As compression algo."},
    {.name = "compression type-res", .kind = KW_OWN, .scopes = ANY, PROXY_AT(types), .set = own_compression_type, .adds = true, .since = "2.8",
     .takes = "media types, or their beginnings", .otherwise = "any but multipart", .doc = "As compression type."},
    {.name = "compression minsize-res", .kind = KW_SIZE, .scopes = ANY, PROXY_AT(least_bytes), .initial = "0", .since = "3.2",
     .doc = "Compress no response whose Content-Length is less; the backend's counts, if there is one, else the frontend's."},
    {.name = "compression direction", .kind = KW_NOTHING, .scopes = ANY, .grammar = "{response}", .note = "only responses are compressed", .since = "2.8",
     .doc = "What is compressed."},
    {REQUESTS("compression algo-req"), .since = "2.8", .doc = "Algorithm for requests."},
    {REQUESTS("compression type-req"), .since = "2.8", .doc = "Media types of requests."},
    {REQUESTS("compression minsize-req"), .since = "3.2", .doc = "Least size of requests."},
    {.name = NULL},
};

static const struct keyword global_rows[] = {
    {.name = "tune.comp.maxlevel", .kind = KW_UINT, .loose = true, .scopes = IN_GLOBAL, GLOBAL_AT(level), .min = 1, .max = 9,
     .initial = "1", .doc = "How hard compression tries: 1 is fast, 9 makes responses smallest."},
    {.name = "tune.zlib.windowsize", .kind = KW_UINT, .scopes = IN_GLOBAL, GLOBAL_AT(window_bits), .min = 8, .max = 15,
     .initial = "13", .doc = "How far back compression looks, as a power of two; each response under way takes four times as many bytes."},
    {.name = "tune.zlib.memlevel", .kind = KW_UINT, .scopes = IN_GLOBAL, GLOBAL_AT(memory_level), .min = 1, .max = 9,
     .initial = "6", .doc = "Further memory of each response being compressed: 512 bytes, doubled so often."},
    {.name = "maxzlibmem", .kind = KW_UINT, .loose = true, .scopes = IN_GLOBAL, GLOBAL_AT(memory_mb), .max = 1000000,
     .initial = "0", .doc = "Megabytes for compression in all; responses for which none is left pass as they are. 0: no bound."},
    {.name = "maxcomprate", .kind = KW_UINT, .loose = true, .scopes = IN_GLOBAL, GLOBAL_AT(rate_kb), .max = 4000000,
     .initial = "0", .doc = "Kilobytes compressed in a second, in all; beyond, responses that begin pass as they are. 0: no bound."},
    {.name = "maxcompcpuusage", .kind = KW_NOTHING, .scopes = IN_GLOBAL, .grammar = "<0..100>", .note = "maxcomprate bounds compression",
     .doc = "CPU usage from which on nothing is compressed."},
    {.name = NULL},
};
/* clang-format on */

const struct keyword_table compression_keywords = {LEVEL_PROXY, proxy_rows, 0};
const struct keyword_table compressor_keywords = {LEVEL_GLOBAL, global_rows, 0};
