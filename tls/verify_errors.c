/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of verification errors; see verify_errors.h. */
#include "tls/verify_errors.h"

#include <openssl/x509_vfy.h>
#include <string.h>

enum { ERRORS = 128 };

#define NAMED(error)                                                                               \
    {                                                                                              \
#error, error                                                                              \
    }

static const struct {
    const char *name;
    int number;
} names[] = {
    NAMED(X509_V_ERR_UNSPECIFIED),
    NAMED(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT),
    NAMED(X509_V_ERR_UNABLE_TO_GET_CRL),
    NAMED(X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE),
    NAMED(X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE),
    NAMED(X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY),
    NAMED(X509_V_ERR_CERT_SIGNATURE_FAILURE),
    NAMED(X509_V_ERR_CRL_SIGNATURE_FAILURE),
    NAMED(X509_V_ERR_CERT_NOT_YET_VALID),
    NAMED(X509_V_ERR_CERT_HAS_EXPIRED),
    NAMED(X509_V_ERR_CRL_NOT_YET_VALID),
    NAMED(X509_V_ERR_CRL_HAS_EXPIRED),
    NAMED(X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD),
    NAMED(X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD),
    NAMED(X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD),
    NAMED(X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD),
    NAMED(X509_V_ERR_OUT_OF_MEM),
    NAMED(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT),
    NAMED(X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN),
    NAMED(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
    NAMED(X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE),
    NAMED(X509_V_ERR_CERT_CHAIN_TOO_LONG),
    NAMED(X509_V_ERR_CERT_REVOKED),
    NAMED(X509_V_ERR_INVALID_CA),
    NAMED(X509_V_ERR_PATH_LENGTH_EXCEEDED),
    NAMED(X509_V_ERR_INVALID_PURPOSE),
    NAMED(X509_V_ERR_CERT_UNTRUSTED),
    NAMED(X509_V_ERR_CERT_REJECTED),
    NAMED(X509_V_ERR_SUBJECT_ISSUER_MISMATCH),
    NAMED(X509_V_ERR_AKID_SKID_MISMATCH),
    NAMED(X509_V_ERR_AKID_ISSUER_SERIAL_MISMATCH),
    NAMED(X509_V_ERR_KEYUSAGE_NO_CERTSIGN),
    NAMED(X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER),
    NAMED(X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION),
    NAMED(X509_V_ERR_KEYUSAGE_NO_CRL_SIGN),
    NAMED(X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION),
    NAMED(X509_V_ERR_INVALID_NON_CA),
    NAMED(X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED),
    NAMED(X509_V_ERR_KEYUSAGE_NO_DIGITAL_SIGNATURE),
    NAMED(X509_V_ERR_PROXY_CERTIFICATES_NOT_ALLOWED),
    NAMED(X509_V_ERR_INVALID_EXTENSION),
    NAMED(X509_V_ERR_INVALID_POLICY_EXTENSION),
    NAMED(X509_V_ERR_NO_EXPLICIT_POLICY),
    NAMED(X509_V_ERR_DIFFERENT_CRL_SCOPE),
    NAMED(X509_V_ERR_UNSUPPORTED_EXTENSION_FEATURE),
    NAMED(X509_V_ERR_UNNESTED_RESOURCE),
    NAMED(X509_V_ERR_PERMITTED_VIOLATION),
    NAMED(X509_V_ERR_EXCLUDED_VIOLATION),
    NAMED(X509_V_ERR_SUBTREE_MINMAX),
    NAMED(X509_V_ERR_APPLICATION_VERIFICATION),
    NAMED(X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE),
    NAMED(X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX),
    NAMED(X509_V_ERR_UNSUPPORTED_NAME_SYNTAX),
    NAMED(X509_V_ERR_CRL_PATH_VALIDATION_ERROR),
    NAMED(X509_V_ERR_PATH_LOOP),
    NAMED(X509_V_ERR_HOSTNAME_MISMATCH),
    NAMED(X509_V_ERR_EMAIL_MISMATCH),
    NAMED(X509_V_ERR_IP_ADDRESS_MISMATCH),
    NAMED(X509_V_ERR_EE_KEY_TOO_SMALL),
    NAMED(X509_V_ERR_CA_KEY_TOO_SMALL),
    NAMED(X509_V_ERR_CA_MD_TOO_WEAK),
    NAMED(X509_V_ERR_INVALID_CALL),
    NAMED(X509_V_ERR_STORE_LOOKUP),
    NAMED(X509_V_ERR_NO_VALID_SCTS),
    NAMED(X509_V_ERR_OCSP_VERIFY_NEEDED),
    NAMED(X509_V_ERR_OCSP_VERIFY_FAILED),
    NAMED(X509_V_ERR_OCSP_CERT_UNKNOWN),
};

static void add(struct tls_verify_errors *set, int number)
{
    set->bits[number / 64] |= UINT64_C(1) << (number % 64);
}

static bool add_number(struct tls_verify_errors *set, const char *word, size_t len)
{
    int number = 0;
    for (size_t i = 0; i < len; i++) {
        if (word[i] < '0' || word[i] > '9' || number >= ERRORS)
            return false;
        number = number * 10 + (word[i] - '0');
    }
    if (number == 0 || number >= ERRORS)
        return false;
    add(set, number);
    return true;
}

bool tls_verify_errors_add(struct tls_verify_errors *set, const char *word, size_t len)
{
    if (len == 3 && memcmp(word, "all", 3) == 0) {
        *set = (struct tls_verify_errors){{UINT64_MAX, UINT64_MAX}};
        return true;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strlen(names[i].name) == len && memcmp(names[i].name, word, len) == 0) {
            add(set, names[i].number);
            return true;
        }
    }
    return add_number(set, word, len);
}

bool tls_verify_errors_have(const struct tls_verify_errors *set, int error)
{
    return error >= 0 && error < ERRORS && (set->bits[error / 64] >> (error % 64) & 1) != 0;
}
