/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Editing and writing heads: what requests and responses have in common.
 *
 * Ownership: what is gathered points into the message's buffer, which must stay until it is written.
 * Thread:    that of the message.
 */
#ifndef WEIR_HTTP1_HEAD_H
#define WEIR_HTTP1_HEAD_H

#include "config/model/http.h"
#include "proxy/http1/gather.h"
#include "proxy/http1/msg.h"

/* No field of that name is forwarded. */
void head_drop(struct http_msg *m, enum http_header_id id);
/* Nor Connection, what it names, and its old relatives: RFC 9110 7.6.1. */
void head_drop_connection_fields(struct http_msg *m, const char *base);
/* Did rules set Connection: close? */
bool head_says_close(struct http_msg *m, const char *base);
/* Content-Length stays if it says what is sent; false: it has to be added. Others go. */
bool head_keep_length(struct http_msg *m, const char *base);
/* Transfer-Encoding stays where it is if it says what we do; false: it has to be added. */
bool head_keep_chunked(struct http_msg *m, const char *base);
/* Names of fields in the case that the table has for them. cases NULL: as they are. */
void head_adjust_names(const struct http_msg *m, char *base, const struct conf_name_cases *cases);
const char *head_name_as(const struct conf_name_cases *cases, const char *name, size_t len);
/* A line of our own, "Name: value", in place. */
void head_adjust_line(const struct conf_name_cases *cases, char *line);
/* The same on its way out; the line outlives the write. */
void head_add_own(struct gather *g, const struct conf_name_cases *cases, const char *line,
                  size_t len);
#define head_add_literal(g, cases, line) head_add_own((g), (cases), line, sizeof(line) - 1)
/*
 * The field lines that are to be forwarded: as runs of the buffer; line by line after rules changed some; or,
 * where the lines may not be fit to be passed on as they are (lenient parsing, a length that was repeated), each
 * written anew.
 */
void head_add_fields(struct gather *g, const struct http_msg *m, const char *base, bool lenient);
/*
 * The empty line: the buffer's own, which goes on from the fields before it and up to the body behind it. So a
 * message that passes unchanged is one piece. Where lines may end otherwise (lenient parsing) it is written anew.
 */
void head_add_end(struct gather *g, const struct http_msg *m, const char *base, bool lenient);

#endif
