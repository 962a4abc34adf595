/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sinks of log lines. Datagram sockets send a whole batch with one sendmmsg(); streams (stdout,
 * stderr or another descriptor that we were started with: a pipe, a terminal, a file, journald's
 * socket) take it with one write().
 *
 * stdout may be shared with other processes, so it must not be made non-blocking: that mode belongs
 * to the open file, not to the descriptor. A pipe or terminal is opened once more through /proc for
 * ourselves, a socket is written with MSG_DONTWAIT, and a regular file does not block.
 */
#include "proxy/log/sink.h"

#include "config/model.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SINK_BYTES (64 * 1024)
#define SINK_LINES 512
#define BATCH_LINES 64 /* datagrams in one sendmmsg() */

struct sink {
    struct sink *next;
    enum conf_log_kind kind;
    struct sockaddr_storage addr;
    socklen_t addr_len;
    int number;        /* the descriptor that a stream is of, and that belongs to the process */
    int fd;            /* owned; -1 = not open */
    bool is_socket;    /* of a stream: send() instead of write() */
    time_t retry_s;    /* monotonic: not to be opened again before */
    size_t len;        /* bytes held */
    size_t line_count; /* lines held; ends[] are their ends in bytes */
    uint32_t ends[SINK_LINES];
    char bytes[SINK_BYTES];
};

static struct sink *sinks;
static _Atomic uint64_t dropped; /* written here, read by any thread */

static bool is_stream(const struct sink *sink)
{
    return sink->kind == CONF_LOG_FD;
}

static int open_stream(struct sink *sink)
{
    int number = sink->number;
    struct stat st;
    if (fstat(number, &st) != 0)
        return -1;

    sink->is_socket = S_ISSOCK(st.st_mode);
    if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
        char path[32];
        snprintf(path, sizeof(path), "/proc/self/fd/%d", number);
        int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0)
            return fd;
    }
    return fcntl(number, F_DUPFD_CLOEXEC, 3);
}

static int open_unix(const struct sink *sink)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&sink->addr, sink->addr_len) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Not connected: else a daemon that restarts would cost lines to "connection refused". */
static int open_udp(const struct sink *sink)
{
    return socket(sink->addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Tries at most once a second. */
static bool sink_is_open(struct sink *sink)
{
    if (sink->fd >= 0)
        return true;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    if (now.tv_sec < sink->retry_s)
        return false;
    sink->retry_s = now.tv_sec + 1;
    if (is_stream(sink))
        sink->fd = open_stream(sink);
    else
        sink->fd = sink->kind == CONF_LOG_UNIX ? open_unix(sink) : open_udp(sink);
    return sink->fd >= 0;
}

struct sink *sink_find(const struct conf_log_target *target)
{
    for (struct sink *s = sinks; s != NULL; s = s->next) {
        if (s->kind == target->kind &&
            (is_stream(s) ? s->number == target->addr.fd
                          : s->addr_len == target->addr.sa_len &&
                                memcmp(&s->addr, &target->addr.sa, s->addr_len) == 0))
            return s;
    }
    return NULL;
}

struct sink *sink_open(const struct conf_log_target *target)
{
    struct sink *sink = sink_find(target);
    if (sink == NULL) {
        sink = calloc(1, sizeof(*sink));
        if (sink == NULL)
            return NULL;
        sink->kind = target->kind;
        sink->number = target->addr.fd;
        sink->addr = target->addr.sa;
        sink->addr_len = target->addr.sa_len;
        sink->fd = -1;
        sink->next = sinks;
        sinks = sink;
    }
    (void)sink_is_open(sink); /* if not now, then when there is a line */
    return sink;
}

void sinks_close(void)
{
    while (sinks != NULL) {
        struct sink *sink = sinks;
        sinks = sink->next;
        if (sink->fd >= 0)
            close(sink->fd);
        free(sink);
    }
}

/* Takes away what has gone out: `sent` bytes, perhaps ending in the middle of a line. */
static void sink_consume(struct sink *sink, size_t sent)
{
    size_t lines = 0;
    while (lines < sink->line_count && sink->ends[lines] <= sent)
        lines++;
    sink->line_count -= lines;
    for (size_t i = 0; i < sink->line_count; i++)
        sink->ends[i] = sink->ends[i + lines] - (uint32_t)sent;
    sink->len -= sent;
    memmove(sink->bytes, sink->bytes + sent, sink->len);
}

static void sink_drop_all(struct sink *sink)
{
    dropped += sink->line_count;
    sink->line_count = 0;
    sink->len = 0;
}

static ssize_t send_stream(struct sink *sink)
{
    if (sink->is_socket)
        return send(sink->fd, sink->bytes, sink->len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(sink->fd, sink->bytes, sink->len);
}

/* One batch of datagrams; returns the bytes of the lines that went out. */
static ssize_t send_datagrams(struct sink *sink)
{
    struct mmsghdr messages[BATCH_LINES];
    struct iovec iov[BATCH_LINES];
    size_t count = sink->line_count < BATCH_LINES ? sink->line_count : BATCH_LINES;
    uint32_t from = 0;

    for (size_t i = 0; i < count; i++) {
        iov[i] = (struct iovec){sink->bytes + from, sink->ends[i] - from};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
        if (sink->kind == CONF_LOG_UDP) {
            messages[i].msg_hdr.msg_name = &sink->addr;
            messages[i].msg_hdr.msg_namelen = sink->addr_len;
        }
        from = sink->ends[i];
    }
    int sent = sendmmsg(sink->fd, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent <= 0 ? sent : (ssize_t)sink->ends[sent - 1];
}

static bool is_full(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS;
}

/*
 * After a failed send: true if another try makes sense now. A datagram that is refused alone is
 * dropped; a sink that does not work is closed, and tried anew: at once if it was open for long,
 * else a second later.
 */
static bool sink_recover(struct sink *sink, int error)
{
    if (error == EINTR)
        return true;
    if (is_full(error))
        return false;
    if (error == EMSGSIZE) {
        dropped++;
        sink_consume(sink, sink->ends[0]);
        return true;
    }
    close(sink->fd);
    sink->fd = -1;
    if (sink_is_open(sink))
        return true;
    sink_drop_all(sink);
    return false;
}

static void sink_flush(struct sink *sink)
{
    while (sink->line_count > 0) {
        if (!sink_is_open(sink)) {
            sink_drop_all(sink);
            return;
        }
        ssize_t sent = is_stream(sink) ? send_stream(sink) : send_datagrams(sink);
        if (sent > 0)
            sink_consume(sink, (size_t)sent);
        else if (!sink_recover(sink, sent < 0 ? errno : EAGAIN))
            return;
    }
}

bool sinks_flush(void)
{
    bool held = false;
    for (struct sink *s = sinks; s != NULL; s = s->next) {
        sink_flush(s);
        held = held || s->line_count > 0;
    }
    return held;
}

static bool has_room(const struct sink *sink, size_t bytes)
{
    return sink->line_count < SINK_LINES && SINK_BYTES - sink->len >= bytes;
}

bool sink_put(struct sink *sink, const char *header, size_t header_len, const char *text,
              size_t text_len)
{
    size_t bytes = header_len + text_len + 1;
    if (!has_room(sink, bytes))
        sink_flush(sink);
    if (!has_room(sink, bytes)) {
        dropped++;
        return false;
    }
    char *out = sink->bytes + sink->len;
    memcpy(out, header, header_len);
    memcpy(out + header_len, text, text_len);
    out[bytes - 1] = '\n';
    sink->len += bytes;
    sink->ends[sink->line_count++] = (uint32_t)sink->len;
    return true;
}

uint64_t sinks_dropped(void)
{
    return dropped;
}
