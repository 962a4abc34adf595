/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changing a message that has been read: fields, target, method, status. The bytes received stay as they
 * are; what is new is written into the room that each buffer has behind them, from its end downwards, and
 * the message's slices point there.
 *
 *   base                 floor        top                    end of the buffer
 *    | head, body received | free      | name: value CRLF ... |
 *
 * A field that goes is marked HTTP_HEADER_DROP; one that changes keeps its place; one that is added stands
 * at the end, as with HAProxy. Values are made harmless: CR, LF and NUL become blanks. Blanks around them stay: who
 * decodes a value wants all of it.
 *
 * Errors:  false when the room or the number of fields is used up; the message is then as it was.
 * Thread:  that of the message.
 */
#ifndef WEIR_HTTP1_EDIT_H
#define WEIR_HTTP1_EDIT_H

#include "proxy/http1/msg.h"

enum { HTTP_LINE_EXTRA = 4 }; /* what stands around name and value: ": " and CRLF */

/* Made on the stack by whoever edits; the offsets are the owner's. */
struct http_edit {
    struct http_msg *msg;
    char *base;
    uint32_t floor; /* what was received ends here */
    uint32_t *top;  /* base[floor..*top) is free */
};

/* NULL when there is no room. For whatever shall live as long as the message does. */
char *edit_take(struct http_edit *e, size_t bytes);

/* A further field, the last one. */
MUST_CHECK bool edit_add(struct http_edit *e, const char *name, size_t name_len, const char *value,
                         size_t value_len);
/* A line "name: value CRLF" that was made beforehand, by http_field_line(). */
MUST_CHECK bool edit_add_line(struct http_edit *e, enum http_header_id id, const char *line,
                              size_t name_len, size_t value_len);
/* Writes one to `to`, name_len + value_len + HTTP_LINE_EXTRA bytes. */
void http_field_line(char *to, const char *name, size_t name_len, const char *value,
                     size_t value_len);
/* The two below for whoever knows the name's id, as http_header_find() gives it. */
MUST_CHECK bool edit_add_as(struct http_edit *e, enum http_header_id id, const char *name,
                            size_t name_len, const char *value, size_t value_len);
void edit_drop_as(struct http_edit *e, enum http_header_id id, const char *name, size_t name_len);
/* Another value for a field that is there. */
MUST_CHECK bool edit_replace(struct http_edit *e, unsigned index, const char *value,
                             size_t value_len);
/* The same, with the value for the caller to fill in; NULL when there is no room. */
char *edit_replace_room(struct http_edit *e, unsigned index, size_t value_len);
void edit_drop(struct http_edit *e, unsigned index);
/* All fields of that name. */
void edit_drop_named(struct http_edit *e, const char *name, size_t name_len);

MUST_CHECK bool edit_method(struct http_edit *e, const char *method, size_t len);
/* A whole target; false also for one that could not be read again: empty, or with blanks or controls. */
MUST_CHECK bool edit_target(struct http_edit *e, const char *target, size_t len);
/* Host and an absolute target name the same one, RFC 9112 3.2.2: the one becomes what the other was made. */
MUST_CHECK bool edit_follow_host(struct http_edit *e);
MUST_CHECK bool edit_follow_target(struct http_edit *e);
/* The port that the scheme has by default goes from target and Host. */
MUST_CHECK bool edit_drop_default_port(struct http_edit *e);
/* A part of it: what stands before the path stays. */
MUST_CHECK bool edit_path(struct http_edit *e, const char *path, size_t len); /* query stays */
MUST_CHECK bool edit_pathq(struct http_edit *e, const char *path, size_t len);
/* With its '?'; empty: none. */
MUST_CHECK bool edit_query(struct http_edit *e, const char *query, size_t len);
MUST_CHECK bool edit_status(struct http_edit *e, unsigned status, const char *reason, size_t len);

/* The bytes received and written have moved: base[floor..] was copied behind other bytes, up by `distance`. */
void edit_moved(struct http_msg *m, uint32_t floor, int64_t distance);

/* Where the path ends within the target: at '?', or its end. An offset from base. */
uint32_t http_path_end(const struct http_msg *m, const char *base);

#endif
