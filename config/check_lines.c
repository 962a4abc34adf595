/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of probe scripts; `expect`, which has the most words, is in check_expect.c. */
#include "config/check_lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/check_lines_priv.h"
#include "config/suggest.h"
#include "config/value.h"

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

/* ---- connect ---- */

/* A number, or an expression. */
static bool take_port(struct check_line *line, const struct conf_word *word,
                      struct conf_connect *connect)
{
    long long port;
    if (isalpha((unsigned char)*word->text)) {
        connect->port_text = word->text;
        connect->made_port = check_line_made(line, CONF_MADE_VALUE, word, 1);
        return true;
    }
    if (value_integer(word->text, &port) == 0 && port >= 1 && port <= 65535) {
        connect->port = (uint16_t)port;
        return true;
    }
    CONF_FAIL(line->l, word->span, "a number from 1 to 65535, or an expression",
              "%s: '%s' is not a port", line->keyword, word->text);
    return false;
}

static bool take_address(struct check_line *line, const struct conf_word *word,
                         struct conf_connect *connect)
{
    struct address_parts parts;
    struct conf_addr *addr = &connect->addr;
    addr->text = word->text;
    addr->fd = -1;
    int rc = address_split(line->l->arena, word->text, &parts);
    if (rc == 0 && parts.kind != ADDRESS_FD)
        rc = address_fill(&parts, parts.first_port, addr);
    if (rc == 0 && parts.kind != ADDRESS_FD)
        return true;
    CONF_FAIL(line->l, word->span, "an IP address or a socket's path",
              "%s: '%s' is not an address to connect to", line->keyword, word->text);
    return false;
}

static bool take_protocols(struct check_line *line, const struct conf_word *word,
                           struct conf_words *words)
{
    const struct keyword row = {.name = "alpn"};
    const struct conf_directive d = {
        .name = *word, .args = (struct conf_word *)word, .arg_count = 1};
    own_alpn(line->l, &row, words, &d);
    return true;
}

/* HTTP/2 would need another codec; what is spoken without asking is HTTP/1. */
static bool take_protocol(struct check_line *line, const struct conf_word *word)
{
    if (strcmp(word->text, "h1") == 0 || strcmp(word->text, "none") == 0)
        return true;
    CONF_FAIL(line->l, word->span, "h1 or none", "%s: proto '%s' is not supported yet",
              line->keyword, word->text);
    return false;
}

static bool take_connect_flag(struct check_line *line, struct conf_connect *connect)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {{"default", &connect->like_server},
                 {"send-proxy", &connect->send_proxy},
                 {"via-socks4", &connect->via_socks4},
                 {"ssl", &connect->tls},
                 {"linger", &connect->linger}};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (!check_line_take(line, flags[i].word))
            continue;
        *flags[i].flag = true;
        return true;
    }
    return false;
}

static bool take_connect_value(struct check_line *line, const char *name,
                               const struct conf_word *value, struct conf_check_step *step)
{
    struct conf_connect *connect = &step->connect;
    if (strcmp(name, "port") == 0)
        return take_port(line, value, connect);
    if (strcmp(name, "addr") == 0)
        return take_address(line, value, connect);
    if (strcmp(name, "alpn") == 0)
        return take_protocols(line, value, &connect->alpn);
    if (strcmp(name, "proto") == 0)
        return take_protocol(line, value);
    if (strcmp(name, "sni") == 0)
        connect->sni = value->text;
    else
        step->comment = value->text;
    return true;
}

static bool read_connect(struct check_line *line, struct conf_check_step *step)
{
    static const char *const names[] = {"port", "addr", "sni", "alpn", "proto", "comment"};
    step->kind = CONF_STEP_CONNECT;
    while (line->at < line->count) {
        size_t i = 0;
        if (take_connect_flag(line, &step->connect))
            continue;
        while (i < sizeof names / sizeof *names && !check_line_take(line, names[i]))
            i++;
        if (i == sizeof names / sizeof *names)
            return check_line_unknown(
                line,
                "default, port, addr, ssl, sni, alpn, send-proxy, via-socks4, linger, comment");
        const struct conf_word *value = check_line_value(line);
        if (value == NULL || !take_connect_value(line, names[i], value, step))
            return false;
    }
    return true;
}

/* ---- send ---- */

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

static bool read_send(struct check_line *line, struct conf_check_step *step)
{
    const struct conf_word *value = check_line_value(line);
    if (value == NULL)
        return false;
    step->kind = CONF_STEP_SEND;
    step->send = (struct conf_send){.bytes = value->text, .len = strlen(value->text)};
    return take_trailing_comment(line, step);
}

static bool read_send_binary(struct check_line *line, struct conf_check_step *step)
{
    return read_send(line, step) &&
           check_line_hex(line, &line->words[1], &step->send.bytes, &step->send.len);
}

static bool read_send_format(struct check_line *line, struct conf_check_step *step)
{
    bool is_hex = strcmp(line->words[0].text, "send-binary-lf") == 0;
    if (!read_send(line, step))
        return false;
    step->send.made =
        check_line_made(line, is_hex ? CONF_MADE_HEX : CONF_MADE_TEXT, &line->words[1], 1);
    return true;
}

static bool take_header(struct check_line *line, struct conf_request *request)
{
    const struct conf_word *name = check_line_value(line);
    const struct conf_word *value = name != NULL ? check_line_value(line) : NULL;
    if (value == NULL)
        return false;
    if (strcasecmp(name->text, "content-length") == 0 ||
        strcasecmp(name->text, "transfer-encoding") == 0)
        return true; /* ours to say */
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

static bool read_request(struct check_line *line, struct conf_check_step *step)
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

/* ---- the rest ---- */

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
    {"connect", OF_BOTH, read_connect},
    {"send", OF_TCP, read_send},
    {"send-binary", OF_TCP, read_send_binary},
    {"send-lf", OF_TCP, read_send_format},
    {"send-binary-lf", OF_TCP, read_send_format},
    {"send", OF_HTTP, read_request},
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
