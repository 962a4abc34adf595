/* SPDX-License-Identifier: Apache-2.0 */
/* The words behind `expect`: parameters in any order, before and after the pattern. */
#include <stdlib.h>
#include <string.h>

#include "config/script/lines_priv.h"
#include "config/value.h"

static bool check_regex(struct check_line *line, const struct conf_word *word)
{
    char error[CONF_REGEX_ERROR_BYTES];
    const struct conf_input *input = line->l->input;
    if (input->regex_is_good == NULL || input->regex_is_good(word->text, error))
        return true;
    CONF_FAIL(line->l, word->span, error, "%s: '%s' is not a regular expression", line->keyword,
              word->text);
    return false;
}

/* ---- how, and what ---- */

static bool take_text(struct check_line *line, struct conf_expect *expect)
{
    const struct conf_word *value = check_line_value(line);
    if (value == NULL)
        return false;
    expect->pattern = value->text;
    expect->pattern_len = strlen(value->text);
    return true;
}

static bool take_format(struct check_line *line, struct conf_expect *expect)
{
    if (!take_text(line, expect))
        return false;
    enum conf_made_kind kind = expect->kind == CONF_EXPECT_BINARY ? CONF_MADE_HEX : CONF_MADE_TEXT;
    expect->made_pattern = check_line_made(line, kind, &line->words[line->at - 1], 1);
    return true;
}

static bool take_regex(struct check_line *line, struct conf_expect *expect)
{
    return take_text(line, expect) && check_regex(line, &line->words[line->at - 1]);
}

static bool take_binary(struct check_line *line, struct conf_expect *expect)
{
    const struct conf_word *value = check_line_value(line);
    return value != NULL && check_line_hex(line, value, &expect->pattern, &expect->pattern_len);
}

static bool take_statuses(struct check_line *line, struct conf_expect *expect)
{
    const struct conf_word *value = check_line_value(line);
    if (value == NULL)
        return false;
    if (value_statuses(value->text, &expect->statuses) == 0)
        return true;
    CONF_FAIL(line->l, value->span, "codes from 100 to 599 and ranges of them: 200-299,304",
              "%s: '%s' is not a set of HTTP status codes", line->keyword, value->text);
    return false;
}

/* [-m <how>] <text> */
static bool take_text_pattern(struct check_line *line, struct conf_text_pattern *pattern,
                              bool is_format)
{
    static const struct {
        const char *word;
        enum conf_text_match how;
    } hows[] = {{"str", CONF_MATCH_EXACT},
                {"beg", CONF_MATCH_BEGIN},
                {"end", CONF_MATCH_END},
                {"sub", CONF_MATCH_WITHIN},
                {"reg", CONF_MATCH_REGEX}};
    size_t i = 0;
    if (check_line_take(line, "-m")) {
        while (i < sizeof hows / sizeof *hows && !check_line_take(line, hows[i].word))
            i++;
        if (i == sizeof hows / sizeof *hows) {
            if (line->at == line->count)
                return check_line_value(line) != NULL;
            return check_line_unknown(line, "str, beg, end, sub or reg");
        }
    }
    const struct conf_word *value = check_line_value(line);
    if (value == NULL)
        return false;
    *pattern = (struct conf_text_pattern){.how = hows[i].how, .text = value->text};
    if (!is_format)
        return hows[i].how != CONF_MATCH_REGEX || check_regex(line, value);
    pattern->made = check_line_made(line, CONF_MADE_TEXT, value, 1);
    if (hows[i].how == CONF_MATCH_REGEX)
        CONF_FAIL(line->l, value->span, "str, beg, end or sub",
                  "%s: a regular expression cannot be a format string", line->keyword);
    return hows[i].how != CONF_MATCH_REGEX;
}

/* name [-m <how>] <text> [value [-m <how>] <text>] */
static bool take_header(struct check_line *line, struct conf_expect *expect)
{
    bool is_format = check_line_take(line, "name-lf");
    if (!is_format && !check_line_take(line, "name")) {
        CONF_FAIL(line->l, line->words[line->at - 1].span,
                  "hdr name set-cookie value -m beg a=", "%s: '%s' needs the name of a header",
                  line->keyword, line->words[line->at - 1].text);
        return false;
    }
    if (!take_text_pattern(line, &expect->name, is_format))
        return false;
    is_format = check_line_take(line, "value-lf");
    bool has_value = is_format || check_line_take(line, "value");
    return !has_value || take_text_pattern(line, &expect->value, is_format);
}

enum { OF_TCP = 1, OF_HTTP = 2, OF_BOTH = 3 };

static const struct {
    const char *word;
    unsigned of;
    enum conf_expect_kind kind;
    bool (*take)(struct check_line *line, struct conf_expect *expect);
} matches[] = {
    {"string", OF_BOTH, CONF_EXPECT_STRING, take_text},
    {"string-lf", OF_BOTH, CONF_EXPECT_STRING, take_format},
    {"rstring", OF_BOTH, CONF_EXPECT_REGEX, take_regex},
    {"binary", OF_TCP, CONF_EXPECT_BINARY, take_binary},
    {"binary-lf", OF_TCP, CONF_EXPECT_BINARY, take_format},
    {"rbinary", OF_TCP, CONF_EXPECT_BINARY_REGEX, take_regex},
    {"status", OF_HTTP, CONF_EXPECT_STATUS, take_statuses},
    {"rstatus", OF_HTTP, CONF_EXPECT_STATUS_REGEX, take_regex},
    {"hdr", OF_HTTP, CONF_EXPECT_HEADER, take_header},
    {"fhdr", OF_HTTP, CONF_EXPECT_FULL_HEADER, take_header},
};
enum { MATCHES = sizeof matches / sizeof *matches };

static size_t find_match(const struct check_line *line, const char *word)
{
    size_t i = 0;
    while (i < MATCHES && (strcmp(matches[i].word, word) != 0 ||
                           (matches[i].of & (line->is_http ? OF_HTTP : OF_TCP)) == 0))
        i++;
    return i;
}

/* "! string" or "!string" */
static bool take_match(struct check_line *line, struct conf_expect *expect)
{
    expect->is_unwanted = check_line_take(line, "!");
    if (line->at == line->count)
        return check_line_value(line) != NULL;
    const char *word = line->words[line->at].text;
    if (*word == '!') {
        expect->is_unwanted = true;
        word++;
    }
    size_t i = find_match(line, word);
    if (i == MATCHES)
        return check_line_unknown(line, line->is_http
                                            ? "[!] status, rstatus, string, rstring, hdr or fhdr"
                                            : "[!] string, rstring, binary or rbinary");
    line->at++;
    expect->kind = matches[i].kind;
    return matches[i].take(line, expect);
}

/* ---- parameters ---- */

static bool take_status(struct check_line *line, const struct conf_word *value,
                        const char *const *allowed, const char *help, const char **status_out)
{
    for (; *allowed != NULL; allowed++) {
        if (strcmp(*allowed, value->text) != 0)
            continue;
        *status_out = *allowed;
        return true;
    }
    CONF_FAIL(line->l, value->span, help, "%s: '%s' cannot be the result here", line->keyword,
              value->text);
    return false;
}

static bool take_min_bytes(struct check_line *line, const struct conf_word *value,
                           struct conf_expect *expect)
{
    char *end;
    long bytes = strtol(value->text, &end, 10);
    if (*end != '\0' || end == value->text || bytes < -1 || bytes > 1 << 20) {
        CONF_FAIL(line->l, value->span, "a number of bytes, or -1", "%s: '%s' is not a number",
                  line->keyword, value->text);
        return false;
    }
    expect->min_bytes = (int)bytes;
    return true;
}

static const char *const good[] = {"L7OK", "L7OKC", "L6OK", "L4OK", NULL};
static const char *const bad[] = {"L7OKC", "L7RSP", "L7STS", "L6RSP", "L4CON", NULL};
static const char *const late[] = {"L7TOUT", "L6TOUT", "L4TOUT", NULL};

static bool take_made(struct check_line *line, const struct conf_word *value,
                      enum conf_made_kind kind, const char **text_out,
                      const struct conf_made **made_out)
{
    *text_out = value->text;
    *made_out = check_line_made(line, kind, value, 1);
    return true;
}

static bool take_param(struct check_line *line, const char *name, const struct conf_word *value,
                       struct conf_check_step *step)
{
    struct conf_expect *expect = &step->expect;
    if (strcmp(name, "min-recv") == 0)
        return take_min_bytes(line, value, expect);
    if (strcmp(name, "ok-status") == 0)
        return take_status(line, value, good, "L7OK, L7OKC, L6OK or L4OK", &expect->ok_status);
    if (strcmp(name, "error-status") == 0)
        return take_status(line, value, bad, "L7OKC, L7RSP, L7STS, L6RSP or L4CON",
                           &expect->error_status);
    if (strcmp(name, "tout-status") == 0)
        return take_status(line, value, late, "L7TOUT, L6TOUT or L4TOUT", &expect->timeout_status);
    if (strcmp(name, "status-code") == 0)
        return take_made(line, value, CONF_MADE_VALUE, &expect->status_code, &expect->made_code);
    if (strcmp(name, "comment") == 0) {
        step->comment = value->text;
        return true;
    }
    if (strcmp(name, "on-success") == 0)
        return take_made(line, value, CONF_MADE_TEXT, &expect->on_success, &expect->made_success);
    return take_made(line, value, CONF_MADE_TEXT, &expect->on_error, &expect->made_error);
}

bool check_line_expect(struct check_line *line, struct conf_check_step *step)
{
    static const char *const names[] = {"min-recv",    "ok-status", "error-status", "tout-status",
                                        "status-code", "comment",   "on-success",   "on-error"};
    bool has_match = false;
    step->kind = CONF_STEP_EXPECT;
    step->expect = (struct conf_expect){.min_bytes = -1};
    while (line->at < line->count) {
        size_t i = 0;
        while (i < sizeof names / sizeof *names && !check_line_take(line, names[i]))
            i++;
        if (i == sizeof names / sizeof *names) {
            if (has_match)
                return check_line_unknown(line, "one pattern, and parameters");
            if (!take_match(line, &step->expect))
                return false;
            has_match = true;
            continue;
        }
        const struct conf_word *value = check_line_value(line);
        if (value == NULL || !take_param(line, names[i], value, step))
            return false;
    }
    if (!has_match)
        CONF_FAIL(line->l, line->span, "as in: expect string OK", "%s: 'expect' needs a pattern",
                  line->keyword);
    return has_match;
}
