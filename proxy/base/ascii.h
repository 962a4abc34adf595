/* SPDX-License-Identifier: Apache-2.0 */
/* Letters, digits and blanks of protocols and files: ASCII, whatever the locale, which <ctype.h> asks. */
#ifndef WEIR_BASE_ASCII_H
#define WEIR_BASE_ASCII_H

#include <stdbool.h>

/* OWS and BWS of RFC 9110 5.6.3 are made of these. */
static inline bool ascii_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline const char *ascii_skip_blanks(const char *at, const char *end)
{
    while (at < end && ascii_is_blank(*at))
        at++;
    return at;
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline unsigned char ascii_lower_byte(unsigned char byte)
{
    return (unsigned char)(byte - 'A') < 26 ? byte | 0x20 : byte;
}

static inline char ascii_lower(char c)
{
    return (char)ascii_lower_byte((unsigned char)c);
}

/* 0 to 15; -1: it is no hexadecimal digit. */
static inline int ascii_hex_value(char c)
{
    char letter = (char)(c | 0x20);
    if (ascii_is_digit(c))
        return c - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

#endif
