/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is kept between matches; the bytes are taken as bytes, not as UTF-8. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "config/regex.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

/* Far beyond what a sane expression needs on 16 KB; a few milliseconds at most. */
enum { STEPS_MAX = 200000 };

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *bounds;
};

struct regex *regex_new(const char *pattern, char error_out[REGEX_ERROR_BYTES])
{
    int code;
    PCRE2_SIZE offset;
    struct regex *regex = calloc(1, sizeof(*regex));
    snprintf(error_out, REGEX_ERROR_BYTES, "out of memory");
    if (regex == NULL)
        return NULL;
    regex->code =
        pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &code, &offset, NULL);
    if (regex->code == NULL) {
        PCRE2_UCHAR text[REGEX_ERROR_BYTES / 2] = "";
        pcre2_get_error_message(code, text, sizeof(text));
        snprintf(error_out, REGEX_ERROR_BYTES, "%s, at character %zu", (const char *)text,
                 offset + 1);
        regex_free(regex);
        return NULL;
    }
    regex->match = pcre2_match_data_create(1, NULL);
    regex->bounds = pcre2_match_context_create(NULL);
    if (regex->match == NULL || regex->bounds == NULL) {
        regex_free(regex);
        return NULL;
    }
    pcre2_set_match_limit(regex->bounds, STEPS_MAX);
    return regex;
}

void regex_free(struct regex *regex)
{
    if (regex == NULL)
        return;
    pcre2_match_context_free(regex->bounds);
    pcre2_match_data_free(regex->match);
    pcre2_code_free(regex->code);
    free(regex);
}

bool regex_matches(const struct regex *regex, const char *bytes, size_t len)
{
    return pcre2_match(regex->code, (PCRE2_SPTR)bytes, len, 0, 0, regex->match, regex->bounds) >= 0;
}
