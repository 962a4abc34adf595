/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How connections are made: keep-alive of the kernel, the address that servers see, the PROXY header they are
 * sent.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_NET_H
#define WEIR_CONFIG_MODEL_NET_H

#include "config/model/basics.h"

/* When the kernel asks whether the other side is still there; 0 = as its own settings have it. */
struct conf_keepalive {
    unsigned idle_s, interval_s, count;
};

/* The address that servers see. */
enum conf_usesrc {
    CONF_USESRC_NONE,     /* that of `addr` */
    CONF_USESRC_ADDRESS,  /* usesrc_addr, which need not be this machine's */
    CONF_USESRC_CLIENT,   /* the client's, with its port */
    CONF_USESRC_CLIENTIP, /* the client's, with any port */
    CONF_USESRC_HEADER,   /* what a field of the request says */
};

struct conf_outgoing {
    struct conf_addr addr; /* text NULL = as the kernel chooses */
    uint16_t last_port;    /* of the range that begins with addr's; 0 = it is no range */
    enum conf_usesrc usesrc;
    struct conf_addr usesrc_addr;
    const struct conf_word *header_word; /* CONF_USESRC_HEADER: the fetch of that field, and */
    const struct expr *header;           /* the same compiled, by proxy/rules; else NULL */
    const char *interface;               /* or NULL */
};

/* What a PROXY header to a server tells; or-ed. */
enum conf_send_proxy {
    CONF_PROXY_V1 = 1,
    CONF_PROXY_V2 = 2,
    CONF_PROXY_SSL = 4,
    CONF_PROXY_CN = 8,
    CONF_PROXY_CIPHER = 16,
    CONF_PROXY_SIG_ALG = 32,
    CONF_PROXY_KEY_ALG = 64,
    CONF_PROXY_AUTHORITY = 128,
    CONF_PROXY_CRC32C = 256,
    CONF_PROXY_UNIQUE_ID = 512,
};

/* What it tells besides, in version 2. */
struct conf_proxy_tlv {
    uint8_t type;
    const struct conf_word *word; /* a format, or NULL: the value is empty */
    const struct format *format;  /* the same compiled, by proxy/rules */
};

struct conf_proxy_tlvs {
    struct conf_proxy_tlv *items;
    size_t count;
};

#endif
