/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How passwords are shown to database servers without saying them.
 *
 * Errors: functions of a flag answer false when the server's words make no sense, or memory runs
 *         out.
 * Memory: texts and digests go where the caller says; nothing is kept but in struct scram.
 * Thread: any; a struct scram belongs to one.
 */
#ifndef WEIR_HEALTH_PASSWORDS_H
#define WEIR_HEALTH_PASSWORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA1_BYTES = 20, SHA256_BYTES = 32, MD5_TEXT_BYTES = 36, SCRAM_TEXT_BYTES = 512 };

/* PostgreSQL: "md5" and 32 digits, with its NUL. */
MUST_CHECK bool password_md5(const char *password, const char *user, const uint8_t salt[4],
                             char text_out[MD5_TEXT_BYTES]);
/* MySQL: mysql_native_password. */
MUST_CHECK bool password_sha1(const char *password, const uint8_t salt[20],
                              uint8_t answer_out[SHA1_BYTES]);
/* MySQL: caching_sha2_password, as long as the server remembers the account. */
MUST_CHECK bool password_sha256(const char *password, const uint8_t salt[20],
                                uint8_t answer_out[SHA256_BYTES]);

/*
 * SCRAM-SHA-256, RFC 7677, as PostgreSQL speaks it. What a salt makes of a password takes
 * milliseconds, so it is kept for the next time.
 */
struct scram {
    char nonce[32];      /* ours, as text */
    char salt[96];       /* of the keys below, as text */
    unsigned iterations; /* of the keys below */
    uint8_t client_key[SHA256_BYTES], server_key[SHA256_BYTES];
    uint8_t server_signature[SHA256_BYTES]; /* which the server has to show */
};

/* "n,,n=,r=..." */
MUST_CHECK bool scram_first(struct scram *scram, char text_out[SCRAM_TEXT_BYTES]);
/* Answers the server's "r=...,s=...,i=...". */
MUST_CHECK bool scram_final(struct scram *scram, const char *password, const char *server_first,
                            char text_out[SCRAM_TEXT_BYTES]);
/* Whether "v=..." proves that the server knows the password too. */
MUST_CHECK bool scram_verify(const struct scram *scram, const char *server_final);

#endif
