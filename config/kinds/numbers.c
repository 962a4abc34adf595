/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How rows read numbers: plain ones, with units, in octal, and sets of status codes.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "config/kinds/kinds_priv.h"
#include "config/value.h"

/* Stores a value that could be read (error 0) and that the row's range holds. */
static void store_in_range(struct loader *l, const struct keyword *row, void *base,
                           const struct conf_directive *d, const struct conf_word *word, int error,
                           long long value)
{
    long long max = row->max != 0 ? row->max : row->unit == UNIT_NONE ? UINT_MAX : INT_MAX;
    bool large = error == VALUE_LARGE || (error == 0 && value > max);
    bool small = error == VALUE_SMALL || (error == 0 && value < row->min);
    const char *unit = row->unit == UNIT_MS ? " ms" : row->unit == UNIT_S ? " s" : "";
    if (large || small)
        CONF_FAIL(l, word->span,
                  arena_printf(l->scratch, "from %lld to %lld%s", row->min, max, unit),
                  "%s: %s is too %s", d->name.text, word->text, large ? "large" : "small");
    else
        *(unsigned *)kind_field(row, base) = (unsigned)value;
}

/* What HAProxy reads of it, which is so long. */
static const char *text_that_counts(struct loader *l, const struct conf_directive *d,
                                    const struct conf_word *word, size_t part)
{
    if (part == 0 || word->text[part] == '\0')
        return word->text;
    const char *text = arena_copy_bytes(l->scratch, word->text, part);
    CONF_WARN(l, word->span, arena_printf(l->scratch, "write %s", text),
              "%s: only '%s' of '%s' counts", d->name.text, text, word->text);
    return text;
}

void kind_set_uint(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    long long value = 0;
    bool is_loose = row->loose && loader_is_haproxy(l, word->span);
    size_t digits = is_loose ? strspn(word->text, "0123456789") : 0;
    const char *text = text_that_counts(l, d, word, digits);
    int error = value_integer(text, &value);
    if (error == VALUE_BAD)
        kind_refuse(l, row, d, word, "write a whole number without a unit");
    else
        store_in_range(l, row, base, d, word, error, value);
}

void kind_set_duration(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    unsigned value = 0;
    /* "10min" is 10m, and so is "10m30s" */
    const char *text = text_that_counts(l, d, word, value_duration_part(word->text));
    int error = value_duration(text, row->unit == UNIT_S ? 1000000 : 1000, &value);
    if (error == VALUE_BAD)
        kind_refuse(l, row, d, word, "a number and one of us, ms, s, m, h, d: \"5s\"");
    else
        store_in_range(l, row, base, d, word, error, value);
}

void kind_set_size(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    unsigned bytes = 0;
    int error = value_size(word->text, &bytes);
    if (error == VALUE_BAD)
        kind_refuse(l, row, d, word, "a number of bytes, or one with k, m or g: \"16k\"");
    else
        store_in_range(l, row, base, d, word, error, bytes);
}

void kind_set_statuses(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    struct conf_status_set set;
    if (word == NULL)
        return;
    if (value_statuses(word->text, &set) == 0)
        *(struct conf_status_set *)kind_field(row, base) = set;
    else
        kind_refuse(l, row, d, word, "codes from 100 to 599 and ranges of them: \"200-299,304\"");
}

void kind_set_octal(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    char *end = NULL;
    unsigned long mode = strtoul(word->text, &end, 8);
    if (*word->text < '0' || *word->text > '7' || *end != '\0' || mode > 07777)
        kind_refuse(l, row, d, word, "as chmod takes it: \"660\"");
    else
        *(mode_t *)kind_field(row, base) = (mode_t)mode;
}
