/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor's way for large responses: pages move from socket to socket through a pipe and are
 * never copied.
 *
 * A pipe serves one batch and goes back to a stack, unless the client is slower than the server:
 * then it stays with the client as its backlog. With pipes of 64 KB, the kernel's default, this
 * costs a third more than with 1 MB.
 */
#include "bench/floor.h"

#include "bench/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIPE_BYTES = 1024 * 1024 };

struct channel {
    struct channel *next; /* on the stack of free ones */
    int read_fd;
    int write_fd;
    size_t held; /* bytes in the pipe */
};

static struct channel *free_channels;

static struct channel *channel_take(void)
{
    struct channel *channel = free_channels;
    if (channel != NULL) {
        free_channels = channel->next;
        return channel;
    }
    int fds[2];
    channel = calloc(1, sizeof *channel);
    if (channel == NULL || pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0 ||
        fcntl(fds[0], F_SETPIPE_SZ, PIPE_BYTES) < 0)
        die("no pipe of %d bytes", PIPE_BYTES);
    channel->read_fd = fds[0];
    channel->write_fd = fds[1];
    return channel;
}

static void channel_give(struct channel *channel)
{
    channel->next = free_channels;
    free_channels = channel;
}

void floor_splice_flush(struct endpoint *endpoint)
{
    struct channel *channel = endpoint->channel;
    while (channel->held > 0) {
        ssize_t n = splice(channel->read_fd, NULL, endpoint->fd, NULL, channel->held,
                           SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0)
            die("a connection broke under a response");
        channel->held -= (size_t)n;
    }
    endpoint->channel = NULL;
    channel_give(channel);
}

ssize_t floor_splice_forward(struct endpoint *from, struct endpoint *to)
{
    struct channel *channel = channel_take();
    ssize_t n = splice(from->fd, NULL, channel->write_fd, NULL, from->response_left,
                       SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
    if (n <= 0) {
        channel_give(channel);
        from->readable = false;
        return n;
    }
    channel->held = (size_t)n;
    to->channel = channel;
    floor_splice_flush(to);
    return n;
}
