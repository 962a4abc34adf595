/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to numbers, durations, sizes, sets: values in, values out, no places and no messages.
 * Units and rounding are HAProxy's.
 */
#ifndef WEIR_CONFIG_VALUE_H
#define WEIR_CONFIG_VALUE_H

#include "config/model.h"

enum value_error {
    VALUE_BAD = -1,   /* not of this kind at all */
    VALUE_LARGE = -2, /* too large for the field */
    VALUE_SMALL = -3, /* smaller than one unit but not 0, or negative */
};

/* Decimal, hexadecimal after 0x; a leading '-' is VALUE_SMALL. */
MUST_CHECK int value_integer(const char *text, long long *value_out);

/* How much of a text is a number and a unit of time: 3 of "10min"; 0 = it begins otherwise. */
size_t value_duration_part(const char *text);

/*
 * "10", "10s", "5m": us ms s m h d. A number without a unit is in unit_us; the result is in
 * unit_us, rounded up as HAProxy does, and at most 2^31-1.
 */
MUST_CHECK int value_duration(const char *text, long long unit_us, unsigned *value_out);

/* "16384", "16k", "1m", "1g": bytes. */
MUST_CHECK int value_size(const char *text, unsigned *bytes_out);

/* "200", "200-399", "200,204,300-399" */
MUST_CHECK int value_statuses(const char *text, struct conf_status_set *set_out);

/* The same replaces a set; "+200-399" adds to it, "-200,204" takes out of it. A bad text changes nothing. */
MUST_CHECK int value_statuses_change(const char *text, struct conf_status_set *set);

/* true, on, yes, 1 */
MUST_CHECK int value_flag(const char *text, bool *flag_out);

#endif
