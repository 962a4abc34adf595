/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a stream's body: bytes from one connection to another, in the framing each side needs,
 * with back-pressure.
 *
 *      from ---recv---> thread's scratch ---framing---> gathered write ---> to
 *                             |                               | what `to` would not take
 *                             `-- unfinished chunk lines      `-- held; meanwhile nothing is read
 *
 * Bodies go by large reads and writes rather than splice(2): a pipe costs as much as the two copies, makes the
 * receiver slower (5,400 bodies of 1 MB a second instead of 6,700), and takes two descriptors and up to 1 MB of
 * the kernel for each client that is slow. A tunnel through which much flows in one direction is spliced, since
 * that stays as cheap when caches are cold and memory is slow: relay_splice().
 *
 * A body that is compressed goes through its compressor before it is framed. What that keeps back is asked for as
 * soon as nothing more can be read, so that nobody waits for it.
 *
 * Bounds:    at most one read (RELAY_READ_MAX bytes and their chunk heads) is held.
 * Ownership: connections are borrowed. relay_free() gives back what is held.
 * Thread:    the loop's.
 */
#ifndef WEIR_HTTP_RELAY_H
#define WEIR_HTTP_RELAY_H

#include "proxy/http1/gather.h"
#include "proxy/http1/h1.h"
#include "proxy/net/splice.h"

#define RELAY_READ_MIN (16 * 1024)
#define RELAY_READ_START (64 * 1024)
#define RELAY_READ_MAX LOOP_SCRATCH_BYTES
#define RELAY_READ_COMPRESSED (32 * 1024) /* a millisecond's work */

struct compressor;

enum relay_status {
    RELAY_WAITS,       /* for bytes from `from`, or for room in `to` (relay_is_blocked) */
    RELAY_DONE,        /* all input has come and all output is with the kernel */
    RELAY_AGAIN,       /* its share of this turn is used up: call again soon */
    RELAY_FROM_ENDED,  /* the end came before the body's */
    RELAY_FROM_FAILED, /* reset, or a TLS stream cut short */
    RELAY_TO_FAILED,
    RELAY_BAD_FRAMING,
    RELAY_NO_MEMORY,
};

/* Bytes kept because they could not go on at once. */
struct relay_bytes {
    char *data;           /* owned */
    size_t off, len, cap; /* data[off..off+len) */
};

struct relay {
    struct conn *from, *to;
    enum http_body body; /* how the input is framed; HTTP_BODY_UNTIL_CLOSE for tunnels */
    bool chunk_out;      /* the output goes in chunks */
    size_t surplus_max;  /* behind the body is another message: read no more of it; 0 = any */
    bool discard;        /* the receiver wants no body: read it and drop it */
    bool input_done;
    bool surplus;             /* bytes came after the end of the body */
    uint64_t remaining;       /* HTTP_BODY_LENGTH: bytes still to come */
    uint64_t bytes_in;        /* read from `from`, framing included, since relay_start() */
    uint64_t bytes_out;       /* handed to the kernel of `to` since it was zeroed, heads included */
    size_t read_bytes;        /* what the next read asks for */
    bool may_splice;          /* bytes pass as they are, and both connections carry them so */
    size_t bulk_bytes;        /* that came in large reads, one after the other */
    struct splice_pipe *pipe; /* owned: bytes that could not go on at once; or NULL */
    struct h1_chunked chunked;
    struct compressor
        *compressor; /* borrowed: the output is what it makes of the input; mostly NULL */
    struct relay_bytes held;
    struct relay_bytes unread; /* the beginning of a trailer section that is not whole yet */
};

/* What is to be relayed. */
struct relay_body {
    enum http_body framing; /* of the input */
    uint64_t length;        /* of HTTP_BODY_LENGTH */
    bool chunk_out;         /* the output goes in chunks */
    unsigned h1_options;    /* for HTTP_BODY_CHUNKED: enum h1_options, or-ed */
};

/*
 * A body begins. The relay is zeroed memory, or free, or still holds what was sent before: interim responses, say.
 * That goes first.
 */
void relay_start(struct relay *relay, struct conn *from, struct conn *to, struct relay_body body);
/*
 * Frames body bytes that came with the head, to be sent together with what g holds already. The bytes must
 * stay until that is done. consumed_out: how many of them belonged to this body.
 */
enum relay_status relay_stage(struct relay *relay, struct gather *g, const char *data, size_t len,
                              size_t *consumed_out);
/* The same, and sends. */
enum relay_status relay_push(struct relay *relay, struct gather *g, const char *data, size_t len,
                             size_t *consumed_out);
/* Moves what can be moved now. */
enum relay_status relay_run(struct relay *relay);
/* Tries to get rid of what is held, and reads nothing. */
enum relay_status relay_flush(struct relay *relay);
/* Sends g through the relay's output, in order with what is held. */
enum relay_status relay_send(struct relay *relay, struct gather *g);

static inline bool relay_is_blocked(const struct relay *relay)
{
    return relay->held.len > 0 || relay->pipe != NULL;
}

/* All input has come, and all output is with the kernel. */
static inline bool relay_is_finished(const struct relay *relay)
{
    return relay->input_done && !relay_is_blocked(relay);
}

void relay_free(struct relay *relay);

/* False when memory runs out. */
MUST_CHECK bool relay_bytes_append(struct relay_bytes *b, const char *data, size_t len);
void relay_bytes_release(struct relay_bytes *b); /* slow path of the next */
static inline void relay_bytes_free(struct relay_bytes *b)
{
    if (b->cap != 0) /* seldom: a stream ends three times without for one with */
        relay_bytes_release(b);
}

#endif
