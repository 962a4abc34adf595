/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressing by zlib; see compressor.h. Pieces are gathered in a buffer of its own and go on when that is full, so
 * that small reads make no small chunks. identity is a copy: it is for trying out, and needs no path of its own.
 */
#include "proxy/http1/compressor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "proxy/state/rate_window.h"

enum {
    RATE_PERIOD_MS = 1000,
    PIECE_BYTES = 16 * 1024,
    STATE_BYTES = 8 * 1024, /* zlib's own beside window and tables, about */
    WINDOW_BITS_MIN = 9,    /* zlib knows no 8 without a header */
    GZIP_HEADER = 16,       /* added to the bits of the window: see deflateInit2() */
    WINDOW_TIMES_LOG2 = 2,  /* zlib's window, twice, and the chains of its hashes */
    TABLES_BYTES_LOG2 = 9,
};

struct compressor {
    enum conf_coding coding;
    const struct conf_compressor *conf; /* borrowed */
    bool holds_back;
    size_t used; /* of piece */
    size_t memory_bytes;
    uint64_t in, out;
    z_stream z; /* not of identity */
    char piece[PIECE_BYTES];
};

static _Atomic uint64_t memory_bytes;

/* What all compressors took in the last second: kept only where maxcomprate bounds it. */
static struct rate_window rate;
static pthread_mutex_t rate_lock = PTHREAD_MUTEX_INITIALIZER;

static uint32_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

static void count_rate(size_t bytes)
{
    pthread_mutex_lock(&rate_lock);
    rate_window_add(&rate, RATE_PERIOD_MS, (uint32_t)bytes, now_ms());
    pthread_mutex_unlock(&rate_lock);
}

static bool is_too_fast(const struct conf_compressor *conf)
{
    if (conf->rate_kb == 0)
        return false;
    pthread_mutex_lock(&rate_lock);
    uint32_t bytes = rate_window_read(&rate, RATE_PERIOD_MS, now_ms());
    pthread_mutex_unlock(&rate_lock);
    return bytes > (uint64_t)conf->rate_kb * 1024;
}

uint64_t compressors_memory(void)
{
    return atomic_load_explicit(&memory_bytes, memory_order_relaxed);
}

static int window_bits(enum conf_coding coding, const struct conf_compressor *conf)
{
    int bits = conf->window_bits > WINDOW_BITS_MIN ? (int)conf->window_bits : WINDOW_BITS_MIN;
    return coding == CONF_CODING_GZIP          ? bits + GZIP_HEADER
           : coding == CONF_CODING_RAW_DEFLATE ? -bits
                                               : bits;
}

static size_t memory_needed(enum conf_coding coding, const struct conf_compressor *conf)
{
    if (coding == CONF_CODING_IDENTITY)
        return sizeof(struct compressor);
    return sizeof(struct compressor) + STATE_BYTES +
           ((size_t)1 << (conf->window_bits + WINDOW_TIMES_LOG2)) +
           ((size_t)1 << (conf->memory_level + TABLES_BYTES_LOG2));
}

static bool reserve(size_t bytes, const struct conf_compressor *conf)
{
    uint64_t before = atomic_fetch_add_explicit(&memory_bytes, bytes, memory_order_relaxed);
    if (conf->memory_mb == 0 || before + bytes <= (uint64_t)conf->memory_mb << 20)
        return true;
    atomic_fetch_sub_explicit(&memory_bytes, bytes, memory_order_relaxed);
    return false;
}

struct compressor *compressor_new(enum conf_coding coding, const struct conf_compressor *conf)
{
    size_t bytes = memory_needed(coding, conf);
    if (is_too_fast(conf) || !reserve(bytes, conf))
        return NULL;
    struct compressor *c = malloc(sizeof *c);
    if (c != NULL) {
        memset(c, 0, offsetof(struct compressor, piece));
        c->coding = coding;
        c->conf = conf;
        c->memory_bytes = bytes;
        if (coding == CONF_CODING_IDENTITY ||
            deflateInit2(&c->z, (int)conf->level, Z_DEFLATED, window_bits(coding, conf),
                         (int)conf->memory_level, Z_DEFAULT_STRATEGY) == Z_OK)
            return c;
        free(c);
    }
    atomic_fetch_sub_explicit(&memory_bytes, bytes, memory_order_relaxed);
    return NULL;
}

void compressor_free(struct compressor *c)
{
    if (c == NULL)
        return;
    atomic_fetch_sub_explicit(&memory_bytes, c->memory_bytes, memory_order_relaxed);
    if (c->coding != CONF_CODING_IDENTITY)
        deflateEnd(&c->z);
    free(c);
}

static void copy(struct compressor *c, const char **data, size_t *len)
{
    size_t room = PIECE_BYTES - c->used, n = *len < room ? *len : room;
    if (n > 0)
        memcpy(c->piece + c->used, *data, n);
    c->used += n;
    *data += n;
    *len -= n;
}

/* The only errors deflate() has are misuse of it and that there was nothing to do. */
static void squeeze(struct compressor *c, enum compressor_step step, const char **data, size_t *len)
{
    static const int flushes[] = {Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FINISH};
    c->z.next_in = (Bytef *)*data;
    c->z.avail_in = (uInt)*len;
    c->z.next_out = (Bytef *)c->piece + c->used;
    c->z.avail_out = (uInt)(PIECE_BYTES - c->used);
    (void)deflate(&c->z, flushes[step]);
    *data += *len - c->z.avail_in;
    *len = c->z.avail_in;
    c->used = PIECE_BYTES - c->z.avail_out;
}

bool compressor_run(struct compressor *c, enum compressor_step step, const char **data, size_t *len,
                    const char **piece_out, size_t *piece_len_out)
{
    size_t before = *len;
    if (c->coding == CONF_CODING_IDENTITY)
        copy(c, data, len);
    else
        squeeze(c, step, data, len);
    c->in += before - *len;
    if (c->conf->rate_kb != 0)
        count_rate(before - *len);
    bool is_full = c->used == PIECE_BYTES;
    bool goes = is_full || step != COMPRESSOR_MORE;
    c->holds_back = step == COMPRESSOR_MORE;
    *piece_out = c->piece;
    *piece_len_out = goes ? c->used : 0;
    c->out += *piece_len_out;
    if (goes)
        c->used = 0;
    return !is_full;
}

bool compressor_holds_back(const struct compressor *c)
{
    return c->holds_back;
}

uint64_t compressor_bytes_in(const struct compressor *c)
{
    return c->in;
}

uint64_t compressor_bytes_out(const struct compressor *c)
{
    return c->out;
}
