/* SPDX-License-Identifier: Apache-2.0 */
/* Choosing a content coding; see content_coding.h. */
#include "proxy/http1/content_coding.h"

#include <string.h>

#include "proxy/base/ascii.h"
#include "proxy/http1/msg.h"

enum { QUALITY_FULL = 1000 };

static const struct {
    const char *name, *content_name;
} codings[CONF_CODINGS] = {
    [CONF_CODING_IDENTITY] = {"identity", "identity"},
    [CONF_CODING_GZIP] = {"gzip", "gzip"},
    [CONF_CODING_DEFLATE] = {"deflate", "deflate"},
    [CONF_CODING_RAW_DEFLATE] = {"raw-deflate", "deflate"},
};

const char *coding_name(unsigned coding)
{
    return codings[coding].name;
}

const char *coding_content_name(unsigned coding)
{
    return codings[coding].content_name;
}

/* "0.5": as far as it is a number; what is none counts in full. */
static unsigned read_quality(const char *at, const char *end)
{
    if (at == end || !ascii_is_digit(*at))
        return QUALITY_FULL;
    unsigned quality = (unsigned)(*at++ - '0') * QUALITY_FULL;
    if (at < end && *at == '.') {
        unsigned unit = QUALITY_FULL / 10;
        for (at++; at < end && ascii_is_digit(*at) && unit > 0; unit /= 10)
            quality += (unsigned)(*at++ - '0') * unit;
    }
    return quality < QUALITY_FULL ? quality : QUALITY_FULL;
}

/* Of the parameters behind a coding, the first q counts. */
static unsigned quality_of(const char *at, const char *end)
{
    for (;;) {
        at = ascii_skip_blanks(at, end);
        if (at == end || *at != ';')
            return QUALITY_FULL;
        at = ascii_skip_blanks(at + 1, end);
        if (end - at >= 2 && at[0] == 'q' && at[1] == '=')
            return read_quality(at + 2, end);
        while (at < end && *at != ';')
            at++;
    }
}

static unsigned find_offered(const struct conf_compression *offered, const char *name, size_t len)
{
    for (unsigned i = 0; i < offered->coding_count; i++) {
        unsigned coding = offered->codings[i];
        const char *known = codings[coding].content_name;
        if (name[0] == '*' || (strlen(known) == len && http_text_same(name, known, len)))
            return coding;
    }
    return CONF_CODING_NONE;
}

void coding_choose(struct coding_choice *choice, const struct conf_compression *offered,
                   const char *value, size_t len)
{
    const char *at = value, *member;
    size_t member_len;
    while (http_list_next(&at, value + len, &member, &member_len)) {
        const char *end = member + member_len, *name_end = member;
        while (name_end < end && *name_end != ';' && !ascii_is_blank(*name_end))
            name_end++;
        unsigned quality = quality_of(name_end, end);
        if (quality <= choice->quality)
            continue;
        unsigned coding = find_offered(offered, member, (size_t)(name_end - member));
        if (coding != CONF_CODING_NONE)
            *choice = (struct coding_choice){quality, coding};
    }
}

/* "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)": good from MSIE 7 on, or 6 with XP SP2. */
bool coding_is_claimed_falsely(const char *user_agent, size_t len)
{
    enum { MSIE_AT = 25, VERSION_AT = 30, SP2_AT = 51 };
    if (len < 9 || memcmp(user_agent, "Mozilla/4", 9) != 0)
        return false;
    if (len <= VERSION_AT || memcmp(user_agent + MSIE_AT, "MSIE ", 5) != 0)
        return true;
    if (user_agent[VERSION_AT] != '6')
        return user_agent[VERSION_AT] < '6';
    return len < SP2_AT + 3 || memcmp(user_agent + SP2_AT, "SV1", 3) != 0;
}

bool coding_etag_is_valid(const char *etag, size_t len)
{
    if (len >= 2 && etag[0] == 'W' && etag[1] == '/') {
        etag += 2;
        len -= 2;
    }
    return len >= 2 && etag[0] == '"' && etag[len - 1] == '"';
}
