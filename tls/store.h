/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The certificates of a bind, and which of them answers which server name.
 *
 *   "www.example.com" --> group { ECDSA, RSA } --> the client's algorithms choose within
 *   "*.example.com"   --> group { RSA }            (one label only: not a.b.example.com)
 *   anything else     --> the group of the first certificate loaded
 *
 * Names are hashed, so ten thousand certificates cost a handshake as much as one.
 *
 * Thread:  built by one thread. Once it has been given to a context it never changes again and any
 *          thread may read it; the count of references is atomic.
 * Errors:  0 or -1, with a text; a refused file leaves the store as it was.
 */
#ifndef WEIR_TLS_STORE_H
#define WEIR_TLS_STORE_H

#include "tls/error.h"
#include "tls/files.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct tls_store;

/* The line of a list of certificates that names one, or the folder it lies in: kept for who asks, and nothing else. */
struct tls_listing {
    const char *list;  /* file or folder; NULL: it is in none */
    unsigned line;     /* 0 in a folder */
    const char *words; /* what stands behind its file there, or NULL */
};

/* What a certificate says of itself. Everything borrowed: from the store. */
struct tls_certificate_info {
    const char *file;
    struct tls_listing listing;
    const char *subject; /* "CN=www.example.com, O=Example" */
    const char *issuer;
    const char *serial;       /* hexadecimal */
    const char *fingerprint;  /* SHA-256, hexadecimal */
    const char *key_type;     /* "RSA 2048", "EC prime256v1", "ED25519" */
    const char *const *names; /* DNS names of the SAN, then the CN; lower case */
    size_t name_count;
    time_t not_before;
    time_t not_after;
    bool has_ocsp;    /* a response is stapled */
    unsigned variant; /* how it is served, see tls_wanted_names */
};

/* Where a certificate lies. All borrowed for the call. */
struct tls_crt_files {
    const char *path;
    const char *key;  /* NULL: in it, or FILE.key */
    const char *ocsp; /* the response to staple; NULL: FILE.ocsp, if there is one */
};

/* Whom a certificate is for, if not whom it says: "www.example.com", "*.example.com". All borrowed for the call. */
struct tls_wanted_names {
    const char *const *names;
    size_t count;                /* 0: the names in the certificate */
    const char *const *excluded; /* though a wildcard of its names matches them */
    size_t excluded_count;
    unsigned variant; /* of tls_context_add_variant(), from 1; 0: served as all are */
    struct tls_listing listing;
};

/* An empty store with one reference; NULL only when memory runs out. */
struct tls_store *tls_store_new(void);

/*
 * Takes over what a `crt` names: a PEM file with the chain and the key in any order, or every such
 * file of a folder in alphabetical order. Where the PEM holds no key it is read from key_path, or
 * with key_path NULL from FILE.key; a key_path beside a PEM with a key of its own is refused, as one
 * of the two would be ignored. FILE.rsa and FILE.ecdsa stand in for a FILE that is not there;
 * FILE.ocsp is stapled. Ignored in folders: dot files and *.key, *.ocsp, *.sctl, *.issuer.
 */
MUST_CHECK int tls_store_add(struct tls_store *store, const char *path, const char *key_path,
                             const struct tls_files *files, struct tls_error_text *error_out);
/* The same, for the names given. A response to staple that was named must be there. */
MUST_CHECK int tls_store_add_for(struct tls_store *store, const struct tls_crt_files *crt,
                                 const struct tls_wanted_names *wanted,
                                 const struct tls_files *files, struct tls_error_text *error_out);

/*
 * Certificates that came without a chain get the one of a file in the folder that begins with their issuer, if there is
 * such a file. Before the store is given to a context. -1: the folder cannot be read.
 */
MUST_CHECK int tls_store_complete_chains(struct tls_store *store, const char *folder,
                                         const struct tls_files *files,
                                         struct tls_error_text *error_out);

struct tls_store *tls_store_ref(struct tls_store *store);
void tls_store_free(struct tls_store *store); /* drops one reference */

size_t tls_store_count(const struct tls_store *store);
const struct tls_certificate_info *tls_store_certificate(const struct tls_store *store, size_t i);

/* The first certificate of the group that answers this name; NULL when only the default would. */
const struct tls_certificate_info *tls_store_find(const struct tls_store *store, const char *name);

/*
 * The next certificate at or after *cursor that is expired, expires within so many seconds, or is
 * not valid yet, described as one line. Start with *cursor = 0; false when there is no further one.
 */
bool tls_store_next_warning(const struct tls_store *store, time_t now, time_t within_s,
                            size_t *cursor, struct tls_error_text *text_out);

#endif
