/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of texts: tells two loads apart. Not for secrets; those belong to tls/. */
#ifndef WEIR_CONFIG_DIGEST_H
#define WEIR_CONFIG_DIGEST_H

#include <stddef.h>

struct digest {
    void *state; /* owned: of OpenSSL, until digest_finish() */
};

enum { DIGEST_HEX_BYTES = 65 };

void digest_start(struct digest *d);
void digest_add(struct digest *d, const void *bytes, size_t len);
void digest_finish(struct digest *d, char hex_out[DIGEST_HEX_BYTES]);

#endif
