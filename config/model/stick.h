/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stick tables: the keys they have, and what they keep with each.
 *
 * Ownership: the config's arena, as all of config/model.h.
 */
#ifndef WEIR_CONFIG_MODEL_STICK_H
#define WEIR_CONFIG_MODEL_STICK_H

enum conf_stick_type {
    CONF_STICK_IP,
    CONF_STICK_IPV6,
    CONF_STICK_INTEGER,
    CONF_STICK_STRING,
    CONF_STICK_BINARY,
    CONF_STICK_TYPES,
};

/* What a stick table can keep with each key, in the order in which HAProxy shows it. */
enum conf_stick_data {
    CONF_STICK_SERVER_ID,
    CONF_STICK_GPT0,
    CONF_STICK_GPC0,
    CONF_STICK_GPC0_RATE,
    CONF_STICK_CONN_CNT,
    CONF_STICK_CONN_RATE,
    CONF_STICK_CONN_CUR,
    CONF_STICK_SESS_CNT,
    CONF_STICK_SESS_RATE,
    CONF_STICK_HTTP_REQ_CNT,
    CONF_STICK_HTTP_REQ_RATE,
    CONF_STICK_HTTP_ERR_CNT,
    CONF_STICK_HTTP_ERR_RATE,
    CONF_STICK_BYTES_IN_CNT,
    CONF_STICK_BYTES_IN_RATE,
    CONF_STICK_BYTES_OUT_CNT,
    CONF_STICK_BYTES_OUT_RATE,
    CONF_STICK_GPC1,
    CONF_STICK_GPC1_RATE,
    CONF_STICK_SERVER_KEY,
    CONF_STICK_HTTP_FAIL_CNT,
    CONF_STICK_HTTP_FAIL_RATE,
    CONF_STICK_GPT, /* this and the next two are arrays */
    CONF_STICK_GPC,
    CONF_STICK_GPC_RATE,
    CONF_STICK_GLITCH_CNT,
    CONF_STICK_GLITCH_RATE,
    CONF_STICK_DATA,
};

/* `stick-table`; two are the same table if their bytes are, so what is not used is 0. */
struct conf_stick_table {
    enum conf_stick_type type;
    unsigned key_bytes; /* strings: of the longest key */
    unsigned size;      /* entries */
    unsigned expire_ms; /* 0 = never */
    unsigned nopurge;   /* a full table takes no further key */
    struct {
        unsigned count; /* elements; 0 = not kept */
        unsigned period_ms;
    } data[CONF_STICK_DATA];
};

/* A table of a peers section: "section/table". */
struct conf_peers_table {
    const char *name;
    struct conf_stick_table definition;
};

#endif
