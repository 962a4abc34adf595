/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a finished handshake leaves behind in OpenSSL and no record will ever need: the keys of the
 * key exchange, the list of ciphers that the client offered, the stapled response. 750 bytes and
 * more of the 14 KB that an idle session costs.
 *
 * Tried and dropped: SSL_set_session(ssl, NULL), for another 1 KB. It puts the SSL back to its
 * first method and thereby throws the keys of the connection away.
 */
#include "tls/session_priv.h"

#include <openssl/err.h>

/* Setting the type of a key frees what it held; the empty shell stays OpenSSL's. */
static void empty_key(EVP_PKEY *key)
{
    EVP_PKEY_set_type(key, EVP_PKEY_get_id(key));
    EVP_PKEY_free(key);
}

void tls_session_trim(SSL *ssl)
{
    EVP_PKEY *key = NULL;
    if (SSL_get_tmp_key(ssl, &key) == 1)
        empty_key(key); /* with the private half: who takes the memory later learns nothing */
    if (SSL_get_peer_tmp_key(ssl, &key) == 1)
        empty_key(key);
    STACK_OF(SSL_CIPHER) *offered = SSL_get_client_ciphers(ssl);
    if (offered != NULL) {
        sk_SSL_CIPHER_zero(offered);
        sk_SSL_CIPHER_reserve(offered, 0); /* shrinks it */
    }
    if (SSL_is_server(ssl))
        SSL_set_tlsext_status_ocsp_resp(ssl, NULL, 0);
    ERR_clear_error();
}
