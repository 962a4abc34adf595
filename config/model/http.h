/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a proxy does with messages besides its rules: fields it adds, pages and statistics of its own, requests that
 * are sent again, bodies that are compressed.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_HTTP_H
#define WEIR_CONFIG_MODEL_HTTP_H

#include "config/model/basics.h"

struct conf_line; /* config/line.h */

/* What becomes of connections after a response. */
enum conf_http_mode {
    CONF_HTTP_USUAL, /* both are kept */
    CONF_HTTP_KEEP,
    CONF_HTTP_SERVER_CLOSE,
    CONF_HTTP_CLOSE,
};

/* option forwardfor */
struct conf_forwardfor {
    bool enabled, if_none;
    const char *header;             /* default "X-Forwarded-For" */
    struct sockaddr_storage except; /* family AF_UNSPEC = none */
    unsigned except_bits;
};

struct conf_error_file {
    unsigned status;
    const char *path;
    const char *bytes; /* read at load: the response, checked */
    size_t len;
};

/* Statistics served by a proxy: stats enable, uri, auth, ... */
struct conf_stats {
    bool enabled;
    const char *uri;        /* default "/haproxy?stats" */
    const char *realm;      /* default "HAProxy Statistics" */
    struct conf_words auth; /* "user:password" each; empty = open to all */
    unsigned refresh_s;     /* 0 = no automatic refresh */
    bool hide_version, show_node, show_legends, show_desc;
    const char *node, *desc;
    bool admin; /* there are `stats admin` lines: one of them must hold */
};

/* Parts of the header field Forwarded. */
enum conf_forwarded_part {
    CONF_FORWARDED_PROTO = 1,
    CONF_FORWARDED_HOST = 2,
    CONF_FORWARDED_FOR = 4,
    CONF_FORWARDED_FOR_PORT = 8,
    CONF_FORWARDED_BY = 16,
    CONF_FORWARDED_BY_PORT = 32,
};

/* Of these parts an expression may say what they are. */
enum conf_forwarded_expr {
    CONF_FORWARDED_EXPR_HOST,
    CONF_FORWARDED_EXPR_FOR,
    CONF_FORWARDED_EXPR_FOR_PORT,
    CONF_FORWARDED_EXPR_BY,
    CONF_FORWARDED_EXPR_BY_PORT,
    CONF_FORWARDED_EXPRS,
};

/* h1-case-adjust: how a field's name is written for whoever insists on it. */
struct conf_name_case {
    const char *from, *to; /* lower case, and as it is to be */
    struct conf_place place;
};

struct conf_name_cases {
    struct conf_name_case *items; /* sorted by conf_name_case_order() */
    size_t count;
};

/* By length, then by letters whatever their case. */
int conf_name_case_order(const char *a, size_t a_len, const char *b, size_t b_len);

/* option http-restrict-req-hdr-names: of header fields whose names are more than letters, digits and '-'. */
enum conf_odd_names { CONF_ODD_NAMES_PRESERVE, CONF_ODD_NAMES_DELETE, CONF_ODD_NAMES_REJECT };

struct conf_forwarded {
    unsigned parts; /* or-ed; 0 = no such field */
    const struct conf_line
        *expressions[CONF_FORWARDED_EXPRS]; /* or NULL: the part's name and the expression */
};

/* After what a request is sent again. */
enum conf_retry {
    CONF_RETRY_SET = 1u << 0, /* something was said */
    CONF_RETRY_CONNECT = 1u << 1,
    CONF_RETRY_EMPTY = 1u << 2,
    CONF_RETRY_JUNK = 1u << 3,
    CONF_RETRY_TIMEOUT = 1u << 4,
    CONF_RETRY_401 = 1u << 5,
    CONF_RETRY_403 = 1u << 6,
    CONF_RETRY_404 = 1u << 7,
    CONF_RETRY_408 = 1u << 8,
    CONF_RETRY_425 = 1u << 9,
    CONF_RETRY_429 = 1u << 10,
    CONF_RETRY_500 = 1u << 11,
    CONF_RETRY_501 = 1u << 12,
    CONF_RETRY_502 = 1u << 13,
    CONF_RETRY_503 = 1u << 14,
    CONF_RETRY_504 = 1u << 15,
};

/* What the body of a response may be sent as. */
enum conf_coding {
    CONF_CODING_NONE,     /* by no algorithm */
    CONF_CODING_IDENTITY, /* as it is, though in chunks */
    CONF_CODING_GZIP,
    CONF_CODING_DEFLATE,
    CONF_CODING_RAW_DEFLATE,
    CONF_CODINGS,
};

struct conf_compression {
    unsigned char codings[CONF_CODINGS]; /* enum conf_coding; the one named last comes first */
    unsigned coding_count;               /* 0 = nothing is compressed */
    struct conf_words types;             /* beginnings of Content-Type; empty = any */
    bool offload;                        /* servers are not asked to compress */
    unsigned least_bytes;                /* shorter responses pass as they come */
};

/* How compressors are made. */
struct conf_compressor {
    unsigned level;        /* tune.comp.maxlevel, 1 to 9 */
    unsigned window_bits;  /* tune.zlib.windowsize, 9 to 15 */
    unsigned memory_level; /* tune.zlib.memlevel, 1 to 9 */
    unsigned memory_mb;    /* maxzlibmem, of all of them together; 0 = no bound */
    unsigned rate_kb;      /* maxcomprate, what they take in a second; 0 = no bound */
};

#endif
