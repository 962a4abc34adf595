/* SPDX-License-Identifier: Apache-2.0 */
/* The load's TLS; see load.h. Certificates are not verified: that is arithmetic of the client, not
 * of the proxy. */
#include "bench/load.h"

#include "bench/net.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *context;
static SSL_SESSION *session; /* the newest one, to be resumed */

static int on_new_session(SSL *tls, SSL_SESSION *fresh)
{
    (void)tls;
    SSL_SESSION_free(session);
    session = fresh;
    return 1; /* the reference is ours now */
}

void load_tls_init(enum tls_use use)
{
    context = SSL_CTX_new(TLS_client_method());
    errno = 0;
    if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") != 1 ||
        SSL_CTX_set1_groups_list(context, "X25519") != 1)
        die("TLS: %s", ERR_error_string(ERR_get_error(), NULL));
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (use != TLS_RESUMED)
        return;
    SSL_CTX_set_session_cache_mode(context,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(context, on_new_session);
}

/* A copy, because OpenSSL spoils a session once a handshake has used it, and many begin before the
 * next ticket. */
static void load_tls_resume(SSL *tls)
{
    SSL_SESSION *copy = SSL_SESSION_dup(session);
    if (copy == NULL || SSL_set_session(tls, copy) != 1)
        die("the session cannot be resumed");
    SSL_SESSION_free(copy);
}

struct ssl_st *load_tls_new(int fd)
{
    SSL *tls = SSL_new(context);
    if (tls == NULL || SSL_set_fd(tls, fd) != 1)
        die("no memory");
    SSL_set_connect_state(tls);
    if (session != NULL)
        load_tls_resume(tls);
    return tls;
}

bool load_tls_is_resumed(struct ssl_st *tls)
{
    return SSL_session_reused(tls) == 1;
}

void load_tls_free(struct ssl_st *tls)
{
    if (tls == NULL)
        return;
    SSL_set_quiet_shutdown(tls, 1);
    SSL_shutdown(tls); /* else OpenSSL takes the session for a broken one */
    SSL_free(tls);
}

static ssize_t load_tls_result(SSL *tls, int result)
{
    if (result > 0)
        return result;
    int reason = SSL_get_error(tls, result);
    ERR_clear_error();
    if (reason == SSL_ERROR_ZERO_RETURN)
        return 0;
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
        errno = EAGAIN;
    else if (reason != SSL_ERROR_SYSCALL || errno == 0)
        errno = EPROTO;
    return -1;
}

ssize_t load_tls_receive(struct ssl_st *tls, void *bytes, size_t len)
{
    return load_tls_result(tls, SSL_read(tls, bytes, (int)len));
}

ssize_t load_tls_send(struct ssl_st *tls, const void *bytes, size_t len)
{
    return load_tls_result(tls, SSL_write(tls, bytes, (int)len));
}
