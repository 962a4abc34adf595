/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of name servers, written byte by byte, so that they may also be wrong. */
#ifndef WEIR_TEST_DISCOVERY_WIRE_H
#define WEIR_TEST_DISCOVERY_WIRE_H

#include "proxy/discovery/answer.h"

#define WIRE_BYTES 65535

struct wire {
    uint8_t bytes[WIRE_BYTES];
    size_t len;
};

/* A response with one question and no record yet. */
void wire_begin(struct wire *wire, const char *name, enum dns_type type);
void wire_address(struct wire *wire, const char *owner, uint32_t ttl_s, const char *address);
void wire_alias(struct wire *wire, const char *owner, uint32_t ttl_s, const char *target);
void wire_service(struct wire *wire, const char *owner, uint32_t ttl_s, const char *host,
                  unsigned port, unsigned weight);

#endif
