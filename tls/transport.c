/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ciphertext between OpenSSL and the two callbacks: a BIO without a buffer of its own.
 *
 *   recv callback --> OpenSSL's read buffer        (directly, as much as it has room for)
 *   OpenSSL's write buffer --> send callback       (directly: one record, one send)
 *                          --> stage --> send      (several records, one send)
 *                                   \--> unsent    (what send did not take)
 *
 * All sessions of a thread share one BIO, since each would cost an idle session 200 bytes: whoever
 * calls into OpenSSL says first for which session.
 *
 * OpenSSL always gets its record off its hands, so it frees the buffer at once and never has to be
 * called again with the same arguments; what send refuses waits in `unsent`, which is bounded.
 */
#include "tls/session_priv.h"

#include <openssl/bio.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Beyond this OpenSSL itself must wait: a peer that makes us answer without reading, with requests
 * for new keys for example, costs no more memory than this. */
#define UNSENT_BYTES_MAX (64 * 1024)

/* How much send took; 0 when it would block. */
static size_t send_some(struct tls_session *s, const void *bytes, size_t len)
{
    if (s->io_failed)
        return 0;
    ssize_t sent = s->table->send(s->io, bytes, len);
    s->io_failed = sent <= TLS_IO_ERROR;
    return sent > 0 ? (size_t)sent : 0;
}

static int give_up(struct tls_session *s)
{
    s->failed = true;
    return TLS_FAILED;
}

static void forget_unsent(struct tls_session *s)
{
    free(s->unsent);
    s->unsent = NULL;
    s->unsent_len = s->unsent_sent = 0;
    s->deferred = false;
}

int tls_transport_flush(struct tls_session *s)
{
    while (s->unsent_sent < s->unsent_len) {
        size_t sent = send_some(s, s->unsent + s->unsent_sent, s->unsent_len - s->unsent_sent);
        if (s->io_failed)
            return give_up(s);
        if (sent == 0) {
            s->deferred = false;
            return TLS_WANT_WRITE;
        }
        s->unsent_sent += (uint32_t)sent;
    }
    forget_unsent(s);
    return 0;
}

static bool keep_unsent(struct tls_session *s, const unsigned char *bytes, size_t len)
{
    size_t kept = s->unsent_len - s->unsent_sent;
    if (kept > 0)
        memmove(s->unsent, s->unsent + s->unsent_sent, kept);
    unsigned char *grown = realloc(s->unsent, kept + len);
    if (grown == NULL)
        return false;
    memcpy(grown + kept, bytes, len);
    s->unsent = grown;
    s->unsent_len = (uint32_t)(kept + len);
    s->unsent_sent = 0;
    return true;
}

/* Order is everything here: what was left unsent goes first. False: failed for good. */
static bool send_all(struct tls_session *s, const unsigned char *bytes, size_t len)
{
    if (s->deferred && tls_transport_flush(s) == TLS_FAILED)
        return false;
    size_t sent = s->unsent_len == 0 ? send_some(s, bytes, len) : 0;
    if (s->io_failed)
        return false;
    return sent == len || keep_unsent(s, bytes + sent, len - sent);
}

static bool flush_stage(struct tls_session *s)
{
    if (s->stage == NULL || s->stage->len == 0)
        return true;
    size_t len = s->stage->len;
    s->stage->len = 0;
    return send_all(s, s->stage->bytes, len);
}

static int on_read(BIO *bio, char *buf, size_t len, size_t *got_out)
{
    struct tls_session *s = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *got_out = 0;
    /* an answer can only come to what has been said */
    if (!flush_stage(s) || s->io_eof || s->io_failed)
        return 0;
    ssize_t got = s->table->recv(s->io, buf, len);
    s->drained = got < (ssize_t)len;
    if (got > 0) {
        *got_out = (size_t)got;
        return 1;
    }
    if (got == TLS_IO_AGAIN)
        BIO_set_retry_read(bio);
    s->io_eof = got == TLS_IO_EOF;
    s->io_failed = got <= TLS_IO_ERROR;
    return 0;
}

static int on_write(BIO *bio, const char *bytes, size_t len, size_t *written_out)
{
    struct tls_session *s = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    *written_out = 0;
    if (s->unsent_len - s->unsent_sent > UNSENT_BYTES_MAX) {
        BIO_set_retry_write(bio);
        return 0;
    }
    bool staged = s->stage != NULL && len < sizeof(s->stage->bytes);
    if (!staged || s->stage->len + len > sizeof(s->stage->bytes)) {
        if (!flush_stage(s))
            return 0;
    }
    if (staged) {
        memcpy(s->stage->bytes + s->stage->len, bytes, len);
        s->stage->len += len;
    } else if (!send_all(s, (const unsigned char *)bytes, len)) {
        return 0;
    }
    *written_out = len;
    return 1;
}

void tls_transport_begin(struct tls_session *s, struct tls_stage *stage)
{
    stage->len = 0;
    s->stage = stage;
    if (s->deferred) { /* it comes out of such a stage, so it fits */
        memcpy(stage->bytes, s->unsent, s->unsent_len);
        stage->len = s->unsent_len;
        forget_unsent(s);
    }
}

int tls_transport_end(struct tls_session *s)
{
    bool sent = flush_stage(s);
    s->stage = NULL;
    if (!sent)
        return give_up(s);
    return s->unsent_len > 0 ? TLS_WANT_WRITE : 0; /* another send now would only be refused */
}

int tls_transport_defer(struct tls_session *s)
{
    size_t len = s->stage->len;
    bool kept = len == 0 || keep_unsent(s, s->stage->bytes, len);
    s->deferred = len > 0;
    s->stage = NULL;
    return kept ? 0 : give_up(s);
}

static long on_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; /* the rest is not for us to know: no */
}

static int on_create(BIO *bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

static BIO_METHOD *method; /* made once, never freed: sessions of any context use it */
static pthread_key_t thread_bio;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void free_bio(void *bio)
{
    BIO_free(bio);
}

static void make_method(void)
{
    BIO_METHOD *made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir");
    if (made == NULL || pthread_key_create(&thread_bio, free_bio) != 0) {
        BIO_meth_free(made);
        return;
    }
    BIO_meth_set_read_ex(made, on_read);
    BIO_meth_set_write_ex(made, on_write);
    BIO_meth_set_ctrl(made, on_ctrl);
    BIO_meth_set_create(made, on_create);
    method = made;
}

/* The thread's BIO; NULL only when memory runs out. */
static BIO *bio_of_thread(void)
{
    pthread_once(&method_once, make_method);
    if (method == NULL)
        return NULL;
    BIO *bio = pthread_getspecific(thread_bio);
    if (bio == NULL)
        bio = BIO_new(method);
    if (bio == NULL || pthread_setspecific(thread_bio, bio) == 0)
        return bio;
    BIO_free(bio);
    return NULL;
}

bool tls_transport_attach(SSL *ssl)
{
    BIO *bio = bio_of_thread();
    if (bio == NULL || BIO_up_ref(bio) != 1)
        return false;
    SSL_set_bio(ssl, bio, bio);
    return true;
}

void tls_transport_enter(struct tls_session *s)
{
    BIO_set_data(SSL_get_rbio(s->ssl), s);
}

struct tls_session *tls_transport_session(const SSL *ssl)
{
    return BIO_get_data(SSL_get_rbio(ssl));
}
