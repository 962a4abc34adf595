/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of probe scripts, and what reading them has in common; those with many words have a file each:
 * script/connect.c, script/send.c, script/expect.c.
 */
#include "config/script/lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/apply.h"
#include "config/script/lines_priv.h"
#include "config/suggest.h"

/* ---- words ---- */

bool check_line_take(struct check_line *line, const char *word)
{
    bool is_it = line->at < line->count && strcmp(line->words[line->at].text, word) == 0;
    line->at += is_it;
    return is_it;
}

const struct conf_word *check_line_value(struct check_line *line)
{
    const struct conf_word *before = &line->words[line->at - 1];
    if (line->at < line->count)
        return &line->words[line->at++];
    CONF_FAIL(line->l, before->span, NULL, "%s: '%s' needs a value", line->keyword, before->text);
    return NULL;
}

bool check_line_unknown(struct check_line *line, const char *help)
{
    const struct conf_word *word = &line->words[line->at];
    CONF_FAIL(line->l, word->span, help, "%s: unknown word '%s'", line->keyword, word->text);
    return false;
}

const struct conf_made *check_line_made(struct check_line *line, enum conf_made_kind kind,
                                        const struct conf_word *words, size_t count)
{
    struct conf_arena *arena = line->l->arena;
    struct conf_check_script *script = line->script;
    struct conf_made *made = arena_alloc(arena, sizeof *made);
    *made = (struct conf_made){
        .kind = kind, .words = arena_list_copy(arena, words, count, sizeof *words), .count = count};
    script->made = arena_list_grow(arena, script->made, script->made_count, sizeof *script->made);
    script->made[script->made_count++] = made;
    return made;
}

bool check_line_hex(struct check_line *line, const struct conf_word *word, const char **bytes_out,
                    size_t *len_out)
{
    size_t digits = strlen(word->text);
    bool is_good = digits % 2 == 0;
    for (size_t i = 0; i < digits; i++)
        is_good = is_good && isxdigit((unsigned char)word->text[i]);
    if (!is_good) {
        CONF_FAIL(line->l, word->span, "two hexadecimal digits for each byte: 0d0a",
                  "%s: '%s' is not hexadecimal", line->keyword, word->text);
        return false;
    }
    char *bytes = arena_alloc(line->l->arena, digits / 2 + 1);
    for (size_t i = 0; i < digits; i += 2) {
        const char pair[3] = {word->text[i], word->text[i + 1], '\0'};
        bytes[i / 2] = (char)strtoul(pair, NULL, 16);
    }
    *bytes_out = bytes;
    *len_out = digits / 2;
    return true;
}

/* ---- the simpler lines ---- */

static bool read_comment(struct check_line *line, struct conf_check_step *step)
{
    const struct conf_word *value = check_line_value(line);
    step->kind = CONF_STEP_COMMENT;
    step->comment = value != NULL ? value->text : NULL;
    return value != NULL;
}

/* The action's own reader, among the rules, knows what may follow; a comment comes last. */
static bool read_action(struct check_line *line, struct conf_check_step *step)
{
    size_t count = line->count;
    step->kind = CONF_STEP_ACTION;
    if (count > 2 && strcmp(line->words[count - 2].text, "comment") == 0) {
        step->comment = line->words[count - 1].text;
        count -= 2;
    }
    const char *text = "";
    for (size_t i = 0; i < count; i++)
        text = arena_printf(line->l->arena, "%s%s ", text, line->words[i].text);
    step->action =
        (struct conf_action){text, check_line_made(line, CONF_MADE_ACTION, line->words, count)};
    return true;
}

static bool set_disable_on_404(struct check_line *line, struct conf_check_step *step)
{
    (void)step;
    line->check->disable_on_404 = true;
    return line->at < line->count && check_line_unknown(line, "nothing may follow");
}

static bool set_send_state(struct check_line *line, struct conf_check_step *step)
{
    (void)step;
    line->check->send_state = true;
    return line->at < line->count && check_line_unknown(line, "nothing may follow");
}

enum { OF_TCP = 1, OF_HTTP = 2, OF_BOTH = 3 };

/* False: there is no step to add, whether that was reported or is as it should be. */
static const struct line_kind {
    const char *word; /* one that ends in '(' goes on */
    unsigned of;
    bool (*read)(struct check_line *line, struct conf_check_step *step);
} kinds[] = {
    {"connect", OF_BOTH, check_line_connect},
    {"send", OF_TCP, check_line_send},
    {"send-binary", OF_TCP, check_line_send_binary},
    {"send-lf", OF_TCP, check_line_send_format},
    {"send-binary-lf", OF_TCP, check_line_send_format},
    {"send", OF_HTTP, check_line_request},
    {"expect", OF_BOTH, check_line_expect},
    {"comment", OF_BOTH, read_comment},
    {"disable-on-404", OF_HTTP, set_disable_on_404},
    {"send-state", OF_HTTP, set_send_state},
    {"set-var(", OF_BOTH, read_action},
    {"set-var-fmt(", OF_BOTH, read_action},
    {"unset-var(", OF_BOTH, read_action},
    {NULL, 0, NULL},
};

static bool is_kind(const struct line_kind *kind, const char *word, bool is_http)
{
    size_t len = strlen(kind->word);
    if ((kind->of & (is_http ? OF_HTTP : OF_TCP)) == 0)
        return false;
    return kind->word[len - 1] == '(' ? strncmp(word, kind->word, len) == 0
                                      : strcmp(word, kind->word) == 0;
}

static void report_kind(struct check_line *line)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, line->words[0].text);
    for (const struct line_kind *kind = kinds; kind->word != NULL; kind++)
        suggestion_try(&suggestion, kind->word);
    CONF_FAIL(line->l, line->words[0].span,
              suggestion.best != NULL
                  ? arena_printf(line->l->scratch, "did you mean '%s'?", suggestion.best)
                  : "connect, send, expect, comment",
              "%s: unknown word '%s'", line->keyword, line->words[0].text);
}

static void read_line(struct check_line *line, struct conf_check_script *script, const void *owner)
{
    const struct line_kind *kind = kinds;
    struct conf_check_step step = {.number = 1};
    line->script = script;
    if (script->owner != owner)
        *script = (struct conf_check_script){.owner = owner}; /* those of defaults give way */
    if (line->count == 0) {
        CONF_FAIL(line->l, line->span, "connect, send, expect, comment", "'%s' needs a word",
                  line->keyword);
        return;
    }
    while (kind->word != NULL && !is_kind(kind, line->words[0].text, line->is_http))
        kind++;
    line->at = 1;
    if (kind->word == NULL) {
        report_kind(line);
        return;
    }
    if (!kind->read(line, &step))
        return;
    if (script->count > 0)
        step.number = script->steps[script->count - 1].number + 1;
    script->steps =
        arena_list_grow(line->l->arena, script->steps, script->count, sizeof *script->steps);
    script->steps[script->count++] = step;
}

static struct check_line line_of(struct loader *l, const struct keyword *row, void *base,
                                 const struct conf_directive *d)
{
    return (struct check_line){.l = l,
                               .keyword = row->name,
                               .check = (struct conf_check *)((char *)base + row->offset),
                               .span = d->name.span,
                               .words = d->args,
                               .count = d->arg_count};
}

void check_line_tcp(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    struct check_line line = line_of(l, row, base, d);
    read_line(&line, &line.check->tcp_script, base);
}

void check_line_http(struct loader *l, const struct keyword *row, void *base,
                     const struct conf_directive *d)
{
    struct check_line line = line_of(l, row, base, d);
    line.is_http = true;
    read_line(&line, &line.check->http_script, base);
}

/* http_check_expect_status = "200,204" is short for a line. */
void own_expect_status(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    const struct conf_word *value = apply_only_arg(l, d);
    if (value == NULL)
        return;
    struct conf_word words[] = {*value, *value, *value};
    words[0].text = "expect";
    words[1].text = "status";
    struct conf_directive line = {.name = d->name, .args = words, .arg_count = 3};
    check_line_http(l, row, base, &line);
}
