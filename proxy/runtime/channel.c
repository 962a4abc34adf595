/* SPDX-License-Identifier: Apache-2.0 */
/* Messages between our processes; see channel.h. */
#include "proxy/runtime/channel.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct wire {
    uint32_t kind;
    char text[CHANNEL_TEXT_BYTES];
};

union control {
    struct cmsghdr header; /* for its alignment */
    char bytes[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
};

int channel_open(int ends_out[2], unsigned timeout_s)
{
    struct timeval wait = {.tv_sec = timeout_s};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends_out) != 0)
        return -errno;
    for (int i = 0; i < 2; i++)
        if (setsockopt(ends_out[i], SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
            setsockopt(ends_out[i], SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0)
            return -errno;
    return 0;
}

int channel_send(int end, const struct channel_message *message)
{
    struct wire wire = {.kind = message->kind};
    union control control = {0};
    struct iovec iov = {.iov_base = &wire};
    struct msghdr head = {.msg_iov = &iov, .msg_iovlen = 1};
    size_t len = strnlen(message->text, sizeof(message->text) - 1);
    memcpy(wire.text, message->text, len);
    iov.iov_len = offsetof(struct wire, text) + len + 1;
    if (message->fd_count > 0) {
        size_t bytes = sizeof(int) * message->fd_count;
        head.msg_control = &control;
        head.msg_controllen = CMSG_SPACE(bytes);
        struct cmsghdr *part = CMSG_FIRSTHDR(&head);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(bytes);
        memcpy(CMSG_DATA(part), message->fds, bytes);
    }
    ssize_t sent;
    do {
        sent = sendmsg(end, &head, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int channel_tell(int end, enum channel_kind kind, const char *text)
{
    struct channel_message message = {.kind = kind};
    if (text != NULL)
        snprintf(message.text, sizeof(message.text), "%s", text);
    return channel_send(end, &message);
}

static void take_fds(struct msghdr *head, struct channel_message *message)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(head); part != NULL; part = CMSG_NXTHDR(head, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        message->fd_count = (unsigned)((part->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        memcpy(message->fds, CMSG_DATA(part), message->fd_count * sizeof(int));
    }
}

int channel_receive(int end, struct channel_message *message_out)
{
    struct wire wire;
    union control control;
    struct iovec iov = {.iov_base = &wire, .iov_len = sizeof(wire)};
    struct msghdr head = {.msg_iov = &iov,
                          .msg_iovlen = 1,
                          .msg_control = &control,
                          .msg_controllen = sizeof(control)};
    ssize_t got;
    do {
        got = recvmsg(end, &head, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got == 0 || errno == ECONNRESET ? -EPIPE : -errno;
    message_out->fd_count = 0;
    take_fds(&head, message_out);
    size_t text_len = (size_t)got - offsetof(struct wire, text);
    if ((size_t)got <= offsetof(struct wire, text) ||
        (head.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || wire.kind == 0 ||
        wire.kind >= CHANNEL_KINDS || wire.text[text_len - 1] != '\0') {
        channel_drop_fds(message_out);
        return -EPROTO;
    }
    message_out->kind = (enum channel_kind)wire.kind;
    memcpy(message_out->text, wire.text, text_len);
    return 0;
}

void channel_drop_fds(struct channel_message *message)
{
    for (unsigned i = 0; i < message->fd_count; i++)
        close(message->fds[i]);
    message->fd_count = 0;
}
