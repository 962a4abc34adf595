/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.0 and 1.1 on the wire: heads of requests and responses, chunked bodies, and the few bytes
 * weir itself must write. llhttp reads the heads; what llhttp lets through though it could be read
 * in two ways is refused here. The rules are RFC 9112's, and where that leaves a choice
 * HAProxy 2.6's.
 *
 * Memory:  nothing is allocated. All results are offsets into the caller's buffer.
 * Thread:  an object belongs to one thread; nothing is shared.
 * Errors:  enum h1_status; after H1_BAD the error says what to answer, and only *_init() may
 * follow.
 */
#ifndef WEIR_HTTP1_H1_H
#define WEIR_HTTP1_H1_H

#include <llhttp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proxy/http1/msg.h"

enum h1_status {
    H1_BAD = -1, /* the error is filled in */
    H1_MORE = 0, /* all is well so far: append bytes and call again */
    H1_DONE = 1,
};

/* Why a message was refused. A refused response is always a 502 to the client, whatever status
 * says. */
struct h1_error {
    const char *reason; /* static text for the log: "two different Content-Length fields" */
    uint32_t offset;    /* of the offending byte in the buffer, or in the data of that call */
    uint16_t status;    /* what a request deserves: 400, 414, 431, 501, 505 ... */
};

/* ---- heads ---- */

enum h1_options {
    /* What HAProxy's "option accept-invalid-http-request" and "-response" let through. */
    H1_LENIENT = 1u << 0,
    /* What HAProxy itself lets through: for who only looks, as two readers of one message may differ on it. */
    H1_RELAXED = 1u << 1,
};

/* One head being read. Needed only until h1_head_parse() has answered H1_DONE or H1_BAD. */
struct h1_parser {
    struct http_msg *msg; /* borrowed: the results */
    struct h1_error error;
    /* the rest is private */
    const char *base;   /* the buffer, during a call only */
    const char *shown;  /* the bytes llhttp is looking at, and */
    uint32_t shown_off; /* the offset in the buffer that they stand for */
    uint32_t parsed;    /* bytes that need no second look */
    uint32_t next_line; /* where the next line must begin: behind a CRLF, no sooner and no later */
    uint32_t span_end;  /* end of the last piece of a token that llhttp reported */
    uint8_t token;      /* which token of a field that piece belongs to */
    uint8_t stage;      /* how far the head has come */
    uint8_t options;    /* enum h1_options */
    uint8_t request_method; /* of a response: enum http_method it answers */
    llhttp_t llhttp;
};

void h1_request_init(struct h1_parser *p, struct http_msg *msg, unsigned options);
/* The framing of a response depends on the method it answers. */
void h1_response_init(struct h1_parser *p, struct http_msg *msg, enum http_method method,
                      unsigned options);

/*
 * Reads on in the head that starts at base and of which len bytes are there by now; base may be
 * another one at each call as long as the bytes before stay the same. With H1_DONE, msg->head_bytes
 * says where the body starts. A head that outgrows the caller's buffer is for the caller to refuse:
 * see h1_too_large().
 */
MUST_CHECK enum h1_status h1_head_parse(struct h1_parser *p, const char *base, size_t len);

/* What to answer when the buffer is full and the head is still not whole: 414 or 431, with a
 * reason. */
struct h1_error h1_too_large(const struct h1_parser *p);

/* ---- chunked bodies ---- */

enum {
    H1_CHUNK_EXTENSION_BYTES_MAX = 4096, /* in one whole body, RFC 9112 7.1.1 */
    H1_TRAILER_BYTES_MAX = 8192,
    H1_CHUNK_HEAD_BYTES_MAX = 18, /* sixteen digits and CRLF */
};

enum h1_piece_kind {
    H1_PIECE_NONE, /* all bytes given were framing: feed more */
    H1_PIECE_DATA, /* a span of the body */
    H1_PIECE_END,  /* the body is over; the span is the trailer section, mostly empty */
};

struct h1_piece {
    enum h1_piece_kind kind;
    uint32_t off; /* of the span in the data given */
    /* DATA: never 0. END: checked trailer field lines, each with its CRLF, without the last empty
     * line. */
    uint32_t len;
};

/* One chunked body being read. */
struct h1_chunked {
    struct h1_error error;
    uint64_t remaining; /* bytes of the present chunk not yet handed out; see h1_chunk_skip() */
    /* the rest is private */
    uint32_t extension_bytes;
    uint32_t trailer_scanned;
    uint8_t state;
    uint8_t size_digits;
    uint8_t options;
};

void h1_chunk_init(struct h1_chunked *c, unsigned options);

/*
 * Takes bytes from data up to the end of the next piece: the count of bytes consumed, piece
 * included, or H1_BAD. Call again with what follows them as long as the piece is not H1_PIECE_NONE
 * or _END. After NONE some bytes may be left unconsumed (an unfinished trailer section): offer them
 * again, with more.
 */
MUST_CHECK int64_t h1_chunk_next(struct h1_chunked *c, const char *data, size_t len,
                                 struct h1_piece *piece_out);

/* The caller moved n <= c->remaining bytes of the chunk past the parser. */
void h1_chunk_skip(struct h1_chunked *c, uint64_t n);

/*
 * Reads a whole trailer section, final empty line included, into msg->headers with the strictness
 * of a head. Fields that may not stand in a trailer are refused, RFC 9110 6.5.1.
 */
MUST_CHECK enum h1_status h1_trailers_parse(const char *data, size_t len, struct http_msg *msg,
                                            unsigned options, struct h1_error *error_out);

/* ---- writing ---- */

/* Writes "1f40\r\n"; the count of bytes. n = 0 gives the last chunk's head. */
size_t h1_format_chunk_head(char buf[H1_CHUNK_HEAD_BYTES_MAX], uint64_t n);

#endif
