/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding a header field's id. Few names share a length and hardly any two of those share their
 * last four letters, so one comparison of a word rejects a row and a whole comparison is made once.
 */
#include "proxy/http1/header_names.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    NAME_LEN_MAX = 32,
};

struct header_name {
    uint8_t len;
    char text[NAME_LEN_MAX + 1];
};

/* Indexed by id; the last row ends the bucket before it. */
static const struct header_name names[HTTP_HDR_COUNT + 1] = {
    [HTTP_HDR_OTHER] = {0, ""},
#define X(symbol, text) [HTTP_HDR_##symbol] = {sizeof(text) - 1, text},
    HTTP_HEADER_NAMES(X)
#undef X
        [HTTP_HDR_COUNT] = {0, ""},
};

/* The first name of each length, 0 where there is none. */
static const uint8_t first_of_length[NAME_LEN_MAX + 1] = {
    [2] = HTTP_HDR_TE,
    [3] = HTTP_HDR_AGE,
    [4] = HTTP_HDR_HOST,
    [5] = HTTP_HDR_RANGE,
    [6] = HTTP_HDR_ACCEPT,
    [7] = HTTP_HDR_REFERER,
    [8] = HTTP_HDR_LOCATION,
    [9] = HTTP_HDR_SEC_CH_UA,
    [10] = HTTP_HDR_USER_AGENT,
    [11] = HTTP_HDR_RETRY_AFTER,
    [12] = HTTP_HDR_CONTENT_TYPE,
    [13] = HTTP_HDR_CACHE_CONTROL,
    [14] = HTTP_HDR_CONTENT_LENGTH,
    [15] = HTTP_HDR_ACCEPT_ENCODING,
    [16] = HTTP_HDR_CONTENT_ENCODING,
    [17] = HTTP_HDR_TRANSFER_ENCODING,
    [18] = HTTP_HDR_SEC_CH_UA_PLATFORM,
    [19] = HTTP_HDR_CONTENT_DISPOSITION,
    [20] = HTTP_HDR_SEC_WEBSOCKET_ACCEPT,
    [21] = HTTP_HDR_SEC_WEBSOCKET_VERSION,
    [22] = HTTP_HDR_ACCESS_CONTROL_MAX_AGE,
    [23] = HTTP_HDR_CONTENT_SECURITY_POLICY,
    [24] = HTTP_HDR_SEC_WEBSOCKET_EXTENSIONS,
    [25] = HTTP_HDR_UPGRADE_INSECURE_REQUESTS,
    [27] = HTTP_HDR_ACCESS_CONTROL_ALLOW_ORIGIN,
    [28] = HTTP_HDR_ACCESS_CONTROL_ALLOW_HEADERS,
    [29] = HTTP_HDR_ACCESS_CONTROL_EXPOSE_HEADERS,
    [30] = HTTP_HDR_ACCESS_CONTROL_REQUEST_HEADERS,
    [32] = HTTP_HDR_ACCESS_CONTROL_ALLOW_CREDENTIALS,
};

/* Both cases of a letter differ in this bit; '-' and the digits have it set anyway. */
static const uint64_t case_bits = 0x2020202020202020u;

static uint64_t eight_at(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof(word));
    return word | case_bits;
}

static uint32_t four_at(const char *text)
{
    uint32_t word;
    memcpy(&word, text, sizeof(word));
    return word | (uint32_t)case_bits;
}

/* Is it lower, but for the case? The last letters are known to be the same, and may be left to
 * that. */
static bool text_matches(const char *name, const char *lower, size_t len)
{
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= len; at += sizeof(uint64_t)) {
        if (eight_at(name + at) != eight_at(lower + at))
            return false;
    }
    return at + sizeof(uint32_t) >= len || four_at(name + at) == four_at(lower + at);
}

static enum http_header_id find_short(const char *name, size_t len, unsigned id)
{
    for (; names[id].len == len; id++) {
        size_t same = 0;
        while (same < len && (name[same] | 0x20) == names[id].text[same])
            same++;
        if (same == len)
            return id;
    }
    return HTTP_HDR_OTHER;
}

enum http_header_id http_header_find(const char *name, size_t len)
{
    if (len > NAME_LEN_MAX || first_of_length[len] == 0)
        return HTTP_HDR_OTHER;
    unsigned id = first_of_length[len];
    if (len < sizeof(uint32_t))
        return find_short(name, len, id);
    const size_t tail_at = len - sizeof(uint32_t);
    const uint32_t tail = four_at(name + tail_at);
    for (; names[id].len == len; id++) {
        if (four_at(names[id].text + tail_at) == tail && text_matches(name, names[id].text, len))
            return id;
    }
    return HTTP_HDR_OTHER;
}

const char *http_header_name(enum http_header_id id)
{
    return names[id].text;
}

size_t http_header_name_len(enum http_header_id id)
{
    return names[id].len;
}
