/* SPDX-License-Identifier: Apache-2.0 */
/* The words behind `connect`: where to, and how. */
#include <ctype.h>
#include <string.h>

#include "config/address.h"
#include "config/own/own.h"
#include "config/script/lines_priv.h"
#include "config/value.h"

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

bool check_line_connect(struct check_line *line, struct conf_check_step *step)
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
