/* SPDX-License-Identifier: Apache-2.0 */
/* Facts about certificates; see facts.h. */
#include "tls/facts.h"

#include "tls/session_priv.h"

#include <openssl/x509.h>
#include <stdio.h>

void tls_fact_peer_name(const struct tls_session *s, struct tls_fact *out)
{
    X509 *shown = SSL_get0_peer_certificate(s->ssl);
    out->text[0] = '\0';
    if (shown != NULL)
        X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, out->text,
                                  sizeof(out->text));
}

void tls_fact_key(const struct tls_session *s, struct tls_fact *out)
{
    X509 *own = SSL_get_certificate(s->ssl);
    EVP_PKEY *key = own != NULL ? X509_get0_pubkey(own) : NULL;
    out->text[0] = '\0';
    if (key == NULL)
        return;
    int type = EVP_PKEY_get_base_id(key);
    const char *name = type == EVP_PKEY_RSA ? "RSA" : type == EVP_PKEY_EC ? "EC" : "DSA";
    snprintf(out->text, sizeof(out->text), "%s%d", name, EVP_PKEY_get_bits(key));
}

void tls_fact_signature(const struct tls_session *s, struct tls_fact *out)
{
    X509 *own = SSL_get_certificate(s->ssl);
    out->text[0] = '\0';
    if (own != NULL)
        snprintf(out->text, sizeof(out->text), "%s", OBJ_nid2sn(X509_get_signature_nid(own)));
}
