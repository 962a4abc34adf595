/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCSP responses, RFC 6960: what the first answer in one says, and of which certificate. Nobody's signature is checked:
 * clients do that, and a wrong one only makes them ask for themselves.
 */
#include "tls/ocsp_priv.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int tls_ocsp_decode(const char *text, struct tls_bytes *der_out)
{
    int len = 0, rest = 0, taken = (int)strlen(text);
    EVP_ENCODE_CTX *decoder = EVP_ENCODE_CTX_new();
    *der_out = (struct tls_bytes){.data = malloc((size_t)taken + 1)};
    if (decoder != NULL && der_out->data != NULL) {
        unsigned char *out = der_out->data;
        EVP_DecodeInit(decoder);
        if (EVP_DecodeUpdate(decoder, out, &len, (const unsigned char *)text, taken) >= 0 &&
            EVP_DecodeFinal(decoder, out + len, &rest) == 1)
            der_out->len = (size_t)(len + rest);
    }
    EVP_ENCODE_CTX_free(decoder);
    if (der_out->len > 0)
        return 0;
    tls_bytes_free(der_out);
    return -1;
}

/* NULL, or the response with its first answer in single_out, which lives as long as what is returned. */
static OCSP_BASICRESP *open_ocsp(const struct tls_bytes *ocsp, OCSP_SINGLERESP **single_out)
{
    const unsigned char *der = ocsp->data;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &der, (long)ocsp->len);
    OCSP_BASICRESP *basic = NULL;
    if (response != NULL && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
        basic = OCSP_response_get1_basic(response);
    *single_out = basic != NULL ? OCSP_resp_get0(basic, 0) : NULL;
    OCSP_RESPONSE_free(response);
    return basic;
}

int tls_ocsp_serial(const struct tls_bytes *der, char *serial_out, size_t room)
{
    OCSP_SINGLERESP *single;
    ASN1_INTEGER *serial = NULL;
    OCSP_BASICRESP *basic = open_ocsp(der, &single);
    OCSP_CERTID *id = single != NULL ? (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single) : NULL;
    if (id != NULL)
        OCSP_id_get0_info(NULL, NULL, NULL, &serial, id);
    BIGNUM *number = serial != NULL ? ASN1_INTEGER_to_BN(serial, NULL) : NULL;
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    int len = hex != NULL ? snprintf(serial_out, room, "%s", hex) : -1;
    OPENSSL_free(hex);
    BN_free(number);
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return len >= 0 && (size_t)len < room ? 0 : -1;
}

bool tls_ocsp_is_good(const struct tls_bytes *ocsp, time_t *until_out)
{
    OCSP_SINGLERESP *single;
    OCSP_BASICRESP *basic = open_ocsp(ocsp, &single);
    ASN1_GENERALIZEDTIME *until = NULL;
    int status = single != NULL ? OCSP_single_get0_status(single, NULL, NULL, NULL, &until) : -1;
    struct tm parts;
    *until_out = until != NULL && ASN1_TIME_to_tm(until, &parts) == 1 ? timegm(&parts) : 0;
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return status == V_OCSP_CERTSTATUS_GOOD;
}

/* The digest in the response is of the issuer's name as it stands in the certificate, RFC 6960 4.1.1. */
static bool has_issuer(const X509 *leaf, const ASN1_OBJECT *algorithm,
                       const ASN1_OCTET_STRING *name)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    const EVP_MD *md = EVP_get_digestbyobj(algorithm);
    return md != NULL && X509_NAME_digest(X509_get_issuer_name(leaf), md, digest, &len) == 1 &&
           (int)len == ASN1_STRING_length(name) &&
           memcmp(ASN1_STRING_get0_data(name), digest, len) == 0;
}

bool tls_ocsp_is_about(const struct tls_bytes *ocsp, const X509 *leaf)
{
    time_t ignored;
    OCSP_SINGLERESP *single;
    ASN1_OCTET_STRING *name = NULL;
    ASN1_OBJECT *algorithm = NULL;
    ASN1_INTEGER *serial = NULL;
    if (!tls_ocsp_is_good(ocsp, &ignored))
        return false;
    OCSP_BASICRESP *basic = open_ocsp(ocsp, &single);
    OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(single);
    bool is_about = OCSP_id_get0_info(&name, &algorithm, NULL, &serial, id) == 1 &&
                    ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0 &&
                    has_issuer(leaf, algorithm, name);
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return is_about;
}

long tls_ocsp_id(const struct tls_bytes *ocsp, unsigned char **der_out)
{
    OCSP_SINGLERESP *single;
    OCSP_BASICRESP *basic = open_ocsp(ocsp, &single);
    *der_out = NULL;
    int len = single != NULL ? i2d_OCSP_CERTID(OCSP_SINGLERESP_get0_id(single), der_out) : 0;
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
    return len;
}
