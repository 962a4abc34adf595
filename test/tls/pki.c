/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates for tests and a disk in memory.
 */
#include "test/tls/pki.h"

#include <assert.h>
#include <errno.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static EVP_PKEY *make_key(const char *kind)
{
    if (kind == NULL || strcmp(kind, "EC") == 0)
        return EVP_EC_gen("P-256");
    if (strcmp(kind, "ED25519") == 0)
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    return EVP_RSA_gen((unsigned)atoi(kind));
}

static void add_extension(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert(extension != NULL && X509_add_ext(cert, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

static void add_names(X509 *cert, const struct identity_request *request)
{
    char san[512] = "";
    for (size_t i = 0; i < 4 && request->names[i] != NULL; i++) {
        size_t len = strlen(san);
        snprintf(san + len, sizeof(san) - len, "%sDNS:%s", i > 0 ? "," : "", request->names[i]);
    }
    if (san[0] != '\0')
        add_extension(cert, NID_subject_alt_name, san);
    if (request->authority)
        add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
}

struct identity identity_make(const struct identity_request *request)
{
    static long serial = 1;
    struct identity made = {X509_new(), make_key(request->key)};
    assert(made.cert != NULL && made.key != NULL);
    bool dated = request->not_before != 0 || request->not_after != 0;
    X509_set_version(made.cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(made.cert), dated ? request->not_before : -86400);
    X509_gmtime_adj(X509_getm_notAfter(made.cert), dated ? request->not_after : 86400);
    X509_set_pubkey(made.cert, made.key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.cert), "CN", MBSTRING_UTF8,
                               (const unsigned char *)request->cn, -1, -1, 0);
    const struct identity *issuer = request->issuer != NULL ? request->issuer : &made;
    X509_set_issuer_name(made.cert, X509_get_subject_name(issuer->cert));
    add_names(made.cert, request);
    bool pure = EVP_PKEY_get_base_id(issuer->key) == EVP_PKEY_ED25519;
    assert(X509_sign(made.cert, issuer->key, pure ? NULL : EVP_sha256()) > 0);
    return made;
}

void identity_free(struct identity *identity)
{
    X509_free(identity->cert);
    EVP_PKEY_free(identity->key);
    *identity = (struct identity){0};
}

static char *take_text(BIO *bio)
{
    char *data = NULL;
    long len = BIO_get_mem_data(bio, &data);
    char *text = strndup(data, (size_t)len);
    BIO_free(bio);
    return text;
}

char *cert_pem(const struct identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, identity->cert);
    return take_text(bio);
}

char *key_pem(const struct identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, identity->key, NULL, NULL, 0, NULL, NULL);
    return take_text(bio);
}

char *old_key_pem(const struct identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey_traditional(bio, identity->key, NULL, NULL, 0, NULL, NULL);
    return take_text(bio);
}

char *encrypted_key_pem(const struct identity *identity)
{
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(bio, identity->key, EVP_aes_128_cbc(), "secret", 6, NULL, NULL);
    return take_text(bio);
}

char *crl_pem(const struct identity *issuer, const struct identity *revoked)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60);
    ASN1_TIME *later = X509_gmtime_adj(NULL, 86400);
    X509_CRL_set_version(crl, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->cert));
    X509_CRL_set1_lastUpdate(crl, now);
    X509_CRL_set1_nextUpdate(crl, later);
    if (revoked != NULL) {
        X509_REVOKED *entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->cert));
        X509_REVOKED_set_revocationDate(entry, now);
        X509_CRL_add0_revoked(crl, entry);
    }
    X509_CRL_sign(crl, issuer->key, EVP_sha256());
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(bio, crl);
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
    X509_CRL_free(crl);
    return take_text(bio);
}

struct tls_bytes ocsp_response(const struct identity *issuer, const struct identity *subject,
                               int status)
{
    ASN1_TIME *now = X509_gmtime_adj(NULL, -60);
    ASN1_TIME *later = X509_gmtime_adj(NULL, 86400);
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID *id = OCSP_cert_to_id(NULL, subject->cert, issuer->cert);
    OCSP_basic_add1_status(basic, id, status, 0, now, now, later);
    assert(OCSP_basic_sign(basic, issuer->cert, issuer->key, EVP_sha256(), NULL, 0) == 1);
    OCSP_RESPONSE *response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
    unsigned char *der = NULL;
    int len = i2d_OCSP_RESPONSE(response, &der);
    struct tls_bytes bytes = {malloc((size_t)len), (size_t)len};
    memcpy(bytes.data, der, (size_t)len);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    ASN1_TIME_free(now);
    ASN1_TIME_free(later);
    return bytes;
}

char *join(char *a, char *b, char *c, char *d)
{
    char *parts[] = {a, b, c, d};
    size_t len = 0;
    for (size_t i = 0; i < 4; i++)
        len += parts[i] != NULL ? strlen(parts[i]) : 0;
    char *text = calloc(1, len + 1);
    for (size_t i = 0; i < 4; i++) {
        if (parts[i] != NULL)
            strcat(text, parts[i]);
        free(parts[i]);
    }
    return text;
}

static struct disk_file *find(struct memory_disk *disk, const char *path)
{
    for (size_t i = 0; i < disk->count; i++) {
        if (strcmp(disk->files[i].path, path) == 0)
            return &disk->files[i];
    }
    return NULL;
}

static int memory_read(void *user, const char *path, struct tls_bytes *bytes_out)
{
    const struct disk_file *file = find(user, path);
    if (file == NULL)
        return ENOENT;
    if (file->text == NULL)
        return EACCES;
    bytes_out->data = malloc(file->len + 1);
    memcpy(bytes_out->data, file->text, file->len);
    bytes_out->len = file->len;
    return 0;
}

static int memory_list(void *user, const char *path, struct tls_names *names_out)
{
    const struct memory_disk *disk = user;
    size_t len = strlen(path);
    for (size_t i = 0; i < disk->count; i++) {
        const char *file = disk->files[i].path;
        if (strncmp(file, path, len) != 0 || file[len] != '/')
            continue;
        names_out->names =
            realloc(names_out->names, (names_out->count + 1) * sizeof(*names_out->names));
        names_out->names[names_out->count++] = strdup(file + len + 1);
    }
    return names_out->count > 0 ? 0 : ENOTDIR;
}

void disk_init(struct memory_disk *disk)
{
    memset(disk, 0, sizeof(*disk));
    disk->table = (struct tls_files){.read = memory_read, .list = memory_list, .user = disk};
}

void disk_put(struct memory_disk *disk, const char *path, char *text)
{
    struct disk_file *file = find(disk, path);
    if (file == NULL) {
        assert(disk->count < sizeof(disk->files) / sizeof(disk->files[0]));
        file = &disk->files[disk->count++];
        snprintf(file->path, sizeof(file->path), "%s", path);
    }
    free(file->text);
    file->text = text;
    file->len = text != NULL ? strlen(text) : 0;
}

void disk_put_bytes(struct memory_disk *disk, const char *path, const void *data, size_t len)
{
    disk_put(disk, path, calloc(1, len + 1));
    struct disk_file *file = find(disk, path);
    memcpy(file->text, data, len);
    file->len = len;
}

void disk_put_identity(struct memory_disk *disk, const char *path, const struct identity *identity)
{
    disk_put(disk, path, join(cert_pem(identity), key_pem(identity), NULL, NULL));
}

void disk_put_self_signed(struct memory_disk *disk, const char *path, const char *cn)
{
    struct identity one = identity_make(&(struct identity_request){.cn = cn});
    disk_put_identity(disk, path, &one);
    identity_free(&one);
}

void disk_free(struct memory_disk *disk)
{
    for (size_t i = 0; i < disk->count; i++)
        free(disk->files[i].text);
    disk_init(disk);
}
