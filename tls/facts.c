/* SPDX-License-Identifier: Apache-2.0 */
/* Answers from OpenSSL's objects; see facts.h. */
#include "tls/facts.h"

#include "tls/session_priv.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

static X509 *x509_of(const struct tls_certificate *c)
{
    return (X509 *)c; /* OpenSSL asks for many things without const */
}

const struct tls_certificate *tls_session_certificate(const struct tls_session *s,
                                                      enum tls_side side)
{
    X509 *x509 = side == TLS_OURS ? SSL_get_certificate(s->ssl) : SSL_get0_peer_certificate(s->ssl);
    if (x509 == NULL && side == TLS_PEERS && tls_session_distrusts(s)) /* OpenSSL did not keep it */
        x509 = sk_X509_value(SSL_get0_verified_chain(s->ssl), 0);
    return (const struct tls_certificate *)x509;
}

void tls_fault_text(unsigned long fault, struct tls_error_text *text_out)
{
    ERR_error_string_n(fault, text_out->text, sizeof text_out->text);
}

static long copy_out(const void *data, size_t len, void *out, size_t room)
{
    if (data == NULL || len > room)
        return -1;
    memcpy(out, data, len);
    return (long)len;
}

/* Who finishes first depends on whether the session is resumed: RFC 5929 3.1. */
static size_t unique_id(const struct tls_session *s, void *out, size_t room)
{
    bool ours_first = SSL_session_reused(s->ssl) ? SSL_is_server(s->ssl) : !SSL_is_server(s->ssl);
    return ours_first ? SSL_get_finished(s->ssl, out, room)
                      : SSL_get_peer_finished(s->ssl, out, room);
}

long tls_session_blob(const struct tls_session *s, enum tls_blob which, void *out, size_t room)
{
    const SSL_SESSION *session = SSL_get0_session(s->ssl);
    unsigned id_len = 0;
    const unsigned char *id = session != NULL ? SSL_SESSION_get_id(session, &id_len) : NULL;
    switch (which) {
    case TLS_SESSION_ID:
        return copy_out(id, id_len, out, room);
    case TLS_MASTER_KEY:
        return session != NULL ? (long)SSL_SESSION_get_master_key(session, out, room) : -1;
    case TLS_CLIENT_RANDOM:
        return (long)SSL_get_client_random(s->ssl, out, room);
    case TLS_SERVER_RANDOM:
        return (long)SSL_get_server_random(s->ssl, out, room);
    default:
        return (long)unique_id(s, out, room);
    }
}

int tls_session_key_bits(const struct tls_session *s, bool of_algorithm)
{
    int algorithm_bits = 0, used = SSL_get_cipher_bits(s->ssl, &algorithm_bits);
    return of_algorithm ? algorithm_bits : used;
}

static long certificate_der(X509 *x509, void *out, size_t room)
{
    int len = i2d_X509(x509, NULL);
    unsigned char *at = out;
    if (len <= 0 || (size_t)len > room)
        return -1;
    return i2d_X509(x509, &at);
}

long tls_session_chain(const struct tls_session *s, void *out, size_t room)
{
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(s->ssl);
    size_t len = 0;
    for (int i = 0; i < sk_X509_num(chain); i++) {
        long der_len = certificate_der(sk_X509_value(chain, i), (char *)out + len, room - len);
        if (der_len < 0)
            return -1;
        len += (size_t)der_len;
    }
    return chain != NULL ? (long)len : -1;
}

long tls_certificate_blob(const struct tls_certificate *c, enum tls_certificate_blob which,
                          void *out, size_t room)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (which == TLS_DER)
        return certificate_der(x509_of(c), out, room);
    if (which == TLS_SHA1)
        return X509_digest(x509_of(c), EVP_sha1(), digest, &len) == 1
                   ? copy_out(digest, len, out, room)
                   : -1;
    const ASN1_INTEGER *serial = X509_get0_serialNumber(x509_of(c));
    return copy_out(ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial), out, room);
}

int tls_certificate_version(const struct tls_certificate *c)
{
    return (int)X509_get_version(x509_of(c)) + 1;
}

/* The century of the long form is left out, so that both read alike. */
static long time_text(const ASN1_TIME *time, char *out, size_t room)
{
    const char *text = (const char *)ASN1_STRING_get0_data(time);
    size_t len = (size_t)ASN1_STRING_length(time);
    size_t skip = ASN1_STRING_type(time) == V_ASN1_GENERALIZEDTIME ? 2 : 0;
    return len > skip ? copy_out(text + skip, len - skip, out, room) : -1;
}

static long algorithm_text(int nid, char *out, size_t room)
{
    const char *name = OBJ_nid2sn(nid);
    return name != NULL ? copy_out(name, strlen(name), out, room) : -1;
}

static long key_kind_text(const EVP_PKEY *key, char *out, size_t room)
{
    if (key == NULL)
        return -1;
    int type = EVP_PKEY_get_base_id(key);
    const char *name = type == EVP_PKEY_RSA ? "RSA" : type == EVP_PKEY_EC ? "EC" : "DSA";
    int len = snprintf(out, room, "%s%d", name, EVP_PKEY_get_bits(key));
    return len < (int)room ? len : -1;
}

long tls_certificate_text(const struct tls_certificate *c, enum tls_certificate_text which,
                          char *out, size_t room)
{
    const X509 *x509 = x509_of(c);
    ASN1_OBJECT *key = NULL;
    switch (which) {
    case TLS_NOT_BEFORE:
        return time_text(X509_get0_notBefore(x509), out, room);
    case TLS_NOT_AFTER:
        return time_text(X509_get0_notAfter(x509), out, room);
    case TLS_KEY_KIND:
        return key_kind_text(X509_get0_pubkey(x509), out, room);
    case TLS_SIGNATURE_ALGORITHM:
        return algorithm_text(X509_get_signature_nid(x509), out, room);
    default:
        X509_PUBKEY_get0_param(&key, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509));
        return algorithm_text(OBJ_obj2nid(key), out, room);
    }
}

/* ---- names -------------------------------------------------------------------------------------------- */

/* The short name of an entry: "CN"; its number with dots where it has none. */
static void entry_type(const X509_NAME_ENTRY *entry, char *text, int room)
{
    ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
    int nid = OBJ_obj2nid(object);
    if (nid != NID_undef)
        OPENSSL_strlcpy(text, OBJ_nid2sn(nid), (size_t)room);
    else
        OBJ_obj2txt(text, room, object, 1);
}

static const ASN1_STRING *entry_value(const X509_NAME_ENTRY *entry)
{
    return X509_NAME_ENTRY_get_data(entry);
}

static long one_entry(const X509_NAME *name, const struct tls_name_query *query, char *out,
                      size_t room)
{
    int count = X509_NAME_entry_count(name), left = query->occurrence;
    bool backward = left < 0;
    if (backward)
        left = -left;
    for (int i = 0; i < count; i++) {
        char type[64];
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, backward ? count - 1 - i : i);
        entry_type(entry, type, sizeof type);
        if (strcmp(type, query->entry) != 0 || --left > 0)
            continue;
        const ASN1_STRING *value = entry_value(entry);
        return copy_out(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), out, room);
    }
    return -1;
}

/* "/C=FR/O=Example/CN=x" */
static long whole_name(const X509_NAME *name, char *out, size_t room)
{
    size_t used = 0;
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        char type[64];
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        const ASN1_STRING *value = entry_value(entry);
        size_t value_len = (size_t)ASN1_STRING_length(value);
        entry_type(entry, type, sizeof type);
        size_t type_len = strlen(type);
        if (used + type_len + value_len + 2 > room)
            return -1;
        out[used++] = '/';
        memcpy(out + used, type, type_len);
        used += type_len;
        out[used++] = '=';
        memcpy(out + used, ASN1_STRING_get0_data(value), value_len);
        used += value_len;
    }
    return (long)used;
}

static long rfc2253_name(const X509_NAME *name, char *out, size_t room)
{
    BIO *bio = BIO_new(BIO_s_mem());
    long len = -1;
    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
        char *text;
        long text_len = BIO_get_mem_data(bio, &text);
        len = copy_out(text, (size_t)text_len, out, room);
    }
    BIO_free(bio);
    return len;
}

long tls_certificate_name(const struct tls_certificate *c, const struct tls_name_query *query,
                          char *out, size_t room)
{
    const X509_NAME *name =
        query->issuer ? X509_get_issuer_name(x509_of(c)) : X509_get_subject_name(x509_of(c));
    if (query->rfc2253)
        return rfc2253_name(name, out, room);
    if (query->entry != NULL && *query->entry != '\0')
        return one_entry(name, query, out, room);
    return whole_name(name, out, room);
}
