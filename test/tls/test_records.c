/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is seen on the wire: sizes of records, numbers of sends, and what happens when send or recv
 * move only a little at a time.
 */
#include "test/tls/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define OVERHEAD 17 /* tag and content type, RFC 8446 5.2 */
#define MB (1024 * 1024)

static struct memory_disk disk;
static const char *const paths[] = {"one.pem", NULL};
static char data[MB], back[MB];

static int setup(void **state)
{
    (void)state;
    disk_init(&disk);
    disk_put_self_signed(&disk, "one.pem", "one.example");
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7 + i / 251);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

static void open_pair(struct pair *pair, struct tls_ticket_keys *keys)
{
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client_settings = trusting_client();
    struct tls_context *server = server_context(&settings, &disk, paths, keys, NULL);
    struct tls_client_context *client = client_context(&client_settings, &disk);
    pair_open(pair, client, server, NULL);
    tls_context_free(server);
    tls_client_context_free(client);
}

static void open_shaken_pair(struct pair *pair)
{
    open_pair(pair, NULL);
    assert_true(pair_shake(pair));
}

/* Reads all there is; the bytes. */
static size_t drain(struct tls_session *s, char *buf, size_t len)
{
    size_t total = 0;
    for (;;) {
        int got = tls_session_read(s, buf + total, len - total);
        if (got == TLS_WANT_READ || total + (size_t)(got > 0 ? got : 0) == len)
            return total + (size_t)(got > 0 ? got : 0);
        assert_true(got > 0);
        total += (size_t)got;
    }
}

static void sizes_of_records(void **state)
{
    (void)state;
    static const struct {
        size_t write;
        size_t records, first, last, sends;
    } rows[] = {
        {1, 1, 1, 1, 1},
        {1024, 1, 1024, 1024, 1}, /* the usual response: one record, one send */
        {4096, 1, 4096, 4096, 1},
        {4097, 3, 1369, 1359, 1}, /* longer ones start small, still in one send */
        {13690, 10, 1369, 1369, 1},
        {13690 + 16384, 11, 1369, 16384, 1},
        {102400, 10 + 6, 1369, 6790, 2},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct pair pair;
        size_t lengths[64] = {0};
        open_shaken_pair(&pair);
        size_t from = pair.to_client.len, sends = pair.to_client.sends;
        assert_int_equal(tls_session_write(pair.server, data, rows[i].write), rows[i].write);
        assert_int_equal(wire_records(&pair.to_client, from, lengths, LEN(lengths)),
                         rows[i].records);
        assert_int_equal(lengths[0], rows[i].first + OVERHEAD);
        assert_int_equal(lengths[rows[i].records - 1], rows[i].last + OVERHEAD);
        assert_int_equal(pair.to_client.sends - sends, rows[i].sends);
        assert_int_equal(drain(pair.client, back, sizeof(back)), rows[i].write);
        assert_memory_equal(back, data, rows[i].write);
        pair_free(&pair);
    }
}

static void records_are_small_again_after_idling(void **state)
{
    (void)state;
    struct pair pair;
    size_t lengths[64] = {0};
    open_shaken_pair(&pair);
    assert_int_equal(tls_session_write(pair.server, data, 50000), 50000);

    size_t from = pair.to_client.len;
    assert_int_equal(tls_session_write(pair.server, data, 50000), 50000);
    wire_records(&pair.to_client, from, lengths, LEN(lengths));
    assert_int_equal(lengths[0], 16384 + OVERHEAD);

    tls_session_idle(pair.server);
    from = pair.to_client.len;
    assert_int_equal(tls_session_write(pair.server, data, 50000), 50000);
    wire_records(&pair.to_client, from, lengths, LEN(lengths));
    assert_int_equal(lengths[0], 1369 + OVERHEAD);
    pair_free(&pair);
}

static void pieces_share_records(void **state)
{
    (void)state;
    static const struct {
        size_t pieces[5];
        size_t records;
    } rows[] = {
        {{200, 1024}, 1},   {{0, 200, 0, 1024, 0}, 1},           {{1, 1, 1, 1, 1}, 1},
        {{300, 20000}, 11}, {{300, 60000, 7, 40000, 16384}, 17},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct pair pair;
        struct iovec pieces[5];
        size_t lengths[64], total = 0;
        for (size_t n = 0; n < 5; n++) {
            pieces[n] = (struct iovec){data + total, rows[i].pieces[n]};
            total += rows[i].pieces[n];
        }
        open_shaken_pair(&pair);
        size_t from = pair.to_client.len;
        assert_int_equal(tls_session_writev(pair.server, pieces, 5), total);
        assert_int_equal(wire_records(&pair.to_client, from, lengths, LEN(lengths)),
                         rows[i].records);
        assert_int_equal(drain(pair.client, back, sizeof(back)), total);
        assert_memory_equal(back, data, total);
        pair_free(&pair);
    }
}

static void nothing_is_written_for_nothing(void **state)
{
    (void)state;
    struct pair pair;
    open_shaken_pair(&pair);
    size_t from = pair.to_client.len;
    struct iovec empty[2] = {{data, 0}, {NULL, 0}};
    assert_int_equal(tls_session_write(pair.server, data, 0), 0);
    assert_int_equal(tls_session_writev(pair.server, empty, 2), 0);
    assert_int_equal(tls_session_writev(pair.server, NULL, 0), 0);
    assert_int_equal(pair.to_client.len, from);
    pair_free(&pair);
}

/* Everything one byte at a time: the handshake and data in both directions. */
static void moves_byte_by_byte(void **state)
{
    (void)state;
    struct pair pair;
    open_pair(&pair, NULL);
    pair.to_client.send_max = pair.to_server.send_max = 1;
    pair.to_client.recv_max = pair.to_server.recv_max = 1;
    assert_true(pair_shake(&pair));
    for (size_t written = 0; written < 40000;) { /* a short send counts as a full transport */
        int result = tls_session_write(pair.server, data + written, 40000 - written);
        assert_true(result > 0);
        written += (size_t)result;
    }
    assert_int_equal(drain(pair.client, back, sizeof(back)), 40000);
    assert_memory_equal(back, data, 40000);
    assert_int_equal(tls_session_shutdown(pair.server), 0);
    assert_int_equal(tls_session_read(pair.client, back, 1), TLS_CLOSED);
    pair_free(&pair);
}

/* The transport takes `room` bytes, then blocks; the caller offers again what was not taken. */
static void waits_for_room(void **state)
{
    (void)state;
    static const size_t rooms[] = {0, 1, 5, 100, 1000, 3000, 16413, 20000};
    static const size_t sizes[] = {1, 1024, 4096, 5000, 30000, 200000};
    for (size_t r = 0; r < LEN(rooms) * LEN(sizes); r++) {
        struct pair pair;
        size_t room = rooms[r % LEN(rooms)], size = sizes[r / LEN(rooms)];
        open_shaken_pair(&pair);
        size_t written = 0, waits = 0;
        pair.to_client.room = room;
        while (written < size) {
            int result = tls_session_write(pair.server, data + written, size - written);
            if (result < 0)
                assert_int_equal(result, TLS_WANT_WRITE);
            else
                written += (size_t)result;
            if (written < size) {
                assert_int_equal(pair.to_client.room, 0);
                assert_true(tls_session_has_unsent(pair.server));
                pair.to_client.room = room > 0 ? room : 700;
                waits++;
            }
        }
        assert_false(tls_session_has_unsent(pair.server));
        assert_true(waits > 0 || room > size);
        assert_int_equal(drain(pair.client, back, sizeof(back)), size);
        assert_memory_equal(back, data, size);
        pair_free(&pair);
    }
}

static void handshake_waits_for_room(void **state)
{
    (void)state;
    struct pair pair;
    bool waited = false;
    open_pair(&pair, NULL);
    pair.to_client.room = pair.to_server.room = 0;
    for (int step = 0; step < 400; step++) {
        pair.client_status = tls_session_handshake(pair.client);
        pair.server_status = tls_session_handshake(pair.server);
        waited = waited || pair.server_status == TLS_WANT_WRITE;
        pair.to_client.room = pair.to_server.room = 50;
        if (pair.client_status == 0 && pair.server_status == 0)
            break;
    }
    assert_true(waited && pair.client_status == 0 && pair.server_status == 0);
    pair.to_client.room = pair.to_server.room = SIZE_MAX;
    assert_true(pair_pass(pair.client, pair.server, "through"));
    pair_free(&pair);
}

static void close_notify_waits_for_room(void **state)
{
    (void)state;
    struct pair pair;
    open_shaken_pair(&pair);
    pair.to_client.room = 10;
    assert_int_equal(tls_session_shutdown(pair.server), TLS_WANT_WRITE);
    pair.to_client.room = SIZE_MAX;
    assert_int_equal(tls_session_shutdown(pair.server), 0);
    assert_int_equal(tls_session_read(pair.client, back, 1), TLS_CLOSED);
    pair_free(&pair);
}

static void send_that_fails_is_final(void **state)
{
    (void)state;
    struct pair pair;
    open_shaken_pair(&pair);
    pair.to_client.broken = true;
    assert_int_equal(tls_session_write(pair.server, data, 100), TLS_FAILED);
    struct tls_error_text error;
    tls_session_error(pair.server, &error);
    assert_string_equal(error.text, "the connection failed");
    assert_int_equal(tls_session_shutdown(pair.server), 0);
    pair_free(&pair);
}

/* Several records come with one recv, and one read brings them all. */
static void reads_several_records_at_once(void **state)
{
    (void)state;
    struct pair pair;
    open_shaken_pair(&pair);
    for (int i = 0; i < 5; i++)
        assert_int_equal(tls_session_write(pair.client, data, 100), 100);
    assert_int_equal(tls_session_read(pair.server, back, 50), 50);
    assert_true(tls_session_has_pending(pair.server));
    assert_int_equal(tls_session_read(pair.server, back, 250), 250);
    assert_true(tls_session_has_pending(pair.server));
    assert_int_equal(tls_session_read(pair.server, back, sizeof(back)), 200);
    assert_false(tls_session_has_pending(pair.server));

    /* a part of a record is nothing to read yet */
    assert_int_equal(tls_session_write(pair.client, data, 100), 100);
    pair.to_server.len -= 10;
    assert_int_equal(tls_session_read(pair.server, back, sizeof(back)), TLS_WANT_READ);
    assert_false(tls_session_has_pending(pair.server));
    pair.to_server.len += 10;
    assert_int_equal(tls_session_read(pair.server, back, sizeof(back)), 100);
    pair_free(&pair);
}

/* A request right behind the client's last handshake message: the tickets go with its answer. */
static void tickets_share_a_send_with_the_first_response(void **state)
{
    (void)state;
    struct tls_ticket_keys *keys = tls_ticket_keys_new(0, 3600);
    struct pair pair;
    open_pair(&pair, keys);
    assert_int_equal(tls_session_handshake(pair.client), TLS_WANT_READ);
    assert_int_equal(tls_session_handshake(pair.server), TLS_WANT_READ);
    assert_int_equal(tls_session_handshake(pair.client), 0);
    assert_int_equal(tls_session_write(pair.client, "GET", 3), 3);
    size_t sends = pair.to_client.sends;
    assert_int_equal(tls_session_handshake(pair.server), 0);
    assert_int_equal(pair.to_client.sends, sends);
    assert_true(tls_session_has_pending(pair.server));
    assert_false(tls_session_has_unsent(pair.server));
    assert_int_equal(tls_session_read(pair.server, back, sizeof(back)), 3);
    assert_int_equal(tls_session_write(pair.server, data, 1024), 1024);
    assert_int_equal(pair.to_client.sends, sends + 1);
    assert_int_equal(tls_session_read(pair.client, back, sizeof(back)), 1024);
    pair_free(&pair);

    /* without a request they go at once */
    open_pair(&pair, keys);
    assert_true(pair_shake(&pair));
    sends = pair.to_client.sends;
    assert_int_equal(tls_session_write(pair.server, data, 1024), 1024);
    assert_int_equal(pair.to_client.sends, sends + 1);
    assert_int_equal(tls_session_read(pair.client, back, sizeof(back)), 1024);
    pair_free(&pair);
    tls_ticket_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_of_records),
        cmocka_unit_test(records_are_small_again_after_idling),
        cmocka_unit_test(pieces_share_records),
        cmocka_unit_test(nothing_is_written_for_nothing),
        cmocka_unit_test(moves_byte_by_byte),
        cmocka_unit_test(waits_for_room),
        cmocka_unit_test(handshake_waits_for_room),
        cmocka_unit_test(close_notify_waits_for_room),
        cmocka_unit_test(send_that_fails_is_final),
        cmocka_unit_test(reads_several_records_at_once),
        cmocka_unit_test(tickets_share_a_send_with_the_first_response),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
