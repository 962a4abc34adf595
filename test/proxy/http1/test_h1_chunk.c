/* SPDX-License-Identifier: Apache-2.0 */
/* Chunked bodies: what comes out of them, whole, in two parts and byte by byte. RFC 9112 7.1. */
#include "test/proxy/http1/h1_check.h"

#include <stdio.h>
#include <stdlib.h>

#define TEN(x) x x x x x x x x x x
#define HUNDRED(x) TEN(TEN(x))

/* want: "body<trailers>+bytes left", "body more", or the refusal */
/* clang-format off */
static const struct h1_case bodies[] = {
    CASE("one chunk", "3\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("two chunks", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde<>"),
    CASE("no chunk", "0\r\n\r\n", "<>"),
    CASE("bytes behind", "1\r\na\r\n0\r\n\r\nGET /", "a<>+5"),
    CASE("nothing", "", " more"),
    CASE("half a size", "3", " more"),
    CASE("half a chunk", "3\r\na", "a more"),
    CASE("no end", "1\r\na\r\n0\r\n", "a more"),
    CASE("half an end", "1\r\na\r\n0\r\n\r", "a more"),
    CASE("hexadecimal", "A\r\n0123456789\r\n0a\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789<>"),
    CASE("line ends are data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n<>"),
    CASE("a chunk in a chunk", "5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n<>"),
    CASE("leading zeros", "0003\r\nabc\r\n000\r\n\r\n", "abc<>"),
    CASE("sixteen digits", "0000000000000003\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("seventeen digits", "00000000000000003\r\nabc\r\n0\r\n\r\n", "400 the chunk size is too large"),
    CASE("the largest size", "7fffffffffffffff\r\na", "a more"),
    CASE("one more", "8000000000000000\r\na", "400 the chunk size is too large"),
    CASE("2^64 + 3", "10000000000000003\r\nabc\r\n0\r\n\r\n", "400 the chunk size is too large"),
    CASE("2^32 + 1", "100000001\r\nab", "ab more"),
    CASE("no size", "\r\nabc", "400 a chunk without a size"),
    CASE("no letter of the alphabet", "g\r\n", "400 a chunk without a size"),
    CASE("a letter behind the size", "3g\r\n", "400 invalid character in a chunk size"),
    CASE("a plus sign", "+3\r\nabc\r\n", "400 a chunk without a size"),
    CASE("a minus sign", "-3\r\nabc\r\n", "400 a chunk without a size"),
    CASE("0x", "0x3\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("a blank before", " 3\r\nabc\r\n", "400 a chunk without a size"),
    CASE("a blank behind", "3 \r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("a tab behind", "3\t\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("a comma", "3,3\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("NUL in the size", "3\0\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("bare LF behind the size", "3\nabc\r\n0\r\n\r\n", "400 invalid character in a chunk size"),
    CASE("bare CR behind the size", "3\rabc\r\n", "400 CR without LF behind a chunk size"),
    CASE("CR CR LF behind the size", "3\r\r\nabc\r\n", "400 CR without LF behind a chunk size"),
    CASE("bare LF behind the data", "3\r\nabc\n0\r\n\r\n", "400 a chunk does not end where it should"),
    CASE("bare CR behind the data", "3\r\nabc\r0\r\n\r\n", "400 CR without LF behind a chunk"),
    CASE("nothing behind the data", "3\r\nabc0\r\n\r\n", "400 a chunk does not end where it should"),
    CASE("more data than said", "3\r\nabcd\r\n0\r\n\r\n", "400 a chunk does not end where it should"),
    CASE("less data than said", "3\r\nab\r\n0\r\n\r\n", "400 a chunk does not end where it should"),
    CASE("an empty line between chunks", "1\r\na\r\n\r\n1\r\n", "400 a chunk without a size"),
};

static const struct h1_case extensions[] = {
    CASE("a name", "3;a\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("a value", "3;a=b\r\nabc\r\n0;last\r\n\r\n", "abc<>"),
    CASE("a quoted value", "3;a=\"b ;=\\\" c\"\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("several", "3;a;b=c;d=\"e\";f\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("hexadecimal letters and digits", "3;abc=123\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("a backslash quoted", "3;a=\"\\\\\"\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("UTF-8 quoted", "3;a=\"\xc3\xa9\"\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("no name", "3;\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("no name before the value", "3;=b\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("no value", "3;a=\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("a blank before", "3 ;a\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("a blank behind", "3;a \r\nabc\r\n", "400 invalid chunk extension"),
    CASE("a blank within", "3; a\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("a control character", "3;a\x01\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("NUL", "3;a\0\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("a control character quoted", "3;a=\"\x01\"\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("a control character escaped", "3;a=\"\\\x01\"\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("DEL quoted", "3;a=\"\x7f\"\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("bare LF", "3;a\nb\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("bare LF at the end", "3;a\nabc\r\n", "400 invalid chunk extension"),
    CASE("bare CR", "3;a\rb\r\nabc\r\n", "400 CR without LF behind a chunk size"),
    CASE("CRLF quoted", "3;a=\"\r\n\"\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("quotes not closed", "3;a=\"b\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("text behind quotes", "3;a=\"b\"c\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("UTF-8", "3;\xc3\xa9\r\nabc\r\n", "400 invalid chunk extension"),
    CASE("one of 3000 bytes", "3;" HUNDRED(TEN("abc")) "\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("6000 bytes in two chunks", "1;" HUNDRED(TEN("abc")) "\r\na\r\n1;" HUNDRED(TEN("abc")) "\r\nb\r\n0\r\n\r\n", "400 too many bytes in chunk extensions"),
};

static const struct h1_case trailers[] = {
    CASE("one field", "0\r\nX: y\r\n\r\n", "<X: y\r\n>"),
    CASE("behind a chunk", "1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\n", "a<X: y\r\nZ:\r\n>"),
    CASE("bytes behind", "0\r\nX: y\r\n\r\n\r\n", "<X: y\r\n>+2"),
    CASE("cookies may come late", "0\r\nSet-Cookie: a=b\r\n\r\n", "<Set-Cookie: a=b\r\n>"),
    CASE("not over", "0\r\nX: y\r\n", " more"),
    CASE("a length", "0\r\nContent-Length: 3\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("a coding", "0\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("Host", "0\r\nhost: a\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("Connection", "0\r\nConnection: close\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("Upgrade", "0\r\nUpgrade: h2c\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("Trailer", "0\r\nTrailer: X\r\n\r\n", "400 a field that may not be in a trailer"),
    CASE("a blank before the colon", "0\r\nX : y\r\n\r\n", "400 invalid character in a header field"),
    CASE("no colon", "0\r\nX\r\n\r\n", "400 invalid character in a header field"),
    CASE("no name", "0\r\n: y\r\n\r\n", "400 a field name of no length or of too much"),
    CASE("a blank before the name", "0\r\n X: y\r\n\r\n", "400 white space before a field name"),
    CASE("a folded line", "0\r\nX: y\r\n z\r\n\r\n", "400 folded header field"),
    CASE("a control character", "0\r\nX: \x01\r\n\r\n", "400 invalid character in a header field"),
    CASE("NUL", "0\r\nX: \0\r\n\r\n", "400 invalid character in a header field"),
    CASE("bare LF", "0\r\nX: y\n\r\n", "400 a trailer line does not end in CRLF"),
    CASE("bare LF for the empty line", "0\r\nX: y\r\n\n", "400 a trailer line does not end in CRLF"),
    CASE("bare LF for the empty line, no fields", "0\r\n\n", "400 a trailer line does not end in CRLF"),
    CASE("bare CR", "0\r\nX: y\rz\r\n\r\n", "400 CR without LF"),
    CASE("bare CR for the empty line", "0\r\nX: y\r\n\rz\r\n\r\n", "400 CR without LF"),
    CASE("bare LF behind the last size", "0\nX: y\r\n\r\n", "400 invalid character in a chunk size"),
    CASE("102 fields", "0\r\n" HUNDRED("X: y\r\n") "X: y\r\nX: y\r\n\r\n", "431 too many header fields"),
    CASE("8 KiB in one line", "0\r\nX: " HUNDRED(TEN("123456789")) "\r\n\r\n", "431 the trailer section is too large"),
    CASE("8 KiB in many lines", "0\r\n" HUNDRED("X: " TEN("123456789") "\r\n") "\r\n", "431 the trailer section is too large"),
};
/* clang-format on */

/* clang-format off */
static const struct h1_case lenient[] = {
    CASE("a padded size", "3 \t \r\nabc\r\n0  \r\n\r\n", "abc<>"),
    CASE("a blank before an extension", "3 ;a\r\nabc\r\n0\r\n\r\n", "abc<>"),
    CASE("an extension of nothing", "3; \r\nabc\r\n0;\r\n\r\n", "abc<>"),
    CASE("bare LF", "3\nabc\n0\n\r\n", "abc<>"),
    CASE("bare LF behind extensions", "3;a\nabc\n1;a=b\nd\n1 \ne\n1;a=\"b\"\nf\n0;\n\r\n", "abcdef<>"),
    CASE("two sizes", "3 3\r\nabc\r\n", "400 invalid character in a chunk size"),
    CASE("bare CR", "3 \rabc\r\n", "400 CR without LF behind a chunk size"),
    CASE("padding without end", "3" HUNDRED(HUNDRED(" ")), "400 too many bytes in chunk extensions"),
    CASE("trailers end in CRLF even so", "0\r\nX: y\n\r\n", "400 a trailer line does not end in CRLF"),
    CASE("odd names in trailers", "0\r\nX@: y\r\n\r\n", "<X@: y\r\n>"),
};
/* clang-format on */

/* A chunked body being decoded into text, from a buffer that keeps what was not consumed. */
struct decoder {
    struct h1_chunked chunked;
    char text[2048];
    size_t text_len;
    const char *in;
    size_t taken; /* bytes of `in` consumed */
    bool over;
};

static void decoder_add(struct decoder *d, const char *bytes, size_t len)
{
    assert_true(d->text_len + len < sizeof(d->text));
    memcpy(d->text + d->text_len, bytes, len);
    d->text_len += len;
    d->text[d->text_len] = '\0';
}

static void decoder_end(struct decoder *d, const char *trailers_at, size_t trailers_len, size_t len)
{
    char left[32] = "";
    if (len > d->taken)
        snprintf(left, sizeof(left), "+%zu", len - d->taken);
    decoder_add(d, "<", 1);
    decoder_add(d, trailers_at, trailers_len);
    decoder_add(d, ">", 1);
    decoder_add(d, left, strlen(left));
    d->over = true;
}

static void decoder_refuse(struct decoder *d, size_t there)
{
    const struct h1_error *error = &d->chunked.error;
    assert_true(error->offset <= there);
    snprintf(d->text, sizeof(d->text), "%u %s", error->status, error->reason);
    d->over = true;
}

/* The bytes up to `there` have come; `len` is how many there will be. */
static void decoder_feed(struct decoder *d, size_t there, size_t len)
{
    while (!d->over) {
        const size_t n = there - d->taken;
        char *copy = malloc(n > 0 ? n : 1);
        memcpy(copy, d->in + d->taken, n);
        struct h1_piece piece;
        const int64_t taken = h1_chunk_next(&d->chunked, copy, n, &piece);
        if (taken < 0)
            decoder_refuse(d, n);
        else
            d->taken += (size_t)taken;
        assert_true(d->taken <= there);
        if (!d->over && piece.kind == H1_PIECE_DATA)
            decoder_add(d, copy + piece.off, piece.len);
        else if (!d->over && piece.kind == H1_PIECE_END)
            decoder_end(d, copy + piece.off, piece.len, len);
        free(copy);
        if (piece.kind == H1_PIECE_NONE)
            break;
    }
}

static void decoder_begin(struct decoder *d, const char *in, unsigned options)
{
    memset(d, 0, sizeof(*d));
    d->in = in;
    h1_chunk_init(&d->chunked, options);
}

static const char *decoder_result(struct decoder *d)
{
    if (!d->over)
        decoder_add(d, " more", 5);
    return d->text;
}

static void check_all(const struct h1_case *cases, size_t count, unsigned options)
{
    struct decoder d;
    for (const struct h1_case *c = cases; c < cases + count; c++) {
        const size_t step = c->len < 300 ? 1 : 97; /* the long ones are only about bounds */
        for (size_t first = 0; first <= c->len; first += step) {
            decoder_begin(&d, c->in, options);
            decoder_feed(&d, first, c->len);
            decoder_feed(&d, c->len, c->len);
            h1_case_expect(c, decoder_result(&d), "split at", first);
        }
        decoder_begin(&d, c->in, options);
        for (size_t n = 0; n <= c->len; n++)
            decoder_feed(&d, n, c->len);
        h1_case_expect(c, decoder_result(&d), "byte by byte of", c->len);
    }
}

static void test_bodies(void **state)
{
    (void)state;
    check_all(bodies, LEN(bodies), 0);
}

static void test_extensions(void **state)
{
    (void)state;
    check_all(extensions, LEN(extensions), 0);
}

static void test_trailers(void **state)
{
    (void)state;
    check_all(trailers, LEN(trailers), 0);
}

static void test_lenient(void **state)
{
    (void)state;
    check_all(lenient, LEN(lenient), H1_LENIENT);
}

static void test_bytes_may_go_past_the_parser(void **state)
{
    (void)state;
    struct h1_chunked c;
    struct h1_piece piece;
    h1_chunk_init(&c, 0);
    assert_int_equal(h1_chunk_next(&c, "10\r\nab", 6, &piece), 6);
    assert_int_equal(piece.kind, H1_PIECE_DATA);
    assert_int_equal(piece.off, 4);
    assert_int_equal(piece.len, 2);
    assert_int_equal(c.remaining, 14);
    h1_chunk_skip(&c, 10);
    assert_int_equal(c.remaining, 4);
    assert_int_equal(h1_chunk_next(&c, "xy", 2, &piece), 2);
    assert_int_equal(piece.len, 2);
    h1_chunk_skip(&c, 0);
    assert_int_equal(c.remaining, 2);
    h1_chunk_skip(&c, 2);
    assert_int_equal(c.remaining, 0);
    assert_int_equal(h1_chunk_next(&c, "\r\n0\r\n\r\n", 7, &piece), 7);
    assert_int_equal(piece.kind, H1_PIECE_END);
    assert_int_equal(piece.len, 0);
    /* and it stays over */
    assert_int_equal(h1_chunk_next(&c, "x", 1, &piece), 0);
    assert_int_equal(piece.kind, H1_PIECE_END);
}

static void test_a_bad_body_stays_bad(void **state)
{
    (void)state;
    struct h1_chunked c;
    struct h1_piece piece;
    h1_chunk_init(&c, 0);
    assert_int_equal(h1_chunk_next(&c, "1\r\nab", 5, &piece), 4);
    assert_int_equal(h1_chunk_next(&c, "b", 1, &piece), H1_BAD);
    assert_int_equal(c.error.offset, 0);
    assert_int_equal(h1_chunk_next(&c, "\r\n", 2, &piece), H1_BAD);
}

static void test_trailers_are_fields(void **state)
{
    (void)state;
    static const char text[] = "Server-Timing: a \r\nX: y\r\n\r\n";
    struct http_msg m;
    struct h1_error error;
    assert_int_equal(h1_trailers_parse(text, sizeof(text) - 1, &m, 0, &error), H1_DONE);
    assert_int_equal(m.header_count, 2);
    assert_int_equal(m.headers[0].id, HTTP_HDR_SERVER_TIMING);
    assert_int_equal(m.headers[0].value_len, 1);
    assert_int_equal(m.headers[1].name_off, 19);
    assert_int_equal(h1_trailers_parse(text, 10, &m, 0, &error), H1_MORE);
    assert_int_equal(h1_trailers_parse("\r\n", 2, &m, 0, &error), H1_DONE);
    assert_int_equal(m.header_count, 0);
    assert_int_equal(h1_trailers_parse("X@: y\r\n\r\n", 9, &m, 0, &error), H1_BAD);
    assert_int_equal(error.offset, 1);
    assert_int_equal(h1_trailers_parse("X@: y\r\n\r\n", 9, &m, H1_LENIENT, &error), H1_DONE);
    assert_int_equal(m.headers[0].name_len, 2);
}

static void test_chunk_heads(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *want;
    } rows[] = {
        {0, "0\r\n"},
        {1, "1\r\n"},
        {15, "f\r\n"},
        {16, "10\r\n"},
        {16384, "4000\r\n"},
        {0xabcdef, "abcdef\r\n"},
        {1ull << 32, "100000000\r\n"},
        {UINT64_MAX, "ffffffffffffffff\r\n"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char buf[H1_CHUNK_HEAD_BYTES_MAX];
        const size_t n = h1_format_chunk_head(buf, rows[i].n);
        assert_int_equal(n, strlen(rows[i].want));
        assert_memory_equal(buf, rows[i].want, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_trailers),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_bytes_may_go_past_the_parser),
        cmocka_unit_test(test_a_bad_body_stays_bad),
        cmocka_unit_test(test_trailers_are_fields),
        cmocka_unit_test(test_chunk_heads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
