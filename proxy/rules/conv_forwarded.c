/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters of the header field Forwarded, RFC 7239: one element of it, "for=\"[::1]:80\";proto=https".
 * Whatever the grammar does not allow makes the whole of no value.
 */
#include "config/loader.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <ctype.h>
#include <string.h>

/* ---- grammar ------------------------------------------------------------------------------------------ */

static bool is_tchar(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_identifier_char(char c)
{
    return isalnum((unsigned char)c) || c == '.' || c == '_' || c == '-';
}

/* RFC 7239 6.3: an underscore and what follows it. */
static bool is_identifier(struct sample_text text)
{
    if (text.len < 2 || text.data[0] != '_')
        return false;
    for (size_t i = 1; i < text.len; i++) {
        if (!is_identifier_char(text.data[i]))
            return false;
    }
    return true;
}

static bool is_word(struct sample_text text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.data, word, text.len) == 0;
}

/* False: no port. */
static bool read_port(struct sample_text text, long long *port_out)
{
    *port_out = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!isdigit((unsigned char)text.data[i]))
            return false;
        *port_out = *port_out * 10 + (text.data[i] - '0');
    }
    return text.len > 0 && text.len <= 5 && *port_out <= UINT16_MAX;
}

/* The address of that type that the text is, or false. */
static bool read_address(const struct sample_env *env, struct sample_text text,
                         enum sample_type type, struct sample *out)
{
    sample_set_text(out, SAMPLE_STRING, text.data, text.len);
    return text.len > 0 && sample_cast(out, SAMPLE_ADDR, env) && out->type == type;
}

/* Name and port of a node; the port's text is NULL where there is none. */
static bool split_node(struct sample_text node, struct sample_text *name_out,
                       struct sample_text *port_out)
{
    const char *end = node.data + node.len;
    const char *bracket =
        node.len > 0 && node.data[0] == '[' ? memchr(node.data, ']', node.len) : NULL;
    if (node.len > 0 && node.data[0] == '[' && bracket == NULL)
        return false;
    const char *from = bracket != NULL ? bracket + 1 : node.data;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    const char *name_end = colon != NULL ? colon : end;
    if (bracket != NULL && name_end != bracket + 1)
        return false;
    *name_out = (struct sample_text){node.data, (size_t)(name_end - node.data)};
    *port_out = (struct sample_text){NULL, 0};
    if (colon != NULL)
        *port_out = (struct sample_text){colon + 1, (size_t)(end - colon - 1)};
    return true;
}

/* Sets the sample to what a node's name is: an address, "unknown", or an identifier. */
static bool read_name(const struct sample_env *env, struct sample_text name, struct sample *out)
{
    if (name.len > 2 && name.data[0] == '[')
        return read_address(env, (struct sample_text){name.data + 1, name.len - 2}, SAMPLE_IPV6,
                            out);
    if (is_word(name, "unknown") || is_identifier(name)) {
        sample_set_text(out, SAMPLE_STRING, name.data, name.len);
        return true;
    }
    return read_address(env, name, SAMPLE_IPV4, out);
}

static bool read_node_port(struct sample_text port, struct sample *out)
{
    long long number;
    if (is_identifier(port))
        sample_set_text(out, SAMPLE_STRING, port.data, port.len);
    else if (read_port(port, &number))
        sample_set_int(out, number);
    else
        return false;
    return true;
}

static bool is_node(const struct sample_env *env, struct sample_text node)
{
    struct sample_text name, port;
    struct sample value;
    return split_node(node, &name, &port) && read_name(env, name, &value) &&
           (port.data == NULL || read_node_port(port, &value));
}

/* RFC 9110 7.2: a name or an address, and a port. */
static bool is_host(const struct sample_env *env, struct sample_text host)
{
    struct sample_text name, port;
    struct sample address;
    long long number;
    if (!split_node(host, &name, &port) || name.len == 0)
        return false;
    if (port.data != NULL && !read_port(port, &number))
        return false;
    if (name.data[0] == '[')
        return read_name(env, name, &address);
    for (size_t i = 0; i < name.len; i++) {
        if (!is_tchar(name.data[i]) && strchr("(),;=", name.data[i]) == NULL)
            return false;
    }
    return true;
}

static bool is_proto(const struct sample_env *env, struct sample_text proto)
{
    (void)env;
    return is_word(proto, "http") || is_word(proto, "https");
}

static const struct {
    const char *name;
    bool (*is_valid)(const struct sample_env *env, struct sample_text value);
} parts[] = {{"proto", is_proto}, {"host", is_host}, {"for", is_node}, {"by", is_node}};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

/* Its number; PARTS if there is none of that name. */
static unsigned find_part(struct sample_text name)
{
    unsigned i = 0;
    while (i < PARTS && !is_word(name, parts[i].name))
        i++;
    return i;
}

/* A token, or what stands between quotes; *at moves behind it. */
static bool read_value(const char **at, const char *end, struct sample_text *out)
{
    const char *from = *at;
    if (from < end && *from == '"') {
        const char *quote = memchr(from + 1, '"', (size_t)(end - from - 1));
        if (quote == NULL || memchr(from, '\\', (size_t)(quote - from)) != NULL)
            return false;
        *out = (struct sample_text){from + 1, (size_t)(quote - from - 1)};
        *at = quote + 1;
        return true;
    }
    while (*at < end && is_tchar(**at))
        ++*at;
    *out = (struct sample_text){from, (size_t)(*at - from)};
    return out->len > 0;
}

/* Reads an element up to the part that is wanted, or, for PARTS, to its end. False: not as it should be. */
static bool read_element(const struct sample_env *env, struct sample_text element, unsigned wanted,
                         struct sample_text *out)
{
    const char *at = element.data, *end = at + element.len;
    bool seen[PARTS] = {false};
    for (;; at++) {
        const char *from = at;
        while (at < end && is_tchar(*at))
            at++;
        unsigned part = find_part((struct sample_text){from, (size_t)(at - from)});
        if (part == PARTS || seen[part] || at == end || *at++ != '=' ||
            !read_value(&at, end, out) || !parts[part].is_valid(env, *out))
            return false;
        seen[part] = true;
        if (part == wanted)
            return true;
        if (at == end)
            return wanted == PARTS;
        if (*at != ';')
            return false;
    }
}

/* ---- converters --------------------------------------------------------------------------------------- */

static bool is_valid(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    struct sample_text value;
    (void)row, (void)args;
    bool valid = read_element(env, s->text, PARTS, &value);
    s->type = SAMPLE_BOOL;
    s->integer = valid;
    return true;
}

static bool check_field(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    if (find_part(args[0].text) < PARTS)
        return true;
    CONF_FAIL(c->l, args[0].span, "proto, host, for or by", "'%.*s' is no part of Forwarded",
              (int)args[0].text.len, args[0].text.data);
    return false;
}

static bool field(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    struct sample_text value;
    (void)row;
    if (!read_element(env, s->text, find_part(args[0].text), &value))
        return false;
    sample_set_text(s, SAMPLE_STRING, value.data, value.len);
    return true;
}

static bool node_name(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    struct sample_text name, port;
    (void)row, (void)args;
    return is_node(env, s->text) && split_node(s->text, &name, &port) && read_name(env, name, s);
}

static bool node_port(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    struct sample_text name, port;
    (void)row, (void)args;
    return is_node(env, s->text) && split_node(s->text, &name, &port) && port.data != NULL &&
           read_node_port(port, s);
}

/* clang-format off */
const struct converter forwarded_converters[] = {
    {.name = "rfc7239_is_valid", .in = SAMPLE_STRING, .out = SAMPLE_BOOL, .run = is_valid, .since = "2.8",
     .doc = "Is it an element of a header field Forwarded, as RFC 7239 has it?"},
    {.name = "rfc7239_field", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1}, .run = field, .check = check_field, .since = "2.8",
     .doc = "One part of a header field Forwarded: rfc7239_field(<proto, host, for or by>)."},
    {.name = "rfc7239_n2nn", .in = SAMPLE_STRING, .out = SAMPLE_ANY, .run = node_name, .since = "2.8",
     .doc = "What names the node in a part for or by: an address, unknown or an identifier."},
    {.name = "rfc7239_n2np", .in = SAMPLE_STRING, .out = SAMPLE_ANY, .run = node_port, .since = "2.8",
     .doc = "The port in a part for or by: a number or an identifier."},
    {.name = NULL},
};
/* clang-format on */
