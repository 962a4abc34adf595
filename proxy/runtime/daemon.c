/* SPDX-License-Identifier: Apache-2.0 */
/* The background; see daemon.h. */
#include "proxy/runtime/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int launcher_fd = -1; /* set once at start: the pipe on which the launched process waits */

int daemon_fork(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    pid_t pid = fork();
    if (pid < 0)
        return -1;
    if (pid == 0) {
        close(ends[0]);
        launcher_fd = ends[1];
        return setsid() < 0 ? -1 : 0;
    }
    char byte;
    ssize_t got;
    close(ends[1]);
    do {
        got = read(ends[0], &byte, 1);
    } while (got < 0 && errno == EINTR);
    _exit(got == 1 ? 0 : 1);
}

void daemon_serving(void)
{
    if (launcher_fd < 0)
        return;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        if (dup2(null, fd) < 0)
            break;
    if (null > 2)
        close(null);
    /* a launcher that was killed meanwhile does not matter to us; SIGPIPE is ignored */
    while (write(launcher_fd, "1", 1) < 0 && errno == EINTR)
        continue;
    daemon_forget();
}

void daemon_forget(void)
{
    if (launcher_fd >= 0)
        close(launcher_fd);
    launcher_fd = -1;
}

int pidfile_write(const char *path, char *error_out, size_t error_bytes)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, (size_t)len) != len) {
        snprintf(error_out, error_bytes, "Cannot create pidfile %s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    close(fd);
    return 0;
}
