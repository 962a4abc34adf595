/* SPDX-License-Identifier: Apache-2.0 */
/* splice(2) between connections; see splice.h. */
#include "proxy/net/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PIPE_BYTES (1024 * 1024) /* fewer, larger moves; the kernel may give less */
#define SPARE_PIPES_MAX 64

struct splice_pipe {
    struct splice_pipe *next;
    int in, out;
};

bool splice_is_possible(const struct conn *from, const struct conn *to)
{
    return from->transport == &transport_plain && to->transport == &transport_plain;
}

static void pipe_close(struct splice_pipe *pipe)
{
    close(pipe->in);
    close(pipe->out);
    free(pipe);
}

struct splice_pipe *splice_pipe_take(struct loop *loop)
{
    struct splice_pipe *pipe = loop->spare_pipes;
    if (pipe != NULL) {
        loop->spare_pipes = pipe->next;
        loop->spare_pipe_count--;
        return pipe;
    }
    int fds[2];
    if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0)
        return NULL;
    pipe = malloc(sizeof(*pipe));
    if (pipe == NULL) {
        close(fds[0]);
        close(fds[1]);
        return NULL;
    }
    *pipe = (struct splice_pipe){.out = fds[0], .in = fds[1]};
    (void)fcntl(pipe->in, F_SETPIPE_SZ,
                PIPE_BYTES); /* refused beyond the user's quota: then 64 KB */
    return pipe;
}

void splice_pipe_give(struct loop *loop, struct splice_pipe *pipe, size_t in_pipe)
{
    if (pipe == NULL)
        return;
    if (in_pipe > 0 || loop->spare_pipe_count >= SPARE_PIPES_MAX) {
        pipe_close(pipe);
        return;
    }
    pipe->next = loop->spare_pipes;
    loop->spare_pipes = pipe;
    loop->spare_pipe_count++;
}

void splice_trim(struct loop *loop)
{
    while (loop->spare_pipes != NULL) {
        struct splice_pipe *pipe = loop->spare_pipes;
        loop->spare_pipes = pipe->next;
        pipe_close(pipe);
    }
    loop->spare_pipe_count = 0;
}

ssize_t splice_in(struct conn *from, struct splice_pipe *pipe, size_t len)
{
    if (!from->readable)
        return UV_EAGAIN;
    ssize_t n =
        splice(from->source.fd, NULL, pipe->in, NULL, len, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n >= 0)
        return n;
    if (errno != EAGAIN)
        return uv_translate_sys_error(errno);
    from->readable = false;
    return UV_EAGAIN;
}

ssize_t splice_out(struct splice_pipe *pipe, struct conn *to, size_t len, bool more)
{
    if (!to->writable)
        return UV_EAGAIN;
    unsigned flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0);
    ssize_t n = splice(pipe->out, NULL, to->source.fd, NULL, len, flags);
    if (n >= 0)
        return n;
    if (errno != EAGAIN)
        return uv_translate_sys_error(errno);
    to->writable = false;
    return UV_EAGAIN;
}
