/* SPDX-License-Identifier: Apache-2.0 */
/* The letters of the typed formats and their words. */
#include "proxy/admin/tags.h"

struct tag_word {
    char letter;
    const char *word;
};

static const struct tag_word origins[] = {{'M', "Metric"}, {'S', "Status"},  {'K', "Key"},
                                          {'C', "Config"}, {'P', "Product"}, {0, ""}};
static const struct tag_word natures[] = {
    {'G', "Gauge"}, {'M', "Max"},  {'L', "Limit"},  {'C', "Counter"},  {'N', "Name"}, {'A', "Age"},
    {'a', "Avg"},   {'R', "Rate"}, {'O', "Output"}, {'D', "Duration"}, {0, ""}};
static const struct tag_word scopes[] = {{'P', "Process"}, {'S', "Service"}, {0, ""}};

static const char *word_of(const struct tag_word *words, char letter)
{
    while (words->letter != 0 && words->letter != letter)
        words++;
    return words->word;
}

void tags_json(struct text *text, const char *tags)
{
    text_printf(text, "\"tags\":{\"origin\":\"%s\",\"nature\":\"%s\",\"scope\":\"%s\"}",
                word_of(origins, tags[0]), word_of(natures, tags[1]), word_of(scopes, tags[2]));
}

static const char *const types[] = {[STATS_EMPTY] = "",
                                    [STATS_U32] = "u32",
                                    [STATS_U64] = "u64",
                                    [STATS_S32] = "s32",
                                    [STATS_STRING] = "str"};

static void put_number(struct text *text, const struct stats_value *value)
{
    if (value->type == STATS_S32)
        text_s64(text, value->negative);
    else
        text_u64(text, value->number);
}

void tags_typed(struct text *text, const struct stats_value *value)
{
    text_printf(text, "%s:", types[value->type]);
    if (value->type == STATS_STRING)
        text_put(text, value->string);
    else
        put_number(text, value);
}

void tags_json_value(struct text *text, const struct stats_value *value)
{
    text_printf(text, "\"value\":{\"type\":\"%s\",\"value\":", types[value->type]);
    if (value->type == STATS_STRING)
        text_json(text, value->string);
    else
        put_number(text, value);
    text_char(text, '}');
}
