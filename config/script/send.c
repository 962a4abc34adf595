/* SPDX-License-Identifier: Apache-2.0 */
/* What a script sends: bytes of tcp-check, requests of http-check. */
#include <string.h>
#include <strings.h>

#include "config/script/lines.h"
#include "config/script/lines_priv.h"

static bool take_trailing_comment(struct check_line *line, struct conf_check_step *step)
{
    while (line->at < line->count) {
        if (!check_line_take(line, "comment"))
            return check_line_unknown(line, "only a comment may follow");
        const struct conf_word *value = check_line_value(line);
        if (value == NULL)
            return false;
        step->comment = value->text;
    }
    return true;
}

bool check_line_send(struct check_line *line, struct conf_check_step *step)
{
    const struct conf_word *value = check_line_value(line);
    if (value == NULL)
        return false;
    step->kind = CONF_STEP_SEND;
    step->send = (struct conf_send){.bytes = value->text, .len = strlen(value->text)};
    return take_trailing_comment(line, step);
}

bool check_line_send_binary(struct check_line *line, struct conf_check_step *step)
{
    return check_line_send(line, step) &&
           check_line_hex(line, &line->words[1], &step->send.bytes, &step->send.len);
}

bool check_line_send_format(struct check_line *line, struct conf_check_step *step)
{
    bool is_hex = strcmp(line->words[0].text, "send-binary-lf") == 0;
    if (!check_line_send(line, step))
        return false;
    step->send.made =
        check_line_made(line, is_hex ? CONF_MADE_HEX : CONF_MADE_TEXT, &line->words[1], 1);
    return true;
}

bool check_header_is_framing(const char *name)
{
    return strcasecmp(name, "content-length") == 0 || strcasecmp(name, "transfer-encoding") == 0;
}

static bool take_header(struct check_line *line, struct conf_request *request)
{
    const struct conf_word *name = check_line_value(line);
    const struct conf_word *value = name != NULL ? check_line_value(line) : NULL;
    if (value == NULL)
        return false;
    if (check_header_is_framing(name->text))
        return true;
    struct conf_check_header header = {.name = name->text, .value = value->text};
    if (strchr(value->text, '%') != NULL)
        header.made = check_line_made(line, CONF_MADE_TEXT, value, 1);
    request->headers = arena_list_grow(line->l->arena, request->headers, request->header_count,
                                       sizeof *request->headers);
    request->headers[request->header_count++] = header;
    return true;
}

/* Each connection of a probe carries one request. */
static bool has_connection(struct check_line *line)
{
    const struct conf_check_script *script = line->script;
    for (size_t i = script->count; i-- > 0;) {
        if (script->steps[i].kind == CONF_STEP_CONNECT)
            return true;
        if (script->steps[i].kind != CONF_STEP_REQUEST)
            continue;
        CONF_FAIL(line->l, line->words[0].span, "write before it: http-check connect",
                  "%s: a second request needs a connection of its own", line->keyword);
        return false;
    }
    return true; /* that the script begins with */
}

bool check_line_request(struct check_line *line, struct conf_check_step *step)
{
    struct conf_request *request = &step->request;
    const struct {
        const char *word;
        const char **text;
        const struct conf_made **made; /* NULL: it stays as it is written */
    } texts[] = {{"meth", &request->method, NULL},
                 {"uri", &request->uri, NULL},
                 {"uri-lf", &request->uri, &request->made_uri},
                 {"ver", &request->version, NULL},
                 {"body", &request->body, NULL},
                 {"body-lf", &request->body, &request->made_body},
                 {"comment", &step->comment, NULL}};
    step->kind = CONF_STEP_REQUEST;
    if (!has_connection(line))
        return false;
    while (line->at < line->count) {
        size_t i = 0;
        if (check_line_take(line, "hdr")) {
            if (!take_header(line, request))
                return false;
            continue;
        }
        while (i < sizeof texts / sizeof *texts && !check_line_take(line, texts[i].word))
            i++;
        if (i == sizeof texts / sizeof *texts)
            return check_line_unknown(line, "meth, uri, ver, hdr, body or comment");
        const struct conf_word *value = check_line_value(line);
        if (value == NULL)
            return false;
        *texts[i].text = value->text;
        if (texts[i].made != NULL)
            *texts[i].made = check_line_made(line, CONF_MADE_TEXT, value, 1);
    }
    return true;
}
