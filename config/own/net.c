/* SPDX-License-Identifier: Apache-2.0 */
/* Words about connections that are more than a value: the PROXY header, the address to connect from. */
#include <stdlib.h>
#include <string.h>

#include "config/apply.h"
#include "config/own/own.h"

/* The row's bits are added; those of a no- word, which are given inverted, are taken away. */
void own_send_proxy(struct loader *l, const struct keyword *row, void *base,
                    const struct conf_directive *d)
{
    (void)l;
    unsigned *bits = (unsigned *)((char *)base + row->offset);
    if (apply_is_off(d))
        return;
    if (row->value >= 0)
        *bits |= (unsigned)row->value;
    else
        *bits &= (unsigned)row->value;
}

/* "0xE1 <format>": the list may be shared with default-server, so it is copied. */
void own_proxy_tlv(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    struct conf_proxy_tlvs *tlvs = (struct conf_proxy_tlvs *)((char *)base + row->offset);
    for (size_t i = 0; i < d->arg_count; i++) {
        const struct conf_word *word = &d->args[i];
        char *rest;
        unsigned long type = strtoul(word->text, &rest, 0);
        if (rest == word->text || (*rest != ' ' && *rest != '\0') || type > UINT8_MAX) {
            CONF_FAIL(l, word->span, "as in: set-proxy-v2-tlv-fmt(0xE1) %[src]",
                      "%s: '%.*s' is no type of a TLV", row->name, (int)strcspn(word->text, " "),
                      word->text);
            return;
        }
        struct conf_word format = {.text = rest + strspn(rest, " "), .span = word->span};
        bool is_empty = *format.text == '\0';
        tlvs->items = arena_list_copy(l->arena, tlvs->items, tlvs->count, sizeof *tlvs->items);
        tlvs->items = arena_list_grow(l->arena, tlvs->items, tlvs->count, sizeof *tlvs->items);
        tlvs->items[tlvs->count++] = (struct conf_proxy_tlv){
            .type = (uint8_t)type,
            .word = is_empty ? NULL : arena_list_copy(l->arena, &format, 1, sizeof format)};
    }
}

/* "ssl,cert-cn,crc32c" */
void own_proxy_options(struct loader *l, const struct keyword *row, void *base,
                       const struct conf_directive *d)
{
    static const struct {
        const char *name;
        unsigned bits;
    } options[] = {
        {"ssl", CONF_PROXY_SSL},
        {"cert-cn", CONF_PROXY_SSL | CONF_PROXY_CN},
        {"ssl-cipher", CONF_PROXY_SSL | CONF_PROXY_CIPHER},
        {"cert-sig", CONF_PROXY_SSL | CONF_PROXY_SIG_ALG},
        {"cert-key", CONF_PROXY_SSL | CONF_PROXY_KEY_ALG},
        {"authority", CONF_PROXY_AUTHORITY},
        {"crc32c", CONF_PROXY_CRC32C},
        {"unique-id", CONF_PROXY_UNIQUE_ID},
    };
    enum { OPTIONS = sizeof options / sizeof *options };
    struct conf_words names = {0};
    apply_kinds[KW_WORDS].set(l, &(struct keyword){.name = row->name}, &names, d);
    for (size_t i = 0; i < names.count; i++) {
        size_t k = 0;
        while (k < OPTIONS && strcmp(names.items[i], options[k].name) != 0)
            k++;
        if (k < OPTIONS)
            *(unsigned *)((char *)base + row->offset) |= options[k].bits;
        else
            CONF_FAIL(l, d->args[0].span, row->takes, "%s: unknown option '%s'", row->name,
                      names.items[i]);
    }
}

void own_mss(struct loader *l, const struct keyword *row, void *base,
             const struct conf_directive *d)
{
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    char *end;
    long mss = strtol(word->text, &end, 10);
    if (*end == '\0' && mss >= -65535 && mss <= 65535 && mss != 0)
        *(int *)((char *)base + row->offset) = (int)mss;
    else
        CONF_FAIL(l, word->span, "a number of bytes, as in 1400 or -12", "mss: '%s' is no size",
                  word->text);
}

void own_netscaler(struct loader *l, const struct keyword *row, void *base,
                   const struct conf_directive *d)
{
    struct conf_bind *bind = base;
    struct keyword number = *row;
    number.max = UINT32_MAX;
    apply_kinds[KW_UINT].set(l, &number, base, d);
    bind->accept_netscaler = true;
}

/* "hdr_ip(name[,occurrence])" is the fetch of the rules, but for the side of the message. */
static const struct conf_word *header_fetch(struct loader *l, const struct conf_word *word)
{
    struct conf_word *fetch = arena_list_copy(l->arena, word, 1, sizeof *word);
    fetch->text = arena_printf(l->arena, "req.%s", word->text);
    return fetch;
}

void own_usesrc(struct loader *l, const struct keyword *row, void *base,
                const struct conf_directive *d)
{
    struct conf_outgoing *source = (struct conf_outgoing *)((char *)base + row->offset);
    const struct conf_word *word = apply_only_arg(l, d);
    if (word == NULL)
        return;
    source->header_word = NULL;
    if (source->addr.text == NULL)
        CONF_FAIL(l, d->name.span,
                  loader_hint(l, d->name.span, "before it, write source = \"0.0.0.0\"",
                              "write: source 0.0.0.0 usesrc ..."),
                  "'usesrc' is only a part of 'source'");
    if (strncmp(word->text, "hdr_ip(", 7) == 0) {
        source->usesrc = CONF_USESRC_HEADER;
        source->header_word = header_fetch(l, word);
        return;
    }
    source->usesrc = strcmp(word->text, "client") == 0     ? CONF_USESRC_CLIENT
                     : strcmp(word->text, "clientip") == 0 ? CONF_USESRC_CLIENTIP
                                                           : CONF_USESRC_ADDRESS;
    if (source->usesrc == CONF_USESRC_ADDRESS)
        own_target_address(
            l, &(struct keyword){.offset = offsetof(struct conf_outgoing, usesrc_addr)}, source, d);
}

/* A further use begins anew. */
void own_source_address(struct loader *l, const struct keyword *row, void *base,
                        const struct conf_directive *d)
{
    struct conf_outgoing *source = (struct conf_outgoing *)((char *)base + row->offset);
    source->usesrc = CONF_USESRC_NONE;
    own_port_range(l, d, &source->addr, &source->last_port);
}
