/* SPDX-License-Identifier: Apache-2.0 */
/* The service manager's socket; see notify.h. */
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int notify_fd = -1; /* set once at start, before any thread */

void notify_open(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (path == NULL || path[0] == '\0' || strlen(path) >= sizeof(to.sun_path))
        return;
    size_t len = strlen(path);
    memcpy(to.sun_path, path, len);
    if (to.sun_path[0] == '@') /* the abstract name space */
        to.sun_path[0] = '\0';
    notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    socklen_t to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    if (notify_fd >= 0 && connect(notify_fd, (struct sockaddr *)&to, to_len) != 0)
        notify_close();
}

void notify_send(const char *format, ...)
{
    char text[256];
    va_list args;
    if (notify_fd < 0)
        return;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len <= 0)
        return;
    size_t bytes = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
    /* nobody to tell if the manager does not listen any more */
    while (send(notify_fd, text, bytes, MSG_NOSIGNAL) < 0 && errno == EINTR)
        continue;
}

void notify_reloading(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    notify_send("RELOADING=1\nMONOTONIC_USEC=%llu\nSTATUS=Reloading Configuration.\n",
                (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000);
}

void notify_close(void)
{
    if (notify_fd >= 0)
        close(notify_fd);
    notify_fd = -1;
}
