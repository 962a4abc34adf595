/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies through a compressor and back: every coding and step, and the bounds on memory and rate. */
#include "proxy/http1/compressor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { BODY_BYTES = 300000 };

static const struct conf_compressor plain = {.level = 1, .window_bits = 13, .memory_level = 6};

struct body {
    char *bytes;
    size_t len;
};

static void append(struct body *b, const char *data, size_t len)
{
    b->bytes = realloc(b->bytes, b->len + len + 1);
    assert_non_null(b->bytes);
    memcpy(b->bytes + b->len, data, len);
    b->len += len;
}

static void run(struct compressor *c, enum compressor_step step, const char *data, size_t len,
                struct body *out)
{
    bool is_done = false;
    while (!is_done) {
        const char *piece;
        size_t piece_len;
        is_done = compressor_run(c, step, &data, &len, &piece, &piece_len);
        append(out, piece, piece_len);
    }
    assert_int_equal(len, 0);
}

/* What a client makes of it; window: as inflateInit2() has it. */
static struct body expand(const struct body *in, int window)
{
    struct body out = {malloc(2 * BODY_BYTES), 0};
    z_stream z = {.next_in = (Bytef *)in->bytes,
                  .avail_in = (uInt)in->len,
                  .next_out = (Bytef *)out.bytes,
                  .avail_out = 2 * BODY_BYTES};
    assert_non_null(out.bytes);
    assert_int_equal(inflateInit2(&z, window), Z_OK);
    inflate(&z, Z_SYNC_FLUSH);
    assert_int_equal(z.avail_in, 0);
    out.len = z.total_out;
    inflateEnd(&z);
    return out;
}

/* Text for the first half, noise for the second. */
static void make_body(char *body)
{
    unsigned noise = 1;
    for (size_t i = 0; i < BODY_BYTES; i++) {
        noise = noise * 1103515245 + 12345;
        body[i] = i < BODY_BYTES / 2 ? "all work and no play "[i % 21] : (char)(noise >> 16);
    }
}

static const struct {
    enum conf_coding coding;
    int window; /* 0: the body itself */
} codings[] = {
    {CONF_CODING_GZIP, 31},
    {CONF_CODING_DEFLATE, 15},
    {CONF_CODING_RAW_DEFLATE, -15},
    {CONF_CODING_IDENTITY, 0},
};

static void check_coding(enum conf_coding coding, int window, size_t step_bytes, const char *body)
{
    struct body packed = {0};
    struct compressor *c = compressor_new(coding, &plain);
    assert_non_null(c);
    for (size_t at = 0; at < BODY_BYTES; at += step_bytes) {
        size_t len = BODY_BYTES - at < step_bytes ? BODY_BYTES - at : step_bytes;
        run(c, at % 3 == 1 ? COMPRESSOR_FLUSH : COMPRESSOR_MORE, body + at, len, &packed);
    }
    run(c, COMPRESSOR_END, NULL, 0, &packed);
    assert_false(compressor_holds_back(c));
    assert_int_equal(compressor_bytes_in(c), BODY_BYTES);
    assert_int_equal(compressor_bytes_out(c), packed.len);
    compressor_free(c);
    struct body whole = window != 0 ? expand(&packed, window) : packed;
    assert_int_equal(whole.len, BODY_BYTES);
    assert_memory_equal(whole.bytes, body, BODY_BYTES);
    if (window != 0) {
        assert_true(packed.len < BODY_BYTES * 3 / 4);
        free(whole.bytes);
    }
    free(packed.bytes);
}

static void test_codings(void **state)
{
    static const size_t steps[] = {997, 16 * 1024, BODY_BYTES};
    static char body[BODY_BYTES];
    (void)state;
    make_body(body);
    for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++)
        for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]); n++)
            check_coding(codings[i].coding, codings[i].window, steps[n], body);
    assert_int_equal(compressors_memory(), 0);
}

/* After a flush the other side can read all that was given. */
static void test_flush(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct body packed = {0};
        struct compressor *c = compressor_new(codings[i].coding, &plain);
        assert_non_null(c);
        run(c, COMPRESSOR_MORE, "hello", 5, &packed);
        assert_true(compressor_holds_back(c));
        assert_int_equal(packed.len, 0);
        run(c, COMPRESSOR_FLUSH, NULL, 0, &packed);
        assert_false(compressor_holds_back(c));
        struct body whole = expand(&packed, codings[i].window);
        assert_int_equal(whole.len, 5);
        assert_memory_equal(whole.bytes, "hello", 5);
        free(whole.bytes);
        free(packed.bytes);
        compressor_free(c);
    }
}

static void test_empty(void **state)
{
    struct body packed = {0};
    struct compressor *c = compressor_new(CONF_CODING_GZIP, &plain);
    (void)state;
    run(c, COMPRESSOR_END, NULL, 0, &packed);
    struct body whole = expand(&packed, 31);
    assert_int_equal(whole.len, 0);
    free(whole.bytes);
    free(packed.bytes);
    compressor_free(c);
}

static void test_extremes(void **state)
{
    static const struct conf_compressor extremes[] = {
        {.level = 9, .window_bits = 8, .memory_level = 1},
        {.level = 9, .window_bits = 15, .memory_level = 9},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 0; n < sizeof(codings) / sizeof(codings[0]); n++) {
            struct compressor *c = compressor_new(codings[n].coding, &extremes[i]);
            assert_non_null(c);
            compressor_free(c);
        }
    compressor_free(NULL);
}

static void test_bound_on_memory(void **state)
{
    enum { MOST = 64 };
    const struct conf_compressor conf = {
        .level = 1, .window_bits = 13, .memory_level = 6, .memory_mb = 1};
    struct compressor *all[MOST];
    unsigned count = 0;
    (void)state;
    while (count < MOST && (all[count] = compressor_new(CONF_CODING_GZIP, &conf)) != NULL)
        count++;
    assert_in_range(count, 5, MOST - 1);
    assert_in_range(compressors_memory(), 1 << 19, 1 << 20);
    compressor_free(all[--count]);
    all[count] = compressor_new(CONF_CODING_GZIP, &conf);
    assert_non_null(all[count++]);
    while (count > 0)
        compressor_free(all[--count]);
    assert_int_equal(compressors_memory(), 0);
}

static void test_bound_on_rate(void **state)
{
    const struct conf_compressor conf = {
        .level = 1, .window_bits = 13, .memory_level = 6, .rate_kb = 1};
    static char body[4096];
    struct body packed = {0};
    struct compressor *c = compressor_new(CONF_CODING_GZIP, &conf);
    (void)state;
    assert_non_null(c);
    run(c, COMPRESSOR_END, body, sizeof(body), &packed);
    assert_null(compressor_new(CONF_CODING_GZIP, &conf));
    struct compressor *other = compressor_new(CONF_CODING_GZIP, &plain);
    assert_non_null(other);
    compressor_free(other);
    compressor_free(c);
    free(packed.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codings),         cmocka_unit_test(test_flush),
        cmocka_unit_test(test_empty),           cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_bound_on_memory), cmocka_unit_test(test_bound_on_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
