/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converters on a Forwarded field, RFC 7239: one element of it, and the nodes it names.
 *
 *   proto=https;for="[2001:db8::1]:4711";by=_hidden     a node is an address, a name or "unknown", with a port
 */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

enum parameter { BY, FOR, HOST, PROTO, PARAMETERS };

static const char *const names[PARAMETERS] = {"by", "for", "host", "proto"};

/* Values without their quotes; data NULL: not there. */
struct element {
    struct sample_text values[PARAMETERS];
};

struct node {
    struct sample name; /* an address or a text */
    struct sample port; /* a number or a text; of type NONE: there is none */
};

/* ---- texts ---------------------------------------------------------------------------------------------- */

/* RFC 9110 5.6.2 */
static bool is_token_char(char c)
{
    return isalnum((unsigned char)c) || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* "_" and letters, digits, '.', '_', '-': who wants to stay hidden, RFC 7239 6.3. */
static bool is_obfuscated(struct sample_text text)
{
    if (text.len < 2 || text.data[0] != '_')
        return false;
    for (size_t i = 1; i < text.len; i++)
        if (!isalnum((unsigned char)text.data[i]) && strchr("._-", text.data[i]) == NULL)
            return false;
    return true;
}

static bool same_word(struct sample_text text, const char *word)
{
    return strlen(word) == text.len && strncasecmp(text.data, word, text.len) == 0;
}

/* ---- nodes, RFC 7239 6 ---------------------------------------------------------------------------------- */

static bool read_port(struct sample_text text, struct sample *out)
{
    long long number = 0;
    if (is_obfuscated(text)) {
        sample_set_text(out, SAMPLE_STRING, text.data, text.len);
        return true;
    }
    for (size_t i = 0; i < text.len && number <= 65535; i++) {
        if (!isdigit((unsigned char)text.data[i]))
            return false;
        number = 10 * number + (text.data[i] - '0');
    }
    sample_set_int(out, number);
    return text.len > 0 && number <= 65535;
}

static bool read_name(struct sample_text text, struct sample *out)
{
    char address[INET6_ADDRSTRLEN];
    bool in_brackets = text.len > 2 && text.data[0] == '[' && text.data[text.len - 1] == ']';
    if (is_obfuscated(text) || same_word(text, "unknown")) {
        sample_set_text(out, SAMPLE_STRING, text.data, text.len);
        return true;
    }
    if (in_brackets)
        text = (struct sample_text){text.data + 1, text.len - 2};
    if (text.len >= sizeof address)
        return false;
    memcpy(address, text.data, text.len);
    address[text.len] = '\0';
    out->type = in_brackets ? SAMPLE_IPV6 : SAMPLE_IPV4;
    return inet_pton(in_brackets ? AF_INET6 : AF_INET, address, &out->ipv6) == 1;
}

static bool read_node(struct sample_text text, struct node *out)
{
    const char *end = text.data + text.len;
    const char *bracket = memrchr(text.data, ']', text.len);
    const char *from = bracket != NULL ? bracket : text.data;
    const char *colon = memchr(from, ':', (size_t)(end - from));
    *out = (struct node){0};
    if (colon != NULL &&
        !read_port((struct sample_text){colon + 1, (size_t)(end - colon - 1)}, &out->port))
        return false;
    text.len = (size_t)((colon != NULL ? colon : end) - text.data);
    return read_name(text, &out->name);
}

/* ---- elements, RFC 7239 4 ------------------------------------------------------------------------------- */

static bool take_quoted(struct sample_text *rest, struct sample_text *out)
{
    size_t at = 1;
    while (at < rest->len && rest->data[at] != '"' && rest->data[at] != '\\')
        at++;
    if (at == rest->len || rest->data[at] == '\\') /* nothing that stands here needs escapes */
        return false;
    *out = (struct sample_text){rest->data + 1, at - 1};
    rest->data += at + 1;
    rest->len -= at + 1;
    return true;
}

static bool take_token(struct sample_text *rest, struct sample_text *out)
{
    size_t at = 0;
    while (at < rest->len && is_token_char(rest->data[at]))
        at++;
    *out = (struct sample_text){rest->data, at};
    rest->data += at;
    rest->len -= at;
    return at > 0;
}

static bool value_fits(enum parameter which, struct sample_text value)
{
    struct node node;
    switch (which) {
    case PROTO:
        return same_word(value, "http") || same_word(value, "https");
    case HOST:
        return value.len > 0 && memchr(value.data, ' ', value.len) == NULL;
    default:
        return read_node(value, &node);
    }
}

/* name=value, each name once. */
static bool take_pair(struct sample_text *rest, struct element *e)
{
    struct sample_text name, value;
    unsigned which = 0;
    if (!take_token(rest, &name) || rest->len < 2 || *rest->data != '=')
        return false;
    rest->data++;
    rest->len--;
    while (which < PARAMETERS && !same_word(name, names[which]))
        which++;
    if (which == PARAMETERS || e->values[which].data != NULL ||
        !(*rest->data == '"' ? take_quoted(rest, &value) : take_token(rest, &value)) ||
        !value_fits((enum parameter)which, value))
        return false;
    e->values[which] = value;
    return true;
}

static bool read_element(struct sample_text text, struct element *out)
{
    *out = (struct element){0};
    while (take_pair(&text, out)) {
        if (text.len == 0)
            return true;
        if (*text.data != ';')
            return false;
        text.data++;
        text.len--;
    }
    return false;
}

/* ---- converters ----------------------------------------------------------------------------------------- */

static bool is_valid(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row, (void)args;
    struct element e;
    sample_set_bool(s, read_element(s->text, &e));
    return true;
}

static bool field(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)env, (void)row;
    struct element e;
    if (!read_element(s->text, &e) || e.values[args[0].integer].data == NULL)
        return false;
    s->text = e.values[args[0].integer];
    return true;
}

static bool check_field(struct compiler *c, struct arg *args, unsigned count, int value)
{
    (void)count, (void)value;
    struct sample_text name = args[0].text;
    unsigned which = 0;
    while (which < PARAMETERS && !same_word(name, names[which]))
        which++;
    if (which == PARAMETERS)
        CONF_FAIL(c->l, args[0].span, "by, for, host or proto",
                  "'%.*s' is no parameter of Forwarded", (int)name.len, name.data);
    args[0].integer = which;
    return which < PARAMETERS;
}

enum { NAME, PORT };

static bool part_of_node(struct sample_env *env, const struct converter *row,
                         const struct arg *args, struct sample *s)
{
    (void)env, (void)args;
    struct node node;
    if (!read_node(s->text, &node))
        return false;
    *s = row->value == NAME ? node.name : node.port;
    return s->type != SAMPLE_NONE;
}

/* clang-format off */
const struct converter forwarded_converters[] = {
    {.name = "rfc7239_is_valid", .in = SAMPLE_STRING, .out = SAMPLE_BOOL, .run = is_valid, .since = "2.8", .doc = "Whether it is a Forwarded field, of one element."},
    {.name = "rfc7239_field", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING}, 1}, .run = field, .check = check_field, .since = "2.8",
     .doc = "A parameter of a Forwarded field: rfc7239_field(by|for|host|proto)."},
    {.name = "rfc7239_n2nn", .in = SAMPLE_STRING, .out = SAMPLE_ANY, .run = part_of_node, .value = NAME, .since = "2.8", .doc = "Of a node of a Forwarded field: its address or name."},
    {.name = "rfc7239_n2np", .in = SAMPLE_STRING, .out = SAMPLE_ANY, .run = part_of_node, .value = PORT, .since = "2.8", .doc = "Of a node of a Forwarded field: its port."},
    {.name = NULL},
};
/* clang-format on */
