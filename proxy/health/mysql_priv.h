/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialogue with a MySQL or MariaDB server, shared by those who hold it: packets in mysql_wire.c,
 * logging in in mysql_login.c, questions in mysql_role.c.
 *
 * Errors: whoever answers PROBE_DONE has noted the outcome.
 * Memory: a packet and its texts point into probe->answer, until the next question.
 */
#ifndef WEIR_HEALTH_MYSQL_PRIV_H
#define WEIR_HEALTH_MYSQL_PRIV_H

#include "proxy/health/probe.h"

/* The first byte of an answer. */
enum {
    MYSQL_OK = 0x00,
    MYSQL_MORE = 0x01,
    MYSQL_SWITCH = 0xfe,
    MYSQL_END = 0xfe,
    MYSQL_ERROR = 0xff
};

struct mysql_packet {
    const uint8_t *bytes;
    size_t len; /* at least one */
    uint8_t number;
};

/* A text within a packet, not terminated; bytes NULL: SQL's NULL. */
struct mysql_text {
    const char *bytes;
    size_t len;
};

/* The next whole packet: PROBE_NEXT; PROBE_WAIT while it has not come. */
enum probe_step mysql_next_packet(struct probe *probe, struct mysql_packet *packet_out);
/* PROBE_WAIT for the answer. */
enum probe_step mysql_send(struct probe *probe, uint8_t number, const void *bytes, size_t len);
/* What has come is no MySQL. */
enum probe_step mysql_garbled(struct probe *probe);

/* The text at *at, which goes behind it. False where it does not fit into the packet. */
MUST_CHECK bool mysql_take_text(const struct mysql_packet *packet, size_t *at,
                                struct mysql_text *text_out);
bool mysql_is_text(const struct mysql_text *text, const char *word);

/* The server's first packet: answers with the account. */
enum probe_step mysql_greet(struct probe *probe, const struct mysql_packet *packet);
/* What it says to that; PROBE_NEXT when we are in. */
enum probe_step mysql_log_in(struct probe *probe, const struct mysql_packet *packet);

#endif
