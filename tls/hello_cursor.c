/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a handshake message without its records, RFC 8446 5.1; see hello_cursor.h. */
#include "tls/hello_cursor.h"

#include <string.h>

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEAD_BYTES = 5,
    RECORD_BYTES_MAX = 16384 + 256,
};

static bool fail_short(struct hello_cursor *c)
{
    c->is_short = true;
    return false;
}

bool hello_fail_bad(struct hello_cursor *c)
{
    c->is_bad = true;
    return false;
}

/* The head is judged as far as it is there: what is no TLS is known by its first byte. */
static bool begin_record(struct hello_cursor *c)
{
    size_t here = (size_t)(c->end - c->at);
    if ((here > 0 && c->at[0] != RECORD_HANDSHAKE) || (here > 1 && c->at[1] != 3))
        return hello_fail_bad(c);
    if (here < RECORD_HEAD_BYTES)
        return fail_short(c);
    if (c->record_version == 0)
        c->record_version = (uint16_t)(c->at[1] << 8 | c->at[2]);
    c->in_record = (size_t)c->at[3] << 8 | c->at[4];
    c->at += RECORD_HEAD_BYTES;
    /* an empty record of a handshake would let it go on for ever, RFC 8446 5.1 */
    return c->in_record > 0 && c->in_record <= RECORD_BYTES_MAX ? true : hello_fail_bad(c);
}

bool hello_read_bytes(struct hello_cursor *c, uint8_t *out, size_t n)
{
    if (n > c->message)
        return hello_fail_bad(c);
    while (n > 0) {
        if (c->in_record == 0 && !begin_record(c))
            return false;
        size_t here = (size_t)(c->end - c->at), take = n < c->in_record ? n : c->in_record;
        take = take < here ? take : here;
        if (take == 0)
            return fail_short(c);
        if (out != NULL) {
            memcpy(out, c->at, take);
            out += take;
        }
        c->at += take;
        c->in_record -= take;
        c->message -= take;
        n -= take;
    }
    return true;
}

bool hello_read_number(struct hello_cursor *c, unsigned bytes, size_t *out)
{
    uint8_t raw[3];
    if (!hello_read_bytes(c, raw, bytes))
        return false;
    *out = 0;
    for (unsigned i = 0; i < bytes; i++)
        *out = *out << 8 | raw[i];
    return true;
}

bool hello_skip_vector(struct hello_cursor *c, unsigned bytes)
{
    size_t len;
    return hello_read_number(c, bytes, &len) && hello_read_bytes(c, NULL, len);
}
