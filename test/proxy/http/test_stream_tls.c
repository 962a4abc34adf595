/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams over TLS, on either side: records do not follow heads, so what has been decrypted must
 * not wait for an event that never comes.
 */
#include "test/proxy/http/harness.h"
#include "test/proxy/net/turns.h"
#include "test/tls/pair.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define GET "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static struct harness h;
static struct memory_disk disk;
static struct tls_context *context;
static struct tls_client_context *trusting;

/* A TLS peer of the test's own. */
struct peer {
    int fd;
    struct tls_session *tls;
};

static ssize_t io_result(ssize_t n)
{
    return n >= 0 ? n : errno == EAGAIN ? TLS_IO_AGAIN : TLS_IO_ERROR;
}

static ssize_t io_recv(void *io, void *buf, size_t len)
{
    return io_result(recv(((struct peer *)io)->fd, buf, len, MSG_DONTWAIT));
}

static ssize_t io_send(void *io, const void *buf, size_t len)
{
    return io_result(send(((struct peer *)io)->fd, buf, len, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static const struct tls_io io = {io_recv, io_send};

static int make_contexts(void **state)
{
    (void)state;
    static const char *const paths[] = {"a.pem", NULL};
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client_settings = trusting_client();
    struct identity identity = identity_make(&(struct identity_request){.cn = "a.example"});
    disk_init(&disk);
    disk_put(&disk, "a.pem", join(cert_pem(&identity), key_pem(&identity), NULL, NULL));
    identity_free(&identity);
    context = server_context(&settings, &disk, paths, NULL, NULL);
    trusting = client_context(&client_settings, &disk);
    return 0;
}

static int free_contexts(void **state)
{
    (void)state;
    tls_context_free(context);
    tls_client_context_free(trusting);
    disk_free(&disk);
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 1);
    return 0;
}

static void shake_hands(struct peer *peer)
{
    int rc = TLS_WANT_READ;
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS; rc != 0 && turns_clock_ms() < end;) {
        rc = tls_session_handshake(peer->tls);
        assert_true(rc == 0 || rc == TLS_WANT_READ || rc == TLS_WANT_WRITE);
        harness_settle(&h);
    }
    assert_int_equal(rc, 0);
}

static struct peer *open_client(struct peer *peer)
{
    peer->fd = harness_connect(&h);
    peer->tls = tls_session_connect(trusting, NULL, &io, peer);
    shake_hands(peer);
    return peer;
}

static struct peer *open_server(struct peer *peer)
{
    peer->fd = harness_accept(&h, 0);
    peer->tls = tls_session_accept(context, &io, peer);
    shake_hands(peer);
    return peer;
}

static void close_peer(struct peer *peer)
{
    tls_session_free(peer->tls);
    close(peer->fd);
}

/* As one record, without letting the loop run. */
static void put(struct peer *peer, const char *text)
{
    int n = tls_session_write(peer->tls, text, strlen(text));
    assert_int_equal(n, strlen(text));
}

static void say(struct peer *peer, const char *text)
{
    put(peer, text);
    harness_settle(&h);
}

static void hear(struct peer *peer, const char *text)
{
    size_t len = strlen(text), have = 0;
    char *heard = calloc(1, len + 1);
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS;
         have < len && turns_clock_ms() < end;) {
        int n = tls_session_read(peer->tls, heard + have, len - have);
        assert_true(n > 0 || n == TLS_WANT_READ);
        have += n > 0 ? (size_t)n : 0;
        if (n < 0)
            harness_settle(&h);
    }
    assert_string_equal(heard, text);
    free(heard);
}

static void serve_one(int server, struct peer *client)
{
    harness_hear(&h, server, GET);
    harness_say(&h, server, OK);
    hear(client, OK);
}

/* ---- the client's side
 * ------------------------------------------------------------------------------- */

static void test_a_client_over_tls(void **state)
{
    (void)state;
    struct peer client;
    h.tls = context;
    harness_start(&h);
    open_client(&client);
    say(&client, GET);
    int server = harness_accept(&h, 0);
    serve_one(server, &client);
    say(&client, GET);
    serve_one(server, &client);
    close_peer(&client);
    close(server);
    harness_stop(&h);
}

static void test_a_head_in_many_records_of_one_packet(void **state)
{
    (void)state;
    struct peer client;
    h.tls = context;
    harness_start(&h);
    open_client(&client);
    for (const char *at = GET; *at != '\0'; at++)
        put(&client, (char[]){*at, '\0'});
    harness_settle(&h);
    int server = harness_accept(&h, 0);
    serve_one(server, &client);
    close_peer(&client);
    close(server);
    harness_stop(&h);
}

static void test_many_pipelined_requests(void **state)
{
    (void)state;
    enum { REQUESTS = 800 }; /* over 20 KB: more than one record and one buffer */
    struct peer client;
    static char all[REQUESTS * (sizeof(GET) - 1) + 1];
    h.tls = context;
    for (int i = 0; i < REQUESTS; i++)
        memcpy(all + (size_t)i * (sizeof(GET) - 1), GET, sizeof(GET));
    harness_start(&h);
    open_client(&client);
    say(&client, all);
    int server = harness_accept(&h, 0);
    for (int i = 0; i < REQUESTS; i++)
        serve_one(server, &client);
    close_peer(&client);
    close(server);
    harness_stop(&h);
}

static void test_an_upload_in_small_records(void **state)
{
    (void)state;
    struct peer client;
    h.tls = context;
    harness_start(&h);
    open_client(&client);
    put(&client, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n");
    for (int i = 0; i < 3000; i++)
        put(&client, "x");
    put(&client, GET);
    harness_settle(&h);
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n");
    harness_skip(&h, server, 3000);
    harness_say(&h, server, OK);
    hear(&client, OK);
    serve_one(server, &client);
    close_peer(&client);
    close(server);
    harness_stop(&h);
}

static void test_plain_http_where_tls_is_spoken(void **state)
{
    (void)state;
    h.tls = context;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    char c;
    while (recv(client, &c, 1, MSG_DONTWAIT) == 1) /* an alert */
        continue;
    harness_hear_end(&h, client);
    harness_stop(&h);
}

static void test_a_handshake_has_a_deadline(void **state)
{
    (void)state;
    h.tls = context;
    h.proxy.timeout.http_request_ms = 60000;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_age(&h, 60000);
    harness_hear_end(&h, client);
    harness_stop(&h);
}

/* ---- the server's side
 * ------------------------------------------------------------------------------- */

static void test_a_server_over_tls(void **state)
{
    (void)state;
    struct peer server;
    h.server_tls = trusting;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    open_server(&server);
    hear(&server, GET);
    say(&server, OK);
    harness_hear(&h, client, OK);
    harness_say(&h, client, GET);
    hear(&server, GET);
    for (const char *at = OK; *at != '\0'; at++) /* in many records of one packet */
        put(&server, (char[]){*at, '\0'});
    harness_settle(&h);
    harness_hear(&h, client, OK);
    close(client);
    harness_settle(&h);
    close_peer(&server);
    harness_stop(&h);
}

/* What it said too much has been decrypted already, perhaps, and no socket tells of it. */
static void test_surplus_of_a_server_over_tls(void **state)
{
    (void)state;
    struct peer server;
    h.server_tls = trusting;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    open_server(&server);
    hear(&server, GET);
    put(&server, OK);
    put(&server, OK);
    harness_settle(&h);
    harness_hear(&h, client, OK);
    harness_hear_nothing(&h, client);
    harness_say(&h, client, GET);
    harness_hear_nothing(&h, client);
    close_peer(&server);
    open_server(&server);
    hear(&server, GET);
    say(&server, OK);
    harness_hear(&h, client, OK);
    close(client);
    harness_settle(&h);
    close_peer(&server);
    harness_stop(&h);
}

static void test_a_server_that_does_not_speak_tls(void **state)
{
    (void)state;
    h.server_tls = trusting;
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, GET);
    int server = harness_accept(&h, 0);
    harness_say(&h, server, "220 mail.example ESMTP\r\n");
    assert_memory_equal(harness_hear_head(&h, client), "HTTP/1.1 503", 12);
    assert_memory_equal(harness_last_log(&h)->termination, "SC", 2);
    close(server);
    close(client);
    harness_settle(&h);
    harness_stop(&h);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_client_over_tls),
        CASE(test_a_head_in_many_records_of_one_packet),
        CASE(test_many_pipelined_requests),
        CASE(test_an_upload_in_small_records),
        CASE(test_plain_http_where_tls_is_spoken),
        CASE(test_a_handshake_has_a_deadline),
        CASE(test_a_server_over_tls),
        CASE(test_surplus_of_a_server_over_tls),
        CASE(test_a_server_that_does_not_speak_tls),
    };
    return cmocka_run_group_tests(tests, make_contexts, free_contexts);
}
