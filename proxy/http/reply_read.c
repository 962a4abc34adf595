/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that rules spell out, as they are read: one row for each parameter. */
#include <stdlib.h>

#include "config/error_groups.h"
#include "proxy/http/reply_priv.h"
#include "proxy/http/rows.h"
#include "proxy/rules/compiler.h"

/* What a reply is being read from, and into. */
struct reply_reader {
    struct compiler *c;
    struct rule_words *words;
    struct reply *reply;
    struct reply_field **last;
    const struct conf_word *body_word; /* which gave it its body */
    bool is_page;                      /* if no word does */
    const struct conf_word *errors;    /* an http-errors section that has the page */
};

typedef bool reply_param(struct reply_reader *r, const struct conf_word *word);

static const struct conf_word *next_value(struct reply_reader *r, const struct conf_word *param)
{
    return rule_words_next(r->c, r->words,
                           arena_printf(r->c->l->scratch, "what follows '%s'", param->text));
}

static bool read_status(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_value(r, param);
    char *end;
    if (word == NULL)
        return false;
    long status = strtol(word->text, &end, 10);
    if (*end != '\0' || status < 200 || status > 599) {
        CONF_FAIL(r->c->l, word->span, "a number from 200 to 599", "'%s' is not a status",
                  word->text);
        return false;
    }
    r->reply->status = (unsigned)status;
    return true;
}

static bool read_content_type(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_value(r, param);
    r->reply->content_type = word != NULL ? word->text : NULL;
    return word != NULL;
}

/* One body only. */
static const struct conf_word *next_body(struct reply_reader *r, const struct conf_word *param)
{
    if (r->body_word != NULL) {
        CONF_FAIL(r->c->l, param->span, "one of them", "'%s' and '%s' both give the body",
                  r->body_word->text, param->text);
        return NULL;
    }
    r->body_word = param;
    return next_value(r, param);
}

static bool read_string(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_body(r, param);
    if (word == NULL)
        return false;
    r->reply->body = BODY_TEXT;
    r->reply->text = (struct sample_text){word->text, strlen(word->text)};
    return true;
}

static bool read_file(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_body(r, param);
    size_t len = 0;
    if (word == NULL)
        return false;
    const char *bytes = loader_read(r->c->l, r->c->l->arena, word->text, word->span, &len);
    r->reply->body = BODY_TEXT;
    r->reply->text = (struct sample_text){bytes, len};
    return bytes != NULL;
}

static bool read_format(struct reply_reader *r, const struct conf_word *word)
{
    r->reply->body = BODY_FORMAT;
    r->reply->format = format_compile(r->c, word, compiler_uses(r->c) | USE_TXN);
    return r->reply->format != NULL;
}

static bool read_lf_string(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_body(r, param);
    return word != NULL && read_format(r, word);
}

static bool read_lf_file(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_body(r, param);
    size_t len = 0;
    if (word == NULL)
        return false;
    const char *text = loader_read(r->c->l, r->c->l->arena, word->text, word->span, &len);
    return text != NULL &&
           read_format(r,
                       &(struct conf_word){.text = text, .kind = word->kind, .span = word->span});
}

/* A whole response from a file. */
static bool load_page(struct reply_reader *r, const struct conf_word *path)
{
    char complaint[ERROR_PAGE_COMPLAINT_MAX];
    size_t len = 0;
    const char *text = loader_read(r->c->l, r->c->l->scratch, path->text, path->span, &len);
    if (text == NULL)
        return false;
    struct error_page *page = arena_alloc(r->c->l->arena, sizeof(*page));
    char *bytes = arena_alloc(r->c->l->arena, error_page_room(len));
    if (error_page_load(text, len, bytes, error_page_room(len), page, complaint) < 0) {
        CONF_FAIL(r->c->l, path->span, NULL, "'%s': %s", path->text, complaint);
        return false;
    }
    r->reply->body = BODY_PAGE;
    r->reply->page = page;
    return true;
}

static bool read_errorfile(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *word = next_body(r, param);
    return word != NULL && load_page(r, word);
}

static bool read_errorfiles(struct reply_reader *r, const struct conf_word *param)
{
    r->errors = next_body(r, param);
    return r->errors != NULL;
}

static bool read_hdr(struct reply_reader *r, const struct conf_word *param)
{
    const struct conf_word *name = next_value(r, param);
    const struct conf_word *value = name != NULL ? next_value(r, param) : NULL;
    if (value == NULL)
        return false;
    struct reply_field *field = arena_alloc(r->c->l->arena, sizeof(*field));
    *field = (struct reply_field){
        .name = name->text, .value = format_compile(r->c, value, compiler_uses(r->c) | USE_TXN)};
    *r->last = field;
    r->last = &field->next;
    return field->value != NULL;
}

static bool read_default_errorfiles(struct reply_reader *r, const struct conf_word *param)
{
    r->body_word = param;
    r->reply->body = BODY_OF_STATUS;
    return true;
}

/* Alone it is the error page of that status, where status gives an answer without a body. */
static bool read_deny_status(struct reply_reader *r, const struct conf_word *param)
{
    r->is_page = true;
    return read_status(r, param);
}

static const struct {
    const char *name;
    reply_param *read;
} params[] = {
    {"status", read_status},
    {"deny_status", read_deny_status},
    {"content-type", read_content_type},
    {"string", read_string},
    {"file", read_file},
    {"lf-string", read_lf_string},
    {"lf-file", read_lf_file},
    {"errorfile", read_errorfile},
    {"errorfiles", read_errorfiles},
    {"default-errorfiles", read_default_errorfiles},
    {"hdr", read_hdr},
};

enum { PARAMS = sizeof(params) / sizeof(params[0]) };

static bool read_param(struct reply_reader *r)
{
    const struct conf_word *word = &r->words->items[r->words->at++];
    for (size_t i = 0; i < PARAMS; i++)
        if (strcmp(word->text, params[i].name) == 0)
            return params[i].read(r, word);
    CONF_FAIL(r->c->l, word->span,
              "one of: status, content-type, string, lf-string, file, lf-file, errorfile, "
              "errorfiles, default-errorfiles, hdr",
              "'%s' is not expected here", word->text);
    return false;
}

/* Browsers would guess the type of a body that does not say it. */
static bool check_reply(struct reply_reader *r)
{
    const struct reply *reply = r->reply;
    bool has_text = (reply->body == BODY_TEXT && reply->text.len > 0) || reply->body == BODY_FORMAT;
    if (has_text && reply->content_type == NULL)
        CONF_FAIL(r->c->l, r->body_word->span, "add: content-type text/plain",
                  "a body needs a content-type");
    else if (reply->body == BODY_OF_STATUS && error_page_find(reply->status) == NULL)
        CONF_FAIL(r->c->l, r->words->span, "give a body: content-type text/plain string ...",
                  "there is no page for the status %u", reply->status);
    else
        return true;
    return false;
}

/* Its status is known now; for one that the section has no file for it is the error page. */
static bool take_from_section(struct reply_reader *r)
{
    size_t errors = r->c->l->report->errors;
    const struct conf_word *file = haproxy_errors_file(r->c->l, r->errors, r->reply->status);
    r->reply->body = BODY_OF_STATUS;
    return file != NULL ? load_page(r, file) : r->c->l->report->errors == errors;
}

const struct reply *reply_compile(struct compiler *c, struct rule_words *words, unsigned status,
                                  bool is_page)
{
    struct reply *reply = arena_alloc(c->l->arena, sizeof(*reply));
    struct reply_reader reader = {.c = c, .words = words, .reply = reply, .last = &reply->fields};
    reply->status = status;
    reader.is_page = is_page && !rule_words_more(words);
    while (rule_words_more(words))
        if (!read_param(&reader))
            return NULL;
    if (reader.errors != NULL && !take_from_section(&reader))
        return NULL;
    if (reader.is_page && reader.body_word == NULL && reply->fields == NULL)
        reply->body = BODY_OF_STATUS;
    return check_reply(&reader) ? reply : NULL;
}

/* ---- http-error --------------------------------------------------------------------------------------- */

static void compile_http_error(struct compiler *c, const struct conf_line *line)
{
    struct rule_words words = {.items = line->words, .count = line->word_count, .span = line->span};
    c->ruleset = RULES_HTTP_REQUEST;
    const struct reply *reply = reply_compile(c, &words, 0, false);
    if (reply == NULL)
        return;
    if (reply->status == 0 || words.at < words.count) {
        CONF_FAIL(c->l, line->span,
                  "as in: http-error status 503 content-type text/plain string sorry",
                  reply->status == 0 ? "'http-error' without a status"
                                     : "'http-error' takes no condition");
        return;
    }
    struct rule_error *errors = arena_list_grow(c->l->arena, (void *)c->rules->errors,
                                                c->rules->error_count, sizeof(*errors));
    errors[c->rules->error_count++] = (struct rule_error){reply->status, reply};
    c->rules->errors = errors;
}

const struct line_row reply_lines[] = {{CONF_LINE_HTTP_ERROR, compile_http_error}, {0}};
