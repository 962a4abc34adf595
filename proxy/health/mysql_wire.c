/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MySQL's packets, and the texts within them; see mysql_priv.h.
 */
#include "proxy/health/mysql_priv.h"

#include <string.h>

enum { HEADER_BYTES = 4 };

enum probe_step mysql_garbled(struct probe *probe)
{
    return probe_end(probe, HEALTH_L7_RESPONSE, 0, "MySQL protocol error");
}

enum probe_step mysql_send(struct probe *probe, uint8_t number, const void *bytes, size_t len)
{
    char packet[1024];
    if (len > sizeof(packet) - HEADER_BYTES)
        return mysql_garbled(probe);
    packet[0] = (char)len;
    packet[1] = (char)(len >> 8);
    packet[2] = (char)(len >> 16);
    packet[3] = (char)number;
    memcpy(packet + HEADER_BYTES, bytes, len);
    enum probe_step step = probe_send(probe, packet, len + HEADER_BYTES);
    return step == PROBE_DONE ? step : PROBE_WAIT;
}

enum probe_step mysql_next_packet(struct probe *probe, struct mysql_packet *p)
{
    const uint8_t *at = (const uint8_t *)probe->answer + probe->taken;
    size_t len = probe->answer_len - probe->taken;
    if (len < HEADER_BYTES)
        return PROBE_WAIT;
    size_t size = at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16;
    if (size == 0 || size > SCRIPT_ANSWER_BYTES_MAX)
        return mysql_garbled(probe);
    if (len < HEADER_BYTES + size)
        return PROBE_WAIT;
    *p = (struct mysql_packet){at + HEADER_BYTES, size, at[3]};
    probe->taken += HEADER_BYTES + size;
    return PROBE_NEXT;
}

/* A number before a text says how long that is. False where it does not fit. */
bool mysql_take_text(const struct mysql_packet *p, size_t *at, struct mysql_text *text_out)
{
    static const size_t more[] = {2, 3, 8}; /* bytes, behind 0xfc, 0xfd, 0xfe */
    if (*at >= p->len)
        return false;
    uint64_t len = p->bytes[(*at)++];
    *text_out = (struct mysql_text){NULL, 0};
    if (len == 0xfb)
        return true;
    if (len >= 0xfc) {
        size_t bytes = len == 0xff ? 0 : more[len - 0xfc];
        if (bytes == 0 || p->len - *at < bytes)
            return false;
        len = 0;
        for (size_t i = 0; i < bytes; i++)
            len |= (uint64_t)p->bytes[*at + i] << 8 * i;
        *at += bytes;
    }
    if (len > p->len - *at)
        return false;
    *text_out = (struct mysql_text){(const char *)p->bytes + *at, (size_t)len};
    *at += (size_t)len;
    return true;
}

bool mysql_is_text(const struct mysql_text *text, const char *word)
{
    return text->bytes != NULL && text->len == strlen(word) &&
           strncasecmp(text->bytes, word, text->len) == 0;
}
