/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `stats auth`: HTTP basic authentication, RFC 7617. Every user is compared in full and in the same
 * time, whatever the password, so an answer tells nothing about how near a guess was.
 */
#include "proxy/admin/stats.h"

#include <string.h>
#include <strings.h>

#define CREDENTIALS_BYTES 512

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Length of what came out, or -1 for bad input or too much of it. */
static int base64_decode(const char *text, size_t len, char out[CREDENTIALS_BYTES])
{
    if (len % 4 != 0 || len / 4 * 3 > CREDENTIALS_BYTES)
        return -1;
    size_t padding = len > 1 && text[len - 2] == '=' ? 2 : len > 0 && text[len - 1] == '=' ? 1 : 0;
    size_t written = 0;
    for (size_t i = 0; i < len; i += 4) {
        unsigned bits = 0;
        for (size_t j = 0; j < 4; j++) {
            int value = i + j >= len - padding ? 0 : base64_value(text[i + j]);
            if (value < 0)
                return -1;
            bits = bits << 6 | (unsigned)value;
        }
        for (int shift = 16; shift >= 0; shift -= 8)
            out[written++] = (char)(bits >> shift & 0xff);
    }
    return (int)(written - padding);
}

/* Looks at every byte of what was given, and at as many of the secret as there are. */
static bool is_equal(const char *given, size_t given_len, const char *secret)
{
    size_t secret_len = strlen(secret);
    unsigned difference = given_len != secret_len;
    for (size_t i = 0; i < given_len; i++)
        difference |= (unsigned char)(given[i] ^ secret[secret_len == 0 ? 0 : i % secret_len]);
    return difference == 0;
}

bool stats_is_authorised(const struct conf_stats *conf, const char *authorization, size_t len)
{
    static const char scheme[] = "Basic ";
    const size_t scheme_len = sizeof(scheme) - 1;
    if (conf->auth.count == 0)
        return true;
    if (len < scheme_len || strncasecmp(authorization, scheme, scheme_len) != 0)
        return false;

    char credentials[CREDENTIALS_BYTES];
    int given = base64_decode(authorization + scheme_len, len - scheme_len, credentials);
    if (given < 0)
        return false;
    bool found = false;
    for (size_t i = 0; i < conf->auth.count; i++)
        found = is_equal(credentials, (size_t)given, conf->auth.items[i]) || found;
    return found;
}
