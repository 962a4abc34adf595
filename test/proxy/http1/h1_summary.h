/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A head's verdict as one line of text, so that a test case is two strings: what came in and what
 * was made of it. A request: "GET /a 1.1 keep", "POST / 1.1 length=5 keep"; a response: "200 OK 1.0
 * close"; a refusal: "400 invalid Host".
 */
#ifndef WEIR_TEST_HTTP1_H1_SUMMARY_H
#define WEIR_TEST_HTTP1_H1_SUMMARY_H

#include <stddef.h>

#include "proxy/http1/h1.h"

enum {
    H1_SUMMARY_MAX = 512,
};

/* How to begin: which kind of head, with which options. */
typedef void h1_begin(struct h1_parser *p, struct http_msg *msg);

/*
 * Gives the head to the parser in two parts, of `first` bytes and the rest; each time in a new
 * block of memory of exactly the right size. The summary goes to `out`.
 */
void h1_summary_split(h1_begin *begin, const char *in, size_t len, size_t first,
                      char out[H1_SUMMARY_MAX]);

/* The same byte by byte. */
void h1_summary_bytes(h1_begin *begin, const char *in, size_t len, char out[H1_SUMMARY_MAX]);

#endif
