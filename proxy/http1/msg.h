/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP message head, as every codec hands it to the stream: a request or a response as slices
 * of the buffer it was received in. Slices are offsets, so the buffer may move while a head is
 * read; the bytes themselves are never copied or changed. What rules add stands behind them
 * (edit.h). Names of header fields that anybody asks for are small integers (header_names.h), and
 * the first field of each such name is found without a search.
 *
 * Nothing is owned here and nothing is allocated: a message is plain memory, and a message of zero
 * bytes is an empty one.
 *
 * Thread:  whoever has the memory; nothing is shared.
 */
#ifndef WEIR_HTTP1_MSG_H
#define WEIR_HTTP1_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "proxy/http1/header_names.h"

enum {
    HTTP_MAX_HEADERS = 101, /* received, as HAProxy's tune.http.maxhdr */
    HTTP_FIELDS_MAX = 192,  /* with those that rules add; fits the bytes of `first` */
};

/* The methods that change how a message is framed, routed or retried; all others are tokens. */
enum http_method {
    HTTP_METHOD_OTHER = 0,
    HTTP_METHOD_GET,
    HTTP_METHOD_HEAD,
    HTTP_METHOD_POST,
    HTTP_METHOD_PUT,
    HTTP_METHOD_DELETE,
    HTTP_METHOD_CONNECT,
    HTTP_METHOD_OPTIONS,
    HTTP_METHOD_TRACE,
    HTTP_METHOD_PATCH,
    HTTP_METHODS
};

/* How the end of the body is known, RFC 9112 6.3. */
enum http_body {
    HTTP_BODY_NONE = 0,    /* the message ends with its head */
    HTTP_BODY_LENGTH,      /* content_length bytes, more than 0 */
    HTTP_BODY_CHUNKED,     /* see h1_chunk_next() */
    HTTP_BODY_UNTIL_CLOSE, /* responses only */
};

/* The four shapes of a request target, RFC 9112 3.2. */
enum http_target_form {
    HTTP_TARGET_ORIGIN = 0, /* /path?query */
    HTTP_TARGET_ABSOLUTE,   /* scheme://authority/path?query */
    HTTP_TARGET_AUTHORITY,  /* host:port, of CONNECT alone */
    HTTP_TARGET_ASTERISK,   /* *, of OPTIONS alone */
};

enum http_msg_flags {
    /* The sender is ready for another message on the connection after this one. */
    HTTP_MSG_KEEP_ALIVE = 1u << 0,
    /* What was listed in Connection fields. */
    HTTP_MSG_CONN_CLOSE = 1u << 1,
    HTTP_MSG_CONN_KEEP_ALIVE = 1u << 2,
    HTTP_MSG_CONN_UPGRADE = 1u << 3,
    HTTP_MSG_CONN_OTHER = 1u << 4, /* some field name besides: those fields are hop-by-hop too */
    /* An Upgrade field and the token in Connection, both; in a response 101 is still needed. */
    HTTP_MSG_UPGRADE = 1u << 5,
    /* The Upgrade field names h2c, which a proxy must not pass on: RFC 9113 3.1. */
    HTTP_MSG_UPGRADE_H2C = 1u << 6,
    HTTP_MSG_UPGRADE_WEBSOCKET = 1u << 7,
    HTTP_MSG_EXPECT_CONTINUE = 1u << 8,
    HTTP_MSG_HAS_HOST = 1u << 9,
    /* Content-Length was there, even where the message has no body (HEAD, 304). */
    HTTP_MSG_HAS_LENGTH = 1u << 10,
    /* The same Content-Length came more than once; all but the first are HTTP_HEADER_DROP. */
    HTTP_MSG_LENGTH_REPEATED = 1u << 11,
    /* Lenient only: an HTTP/0.9 request or another protocol's name; the version reads 1.0 or 1.1.
     */
    HTTP_MSG_VERSION_ODD = 1u << 12,
    /* Rules changed fields: their lines do not follow each other in the buffer any more. */
    HTTP_MSG_FIELDS_EDITED = 1u << 13,
    /* Rules changed the request line, or the status line. */
    HTTP_MSG_LINE_EDITED = 1u << 14,
};

enum http_header_flags {
    HTTP_HEADER_DROP = 1u << 0, /* not to be forwarded; set by the parser or by any later user */
    HTTP_HEADER_USER = 1u << 1, /* this bit and above are free for whoever edits the message */
};

struct http_header {
    uint32_t name_off;
    uint32_t value_off; /* white space around the value is not part of it */
    uint32_t value_len;
    uint16_t name_len;
    uint8_t id;    /* enum http_header_id; HTTP_HDR_OTHER is any name not in the table */
    uint8_t flags; /* enum http_header_flags */
};

struct http_msg {
    uint32_t head_bytes; /* the whole head, with empty lines before it and the one that ends it */
    uint32_t flags;      /* enum http_msg_flags */
    uint64_t content_length;
    uint8_t body;          /* enum http_body */
    uint8_t version_minor; /* 0 or 1; the major version is always 1 */
    uint8_t header_count;
    bool has_repeats; /* some known name occurs more than once */
    /* of a request */
    uint32_t method_off;
    uint32_t target_off;
    uint32_t target_len;
    uint32_t authority_off; /* inside an absolute or authority form target; else length 0 */
    uint32_t authority_len;
    uint32_t path_off; /* the target from its path on; for other forms the end of the target */
    uint16_t method_len;
    uint8_t method;      /* enum http_method */
    uint8_t target_form; /* enum http_target_form */
    /* of a response */
    uint32_t reason_off;
    uint16_t reason_len;
    uint16_t status; /* 100 to 999; HAProxy passes on what the registry does not know */
    /* 1 + the index of the first field of each known name, 0 for none; see http_msg_first() */
    uint8_t first[HTTP_HDR_COUNT];
    struct http_header headers[HTTP_FIELDS_MAX];
};

/* Makes m empty without touching the headers: cheap enough for each message. */
static inline void http_msg_reset(struct http_msg *m)
{
    memset(m, 0, offsetof(struct http_msg, headers));
}

/* The first field of that name, or NULL. Not for HTTP_HDR_OTHER. It may be a dropped one. */
static inline struct http_header *http_msg_first(struct http_msg *m, enum http_header_id id)
{
    return m->first[id] != 0 ? &m->headers[m->first[id] - 1] : NULL;
}

/* The next field of the same known name after h, or NULL. */
struct http_header *http_msg_next(struct http_msg *m, const struct http_header *h);

/* The first field called name (any case) from index `from` on, dropped ones left out; its index, or -1.
 * base: the buffer. */
int http_msg_find(const struct http_msg *m, const char *base, const char *name, size_t name_len,
                  unsigned from);

/* Where the next field is to be filled in, if header_count < HTTP_FIELDS_MAX. */
static inline struct http_header *http_msg_next_free(struct http_msg *m)
{
    return &m->headers[m->header_count];
}

/* The field filled in there, with name and value in the same buffer, becomes the last one. */
static inline void http_msg_append(struct http_msg *m)
{
    const enum http_header_id id = m->headers[m->header_count++].id;
    if (id == HTTP_HDR_OTHER)
        return;
    if (m->first[id] == 0)
        m->first[id] = m->header_count;
    else
        m->has_repeats = true;
}

/*
 * Walks the members of a comma separated value: *at and *end shrink to what is left, the member
 * without the white space around it comes out. False at the end. Empty members are skipped; commas
 * within quotes are not seen as such, so use it for token lists only.
 */
bool http_list_next(const char **at, const char *end, const char **member_out, size_t *len_out);

/* The comma that ends the value at `at`, or end: commas within quotes are not seen as such. */
const char *http_value_end(const char *at, const char *end);

/* Are these the same but for the case of ASCII letters? */
bool http_text_same(const char *a, const char *b, size_t len);

enum http_method http_method_find(const char *name, size_t len);
const char *http_method_name(enum http_method method); /* "" for HTTP_METHOD_OTHER */

/* Of all but 1xx. RFC 9112 6.3 */
static inline bool http_status_is_bodiless(unsigned status)
{
    return status == 204 || status == 304;
}

#endif
