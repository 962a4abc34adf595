/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies on their way; relay.h draws it. The framing is in relay_frame.c; deadlines and what to do about a failure are
 * the stream's.
 */
#include "proxy/http/relay_priv.h"

#include <stdlib.h>

#define SPLICE_BULK_BYTES (512 * 1024)
#define SPLICE_PIECE_MIN (16 * 1024)
#define READS_A_TURN 16 /* then other sessions have their turn */
#define COMPRESSED_READS_A_TURN 4

bool relay_bytes_append(struct relay_bytes *b, const char *data, size_t len)
{
    if (b->len == 0)
        b->off = 0;
    if (b->off + b->len + len > b->cap) {
        size_t cap = b->off + b->len + len;
        char *grown = realloc(b->data, cap);
        if (grown == NULL)
            return false;
        b->data = grown;
        b->cap = cap;
    }
    memcpy(b->data + b->off + b->len, data, len);
    b->len += len;
    return true;
}

void relay_bytes_release(struct relay_bytes *b)
{
    free(b->data);
    *b = (struct relay_bytes){0};
}

void relay_start(struct relay *relay, struct conn *from, struct conn *to, struct relay_body body)
{
    relay->from = from;
    relay->to = to;
    relay->body = body.framing;
    relay->chunk_out = body.chunk_out;
    relay->surplus_max = 0;
    relay->discard = relay->surplus = false;
    relay->input_done = body.framing == HTTP_BODY_NONE;
    relay->remaining = body.framing == HTTP_BODY_LENGTH ? body.length : 0;
    relay->bytes_in = 0;
    relay->read_bytes = RELAY_READ_START;
    relay->may_splice = false;
    relay->compressor = NULL;
    relay->bulk_bytes = 0;
    if (body.framing == HTTP_BODY_CHUNKED)
        h1_chunk_init(&relay->chunked, body.h1_options);
}

/* Keeps the pieces of g from byte `skip` on. */
static enum relay_status relay_hold(struct relay *relay, const struct gather *g, size_t skip)
{
    for (int i = 0; i < g->count; i++) {
        size_t len = g->pieces[i].iov_len;
        if (skip >= len) {
            skip -= len;
            continue;
        }
        if (!relay_bytes_append(&relay->held, (char *)g->pieces[i].iov_base + skip, len - skip))
            return RELAY_NO_MEMORY;
        skip = 0;
    }
    return RELAY_WAITS;
}

enum relay_status relay_send(struct relay *relay, struct gather *g)
{
    size_t sent = 0;
    if (g->count > 0 && !relay_is_blocked(relay)) {
        ssize_t n = conn_sendv(relay->to, g->pieces, g->count);
        if (n < 0 && n != UV_EAGAIN)
            return RELAY_TO_FAILED;
        sent = n > 0 ? (size_t)n : 0;
    }
    relay->bytes_out += sent;
    enum relay_status status = sent < g->bytes ? relay_hold(relay, g, sent) : RELAY_WAITS;
    gather_init(g);
    return status;
}

/* What stays in the pipe is the relay's, and goes on before anything else is read. */
static enum relay_status relay_flush_pipe(struct relay *relay)
{
    struct loop *loop = relay->to->loop;
    while (relay->pipe->held > 0) {
        ssize_t n = conn_splice_out(relay->to, relay->pipe);
        if (n == UV_EAGAIN)
            return RELAY_WAITS;
        if (n < 0)
            return RELAY_TO_FAILED;
        relay->bytes_out += (uint64_t)n;
    }
    splice_pipe_give(loop, relay->pipe);
    relay->pipe = NULL;
    return RELAY_WAITS;
}

enum relay_status relay_flush(struct relay *relay)
{
    while (relay->held.len > 0) {
        struct iovec piece = {.iov_base = relay->held.data + relay->held.off,
                              .iov_len = relay->held.len};
        ssize_t n = conn_sendv(relay->to, &piece, 1);
        if (n == UV_EAGAIN)
            return RELAY_WAITS;
        if (n < 0)
            return RELAY_TO_FAILED;
        relay->held.off += (size_t)n;
        relay->held.len -= (size_t)n;
        relay->bytes_out += (uint64_t)n;
    }
    relay_bytes_free(&relay->held);
    return relay->pipe != NULL ? relay_flush_pipe(relay) : RELAY_WAITS;
}

/* ---- moving --------------------------------------------------------------------------------- */

static enum relay_status relay_input_ended(struct relay *relay)
{
    if (relay->body != HTTP_BODY_UNTIL_CLOSE)
        return RELAY_FROM_ENDED;
    struct gather g;
    gather_init(&g);
    enum relay_status status = relay_frame_end(relay, &g, NULL, 0);
    return status == RELAY_WAITS ? relay_send(relay, &g) : status;
}

/* What follows the body on a connection where another message may follow is that message's. */
static enum relay_status relay_keep_surplus(struct relay *relay, const char *data, size_t len)
{
    relay->surplus = true;
    return relay->surplus_max == 0 || relay_bytes_append(&relay->unread, data, len)
               ? RELAY_WAITS
               : RELAY_NO_MEMORY;
}

static size_t relay_read_size(const struct relay *relay)
{
    if (relay->compressor != NULL)
        return RELAY_READ_COMPRESSED;
    if (relay->surplus_max == 0 || relay->body == HTTP_BODY_UNTIL_CLOSE)
        return relay->read_bytes;
    uint64_t most = relay->body == HTTP_BODY_LENGTH ? relay->remaining : relay->surplus_max;
    return most < relay->read_bytes ? (size_t)most : relay->read_bytes;
}

/* Large pieces, one after the other, are what a pipe is for; a small one ends that. */
static void note_size(struct relay *relay, size_t len)
{
    relay->bulk_bytes = len >= SPLICE_PIECE_MIN ? relay->bulk_bytes + len : 0;
}

/* One piece through a pipe, without a copy. */
static enum relay_status relay_splice(struct relay *relay, struct splice_pipe *pipe)
{
    ssize_t n = conn_splice_in(relay->from, pipe);
    if (n <= 0) {
        splice_pipe_give(relay->from->loop, pipe);
        return n == UV_EAGAIN ? RELAY_WAITS : n < 0 ? RELAY_FROM_FAILED : relay_input_ended(relay);
    }
    relay->bytes_in += (uint64_t)n;
    note_size(relay, (size_t)n);
    relay->pipe = pipe;
    return relay_flush_pipe(relay);
}

/*
 * The end has been announced and no byte is left before it: then it can go in one packet with the last bytes,
 * which of a short exchange is one in three.
 */
static bool is_last_piece(const struct relay *relay, size_t len)
{
    return relay->body == HTTP_BODY_UNTIL_CLOSE && relay->from->peer_ended &&
           !relay->from->broken && len < relay->read_bytes;
}

/* One read and its write. */
static enum relay_status relay_copy(struct relay *relay)
{
    struct gather g;
    size_t used;
    char *scratch = relay->from->loop->scratch;
    ssize_t n = conn_recv(relay->from, scratch, relay_read_size(relay));
    if (n == UV_EAGAIN)
        return RELAY_WAITS;
    if (n < 0)
        return RELAY_FROM_FAILED;
    if (n == 0)
        return relay_input_ended(relay);
    gather_init(&g);
    relay->bytes_in += (uint64_t)n;
    note_size(relay, (size_t)n);
    enum relay_status status = relay->unread.len > 0
                                   ? relay_take_unread(relay, &g, scratch, (size_t)n, &used)
                                   : relay_frame(relay, &g, scratch, (size_t)n, &used);
    if (status == RELAY_WAITS && relay->input_done && used < (size_t)n)
        status = relay_keep_surplus(relay, scratch + used, (size_t)n - used);
    if (status != RELAY_WAITS)
        return status;
    relay->to->more = is_last_piece(relay, (size_t)n);
    status = relay_send(relay, &g);
    relay->to->more = false;
    /* large reads pay as long as the other side takes them; else they would only be held */
    relay->read_bytes = relay_is_blocked(relay)                  ? RELAY_READ_MIN
                        : relay->read_bytes * 2 < RELAY_READ_MAX ? relay->read_bytes * 2
                                                                 : RELAY_READ_MAX;
    return status;
}

static enum relay_status relay_move(struct relay *relay)
{
    struct splice_pipe *pipe = NULL;
    if (relay->may_splice && relay->bulk_bytes >= SPLICE_BULK_BYTES)
        pipe = splice_pipe_take(relay->from->loop);
    return pipe != NULL ? relay_splice(relay, pipe) : relay_copy(relay);
}

/* Nothing more can be read now: then the receiver shall have all that has come. */
static enum relay_status relay_catch_up(struct relay *relay)
{
    if (relay->compressor == NULL || !compressor_holds_back(relay->compressor))
        return RELAY_WAITS;
    struct gather g;
    gather_init(&g);
    enum relay_status status = relay_frame_compressed(relay, &g, COMPRESSOR_FLUSH, NULL, 0);
    return status == RELAY_WAITS ? relay_send(relay, &g) : status;
}

enum relay_status relay_run(struct relay *relay)
{
    enum relay_status status = relay_flush(relay);
    for (int reads = 0; status == RELAY_WAITS; reads++) {
        if (relay_is_blocked(relay))
            return RELAY_WAITS;
        if (relay->input_done)
            return RELAY_DONE;
        if (!conn_can_read(relay->from))
            return relay_catch_up(relay);
        if (reads == (relay->compressor == NULL ? READS_A_TURN : COMPRESSED_READS_A_TURN))
            return RELAY_AGAIN;
        status = relay_move(relay);
    }
    return status;
}

void relay_free(struct relay *relay)
{
    relay_bytes_free(&relay->held);
    relay_bytes_free(&relay->unread);
    if (relay->pipe != NULL)
        splice_pipe_give(relay->to->loop, relay->pipe);
    relay->pipe = NULL;
}
