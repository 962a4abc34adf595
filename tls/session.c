/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a TLS session: made, handshake, reads, close_notify, freed. How data becomes records
 * is in write.c, how records reach the transport in transport.c.
 *
 * No handshake and no read begins while OpenSSL's queue of errors holds something: what it says of
 * one session must not be taken for what happened to another of the same thread. A write cannot
 * mistake it: it never waits, so whatever is no success is a failure.
 */
#include "tls/session_priv.h"

#include "tls/context_priv.h"
#include "tls/error_priv.h"
#include "tls/protocol_priv.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

static struct tls_session *session_new(SSL *ssl, const struct tls_io *table, void *io)
{
    struct tls_session *s = ssl != NULL ? calloc(1, sizeof(*s)) : NULL;
    if (s == NULL || !tls_transport_attach(ssl)) {
        free(s);
        SSL_free(ssl);
        return NULL;
    }
    s->ssl = ssl;
    s->table = table;
    s->io = io;
    tls_session_idle(s);
    return s;
}

struct tls_session *tls_session_accept(struct tls_context *ctx, const struct tls_io *table,
                                       void *io)
{
    ERR_clear_error();
    struct tls_session *s = session_new(tls_context_new_ssl(ctx), table, io);
    if (s == NULL)
        return NULL;
    s->context = tls_context_ref(ctx);
    s->store = tls_context_store(ctx);
    return s;
}

struct tls_session *tls_session_connect(struct tls_client_context *ctx, const char *sni,
                                        const struct tls_io *table, void *io)
{
    ERR_clear_error();
    struct tls_session *s = session_new(tls_client_context_new_ssl(ctx, sni), table, io);
    if (s != NULL)
        s->client_context = tls_client_context_ref(ctx);
    return s;
}

int tls_session_offer(struct tls_session *s, const char *alpn)
{
    struct tls_bytes wire;
    struct tls_error_text ignored;
    if (tls_protocol_alpn(alpn, &wire, &ignored) != 0)
        return -1;
    int failed = SSL_set_alpn_protos(s->ssl, wire.data, (unsigned)wire.len);
    tls_bytes_free(&wire);
    return failed != 0 ? -1 : 0;
}

static int fail(struct tls_session *s)
{
    s->error_code = ERR_peek_error();
    ERR_clear_error();
    s->failed = true;
    return TLS_FAILED;
}

int tls_session_status(struct tls_session *s, int result)
{
    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_CLOSED;
    case SSL_ERROR_SYSCALL:
        if (s->io_eof && !s->io_failed)
            return TLS_EOF;
        return fail(s);
    default:
        return fail(s);
    }
}

static int note_established(struct tls_session *s)
{
    const unsigned char *alpn = NULL;
    unsigned len = 0;
    SSL_get0_alpn_selected(s->ssl, &alpn, &len);
    if (len > 0 && s->alpn == NULL)
        s->alpn = strndup((const char *)alpn, len);
    if (s->client_context != NULL)
        tls_client_context_note(s->client_context, s->ssl);
    tls_session_trim(s->ssl);
    tls_store_free(s->store);
    s->store = NULL;
    s->established = len == 0 || s->alpn != NULL;
    return s->established ? 0 : fail(s);
}

/*
 * All messages of a flight share one send. What a TLS 1.3 server sends last are tickets: when the
 * first request has arrived already, they wait for its response and share a send with that.
 */
int tls_session_handshake(struct tls_session *s)
{
    if (s->failed || s->established)
        return s->failed ? TLS_FAILED : 0;
    ERR_clear_error();
    int flushed = tls_transport_flush(s);
    if (flushed != 0)
        return flushed;
    struct tls_stage stage;
    tls_transport_begin(s, &stage);
    tls_transport_enter(s);
    int result = SSL_do_handshake(s->ssl);
    int status = result == 1 ? 0 : tls_session_status(s, result);
    bool request_is_here = status == 0 && s->unsent_len == 0 && SSL_has_pending(s->ssl);
    flushed = request_is_here ? tls_transport_defer(s) : tls_transport_end(s); /* alerts, too */
    if (status == TLS_FAILED || flushed == TLS_FAILED)
        return TLS_FAILED;
    if (flushed == TLS_WANT_WRITE && (status == 0 || status == TLS_WANT_READ))
        return TLS_WANT_WRITE;
    return status == 0 ? note_established(s) : status;
}

int tls_session_read(struct tls_session *s, void *buf, size_t len)
{
    if (s->failed || s->end != 0)
        return s->failed ? TLS_FAILED : s->end;
    if (ERR_peek_error() != 0)
        ERR_clear_error();
    size_t total = 0;
    size_t room = len < INT_MAX ? len : INT_MAX;
    int status = 0;
    tls_transport_enter(s);
    do {
        size_t got = 0;
        int result = SSL_read_ex(s->ssl, (char *)buf + total, room - total, &got);
        if (result != 1)
            status = tls_session_status(s, result);
        total += got;
    } while (status == 0 && total < room && SSL_has_pending(s->ssl));
    s->starved = status == TLS_WANT_READ || status == TLS_WANT_WRITE;
    if (status != 0 && !s->starved)
        s->end = status; /* told now, or after the data that came before it */
    return total > 0 ? (int)total : status;
}

bool tls_session_has_pending(const struct tls_session *s)
{
    if (s->end != 0)
        return true; /* the end itself */
    if (s->starved)
        return false;
    return SSL_has_pending(s->ssl) || !s->drained;
}

bool tls_session_has_unsent(const struct tls_session *s)
{
    return s->unsent_len > 0 && !s->deferred;
}

int tls_session_shutdown(struct tls_session *s)
{
    if (s->failed || !s->established || s->io_failed)
        return 0;
    ERR_clear_error();
    int status = tls_transport_flush(s);
    if (status == 0 && (SSL_get_shutdown(s->ssl) & SSL_SENT_SHUTDOWN) == 0) {
        tls_transport_enter(s);
        int result = SSL_shutdown(s->ssl); /* 0: sent, and the peer has not said it yet */
        status = result >= 0 ? tls_transport_flush(s) : tls_session_status(s, result);
    }
    /* nobody waits for the other side's close_notify: the caller reads it, if it cares */
    return status == TLS_WANT_READ ? 0 : status;
}

void tls_session_free(struct tls_session *s)
{
    if (s == NULL)
        return;
    /* else OpenSSL takes the missing close_notify for an attack and forgets the session, which
     * could no longer be resumed; RFC 8446 and browsers see that differently */
    if (s->established && !s->failed)
        SSL_set_shutdown(s->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(s->ssl);
    tls_store_free(s->store);
    tls_context_free(s->context);
    tls_client_context_free(s->client_context);
    free(s->unsent);
    free(s->alpn);
    free(s);
}

bool tls_session_is_established(const struct tls_session *s)
{
    return s->established;
}

bool tls_session_is_resumed(const struct tls_session *s)
{
    return SSL_session_reused(s->ssl) == 1;
}

bool tls_session_awaits_ticket(const struct tls_session *s)
{
    /* before TLS 1.3 it comes within the handshake, or never; since then each serves once */
    return s->established && !s->failed && s->client_context != NULL &&
           tls_client_context_wants_tickets(s->client_context) &&
           SSL_version(s->ssl) == TLS1_3_VERSION &&
           SSL_SESSION_is_resumable(SSL_get_session(s->ssl)) == 0;
}

const char *tls_session_version(const struct tls_session *s)
{
    return SSL_get_version(s->ssl);
}

const char *tls_session_cipher(const struct tls_session *s)
{
    return SSL_get_cipher_name(s->ssl);
}

const char *tls_session_alpn(const struct tls_session *s)
{
    return s->alpn != NULL ? s->alpn : "";
}

const char *tls_session_sni(const struct tls_session *s)
{
    const char *name = SSL_get_servername(s->ssl, TLSEXT_NAMETYPE_host_name);
    return name != NULL ? name : "";
}

bool tls_session_has_peer_certificate(const struct tls_session *s)
{
    return SSL_get0_peer_certificate(s->ssl) != NULL;
}

long tls_session_verify_result(const struct tls_session *s)
{
    return SSL_get_verify_result(s->ssl);
}

unsigned long tls_session_fault(const struct tls_session *s)
{
    return s->error_code;
}

bool tls_session_distrusts(const struct tls_session *s)
{
    return ERR_GET_REASON(s->error_code) == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

void tls_session_error(const struct tls_session *s, struct tls_error_text *text_out)
{
    const char *reason = ERR_reason_error_string(s->error_code);
    if (tls_session_distrusts(s))
        tls_error_set(text_out, "certificate verify failed: %s",
                      X509_verify_cert_error_string(SSL_get_verify_result(s->ssl)));
    else if (reason != NULL)
        tls_error_set(text_out, "%s", reason);
    else if (s->io_failed)
        tls_error_set(text_out, "the connection failed");
    else if (s->io_eof)
        tls_error_set(text_out, s->established ? "the peer closed without close_notify"
                                               : "the peer closed during the handshake");
    else
        tls_error_set(text_out, s->failed ? "out of memory" : "no error");
}

/* They travel in the pointer that SSL has for us, as there is no room for them where OpenSSL calls back. */
static struct tls_client_faults faults_of(const SSL *ssl)
{
    uintptr_t packed = (uintptr_t)SSL_get_app_data(ssl);
    return (struct tls_client_faults){.error = (uint8_t)packed,
                                      .ca_error = (uint8_t)(packed >> 8),
                                      .ca_depth = (uint8_t)(packed >> 16)};
}

void tls_client_faults_note(SSL *ssl, int error, int depth)
{
    struct tls_client_faults f = faults_of(ssl);
    if (depth == 0 && f.error == 0)
        f.error = (uint8_t)error;
    if (depth > 0 && f.ca_error == 0) {
        f.ca_error = (uint8_t)error;
        f.ca_depth = (uint8_t)(depth < UINT8_MAX ? depth : UINT8_MAX);
    }
    uintptr_t packed = f.error | (uintptr_t)f.ca_error << 8 | (uintptr_t)f.ca_depth << 16;
    SSL_set_app_data(ssl, (char *)packed);
}

struct tls_client_faults tls_session_client_faults(const struct tls_session *s)
{
    return faults_of(s->ssl);
}
