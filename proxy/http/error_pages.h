/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers weir gives by itself: status line, header fields and a small HTML body in one piece,
 * byte for byte what HAProxy 2.6 sends where it has such a page. And the check of the files with
 * which an administrator replaces them (`errorfile`).
 */
#ifndef WEIR_PROXY_HTTP_ERROR_PAGES_H
#define WEIR_PROXY_HTTP_ERROR_PAGES_H

#include <stddef.h>
#include <stdint.h>

struct error_page {
    uint16_t status;
    const char *bytes; /* a whole HTTP/1.1 response */
    size_t len;
    size_t head_len; /* of these, the head with its empty line: all that a HEAD request gets */
};

/* The built-in page; NULL if there is none for that status. Never changes. */
const struct error_page *error_page_find(unsigned status);

/* The reason phrase of the IANA registry; "Other" for a code that is not there. */
const char *http_status_reason(unsigned status);

enum {
    ERROR_PAGE_TEXT_MAX = 160, /* an error message of error_page_load() */
};

/*
 * Checks the text of an error file and brings it into the form of a built-in page: CRLF line ends
 * in the head, a Content-Length that is true, no hop-by-hop fields. Needs no more than len + 64
 * bytes of room at `to`. The count of bytes written, with *page_out (borrowing them) filled in; or
 * -1 with a sentence in `error`.
 */
MUST_CHECK int64_t error_page_load(unsigned status, const char *text, size_t len, char *to,
                                   size_t room, struct error_page *page_out,
                                   char error[ERROR_PAGE_TEXT_MAX]);

#endif
