/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large bodies both ways in every framing, with peers that stop for a while: each byte arrives once
 * and in order, and what is held meanwhile is bounded.
 */
#include "test/proxy/http/harness.h"
#include "test/proxy/net/turns.h"

#include "proxy/http/relay.h"
#include "proxy/http/session.h"
#include "proxy/http/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define BODY_BYTES (3 * 1024 * 1024 + 17)

static struct harness h;
static char body[BODY_BYTES];

static int set_up(void **state)
{
    (void)state;
    harness_init(&h, 1);
    for (size_t i = 0; i < BODY_BYTES; i++)
        body[i] = (char)(i * 31 + i / 4099);
    return 0;
}

/* A message as it goes over the wire, or as it came. */
struct message {
    char *bytes; /* owned */
    size_t len, cap;
};

static void append(struct message *m, const void *bytes, size_t len)
{
    if (m->len + len > m->cap) {
        m->cap = 2 * (m->len + len);
        m->bytes = realloc(m->bytes, m->cap);
        assert_non_null(m->bytes);
    }
    memcpy(m->bytes + m->len, bytes, len);
    m->len += len;
}

enum framing { BY_LENGTH, IN_CHUNKS, UNTIL_CLOSE };

static struct message make_message(const char *start, enum framing framing, unsigned *seed)
{
    struct message m = {0};
    char text[64];
    append(&m, start, strlen(start));
    if (framing == BY_LENGTH)
        append(&m, text, (size_t)sprintf(text, "Content-Length: %d\r\n", BODY_BYTES));
    else if (framing == IN_CHUNKS)
        append(&m, "Transfer-Encoding: chunked\r\n", 28);
    append(&m, "\r\n", 2);
    for (size_t off = 0, len; off < BODY_BYTES; off += len) {
        len = framing == IN_CHUNKS ? 1 + rand_r(seed) % (rand_r(seed) % 4 == 0 ? 100000 : 200)
                                   : BODY_BYTES;
        len = len < BODY_BYTES - off ? len : BODY_BYTES - off;
        if (framing == IN_CHUNKS)
            append(&m, text, (size_t)sprintf(text, "%zx\r\n", len));
        append(&m, body + off, len);
        if (framing == IN_CHUNKS)
            append(&m, "\r\n", 2);
    }
    if (framing == IN_CHUNKS)
        append(&m, "0\r\nX-Sum: 1\r\n\r\n", 15);
    return m;
}

/* How far from its head a received message is a whole one with that body; SIZE_MAX: not yet. */
static bool is_whole(const struct message *m, enum framing framing, bool ended)
{
    char *end = m->len > 0 ? memmem(m->bytes, m->len, "\r\n\r\n", 4) : NULL;
    if (end == NULL)
        return false;
    size_t head = (size_t)(end + 4 - m->bytes);
    if (framing == BY_LENGTH)
        return m->len - head == BODY_BYTES;
    if (framing == IN_CHUNKS)
        return m->len >= 15 && memcmp(m->bytes + m->len - 15, "0\r\nX-Sum: 1\r\n\r\n", 15) == 0;
    return ended;
}

static void expect_body(const struct message *m, enum framing framing)
{
    const char *at = (char *)memmem(m->bytes, m->len, "\r\n\r\n", 4) + 4, *end = m->bytes + m->len;
    size_t off = 0;
    while (at < end && off < BODY_BYTES) {
        size_t len = framing == IN_CHUNKS ? strtoul(at, NULL, 16) : BODY_BYTES;
        if (framing == IN_CHUNKS)
            at = (char *)memchr(at, '\n', (size_t)(end - at)) + 1;
        assert_true(len <= BODY_BYTES - off && len <= (size_t)(end - at));
        assert_memory_equal(at, body + off, len);
        at += len + (framing == IN_CHUNKS ? 2 : 0);
        off += len;
    }
    assert_int_equal(off, BODY_BYTES);
}

/* What the streams hold for peers that do not take it. */
static void expect_bounded_memory(void)
{
    struct http_thread *thread = h.http[0];
    for (struct list *n = thread->sessions.next; n != &thread->sessions; n = n->next) {
        const struct stream *s = LIST_ITEM(n, struct session, node)->stream;
        if (s != NULL)
            assert_true(s->up.held.len + s->down.held.len <= 2 * RELAY_READ_MAX);
    }
}

/* Says `out` to fd and hears `in` from other, in pieces of any size and with pauses. */
static void carry(int from, const struct message *out, int to, struct message *in,
                  enum framing framing, unsigned *seed)
{
    static char buf[300000];
    size_t said = 0;
    bool ended = false;
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS; !is_whole(in, framing, ended);) {
        if (turns_clock_ms() > end)
            fail_msg("said %zu of %zu, heard %zu", said, out->len, in->len);
        if (said < out->len && rand_r(seed) % 3 != 0) {
            size_t len = 1 + rand_r(seed) % 200000;
            ssize_t n = send(from, out->bytes + said, len < out->len - said ? len : out->len - said,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
            said += n > 0 ? (size_t)n : 0;
            if (said == out->len && framing == UNTIL_CLOSE)
                shutdown(from, SHUT_WR);
        }
        turns_one(&h.loops[0]);
        expect_bounded_memory();
        if (rand_r(seed) % 8 == 0 || said == out->len) { /* it takes less often than it is given */
            ssize_t n = recv(to, buf, 1 + rand_r(seed) % sizeof(buf), MSG_DONTWAIT);
            if (n > 0)
                append(in, buf, (size_t)n);
            ended |= n == 0;
        }
    }
}

static const struct {
    const char *name;
    enum framing request, response;
} rows[] = {
    {"lengths both ways", BY_LENGTH, BY_LENGTH},
    {"chunks up", IN_CHUNKS, BY_LENGTH},
    {"chunks down", BY_LENGTH, IN_CHUNKS},
    {"down until the close", IN_CHUNKS, UNTIL_CLOSE},
};

static void carry_both_ways(size_t row, unsigned *seed)
{
    struct message request = make_message("PUT / HTTP/1.1\r\nHost: a\r\n", rows[row].request, seed);
    struct message response = make_message("HTTP/1.1 200 OK\r\n", rows[row].response, seed);
    struct message heard_by_server = {0}, heard_by_client = {0};
    int client = harness_connect(&h);
    assert_int_equal(send(client, request.bytes, 10, 0), 10);
    harness_say_bytes(&h, client, request.bytes + 10, 200);
    int server = harness_accept(&h, 0);
    request.bytes += 210;
    request.len -= 210;
    carry(client, &request, server, &heard_by_server, rows[row].request, seed);
    carry(server, &response, client, &heard_by_client, rows[row].response, seed);
    expect_body(&heard_by_server, rows[row].request);
    expect_body(&heard_by_client, rows[row].response);
    free(request.bytes - 210);
    free(response.bytes);
    free(heard_by_server.bytes);
    free(heard_by_client.bytes);
    close(client);
    close(server);
}

static void test_bodies(void **state)
{
    (void)state;
    unsigned seed = 1;
    h.client_buffer_bytes = h.server_send_bytes = 128 * 1024;
    harness_start(&h);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        print_message("%s\n", rows[row].name);
        carry_both_ways(row, &seed);
    }
    harness_stop(&h);
}

/* Both directions of a tunnel at once. */
static void test_a_tunnel_both_ways(void **state)
{
    (void)state;
    static char buf[200000];
    harness_start(&h);
    int client = harness_connect(&h);
    harness_say(&h, client, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    int server = harness_accept(&h, 0);
    harness_hear(&h, server, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n");
    harness_say(&h, server, "HTTP/1.1 200 OK\r\n\r\n");
    harness_hear(&h, client, "HTTP/1.1 200 OK\r\n\r\n");
    int fds[2] = {client, server};
    size_t said[2] = {0}, heard[2] = {0};
    unsigned seed = 7;
    for (uint64_t end = turns_clock_ms() + TURNS_PATIENCE_MS;
         heard[0] < BODY_BYTES || heard[1] < BODY_BYTES;) {
        assert_true(turns_clock_ms() < end);
        for (int i = 0; i < 2; i++) {
            size_t len = 1 + rand_r(&seed) % sizeof(buf);
            len = len < BODY_BYTES - said[i] ? len : BODY_BYTES - said[i];
            ssize_t n =
                len > 0 ? send(fds[i], body + said[i], len, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
            said[i] += n > 0 ? (size_t)n : 0;
            n = rand_r(&seed) % 3 == 0 ? recv(fds[!i], buf, sizeof(buf), MSG_DONTWAIT) : 0;
            if (n > 0)
                assert_memory_equal(buf, body + heard[!i], (size_t)n);
            heard[!i] += n > 0 ? (size_t)n : 0;
        }
        turns_one(&h.loops[0]);
        expect_bounded_memory();
    }
    shutdown(client, SHUT_WR);
    harness_hear_end(&h, server);
    harness_hear_end(&h, client);
    harness_stop(&h);
}

#define CASE(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_bodies),
        CASE(test_a_tunnel_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
