/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing: bytes of a body as they came become pieces of a gathered write, as the receiver shall have them. What is
 * read and when, and what becomes of a piece that cannot go on, is relay.c's.
 */
#include "proxy/http/relay_priv.h"

static void frame_chunk(struct gather *g, const char *data, size_t len)
{
    char head[H1_CHUNK_HEAD_BYTES_MAX];
    gather_text(g, head, h1_format_chunk_head(head, len));
    gather_add(g, data, len);
    gather_literal(g, "\r\n");
}

enum relay_status relay_frame_compressed(struct relay *relay, struct gather *g,
                                         enum compressor_step step, const char *data, size_t len)
{
    enum relay_status status = RELAY_WAITS;
    for (bool is_done = false; !is_done && status == RELAY_WAITS;) {
        const char *piece;
        size_t piece_len;
        is_done = compressor_run(relay->compressor, step, &data, &len, &piece, &piece_len);
        if (piece_len > 0)
            frame_chunk(g, piece, piece_len);
        if (!is_done)
            status = relay_send(relay, g);
    }
    return status;
}

/* A piece of the body, as the receiver shall have it. */
static enum relay_status frame_piece(struct relay *relay, struct gather *g, const char *data,
                                     size_t len)
{
    if (relay->discard || len == 0)
        return RELAY_WAITS;
    if (relay->compressor != NULL)
        return relay_frame_compressed(relay, g, COMPRESSOR_MORE, data, len);
    if (relay->chunk_out)
        frame_chunk(g, data, len);
    else
        gather_add(g, data, len);
    return RELAY_WAITS;
}

enum relay_status relay_frame_end(struct relay *relay, struct gather *g, const char *trailers,
                                  size_t len)
{
    enum relay_status status = RELAY_WAITS;
    relay->input_done = true;
    if (!relay->chunk_out || relay->discard)
        return status;
    if (relay->compressor != NULL)
        status = relay_frame_compressed(relay, g, COMPRESSOR_END, NULL, 0);
    gather_literal(g, "0\r\n");
    gather_add(g, trailers, len);
    gather_literal(g, "\r\n");
    return status;
}

static enum relay_status frame_length(struct relay *relay, struct gather *g, const char *data,
                                      size_t len, size_t *used_out)
{
    size_t take = len < relay->remaining ? len : (size_t)relay->remaining;
    *used_out = take;
    relay->remaining -= take;
    enum relay_status status = frame_piece(relay, g, data, take);
    if (relay->remaining > 0 || status != RELAY_WAITS)
        return status;
    return relay_frame_end(relay, g, NULL, 0);
}

/* Decodes chunks and frames them anew: whatever the sender wrote into its chunk heads ends here. */
static enum relay_status frame_chunked(struct relay *relay, struct gather *g, const char *data,
                                       size_t len, size_t *used_out)
{
    *used_out = 0;
    while (*used_out < len && !relay->input_done) {
        if (!gather_has_room(g, 6, H1_CHUNK_HEAD_BYTES_MAX)) {
            enum relay_status status = relay_send(relay, g);
            if (status != RELAY_WAITS)
                return status;
        }
        struct h1_piece piece;
        const char *at = data + *used_out;
        int64_t n = h1_chunk_next(&relay->chunked, at, len - *used_out, &piece);
        if (n < 0)
            return RELAY_BAD_FRAMING;
        *used_out += (size_t)n;
        if (piece.kind == H1_PIECE_NONE)
            break;
        enum relay_status status = piece.kind == H1_PIECE_END
                                       ? relay_frame_end(relay, g, at + piece.off, piece.len)
                                       : frame_piece(relay, g, at + piece.off, piece.len);
        if (status != RELAY_WAITS)
            return status;
    }
    if (*used_out == len || relay->input_done)
        return RELAY_WAITS;
    size_t kept = len - *used_out;
    *used_out = len; /* kept is used: it must not be taken for the next message */
    return relay_bytes_append(&relay->unread, data + len - kept, kept) ? RELAY_WAITS
                                                                       : RELAY_NO_MEMORY;
}

enum relay_status relay_frame(struct relay *relay, struct gather *g, const char *data, size_t len,
                              size_t *used_out)
{
    switch (relay->body) {
    case HTTP_BODY_LENGTH:
        return frame_length(relay, g, data, len, used_out);
    case HTTP_BODY_CHUNKED:
        return frame_chunked(relay, g, data, len, used_out);
    case HTTP_BODY_UNTIL_CLOSE:
        *used_out = len;
        return frame_piece(relay, g, data, len);
    default:
        *used_out = 0;
        return RELAY_WAITS;
    }
}

enum relay_status relay_take_unread(struct relay *relay, struct gather *g, const char *data,
                                    size_t len, size_t *used_out)
{
    struct relay_bytes whole = relay->unread;
    relay->unread = (struct relay_bytes){0};
    size_t before = whole.len, used = 0;
    enum relay_status status = RELAY_NO_MEMORY;
    if (relay_bytes_append(&whole, data, len))
        status = relay_frame(relay, g, whole.data + whole.off, whole.len, &used);
    if (status == RELAY_WAITS)
        status = relay_send(relay, g); /* while `whole` is there */
    relay_bytes_free(&whole);
    *used_out = used > before ? used - before : 0;
    return status;
}

enum relay_status relay_stage(struct relay *relay, struct gather *g, const char *data, size_t len,
                              size_t *consumed_out)
{
    *consumed_out = 0;
    if (len == 0 || relay->input_done)
        return RELAY_WAITS;
    enum relay_status status = relay->unread.len > 0
                                   ? relay_take_unread(relay, g, data, len, consumed_out)
                                   : relay_frame(relay, g, data, len, consumed_out);
    relay->bytes_in += *consumed_out;
    return status;
}

enum relay_status relay_push(struct relay *relay, struct gather *g, const char *data, size_t len,
                             size_t *consumed_out)
{
    enum relay_status status = relay_stage(relay, g, data, len, consumed_out);
    if (status != RELAY_WAITS)
        return status;
    if (relay->input_done && *consumed_out < len)
        relay->surplus = true;
    status = relay_send(relay, g);
    if (status != RELAY_WAITS)
        return status;
    return relay->input_done && !relay_is_blocked(relay) ? RELAY_DONE : RELAY_WAITS;
}
