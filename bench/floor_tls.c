/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor's TLS: OpenSSL straight on the socket, through a BIO that knows when the socket is
 * empty.
 *
 * OpenSSL's own socket BIO would do two things more: it clears and tests errno's retry state
 * through three more calls, and it asks an empty socket again before it gives up. Read-ahead takes
 * header and body of a record, and whatever follows them, with one receive.
 */
#include "bench/floor.h"

#include "bench/net.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>

static BIO_METHOD *socket_method;

/* What one step of a handshake writes, to leave with one send: OpenSSL flushes each ticket by
 * itself. */
static struct {
    bool open;
    size_t len;
    char bytes[16 * 1024];
} outbox;

static void outbox_flush(const struct endpoint *endpoint)
{
    outbox.open = false;
    if (outbox.len > 0 &&
        send(endpoint->fd, outbox.bytes, outbox.len, MSG_NOSIGNAL) != (ssize_t)outbox.len)
        die("a client does not take part in the handshake");
    outbox.len = 0;
}

static int socket_read(BIO *bio, char *bytes, size_t len, size_t *read_out)
{
    struct endpoint *endpoint = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (!endpoint->readable) {
        BIO_set_retry_read(bio);
        return 0;
    }
    ssize_t n = recv(endpoint->fd, bytes, len, 0);
    endpoint->readable = n == (ssize_t)len;
    if (n > 0) {
        *read_out = (size_t)n;
        return 1;
    }
    if (n < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    return 0;
}

static int socket_write(BIO *bio, const char *bytes, size_t len, size_t *written_out)
{
    struct endpoint *endpoint = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (outbox.open && len <= sizeof outbox.bytes - outbox.len) {
        memcpy(outbox.bytes + outbox.len, bytes, len);
        outbox.len += len;
        *written_out = len;
        return 1;
    }
    ssize_t n =
        send(endpoint->fd, bytes, len, endpoint->more ? MSG_NOSIGNAL | MSG_MORE : MSG_NOSIGNAL);
    if (n > 0) {
        *written_out = (size_t)n;
        return 1;
    }
    if (n < 0 && errno == EAGAIN)
        BIO_set_retry_write(bio);
    return 0;
}

static long socket_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

struct ssl_ctx_st *floor_tls_context_new(const char *pem_path)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    socket_method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "socket");
    errno = 0;
    if (context == NULL || socket_method == NULL)
        die("no memory");
    if (SSL_CTX_use_certificate_chain_file(context, pem_path) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, pem_path, SSL_FILETYPE_PEM) != 1)
        die("%s: %s", pem_path, ERR_error_string(ERR_get_error(), NULL));
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF); /* resumption is by tickets */
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    BIO_meth_set_read_ex(socket_method, socket_read);
    BIO_meth_set_write_ex(socket_method, socket_write);
    BIO_meth_set_ctrl(socket_method, socket_ctrl);
    return context;
}

void floor_tls_start(struct endpoint *endpoint, struct ssl_ctx_st *context)
{
    BIO *bio = BIO_new(socket_method);
    endpoint->tls = SSL_new(context);
    if (endpoint->tls == NULL || bio == NULL)
        die("no memory");
    BIO_set_data(bio, endpoint);
    BIO_set_init(bio, 1);
    SSL_set_bio(endpoint->tls, bio, bio);
    SSL_set_accept_state(endpoint->tls);
}

void floor_tls_end(struct endpoint *endpoint)
{
    ERR_clear_error();
    if (SSL_is_init_finished(endpoint->tls))
        SSL_shutdown(endpoint->tls); /* close_notify, and no wait for the answer */
    SSL_free(endpoint->tls);
    endpoint->tls = NULL;
}

static ssize_t floor_tls_result(struct endpoint *endpoint, int result)
{
    if (result > 0)
        return result;
    int reason = SSL_get_error(endpoint->tls, result);
    errno = EAGAIN;
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? -1 : 0;
}

bool floor_tls_has_more(const struct endpoint *endpoint)
{
    return SSL_has_pending(endpoint->tls) == 1;
}

ssize_t floor_tls_receive(struct endpoint *endpoint, void *bytes, size_t len)
{
    outbox.open = SSL_is_init_finished(endpoint->tls) == 0;
    int result = SSL_read(endpoint->tls, bytes, (int)len);
    if (outbox.open)
        outbox_flush(endpoint);
    return floor_tls_result(endpoint, result);
}

/* One record at a time. The kernel gathers those that follow each other into full segments. */
ssize_t floor_tls_send(struct endpoint *endpoint, const void *bytes, size_t len)
{
    endpoint->more = len > SSL3_RT_MAX_PLAIN_LENGTH;
    return floor_tls_result(endpoint, SSL_write(endpoint->tls, bytes, (int)len));
}
