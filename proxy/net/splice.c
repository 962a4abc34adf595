/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes and splice(2); see splice.h. When that is worth it the relay decides. */
#include "proxy/net/splice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Of the default size a pipe is too small to save anything; more may be refused to who is not root. */
static struct splice_pipe *pipe_new(void)
{
    int fds[2];
    struct splice_pipe *pipe = malloc(sizeof(*pipe));
    if (pipe == NULL)
        return NULL;
    if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) != 0) {
        free(pipe);
        return NULL;
    }
    *pipe = (struct splice_pipe){.read_fd = fds[0], .write_fd = fds[1]};
    if (fcntl(pipe->write_fd, F_SETPIPE_SZ, 2 * SPLICE_BYTES) >= 2 * SPLICE_BYTES)
        return pipe;
    close(fds[0]);
    close(fds[1]);
    free(pipe);
    return NULL;
}

static void pipe_free(struct splice_pipe *pipe)
{
    close(pipe->read_fd);
    close(pipe->write_fd);
    free(pipe);
}

struct splice_pipe *splice_pipe_take(struct loop *loop)
{
    struct splice_pool *pool = &loop->pipes;
    struct splice_pipe *pipe = pool->free;
    if (pipe == NULL && pool->in_use >= SPLICE_PIPES_MAX)
        return NULL;
    if (pipe == NULL)
        pipe = pipe_new();
    else {
        pool->free = pipe->next;
        pool->free_count--;
    }
    if (pool->free_count < pool->low_water)
        pool->low_water = pool->free_count;
    pool->in_use += pipe != NULL;
    return pipe;
}

void splice_pipe_give(struct loop *loop, struct splice_pipe *pipe)
{
    struct splice_pool *pool = &loop->pipes;
    pool->in_use--;
    if (pipe->held > 0) {
        pipe_free(pipe);
        return;
    }
    pipe->next = pool->free;
    pool->free = pipe;
    pool->free_count++;
}

static void close_free(struct splice_pool *pool, unsigned count)
{
    for (; count > 0; count--) {
        struct splice_pipe *pipe = pool->free;
        pool->free = pipe->next;
        pool->free_count--;
        pipe_free(pipe);
    }
}

void splice_pool_trim(struct splice_pool *pool)
{
    close_free(pool, pool->low_water);
    pool->low_water = pool->free_count;
}

void splice_pool_destroy(struct splice_pool *pool)
{
    close_free(pool, pool->free_count);
}

ssize_t conn_splice_in(struct conn *from, struct splice_pipe *pipe)
{
    if (!from->readable)
        return UV_EAGAIN;
    ssize_t n = splice(from->source.fd, NULL, pipe->write_fd, NULL, SPLICE_BYTES,
                       SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n >= 0) {
        /* that it was less than asked says nothing: the pipe has slots, not bytes */
        pipe->held = (size_t)n;
        return n;
    }
    if (errno != EAGAIN)
        return uv_translate_sys_error(errno);
    from->readable = false;
    return UV_EAGAIN;
}

ssize_t conn_splice_out(struct conn *to, struct splice_pipe *pipe)
{
    if (!to->writable)
        return UV_EAGAIN;
    ssize_t n = splice(pipe->read_fd, NULL, to->source.fd, NULL, pipe->held,
                       SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (n > 0) {
        pipe->held -= (size_t)n;
        return n;
    }
    if (n < 0 && errno != EAGAIN)
        return uv_translate_sys_error(errno);
    to->writable = false;
    return UV_EAGAIN;
}
