/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS on top of connections: nobody above sees a difference, and what OpenSSL has read already is
 * not forgotten though the socket raises no edge for it.
 */
#include "proxy/net/conn.h"
#include "test/proxy/net/turns.h"
#include "test/tls/pair.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct memory_disk disk;
static struct loop loop;
static struct conn client, server;

static void on_ready(struct conn *conn)
{
    (void)conn;
}

static int make_certificate(void **state)
{
    (void)state;
    struct identity identity = identity_make(&(struct identity_request){.cn = "a.example"});
    disk_init(&disk);
    disk_put(&disk, "a.pem", join(cert_pem(&identity), key_pem(&identity), NULL, NULL));
    identity_free(&identity);
    return 0;
}

static int forget_certificate(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

static bool is_connected(void)
{
    return conn_connected(&client) == 0;
}

static void open_conns(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(in);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&in, sizeof(in)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&in, &len), 0);
    assert_int_equal(conn_connect(&client, &loop, (struct sockaddr *)&in, len, NULL, on_ready), 0);
    assert_true(turns_until(&loop, is_connected));
    assert_int_equal(
        conn_open(&server, &loop, accept4(listener, NULL, NULL, SOCK_NONBLOCK), on_ready), 0);
    close(listener);
}

/* Both ends with TLS started, nothing said. */
static int set_up(void **state)
{
    (void)state;
    static const char *const paths[] = {"a.pem", NULL};
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client_settings = trusting_client();
    struct tls_context *context = server_context(&settings, &disk, paths, NULL, NULL);
    struct tls_client_context *other = client_context(&client_settings, &disk);
    assert_int_equal(loop_init(&loop, 0), 0);
    open_conns();
    assert_int_equal(conn_start_tls_server(&server, context), 0);
    assert_int_equal(conn_start_tls_client(&client, other, "a.example"), 0);
    tls_context_free(context);
    tls_client_context_free(other);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conn_close(&client);
    conn_close(&server);
    loop_destroy(&loop);
    return 0;
}

static bool have_shaken_hands(void)
{
    int c = conn_handshake(&client), s = conn_handshake(&server);
    assert_true((c == 0 || c == UV_EAGAIN) && (s == 0 || s == UV_EAGAIN));
    return c == 0 && s == 0;
}

static void shake_hands(void)
{
    assert_true(turns_until(&loop, have_shaken_hands));
}

static bool can_server_read(void)
{
    return server.readable;
}

static bool can_client_read(void)
{
    return client.readable;
}

static void say(struct conn *conn, const char *text)
{
    struct iovec piece = {.iov_base = (char *)text, .iov_len = strlen(text)};
    assert_int_equal(conn_sendv(conn, &piece, 1), strlen(text));
    assert_true(turns_until(&loop, conn == &client ? can_server_read : can_client_read));
}

static void test_bytes_both_ways(void **state)
{
    (void)state;
    char buf[16];
    shake_hands();
    say(&client, "to server");
    assert_int_equal(conn_recv(&server, buf, sizeof(buf)), 9);
    assert_memory_equal(buf, "to server", 9);
    say(&server, "back");
    assert_int_equal(conn_recv(&client, buf, sizeof(buf)), 4);
    assert_int_equal(conn_recv(&client, buf, sizeof(buf)), UV_EAGAIN);
    assert_false(conn_can_read(&client));
}

static void test_what_was_decrypted_is_not_forgotten(void **state)
{
    (void)state;
    char buf[3];
    shake_hands();
    say(&client, "abcdef");
    assert_int_equal(conn_recv(&server, buf, 3), 3);
    assert_true(conn_can_read(&server)); /* though the socket is empty */
    assert_int_equal(conn_recv(&server, buf, 3), 3);
    assert_memory_equal(buf, "def", 3);
    assert_int_equal(conn_recv(&server, buf, 3), UV_EAGAIN);
    assert_false(conn_can_read(&server)); /* or who asks would ask for ever */
}

static unsigned heard_bytes;

static bool has_heard_twenty(void)
{
    char buf[7];
    while (conn_can_read(&server)) { /* ends when no event is outstanding, and not before */
        ssize_t n = conn_recv(&server, buf, sizeof(buf));
        assert_true(n > 0 || n == UV_EAGAIN);
        heard_bytes += n > 0 ? (unsigned)n : 0;
    }
    return heard_bytes >= 20;
}

static void test_several_records_come_with_one_event(void **state)
{
    (void)state;
    shake_hands();
    heard_bytes = 0;
    struct iovec piece = {"x", 1};
    for (int i = 0; i < 20; i++)
        assert_int_equal(conn_sendv(&client, &piece, 1), 1);
    assert_true(turns_until(&loop, has_heard_twenty));
    assert_int_equal(heard_bytes, 20);
}

static void test_the_end_with_and_without_close_notify(void **state)
{
    (void)state;
    char buf[8];
    shake_hands();
    conn_end_writing(&client);
    turns_settle(&loop);
    assert_int_equal(conn_recv(&server, buf, sizeof(buf)), 0);
    shutdown(server.source.fd, SHUT_WR); /* behind TLS's back */
    turns_settle(&loop);
    assert_int_equal(conn_recv(&client, buf, sizeof(buf)), UV_EOF);
}

static void test_a_peer_that_does_not_speak_tls(void **state)
{
    (void)state;
    assert_int_equal(send(client.source.fd, "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
    turns_settle(&loop);
    assert_int_equal(conn_handshake(&server), UV_EPROTO);
    struct tls_error_text text;
    conn_tls_error(&server, &text);
    assert_string_not_equal(text.text, "");
}

static void test_a_peer_that_leaves_during_the_handshake(void **state)
{
    (void)state;
    assert_int_equal(conn_handshake(&client), UV_EAGAIN);
    turns_settle(&loop);
    assert_int_equal(conn_handshake(&server), UV_EAGAIN);
    close(conn_disconnect(&client));
    turns_settle(&loop);
    assert_true(conn_handshake(&server) < 0);
    assert_int_not_equal(conn_handshake(&server), UV_EAGAIN);
}

/* Much more than the send buffer holds, in order, both sides taking turns. */
static void test_much(void **state)
{
    (void)state;
    enum { BYTES = 4 * 1024 * 1024 };
    char *sent = malloc(BYTES), *heard = malloc(BYTES);
    size_t given = 0, taken = 0;
    for (size_t i = 0; i < BYTES; i++)
        sent[i] = (char)(i * 7 + i / 253);
    shake_hands();
    while (taken < BYTES) {
        struct iovec pieces[2] = {{sent + given, (BYTES - given) / 2}, {NULL, 0}};
        pieces[1] =
            (struct iovec){sent + given + pieces[0].iov_len, BYTES - given - pieces[0].iov_len};
        ssize_t n = given < BYTES ? conn_sendv(&client, pieces, 2) : 0;
        assert_true(n >= 0 || n == UV_EAGAIN);
        given += n > 0 ? (size_t)n : 0;
        n = conn_recv(&server, heard + taken, BYTES - taken < 100000 ? BYTES - taken : 100000);
        assert_true(n > 0 || n == UV_EAGAIN);
        taken += n > 0 ? (size_t)n : 0;
        turns_one(&loop);
    }
    assert_memory_equal(sent, heard, BYTES);
    free(sent);
    free(heard);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_bytes_both_ways),
        CASE(test_what_was_decrypted_is_not_forgotten),
        CASE(test_several_records_come_with_one_event),
        CASE(test_the_end_with_and_without_close_notify),
        CASE(test_a_peer_that_does_not_speak_tls),
        CASE(test_a_peer_that_leaves_during_the_handshake),
        CASE(test_much),
    };
    return cmocka_run_group_tests(tests, make_certificate, forget_certificate);
}
