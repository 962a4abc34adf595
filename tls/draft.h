/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate that comes part by part, from somebody who has no files to offer: what its file and those beside it
 * would hold. It serves nobody before a store has been made of it (change.h).
 *
 * Thread:  one at a time.
 * Errors:  -1 or NULL, with a text in HAProxy's words; what is refused leaves the draft as it was.
 */
#ifndef WEIR_TLS_DRAFT_H
#define WEIR_TLS_DRAFT_H

#include "tls/error.h"
#include "tls/store.h"

struct tls_draft;

/* By the files they come from. */
enum tls_part {
    TLS_PART_PEM, /* FILE: certificate, chain and perhaps the key; what there was before goes, with the response */
    TLS_PART_KEY,    /* FILE.key */
    TLS_PART_OCSP,   /* FILE.ocsp, in base64 */
    TLS_PART_ISSUER, /* FILE.issuer: looked at, as HAProxy wants it, and of no use here */
    TLS_PART_SCTL,   /* FILE.sctl: always refused, as it is not served */
};

/* These three: NULL only when memory runs out. An empty one: */
struct tls_draft *tls_draft_new(const char *file);
/* What the store has of that file, which must be there. */
struct tls_draft *tls_draft_of(const struct tls_store *store, const char *file);
struct tls_draft *tls_draft_copy(const struct tls_draft *draft);
void tls_draft_free(struct tls_draft *draft);

MUST_CHECK int tls_draft_set(struct tls_draft *draft, enum tls_part part, const char *text,
                             struct tls_error_text *error_out);
/* Takes an OCSP response in DER form; -1 if it is none, or about another certificate. */
MUST_CHECK int tls_draft_staple(struct tls_draft *draft, const struct tls_bytes *der);
/* One without a chain gets that of a certificate in the store, if it begins with its issuer. */
void tls_draft_complete(struct tls_draft *draft, const struct tls_store *store);
/* Whether it could serve: 0, or -1. */
MUST_CHECK int tls_draft_check(const struct tls_draft *draft, struct tls_error_text *error_out);

const char *tls_draft_file(const struct tls_draft *draft);
bool tls_draft_is_empty(const struct tls_draft *draft);
/* What a person reads of it, as lines "Name: value" that end in LF; ends in NUL, cut to the room. */
void tls_draft_print(const struct tls_draft *draft, char *out, size_t room);

#endif
