/* SPDX-License-Identifier: Apache-2.0 */
/* Converters of addresses, Host fields, lists of languages and queries. */
#include "proxy/rules/compiler.h"
#include "proxy/rules/conv_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- ipmask ------------------------------------------------------------------------------------------- */

static bool mask(struct sample_env *env, const struct converter *row, const struct arg *args,
                 struct sample *s)
{
    (void)env, (void)row;
    if (s->type == SAMPLE_IPV6 && IN6_IS_ADDR_V4MAPPED(&s->ipv6)) {
        struct in_addr inner;
        memcpy(&inner, s->ipv6.s6_addr + 12, sizeof(inner));
        s->ipv4 = inner; /* the two share their room */
        s->type = SAMPLE_IPV4;
    }
    if (s->type == SAMPLE_IPV4) {
        s->ipv4.s_addr &= args[0].mask4.s_addr;
        return true;
    }
    if (s->type != SAMPLE_IPV6 || args[1].type == ARG_NONE)
        return false;
    for (size_t i = 0; i < 16; i++)
        s->ipv6.s6_addr[i] &= args[1].mask6.s6_addr[i];
    return true;
}

/* ---- host_only, port_only: RFC 9110 7.2 --------------------------------------------------------------- */

/* Where the colon before a port stands, else the end. One within brackets belongs to the address. */
static size_t host_length(struct sample_text text)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.data[i - 1] == ':')
            return i - 1;
        if (text.data[i - 1] == ']')
            break;
    }
    return text.len;
}

static bool host_only(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)row, (void)args;
    struct sample_text text = s->text;
    size_t len = host_length(text);
    char *host = sample_scratch_take(env, len);
    if (host == NULL)
        return false;
    for (size_t i = 0; i < len; i++)
        host[i] = (char)tolower((unsigned char)text.data[i]);
    sample_set_text(s, SAMPLE_STRING, host, len);
    return true;
}

static bool port_only(struct sample_env *env, const struct converter *row, const struct arg *args,
                      struct sample *s)
{
    (void)row, (void)args;
    size_t skip = host_length(s->text) + 1;
    if (skip >= s->text.len) {
        sample_set_int(s, 0);
        return true;
    }
    s->text.data += skip;
    s->text.len -= skip;
    return sample_cast(s, SAMPLE_INT, env);
}

/* ---- language: RFC 9110 12.5.4 ------------------------------------------------------------------------ */

enum { QUALITY_ONE = 1000 };

/* ";q=0.8" in thousandths; what cannot be read counts as 1. */
static int read_quality(const char *at, const char *end)
{
    int quality = 0, scale = QUALITY_ONE;
    while (at < end && (*at == ' ' || *at == ';' || *at == '\t'))
        at++;
    if (end - at < 3 || (*at != 'q' && *at != 'Q') || at[1] != '=')
        return QUALITY_ONE;
    for (at += 2; at < end && (isdigit((unsigned char)*at) || *at == '.'); at++) {
        if (*at == '.')
            continue;
        quality += (*at - '0') * scale;
        scale /= 10;
    }
    return quality < QUALITY_ONE ? quality : QUALITY_ONE;
}

/* The first member of "es;fr;en" that is the tag, or what stands before its dash. */
static struct sample_text find_language(struct sample_text list, struct sample_text tag)
{
    const char *dash = memchr(tag.data, '-', tag.len);
    size_t base = dash != NULL ? (size_t)(dash - tag.data) : tag.len;
    const char *end = list.data + list.len;
    for (const char *at = list.data; at < end;) {
        const char *next = memchr(at, ';', (size_t)(end - at));
        size_t len = (size_t)((next != NULL ? next : end) - at);
        if ((len == tag.len || len == base) && memcmp(at, tag.data, len) == 0)
            return (struct sample_text){at, len};
        at += len + 1;
    }
    return (struct sample_text){0};
}

/* One member of the field: "fr-CH;q=0.9". */
static void judge_language(struct sample_text list, const char *at, const char *end,
                           struct sample_text *best, int *best_quality)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    const char *tag_end = at;
    while (tag_end < end && *tag_end != ';' && *tag_end != ' ' && *tag_end != '\t')
        tag_end++;
    int quality = read_quality(tag_end, end);
    struct sample_text found =
        find_language(list, (struct sample_text){at, (size_t)(tag_end - at)});
    if (found.len == 0 || quality <= *best_quality)
        return;
    *best = found;
    *best_quality = quality;
}

static bool language(struct sample_env *env, const struct converter *row, const struct arg *args,
                     struct sample *s)
{
    (void)env, (void)row;
    struct sample_text best = args[1].text;
    const char *at = s->text.data, *end = at + s->text.len;
    int best_quality = 0;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *member_end = comma != NULL ? comma : end;
        judge_language(args[0].text, at, member_end, &best, &best_quality);
        at = member_end + 1;
    }
    if (best.len == 0)
        return false;
    sample_set_text(s, SAMPLE_STRING, best.data, best.len);
    return true;
}

/* ---- param ---------------------------------------------------------------------------------------------- */

/* The value of the first parameter of that name: empty also where it has no '='. */
static bool param(struct sample_env *env, const struct converter *row, const struct arg *args,
                  struct sample *s)
{
    (void)env, (void)row;
    struct sample_text name = args[0].text;
    const char *at = s->text.data, *end = at + s->text.len, *next;
    char delimiter = args[1].type != ARG_NONE && args[1].text.len > 0 ? args[1].text.data[0] : '&';
    for (; at < end; at = next + 1) {
        next = memchr(at, delimiter, (size_t)(end - at));
        if (next == NULL)
            next = end;
        size_t len = (size_t)(next - at);
        if (len < name.len || memcmp(at, name.data, name.len) != 0 ||
            (len > name.len && at[name.len] != '='))
            continue;
        size_t skipped = len > name.len ? name.len + 1 : len;
        sample_set_text(s, SAMPLE_STRING, at + skipped, len - skipped);
        return true;
    }
    return false;
}

/* clang-format off */
const struct converter host_converters[] = {
    {.name = "ipmask", .in = SAMPLE_ADDR, .out = SAMPLE_ADDR, .args = {{ARG_MASK4, ARG_MASK6}, 1}, .run = mask,
     .doc = "The network of an address: ipmask(<IPv4 mask>[,<IPv6 mask>])."},
    {.name = "host_only", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .run = host_only, .since = "2.6",
     .doc = "A Host field without its port, in lower case."},
    {.name = "port_only", .in = SAMPLE_STRING, .out = SAMPLE_INT, .run = port_only, .since = "2.6", .doc = "The port of a Host field, else 0."},
    {.name = "language", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_STRING}, 1}, .run = language,
     .doc = "The best of some languages for an Accept-Language field: language(es;fr;en[,<default>])."},
    {.name = "param", .in = SAMPLE_STRING, .out = SAMPLE_STRING, .args = {{ARG_STRING, ARG_STRING}, 1}, .run = param, .since = "2.7",
     .doc = "The first parameter of that name in a query: param(<name>[,<delimiter>])."},
    {.name = NULL},
};
/* clang-format on */
