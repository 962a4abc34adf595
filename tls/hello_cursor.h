/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cursor that walks over a handshake message as if there were no records. Each length that encloses others is a
 * bound that no read may pass.
 *
 * Errors:  false, with is_short or is_bad set. After the first one nothing may be read.
 * Thread:  that of the cursor, which only borrows the bytes.
 */
#ifndef WEIR_TLS_HELLO_CURSOR_H
#define WEIR_TLS_HELLO_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hello_cursor {
    const uint8_t *at, *end;
    size_t in_record; /* bytes left of the present record */
    size_t message;   /* bytes left of the message */
    bool is_short;    /* a read came to the end of the data */
    bool is_bad;      /* a length does not fit, or the record is none */
    uint16_t record_version;
};

bool hello_fail_bad(struct hello_cursor *c);
/* The next n bytes of the message, to `out` unless that is NULL. False when they are not all there. */
bool hello_read_bytes(struct hello_cursor *c, uint8_t *out, size_t n);
/* A number of 1 to 3 bytes. */
bool hello_read_number(struct hello_cursor *c, unsigned bytes, size_t *out);
/* A length of so many bytes, and what it encloses. */
bool hello_skip_vector(struct hello_cursor *c, unsigned bytes);

#endif
