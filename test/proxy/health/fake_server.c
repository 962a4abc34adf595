/* SPDX-License-Identifier: Apache-2.0 */
/* A server that answers probes as told; see fake_server.h. */
#include "test/proxy/health/fake_server.h"

#include "tls/context.h"
#include "tls/selfsigned.h"
#include "tls/session.h"
#include "tls/tickets.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_S 30

/* ---- TLS: a session wants a socket that does not block --------------------------------------- */

static ssize_t io_result(ssize_t n)
{
    if (n >= 0)
        return n;
    return errno == EAGAIN ? TLS_IO_AGAIN : TLS_IO_ERROR;
}

static ssize_t io_recv(void *io, void *buf, size_t len)
{
    return io_result(recv(*(int *)io, buf, len, MSG_DONTWAIT));
}

static ssize_t io_send(void *io, const void *buf, size_t len)
{
    return io_result(send(*(int *)io, buf, len, MSG_NOSIGNAL));
}

static const struct tls_io socket_io = {.recv = io_recv, .send = io_send};

/* Whether there is something to read after all, in good time. */
static bool wait_for(int fd)
{
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    return poll(&readable, 1, PATIENCE_S * 1000) == 1;
}

static void shake_hands(int fd, struct tls_session *tls)
{
    while (tls_session_handshake(tls) == TLS_WANT_READ && wait_for(fd))
        ;
}

static ssize_t read_tls(int fd, struct tls_session *tls, char *buf, size_t len)
{
    int n;
    while ((n = tls_session_read(tls, buf, len)) == TLS_WANT_READ && wait_for(fd))
        ;
    return n;
}

static int read_pem(void *user, const char *path, struct tls_bytes *bytes_out)
{
    const struct tls_bytes *pem = user;
    if (strcmp(path, "fake.pem") != 0)
        return ENOENT;
    bytes_out->data = malloc(pem->len);
    bytes_out->len = pem->len;
    memcpy(bytes_out->data, pem->data, pem->len);
    return 0;
}

static int list_nothing(void *user, const char *path, struct tls_names *names_out)
{
    (void)user;
    (void)path;
    (void)names_out;
    return ENOTDIR;
}

static struct tls_context *make_context(bool has_tickets)
{
    static const char *const names[] = {"localhost"};
    struct tls_selfsigned what = {names, 1, time(NULL) - 60, time(NULL) + 3600};
    struct tls_error_text error;
    struct tls_bytes pem;
    assert_int_equal(tls_selfsigned_make(&what, &pem, &error), 0);
    struct tls_files files = {read_pem, list_nothing, &pem};
    struct tls_ticket_keys *keys = has_tickets ? tls_ticket_keys_new(time(NULL), 3600) : NULL;
    struct tls_store *store = tls_store_new();
    assert_int_equal(tls_store_add(store, "fake.pem", NULL, &files, &error), 0);
    struct tls_context *context =
        tls_context_new(&tls_settings_default, store, keys, NULL, &files, &error);
    assert_non_null(context);
    tls_store_free(store);
    tls_ticket_keys_free(keys);
    tls_bytes_free(&pem);
    return context;
}

/* ---- the server ------------------------------------------------------------------------------ */

static void nap_ms(long ms)
{
    struct timespec nap = {0, ms * 1000000};
    nanosleep(&nap, NULL);
}

static void say(int fd, struct tls_session *tls, const char *text)
{
    if (text == NULL)
        return;
    ssize_t n = tls != NULL ? tls_session_write(tls, text, strlen(text))
                            : send(fd, text, strlen(text), MSG_NOSIGNAL);
    (void)n;
}

/* A probe that is broken off before it asks leaves what the one before it has asked. */
static bool listen_to(struct fake_server *server, int fd, struct tls_session *tls)
{
    size_t room = sizeof(server->request) - 1;
    ssize_t n =
        tls != NULL ? read_tls(fd, tls, server->request, room) : recv(fd, server->request, room, 0);
    if (n > 0)
        server->request[n] = '\0';
    return n > 0;
}

static void answer(const struct fake_behaviour *behaviour, int fd, struct tls_session *tls)
{
    say(fd, tls, behaviour->answer);
    if (behaviour->later == NULL)
        return;
    nap_ms(30);
    say(fd, tls, behaviour->later);
}

/* Requests and answers, in turns, as long as both sides wish. */
static void converse(struct fake_server *server, int fd, struct tls_session *tls)
{
    const struct fake_behaviour *behaviour = &server->behaviour;
    unsigned left = behaviour->answers > 0 ? behaviour->answers : 1;
    bool is_asked = true;
    while (left-- > 0 && (is_asked = behaviour->mute || listen_to(server, fd, tls)))
        answer(behaviour, fd, tls);
    if (is_asked && behaviour->swallows && listen_to(server, fd, tls))
        say(fd, tls, behaviour->farewell);
}

static void serve(struct fake_server *server, int fd)
{
    const struct fake_behaviour *behaviour = &server->behaviour;
    struct tls_session *tls = NULL;
    if (behaviour->tls) {
        tls = tls_session_accept(server->tls, &socket_io, &fd);
        shake_hands(fd, tls);
        atomic_fetch_add(&server->resumed, tls_session_is_resumed(tls));
    }
    converse(server, fd, tls);
    tls_session_free(tls);
    struct linger at_once = {1, 0};
    if (behaviour->end == FAKE_RESET)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    if (behaviour->end == FAKE_HANG) {
        /* until the probe gives up */
        struct pollfd gone = {.fd = fd, .events = POLLRDHUP};
        atomic_store(&server->is_hanging, true);
        poll(&gone, 1, PATIENCE_S * 1000);
        atomic_store(&server->is_hanging, false);
    }
    close(fd);
}

static void *run(void *arg)
{
    struct fake_server *server = arg;
    struct timeval patience = {PATIENCE_S, 0};
    for (int fd; (fd = accept(server->fd, NULL, NULL)) >= 0;) {
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        atomic_fetch_add(&server->connections, 1);
        serve(server, fd);
    }
    return NULL;
}

static int bind_to(struct sockaddr_in *in)
{
    socklen_t len = sizeof(*in);
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    assert_int_equal(bind(fd, (struct sockaddr *)in, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)in, &len), 0);
    return fd;
}

void fake_server_start(struct fake_server *server, const struct fake_behaviour *behaviour)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server->behaviour = *behaviour;
    atomic_store(&server->connections, 0);
    atomic_store(&server->resumed, 0);
    atomic_store(&server->is_hanging, false);
    server->request[0] = '\0';
    server->tls = behaviour->tls ? make_context(behaviour->tickets) : NULL;
    server->hold = bind_to(&in);
    server->port = ntohs(in.sin_port);
    fake_server_resume(server);
}

void fake_server_resume(struct fake_server *server)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    in.sin_port = htons(server->port);
    server->fd = bind_to(&in);
    assert_int_equal(listen(server->fd, 64), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
}

void fake_server_pause(struct fake_server *server)
{
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->fd);
    server->fd = -1;
}

void fake_server_stop(struct fake_server *server)
{
    if (server->fd >= 0)
        fake_server_pause(server);
    close(server->hold);
    tls_context_free(server->tls);
}
