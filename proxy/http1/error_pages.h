/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answers weir gives by itself: status line, header fields and a small HTML body in one piece,
 * byte for byte what HAProxy 2.6 puts on the wire where it has such a page. And the check of the
 * files with which an administrator replaces them (`errorfile`).
 *
 * Thread:  any; pages of our own are constant.
 */
#ifndef WEIR_HTTP1_ERROR_PAGES_H
#define WEIR_HTTP1_ERROR_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error_page {
    uint16_t status;   /* as in the status line; an administrator may answer 200 instead of 503 */
    bool says_close;   /* the head has a "Connection: close" already; else it has no Connection */
    const char *bytes; /* a whole HTTP/1.1 response; none at all if the connection just closes */
    uint32_t len;
    uint32_t head_len; /* of these, the head with its empty line: all that a HEAD request gets */
};

/* The built-in page; NULL if there is none for that status. Never changes. */
const struct error_page *error_page_find(unsigned status);

/* The reason phrase HAProxy gives that status; for one it does not know, that of its class. */
const char *http_status_reason(unsigned status);

enum {
    ERROR_PAGE_COMPLAINT_MAX = 96, /* what error_page_load() writes, with its NUL */
};

/* Enough room for the page of an error file of so many bytes. */
static inline size_t error_page_room(size_t text_len)
{
    return 2 * text_len + 64;
}

/*
 * Checks the text of an error file as HAProxy does when it loads one, and writes it to `to` in the
 * form of a built-in page: CRLF line ends in the head, a Content-Length, no fields about the
 * connection. An empty file is a page of no bytes. The count of bytes written, with *page_out
 * (which borrows them) filled in; or -1 with a sentence in `complaint`.
 */
MUST_CHECK int64_t error_page_load(const char *text, size_t len, char *to, size_t room,
                                   struct error_page *page_out,
                                   char complaint[ERROR_PAGE_COMPLAINT_MAX]);

#endif
