/* SPDX-License-Identifier: Apache-2.0 */
/* Text to values. Every parser takes the whole text or refuses it. */
#include "config/value.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Digits to a number; *end_out is what follows them. */
static int take_digits(const char *text, unsigned base, const char **end_out, long long *value_out)
{
    long long value = 0;
    const char *c = text;
    for (; isxdigit((unsigned char)*c); c++) {
        unsigned digit = isdigit((unsigned char)*c)
                             ? (unsigned)(*c - '0')
                             : (unsigned)(tolower((unsigned char)*c) - 'a') + 10;
        if (digit >= base)
            break;
        if (value > (LLONG_MAX - digit) / base)
            return VALUE_LARGE;
        value = value * base + digit;
    }
    *end_out = c;
    *value_out = value;
    return c == text ? VALUE_BAD : 0;
}

int value_integer(const char *text, long long *value_out)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *end = text;
    int error = take_digits(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, &end, value_out);
    if (error != 0)
        return error;
    if (strcmp(end, "L") == 0 || strcmp(end, "LL") == 0) /* libconfig's mark of 64-bit numbers */
        end = "";
    if (*end != '\0')
        return VALUE_BAD;
    return negative && *value_out != 0 ? VALUE_SMALL : 0;
}

size_t value_duration_part(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *unit = text + digits;
    if (digits == 0 || *unit == '\0' || strchr("umshd", *unit) == NULL)
        return 0;
    if ((*unit == 'u' || *unit == 'm') && unit[1] == 's')
        return digits + 2;
    return *unit == 'u' ? 0 : digits + 1;
}

int value_duration(const char *text, long long unit_us, unsigned *value_out)
{
    static const struct {
        const char *name;
        long long us;
    } units[] = {{"us", 1},         {"ms", 1000},        {"s", 1000000},
                 {"m", 60000000LL}, {"h", 3600000000LL}, {"d", 86400000000LL}};
    const char *end = text;
    long long number = 0, us = 0;
    int error = take_digits(text, 10, &end, &number);
    if (error != 0)
        return *text == '-' && isdigit((unsigned char)text[1]) ? VALUE_SMALL : error;
    if (*end == '\0')
        us = unit_us;
    for (size_t i = 0; us == 0 && i < sizeof units / sizeof *units; i++)
        us = strcmp(end, units[i].name) == 0 ? units[i].us : 0;
    if (us == 0)
        return VALUE_BAD;
    if (number > LLONG_MAX / us - unit_us)
        return VALUE_LARGE;
    long long value = (number * us + unit_us - 1) / unit_us;
    if (value > INT_MAX)
        return VALUE_LARGE;
    *value_out = (unsigned)value;
    return 0;
}

int value_size(const char *text, unsigned *bytes_out)
{
    const char *end = text;
    long long number = 0;
    int error = take_digits(text, 10, &end, &number);
    if (error != 0)
        return *text == '-' && isdigit((unsigned char)text[1]) ? VALUE_SMALL : error;
    static const char suffixes[] = "kmg";
    int shift = 0;
    if (*end != '\0') {
        const char *suffix = strchr(suffixes, tolower((unsigned char)*end));
        if (suffix == NULL || end[1] != '\0')
            return VALUE_BAD;
        shift = 10 * (int)(suffix - suffixes + 1);
    }
    if (number > INT_MAX >> shift)
        return VALUE_LARGE;
    *bytes_out = (unsigned)(number << shift);
    return 0;
}

static void add_statuses(struct conf_status_set *set, long long first, long long last)
{
    for (long long status = first; status <= last; status++)
        set->bits[(status - 100) / 64] |= UINT64_C(1) << (status - 100) % 64;
}

int value_statuses(const char *text, struct conf_status_set *set_out)
{
    *set_out = (struct conf_status_set){0};
    for (const char *c = text;; c++) {
        long long first = 0, last = 0;
        if (take_digits(c, 10, &c, &first) != 0)
            return VALUE_BAD;
        last = first;
        if (*c == '-' && take_digits(c + 1, 10, &c, &last) != 0)
            return VALUE_BAD;
        if (first < 100 || last > 599 || first > last)
            return VALUE_BAD;
        add_statuses(set_out, first, last);
        if (*c == '\0')
            return 0;
        if (*c != ',')
            return VALUE_BAD;
    }
}

int value_statuses_change(const char *text, struct conf_status_set *set)
{
    struct conf_status_set named;
    bool adds = *text == '+', removes = *text == '-';
    int error = value_statuses(text + (adds || removes), &named);
    if (error != 0)
        return error;
    for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++) {
        if (removes)
            set->bits[i] &= ~named.bits[i];
        else
            set->bits[i] = adds ? set->bits[i] | named.bits[i] : named.bits[i];
    }
    return 0;
}

int value_flag(const char *text, bool *flag_out)
{
    static const struct {
        const char *word;
        bool flag;
    } words[] = {{"true", true}, {"false", false}, {"on", true}, {"off", false},
                 {"yes", true},  {"no", false},    {"1", true},  {"0", false}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i].word) == 0) {
            *flag_out = words[i].flag;
            return 0;
        }
    }
    return VALUE_BAD;
}
