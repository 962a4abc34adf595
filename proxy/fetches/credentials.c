/* SPDX-License-Identifier: Apache-2.0 */
/* Users and passwords; see credentials.h. */
#include "proxy/fetches/credentials.h"

#include <crypt.h>

static int digit_of(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

/* Base64, RFC 4648 4; the length, or -1. */
static long decode(struct sample_text from, char *to, size_t room)
{
    unsigned bits = 0, held = 0;
    size_t len = 0;
    while (from.len > 0 && from.data[from.len - 1] == '=')
        from.len--;
    for (size_t i = 0; i < from.len; i++) {
        int digit = digit_of(from.data[i]);
        if (digit < 0 || len == room)
            return -1;
        held = held << 6 | (unsigned)digit;
        bits += 6;
        if (bits < 8)
            continue;
        bits -= 8;
        to[len++] = (char)(held >> bits);
        held &= (1u << bits) - 1;
    }
    return (long)len;
}

static void split(struct credentials *c)
{
    long len = decode(c->rest, c->text, sizeof(c->text) - 1);
    char *colon = len > 0 ? memchr(c->text, ':', (size_t)len) : NULL;
    if (colon == NULL)
        return;
    c->text[len] = '\0';
    *colon = '\0';
    c->user = c->text;
    c->password = colon + 1;
}

bool credentials_read(const struct message_view *v, const char *header, size_t header_len,
                      struct credentials *out)
{
    int i = http_msg_find(v->msg, v->base, header, header_len, 0);
    if (i < 0)
        return false;
    const struct http_header *h = &v->msg->headers[i];
    const char *at = v->base + h->value_off, *end = at + h->value_len;
    const char *blank = memchr(at, ' ', h->value_len);
    out->user = out->password = NULL;
    if (blank == NULL)
        return false;
    out->scheme = (struct sample_text){at, (size_t)(blank - at)};
    while (blank < end && *blank == ' ')
        blank++;
    out->rest = (struct sample_text){blank, (size_t)(end - blank)};
    if (out->scheme.len == 5 && http_text_same(out->scheme.data, "basic", 5))
        split(out);
    return true;
}

/* As long for a wrong password as for a right one. */
static bool is_same(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    unsigned char difference = a_len != b_len;
    for (size_t i = 0; i < a_len && i < b_len; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

static bool is_password(const struct conf_user *user, const char *typed)
{
    static _Thread_local struct crypt_data data;
    if (user->password == NULL)
        return false;
    if (user->is_plain)
        return is_same(user->password, typed);
    const char *hash = crypt_r(typed, user->password, &data);
    return hash != NULL && is_same(hash, user->password);
}

const struct conf_user *credentials_check(const struct conf_userlist *list,
                                          const struct credentials *c)
{
    if (c->user == NULL)
        return NULL;
    for (size_t i = 0; i < list->user_count; i++)
        if (strcmp(list->users[i].name, c->user) == 0)
            return is_password(&list->users[i], c->password) ? &list->users[i] : NULL;
    return NULL;
}

static bool has_word(const struct conf_words *words, const char *word, size_t len)
{
    for (size_t i = 0; i < words->count; i++)
        if (strlen(words->items[i]) == len && memcmp(words->items[i], word, len) == 0)
            return true;
    return false;
}

bool credentials_in_group(const struct conf_userlist *list, const struct conf_user *user,
                          const char *group, size_t len)
{
    if (has_word(&user->groups, group, len))
        return true;
    for (size_t i = 0; i < list->group_count; i++) {
        const struct conf_user_group *g = &list->groups[i];
        if (strlen(g->name) == len && memcmp(g->name, group, len) == 0)
            return has_word(&g->users, user->name, strlen(user->name));
    }
    return false;
}
