/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plaintext into records.
 *
 * A peer can use no byte of a record before its last one has arrived, and at the start of a
 * connection, or after a pause, TCP sends about ten packets and then waits for an answer. So:
 *
 *   up to 4 KB               one record, one send: it arrives within that first window anyway
 *   more, window still small records of one packet (1369 bytes and overhead fit the smallest
 *                            common MTU, IPv6 in a tunnel), the lot of them in one send
 *   after ten packets        records of 16 KB, four to a send
 *
 * so a browser parses the head of a page one round trip earlier, for half a microsecond of CPU for
 * each of the ten small records.
 * Connections are counted as fresh again when the caller says that they were idle.
 */
#include "tls/session_priv.h"

#include <assert.h>
#include <string.h>

#define SMALL_RECORD_BYTES 1369
#define SMALL_RECORDS 10
#define SINGLE_RECORD_BYTES 4096
#define LARGE_RECORD_BYTES SSL3_RT_MAX_PLAIN_LENGTH
/* More in one call would only lengthen the turn of this connection; the caller calls again. */
#define WRITE_BYTES_MAX (1024 * 1024)

void tls_session_idle(struct tls_session *s)
{
    s->small_left = SMALL_RECORDS * SMALL_RECORD_BYTES;
}

/* A place in the caller's pieces. */
struct cursor {
    const struct iovec *piece;
    int pieces_left; /* counting this one */
    size_t offset;   /* within it */
    size_t bytes_left;
};

static void cursor_skip_empty(struct cursor *at)
{
    while (at->pieces_left > 0 && at->offset == at->piece->iov_len) {
        at->piece++;
        at->pieces_left--;
        at->offset = 0;
    }
}

static void cursor_advance(struct cursor *at, size_t len)
{
    at->bytes_left -= len;
    while (len > 0) {
        cursor_skip_empty(at);
        size_t here = at->piece->iov_len - at->offset;
        size_t step = len < here ? len : here;
        at->offset += step;
        len -= step;
    }
    cursor_skip_empty(at);
}

/* len bytes in a row: where they are if one piece holds them, else gathered in buf. */
static const void *cursor_look(const struct cursor *at, void *buf, size_t len)
{
    size_t here = at->piece->iov_len - at->offset;
    const char *start = (const char *)at->piece->iov_base + at->offset;
    if (here >= len)
        return start;
    struct cursor walk = *at;
    for (size_t have = 0; have < len;) {
        size_t part = walk.piece->iov_len - walk.offset;
        part = part < len - have ? part : len - have;
        memcpy((char *)buf + have, (const char *)walk.piece->iov_base + walk.offset, part);
        have += part;
        cursor_advance(&walk, part);
    }
    return buf;
}

static size_t record_bytes(const struct tls_session *s, size_t bytes_left, size_t total)
{
    bool small = s->small_left > 0 && total > SINGLE_RECORD_BYTES;
    size_t record = small ? SMALL_RECORD_BYTES : LARGE_RECORD_BYTES;
    return record < bytes_left ? record : bytes_left;
}

/* One record from the cursor; its bytes, or a negative status. */
static int write_record(struct tls_session *s, struct cursor *at, size_t len)
{
    unsigned char gathered[LARGE_RECORD_BYTES];
    size_t written = 0;
    int result = SSL_write_ex(s->ssl, cursor_look(at, gathered, len), len, &written);
    if (result != 1)
        return tls_session_status(s, result);
    s->small_left -= s->small_left < written ? s->small_left : (uint32_t)written;
    cursor_advance(at, written);
    return (int)written;
}

/*
 * Records until the data ends or the transport is full. What went into the last one that is not
 * wholly sent is kept back from the count, so that the caller offers it again and thereby learns
 * when it is through; it is skipped then.
 */
static int write_records(struct tls_session *s, struct cursor *at)
{
    size_t total = at->bytes_left;
    int status = 0;
    int last = 0;
    tls_transport_enter(s);
    while (at->bytes_left > 0 && s->unsent_len == 0) {
        last = write_record(s, at, record_bytes(s, at->bytes_left, total));
        if (last < 0) {
            status = last;
            break;
        }
    }
    int ended = tls_transport_end(s);
    if (status == TLS_FAILED || ended == TLS_FAILED)
        return TLS_FAILED;
    size_t done = total - at->bytes_left;
    if (ended == TLS_WANT_WRITE && last > 0) {
        s->accepted = (uint32_t)last;
        done -= s->accepted;
    }
    return (int)done;
}

int tls_session_writev(struct tls_session *s, const struct iovec *pieces, int count)
{
    if (s->failed)
        return TLS_FAILED;
    struct cursor at = {.piece = pieces, .pieces_left = count};
    for (int i = 0; i < count; i++)
        at.bytes_left += pieces[i].iov_len;
    if (at.bytes_left > WRITE_BYTES_MAX)
        at.bytes_left = WRITE_BYTES_MAX;
    cursor_skip_empty(&at);

    int status = s->deferred ? 0 : tls_transport_flush(s);
    if (status != 0)
        return status;
    assert(at.bytes_left >= s->accepted); /* the caller offers again what was not taken */
    int before = (int)s->accepted;
    cursor_advance(&at, s->accepted);
    s->accepted = 0;
    if (at.bytes_left == 0)
        return before;

    struct tls_stage stage;
    if (s->deferred || at.bytes_left > SINGLE_RECORD_BYTES)
        tls_transport_begin(s, &stage); /* else a single record: straight to send */
    int written = write_records(s, &at);
    if (written < 0)
        return written;
    return before + written > 0 ? before + written : TLS_WANT_WRITE;
}

int tls_session_write(struct tls_session *s, const void *data, size_t len)
{
    struct iovec piece = {.iov_base = (void *)data, .iov_len = len};
    return tls_session_writev(s, &piece, 1);
}
