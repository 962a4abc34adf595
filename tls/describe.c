/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate says of itself, as text and numbers for logs, statistics and the choice by
 * server name.
 */
#include "tls/certificate_priv.h"

#include <ctype.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tls_name_normalize(const char *name, size_t len, char *name_out)
{
    if (len > 0 && name[len - 1] == '.')
        len--;
    if (len == 0 || len >= TLS_NAME_BYTES)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (name[i] == '\0')
            return false; /* the classic of names that read differently here and there */
        name_out[i] = (char)tolower((unsigned char)name[i]);
    }
    name_out[len] = '\0';
    return true;
}

/* Names that cannot be looked up are left out; a second mention is, too. */
static int add_name(struct tls_certificate_info *info, const unsigned char *name, int len)
{
    char normal[TLS_NAME_BYTES];
    if (len < 0 || !tls_name_normalize((const char *)name, (size_t)len, normal))
        return 0;
    for (size_t i = 0; i < info->name_count; i++) {
        if (strcmp(info->names[i], normal) == 0)
            return 0;
    }
    const char **grown = realloc((void *)info->names, (info->name_count + 1) * sizeof(*grown));
    if (grown == NULL)
        return -1;
    info->names = grown;
    grown[info->name_count] = strdup(normal);
    return grown[info->name_count] != NULL ? (info->name_count++, 0) : -1;
}

static int add_alt_names(struct tls_certificate_info *info, X509 *leaf)
{
    GENERAL_NAMES *alt = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    int result = 0;
    for (int i = 0; i < sk_GENERAL_NAME_num(alt) && result == 0; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(alt, i);
        if (name->type == GEN_DNS)
            result = add_name(info, ASN1_STRING_get0_data(name->d.dNSName),
                              ASN1_STRING_length(name->d.dNSName));
    }
    GENERAL_NAMES_free(alt);
    return result;
}

static int add_common_names(struct tls_certificate_info *info, X509 *leaf)
{
    const X509_NAME *subject = X509_get_subject_name(leaf);
    int result = 0;
    for (int at = -1; result == 0;) {
        at = X509_NAME_get_index_by_NID(subject, NID_commonName, at);
        if (at < 0)
            break;
        unsigned char *utf8 = NULL;
        int len =
            ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (len >= 0)
            result = add_name(info, utf8, len);
        OPENSSL_free(utf8);
    }
    return result;
}

static char *name_text(const X509_NAME *name)
{
    char *text = NULL;
    BIO *out = BIO_new(BIO_s_mem());
    if (out == NULL)
        return NULL;
    /* control and non-ASCII characters come out escaped: the text goes into logs */
    X509_NAME_print_ex(out, name, 0, XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ);
    char *data = NULL;
    long len = BIO_get_mem_data(out, &data);
    if (len >= 0)
        text = strndup(data != NULL ? data : "", (size_t)len);
    BIO_free(out);
    return text;
}

static char *serial_text(const X509 *leaf)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf), NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    char *text = strdup(hex != NULL ? hex : "");
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

static char *fingerprint_text(const X509 *leaf)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    if (X509_digest(leaf, EVP_sha256(), digest, &len) != 1)
        len = 0;
    char *text = malloc(2 * (size_t)len + 1);
    if (text == NULL)
        return NULL;
    text[0] = '\0';
    for (unsigned i = 0; i < len; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02X", digest[i]);
    return text;
}

static char *key_text(const EVP_PKEY *key)
{
    char text[64];
    char group[40];
    const char *type = EVP_PKEY_get0_type_name(key);
    if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
        snprintf(text, sizeof(text), "%s %s", type, group);
    else
        snprintf(text, sizeof(text), "%s %d", type, EVP_PKEY_get_bits(key));
    return strdup(text);
}

static time_t asn1_time(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? timegm(&parts) : 0;
}

int tls_certificate_describe(struct tls_certificate *cert, const char *file)
{
    struct tls_certificate_info *info = &cert->info;
    info->file = strdup(file);
    info->subject = name_text(X509_get_subject_name(cert->leaf));
    info->issuer = name_text(X509_get_issuer_name(cert->leaf));
    info->serial = serial_text(cert->leaf);
    info->fingerprint = fingerprint_text(cert->leaf);
    info->key_type = key_text(cert->key);
    info->not_before = asn1_time(X509_get0_notBefore(cert->leaf));
    info->not_after = asn1_time(X509_get0_notAfter(cert->leaf));
    bool complete = info->file != NULL && info->subject != NULL && info->issuer != NULL &&
                    info->serial != NULL && info->fingerprint != NULL && info->key_type != NULL;
    if (!complete || add_alt_names(info, cert->leaf) != 0 ||
        add_common_names(info, cert->leaf) != 0)
        return -1;
    return 0;
}

void tls_certificate_info_free(struct tls_certificate_info *info)
{
    free((void *)info->file);
    free((void *)info->listing.list);
    free((void *)info->listing.words);
    free((void *)info->subject);
    free((void *)info->issuer);
    free((void *)info->serial);
    free((void *)info->fingerprint);
    free((void *)info->key_type);
    for (size_t i = 0; i < info->name_count; i++)
        free((void *)info->names[i]);
    free((void *)info->names);
}
