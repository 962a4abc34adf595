/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in pages. HAProxy has three ways to send one: its stream writes names in lower case;
 * its HTTP/1 parser sends the page as it stands in the binary, "Content-length" and all, and for a
 * request it could not even read with "Connection: close". Each row says which way its status goes.
 * HAProxy has no 414, 431 and 505; those are made in the same image.
 */
#include "proxy/http1/error_pages.h"

#define BODY(title, text) "<html><body><h1>" title "</h1>\n" text "\n</body></html>\n"
#define ROW(code, closes, head, body)                                                              \
    {                                                                                              \
        .status = (code), .says_close = (closes), .bytes = head body,                              \
        .len = sizeof(head body) - 1, .head_len = sizeof(head) - 1                                 \
    }

/* length: of the body in bytes; a test counts them */
#define PAGE(code, reason, length, text)                                                           \
    ROW(code, false,                                                                               \
        "HTTP/1.1 " #code " " reason "\r\n"                                                        \
        "content-length: " length "\r\n"                                                           \
        "cache-control: no-cache\r\n"                                                              \
        "content-type: text/html\r\n\r\n",                                                         \
        BODY(#code " " reason, text))
#define PARSER_PAGE(code, reason, length, text)                                                    \
    ROW(code, false,                                                                               \
        "HTTP/1.1 " #code " " reason "\r\n"                                                        \
        "Content-length: " length "\r\n"                                                           \
        "Cache-Control: no-cache\r\n"                                                              \
        "Content-Type: text/html\r\n\r\n",                                                         \
        BODY(#code " " reason, text))
#define CLOSING_PAGE(code, reason, length, text)                                                   \
    ROW(code, true,                                                                                \
        "HTTP/1.1 " #code " " reason "\r\n"                                                        \
        "Content-length: " length "\r\n"                                                           \
        "Cache-Control: no-cache\r\n"                                                              \
        "Connection: close\r\n"                                                                    \
        "Content-Type: text/html\r\n\r\n",                                                         \
        BODY(#code " " reason, text))

static const struct error_page pages[] = {
    PAGE(200, "OK", "58", "Service ready."),
    CLOSING_PAGE(400, "Bad request", "90", "Your browser sent an invalid request."),
    PAGE(401, "Unauthorized", "112", "You need a valid user and password to access this content."),
    PAGE(403, "Forbidden", "93", "Request forbidden by administrative rules."),
    PAGE(404, "Not Found", "83", "The resource could not be found."),
    PAGE(405, "Method Not Allowed", "146",
         "A request was made of a resource using a request method not supported by that resource"),
    PAGE(407, "Unauthorized", "112", "You need a valid user and password to access this content."),
    CLOSING_PAGE(408, "Request Time-out", "110",
                 "Your browser didn't send a complete request in time."),
    PAGE(410, "Gone", "114",
         "The resource is no longer available and will not be available again."),
    PARSER_PAGE(413, "Payload Too Large", "106", "The request entity exceeds the maximum allowed."),
    CLOSING_PAGE(414, "URI Too Long", "105", "The request target is longer than the server takes."),
    PAGE(421, "Misdirected Request", "104", "Request sent to a non-authoritative server."),
    PARSER_PAGE(422, "Unprocessable Content", "116",
                "The server cannot process the contained instructions."),
    PAGE(425, "Too Early", "80", "Your browser sent early data."),
    PAGE(429, "Too Many Requests", "117",
         "You have sent too many requests in a given amount of time."),
    CLOSING_PAGE(431, "Request Header Fields Too Large", "132",
                 "The request header fields are larger than the server takes."),
    PAGE(500, "Internal Server Error", "97", "An internal server error occurred."),
    PARSER_PAGE(501, "Not Implemented", "136",
                ".The server does not support the functionality required to fulfill the request."),
    PAGE(502, "Bad Gateway", "107", "The server returned an invalid or incomplete response."),
    PAGE(503, "Service Unavailable", "107", "No server is available to handle this request."),
    PAGE(504, "Gateway Time-out", "92", "The server didn't respond in time."),
    CLOSING_PAGE(505, "HTTP Version Not Supported", "117",
                 "The server does not support this version of HTTP."),
};

const struct error_page *error_page_find(unsigned status)
{
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (pages[i].status == status)
            return &pages[i];
    }
    return NULL;
}
