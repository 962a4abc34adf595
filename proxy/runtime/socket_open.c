/* SPDX-License-Identifier: Apache-2.0 */
/* Binding and listening; see socket_open.h. The registry of what is open is sockets.c. */
#include "proxy/runtime/socket_open.h"

#include "config/model.h"
#include "proxy/base/addr.h"
#include "proxy/net/socket_options.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(char *error_out, size_t error_bytes, const char *what, const struct conf_bind *conf)
{
    snprintf(error_out, error_bytes, "%s [%s]: %s", what, conf->addr.text, strerror(errno));
    return -1;
}

static bool is_inherited(const struct conf_bind *conf)
{
    return conf->addr.fd >= 0;
}

static bool is_unix(const struct conf_bind *conf)
{
    return !is_inherited(conf) && conf->addr.sa.ss_family == AF_UNIX;
}

/* A unix socket with a name in the file system, or NULL. */
static const char *unix_path(const struct conf_bind *conf)
{
    const struct sockaddr_un *sun = (const struct sockaddr_un *)&conf->addr.sa;
    return is_unix(conf) && sun->sun_path[0] != '\0' ? sun->sun_path : NULL;
}

void socket_key(const struct conf_bind *conf, unsigned threads, unsigned ordinal,
                char key_out[SOCKET_KEY_BYTES])
{
    char address[256];
    const struct sockaddr_un *sun = (const struct sockaddr_un *)&conf->addr.sa;
    struct addr addr;
    if (is_inherited(conf)) {
        snprintf(address, sizeof(address), "fd@%d", conf->addr.fd);
    } else if (is_unix(conf)) {
        int len = (int)(conf->addr.sa_len - offsetof(struct sockaddr_un, sun_path));
        bool named = sun->sun_path[0] != '\0';
        snprintf(address, sizeof(address), "%s%.*s mode=%o uid=%d gid=%d",
                 named ? "unix@" : "abns@", named ? len : len - 1, sun->sun_path + !named,
                 conf->mode, (int)conf->uid, (int)conf->gid);
    } else {
        char host[ADDR_TEXT_BYTES];
        addr_set(&addr, (const struct sockaddr *)&conf->addr.sa);
        addr_format(&addr, host);
        snprintf(address, sizeof(address), "%s@%s:%u", addr.family == AF_INET6 ? "ipv6" : "ipv4",
                 host, conf->addr.port);
    }
    snprintf(key_out, SOCKET_KEY_BYTES, "%s if=%s ns=%s mss=%d ut=%u %d%d%d%d%d *%u #%u", address,
             conf->interface != NULL ? conf->interface : "", conf->netns != NULL ? conf->netns : "",
             conf->mss, conf->tcp_ut_ms, conf->v4v6, conf->v6only, conf->transparent, conf->tfo,
             conf->defer_accept, socket_count(conf, threads), ordinal);
}

/*
 * An address that this machine does not have (yet): a floating one on the passive node. The right to be
 * transparent also brings the connections that a firewall rule sends here; without it, binding alone will do.
 */
static int set_transparent(int fd, bool v6)
{
    int on = 1, level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    if (setsockopt(fd, level, v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &on, sizeof(on)) == 0)
        return 0;
    return setsockopt(fd, level, v6 ? IPV6_FREEBIND : IP_FREEBIND, &on, sizeof(on));
}

/* "-12" is so much less than the kernel would take. */
static int segment_bytes(int fd, const struct conf_bind *conf)
{
    int usual = 0;
    socklen_t len = sizeof(usual);
    if (conf->mss >= 0)
        return conf->mss;
    if (getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &usual, &len) != 0 || usual + conf->mss <= 0)
        return 536; /* RFC 9293 3.7.1: what everybody takes */
    return usual + conf->mss;
}

/* Port reuse apart: that is for those who really listen. */
static int set_options(int fd, const struct conf_bind *conf)
{
    bool v6 = conf->addr.sa.ss_family == AF_INET6;
    const struct {
        bool wanted;
        int level, name, value;
    } options[] = {
        {true, SOL_SOCKET, SO_REUSEADDR, 1},
        {true, IPPROTO_TCP, TCP_NODELAY, 1}, /* inherited by what is accepted */
        {v6 && conf->v6only, IPPROTO_IPV6, IPV6_V6ONLY, 1},
        {v6 && conf->v4v6, IPPROTO_IPV6, IPV6_V6ONLY, 0},
        {conf->mss != 0, IPPROTO_TCP, TCP_MAXSEG, segment_bytes(fd, conf)},
        {conf->tcp_ut_ms != 0, IPPROTO_TCP, TCP_USER_TIMEOUT, (int)conf->tcp_ut_ms},
        {conf->defer_accept, IPPROTO_TCP, TCP_DEFER_ACCEPT, 3},
        {conf->tfo, IPPROTO_TCP, TCP_FASTOPEN, 256},
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        if (options[i].wanted && setsockopt(fd, options[i].level, options[i].name,
                                            &options[i].value, sizeof(options[i].value)) != 0)
            return -1;
    if (conf->transparent && set_transparent(fd, v6) != 0)
        return -1;
    if (conf->interface == NULL)
        return 0;
    return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, conf->interface,
                      (socklen_t)strlen(conf->interface) + 1);
}

static int new_socket(const struct conf_bind *conf)
{
    int fd = socket_new(conf->addr.sa.ss_family, conf->netns);
    if (fd < 0)
        errno = -fd;
    return fd;
}

bool socket_is_taken(const struct conf_bind *conf)
{
    if (is_inherited(conf) || is_unix(conf) || conf->addr.port == 0)
        return false;
    int fd = new_socket(conf);
    if (fd < 0)
        return false; /* whoever opens it for good will say why */
    bool taken = set_options(fd, conf) == 0 &&
                 bind(fd, (const struct sockaddr *)&conf->addr.sa, conf->addr.sa_len) != 0 &&
                 errno == EADDRINUSE;
    close(fd);
    return taken;
}

/* The end of an attempt: the socket, or if a step failed the reason. */
static int conclude(int fd, const char *failed, char *error_out, size_t error_bytes,
                    const struct conf_bind *conf)
{
    if (failed == NULL)
        return fd;
    int rc = fail(error_out, error_bytes, failed, conf);
    close(fd);
    return rc;
}

static int open_tcp(const struct conf_bind *conf, unsigned backlog, char *error_out,
                    size_t error_bytes)
{
    int on = 1, fd = new_socket(conf);
    if (fd < 0)
        return fail(error_out, error_bytes, "cannot create listening socket", conf);
    const char *failed = NULL;
    if (set_options(fd, conf) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0)
        failed = "cannot set socket options";
    else if (bind(fd, (const struct sockaddr *)&conf->addr.sa, conf->addr.sa_len) != 0)
        failed = "cannot bind socket";
    else if (listen(fd, (int)backlog) != 0)
        failed = "cannot listen to socket";
    return conclude(fd, failed, error_out, error_bytes, conf);
}

static void temporary_name(const char *path, struct sockaddr_un *sun_out)
{
    *sun_out = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(sun_out->sun_path, sizeof(sun_out->sun_path), "%.*s.%d.tmp",
             (int)sizeof(sun_out->sun_path) - 16, path, (int)getpid());
}

static int set_owner(const struct conf_bind *conf, const char *path)
{
    if ((conf->uid != (uid_t)-1 || conf->gid != (gid_t)-1) &&
        chown(path, conf->uid, conf->gid) != 0)
        return -1;
    return conf->mode != 0 ? chmod(path, conf->mode) : 0;
}

static int open_unix(const struct conf_bind *conf, unsigned backlog, char *error_out,
                     size_t error_bytes)
{
    struct sockaddr_un temporary;
    const struct sockaddr *to = (const struct sockaddr *)&conf->addr.sa;
    socklen_t to_len = conf->addr.sa_len;
    const char *path = unix_path(conf), *failed = NULL;
    int fd = new_socket(conf);
    if (fd < 0)
        return fail(error_out, error_bytes, "cannot create listening socket", conf);
    if (path != NULL) {
        temporary_name(path, &temporary);
        unlink(temporary.sun_path); /* left behind by a namesake that was killed */
        to = (const struct sockaddr *)&temporary;
        to_len = sizeof(temporary);
    }
    if (bind(fd, to, to_len) != 0)
        failed = "cannot bind UNIX socket";
    else if (path != NULL && set_owner(conf, temporary.sun_path) != 0)
        failed = "cannot change UNIX socket ownership";
    else if (listen(fd, (int)backlog) != 0)
        failed = "cannot listen to socket";
    int rc = conclude(fd, failed, error_out, error_bytes, conf);
    if (rc < 0 && path != NULL)
        unlink(temporary.sun_path);
    return rc;
}

/* The number stays with whoever gave it to us; we keep a duplicate. */
static int open_inherited(const struct conf_bind *conf, unsigned backlog, char *error_out,
                          size_t error_bytes)
{
    const int on = 1;
    int fd = fcntl(conf->addr.fd, F_DUPFD_CLOEXEC, 3);
    if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || listen(fd, (int)backlog) != 0) {
        int rc = fail(error_out, error_bytes, "cannot use the inherited descriptor", conf);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* unless it is a unix socket */
    return fd;
}

unsigned socket_count(const struct conf_bind *conf, unsigned threads)
{
    return is_inherited(conf) || is_unix(conf) || conf->admin.is_admin ? 1 : threads;
}

int socket_open(const struct conf_bind *conf, unsigned backlog, int *fds_out, unsigned count,
                char *error_out, size_t error_bytes)
{
    int (*open_one)(const struct conf_bind *, unsigned, char *, size_t) =
        is_inherited(conf) ? open_inherited
        : is_unix(conf)    ? open_unix
                           : open_tcp;
    for (unsigned i = 0; i < count; i++) {
        fds_out[i] = open_one(conf, backlog, error_out, error_bytes);
        if (fds_out[i] >= 0)
            continue;
        while (i > 0)
            close(fds_out[--i]);
        return -1;
    }
    return 0;
}

int socket_publish(const struct conf_bind *conf, char *error_out, size_t error_bytes)
{
    const char *path = unix_path(conf);
    struct sockaddr_un temporary;
    if (path == NULL)
        return 0;
    temporary_name(path, &temporary);
    if (rename(temporary.sun_path, path) != 0)
        return fail(error_out, error_bytes, "cannot give the UNIX socket its name", conf);
    return 0;
}

void socket_abandon(const struct conf_bind *conf)
{
    const char *path = unix_path(conf);
    struct sockaddr_un temporary;
    if (path == NULL)
        return;
    temporary_name(path, &temporary);
    unlink(temporary.sun_path);
}
