/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4) of texts: tells two loads apart. Not for secrets; those belong to tls/. */
#ifndef WEIR_CONFIG_DIGEST_H
#define WEIR_CONFIG_DIGEST_H

#include <stddef.h>
#include <stdint.h>

struct digest {
    uint32_t state[8];
    uint64_t length; /* bytes taken so far */
    unsigned char block[64];
};

enum { DIGEST_HEX_BYTES = 65 };

void digest_start(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t len);
void digest_finish(struct digest *d, char hex_out[DIGEST_HEX_BYTES]);

#endif
