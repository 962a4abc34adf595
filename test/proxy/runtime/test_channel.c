/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between processes: they arrive whole, with their descriptors, or not at all. */
#include "proxy/runtime/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int open_ends(void **state)
{
    static int ends[2];
    *state = ends;
    return channel_open(ends, 5);
}

static int close_ends(void **state)
{
    int *ends = *state;
    close(ends[0]);
    close(ends[1]);
    return 0;
}

static void text_arrives(void **state)
{
    const int *ends = *state;
    struct channel_message got;
    assert_int_equal(channel_tell(ends[0], CHANNEL_FAILED, "weir.conf:1:2: nonsense"), 0);
    assert_int_equal(channel_tell(ends[0], CHANNEL_DONE, NULL), 0);
    assert_int_equal(channel_receive(ends[1], &got), 0);
    assert_int_equal(got.kind, CHANNEL_FAILED);
    assert_string_equal(got.text, "weir.conf:1:2: nonsense");
    assert_int_equal(got.fd_count, 0);
    assert_int_equal(channel_receive(ends[1], &got), 0);
    assert_int_equal(got.kind, CHANNEL_DONE);
    assert_string_equal(got.text, "");
}

static void long_text_is_cut(void **state)
{
    const int *ends = *state;
    char text[3 * CHANNEL_TEXT_BYTES];
    struct channel_message got;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(channel_tell(ends[0], CHANNEL_FAILED, text), 0);
    assert_int_equal(channel_receive(ends[1], &got), 0);
    assert_int_equal(strlen(got.text), CHANNEL_TEXT_BYTES - 1);
}

static void descriptors_arrive(void **state)
{
    const int *ends = *state;
    struct channel_message sent = {
        .kind = CHANNEL_SOCKET, .text = "key", .fd_count = CHANNEL_FDS_MAX};
    struct channel_message got;
    char byte = 0;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    for (unsigned i = 0; i < CHANNEL_FDS_MAX; i++)
        sent.fds[i] = pipe_ends[1];
    assert_int_equal(channel_send(ends[0], &sent), 0);
    assert_int_equal(channel_receive(ends[1], &got), 0);
    assert_int_equal(got.fd_count, CHANNEL_FDS_MAX);
    assert_int_equal(fcntl(got.fds[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(write(got.fds[CHANNEL_FDS_MAX - 1], "!", 1), 1);
    assert_int_equal(read(pipe_ends[0], &byte, 1), 1);
    assert_int_equal(byte, '!');
    channel_drop_fds(&got);
    assert_int_equal(got.fd_count, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void end_of_the_other_side_is_seen(void **state)
{
    int *ends = *state;
    struct channel_message got;
    close(ends[0]);
    assert_int_equal(channel_receive(ends[1], &got), -EPIPE);
    assert_int_equal(channel_tell(ends[1], CHANNEL_RELOAD, NULL), -EPIPE);
    ends[0] = dup(ends[1]);
}

static const struct {
    const char *name;
    uint8_t bytes[12];
    size_t len;
} foreign[] = {
    {"less than a kind", {1, 0}, 2},
    {"a kind without a text", {1, 0, 0, 0}, 4},
    {"kind 0", {0, 0, 0, 0, 0}, 5},
    {"a kind that there is not", {99, 0, 0, 0, 0}, 5},
    {"a text without an end", {1, 0, 0, 0, 'a', 'b'}, 6},
};

static void what_is_no_message_is_refused(void **state)
{
    const int *ends = *state;
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        struct channel_message got;
        assert_int_equal(send(ends[0], foreign[i].bytes, foreign[i].len, 0),
                         (ssize_t)foreign[i].len);
        if (channel_receive(ends[1], &got) != -EPROTO)
            fail_msg("%s: accepted", foreign[i].name);
    }
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, open_ends, close_ends)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(text_arrives),
        CASE(long_text_is_cut),
        CASE(descriptors_arrive),
        CASE(end_of_the_other_side_is_seen),
        CASE(what_is_no_message_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
