/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that are somebody else's: what is to be digested, signed, enciphered. */
#ifndef WEIR_TLS_SPAN_H
#define WEIR_TLS_SPAN_H

#include <stddef.h>

struct tls_span {
    const void *data; /* borrowed */
    size_t len;
};

#endif
