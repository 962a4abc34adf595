/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates for tests, made on the spot, and files that exist only in memory.
 */
#ifndef WEIR_TEST_TLS_PKI_H
#define WEIR_TEST_TLS_PKI_H

#include "tls/files.h"

#include <openssl/x509.h>
#include <stdbool.h>
#include <time.h>

struct identity {
    X509 *cert;
    EVP_PKEY *key;
};

struct identity_request {
    const char *cn;
    const char *names[4];          /* DNS names of the SAN */
    const char *key;               /* "EC" (the default), "ED25519", or "2048": RSA */
    const struct identity *issuer; /* NULL: self-signed */
    time_t not_before, not_after;  /* seconds from now; 0, 0: a day before to a day after */
    bool authority;
};

struct identity identity_make(const struct identity_request *request);
void identity_free(struct identity *identity);

/* PEM text; the caller frees it. */
char *cert_pem(const struct identity *identity);
char *key_pem(const struct identity *identity);
char *old_key_pem(const struct identity *identity); /* "BEGIN RSA PRIVATE KEY" and the like */
char *encrypted_key_pem(const struct identity *identity);
char *crl_pem(const struct identity *issuer, const struct identity *revoked);
/* What an OCSP responder says of the certificate, V_OCSP_CERTSTATUS_*, in DER form; the caller
 * frees the data. */
struct tls_bytes ocsp_response(const struct identity *issuer, const struct identity *subject,
                               int status);
/* Joins up to four texts and frees them. */
char *join(char *a, char *b, char *c, char *d);

/* Files in memory. A folder is there when a file lies in it. */
struct disk_file {
    char path[128];
    char *text; /* owned; NULL: reading it fails with EACCES */
    size_t len;
};
struct memory_disk {
    struct disk_file files[48];
    size_t count;
    struct tls_files table; /* points back here */
};
void disk_init(struct memory_disk *disk);
/* Takes over text. Replaces a file of that path. */
void disk_put(struct memory_disk *disk, const char *path, char *text);
void disk_put_bytes(struct memory_disk *disk, const char *path, const void *data, size_t len);
/* Certificate and key in one file. */
void disk_put_identity(struct memory_disk *disk, const char *path, const struct identity *identity);
/* The same of one that is made for it. */
void disk_put_self_signed(struct memory_disk *disk, const char *path, const char *cn);
void disk_free(struct memory_disk *disk);

#endif
