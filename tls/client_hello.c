/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello of TLS, RFC 8446 4.1.2 and RFC 6066 3; see client_hello.h. What is read comes from a
 * cursor, which knows of records (hello_cursor.h).
 */
#include "tls/client_hello.h"
#include "tls/hello_cursor.h"

#include <string.h>

enum {
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_SERVER_HELLO = 2,
    RANDOM_BYTES = 32,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_TICKET = 35,
    EXTENSION_VERSIONS = 43,
    EXTENSION_KEY_SHARES = 51,
    NAME_HOST = 0,
};

/* The next len bytes behind those that the list has, as far as there is room. */
static bool take_numbers(struct hello_cursor *c, size_t len, struct client_hello *hello,
                         enum client_hello_list which)
{
    size_t room = CLIENT_HELLO_LIST_BYTES - hello->list_len[which];
    size_t take = len < room ? len : room;
    if (!hello_read_bytes(c, hello->list[which] + hello->list_len[which], take))
        return false;
    hello->list_len[which] = (uint16_t)(hello->list_len[which] + take);
    return hello_read_bytes(c, NULL, len - take);
}

/* ---- extensions: each gets its length, and the cursor behind it --------------------------------------------- */

/* A name with a zero in it would be another one to whoever reads it as a text. */
static bool take_name(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    char name[sizeof(hello->sni)];
    if (len == 0 || len >= sizeof(name))
        return hello_fail_bad(c);
    if (!hello_read_bytes(c, (uint8_t *)name, len))
        return false;
    if (memchr(name, '\0', len) != NULL)
        return hello_fail_bad(c);
    memcpy(hello->sni, name, len);
    hello->sni[len] = '\0';
    hello->sni_len = (uint8_t)len;
    hello->has_sni = true;
    return true;
}

static bool read_server_name(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, type, name;
    if (len == 0)
        return true; /* a server's answer to it */
    if (!hello_read_number(c, 2, &list))
        return false;
    if (list + 2 != len)
        return hello_fail_bad(c);
    while (list > 0) {
        if (!hello_read_number(c, 1, &type) || !hello_read_number(c, 2, &name))
            return false;
        if (list < 3 + name)
            return hello_fail_bad(c);
        bool is_first_host = type == NAME_HOST && !hello->has_sni;
        if (!(is_first_host ? take_name(c, name, hello) : hello_read_bytes(c, NULL, name)))
            return false;
        list -= 3 + name;
    }
    return true;
}

/* More protocols than there is room for are cut behind the last whole one. */
static bool read_alpn(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, name;
    if (!hello_read_number(c, 2, &list))
        return false;
    if (list + 2 != len)
        return hello_fail_bad(c);
    while (list > 0) {
        if (!hello_read_number(c, 1, &name))
            return false;
        if (name == 0 || list < 1 + name)
            return hello_fail_bad(c);
        bool fits = hello->alpn_len + 1 + name <= sizeof(hello->alpn);
        uint8_t *to = fits ? hello->alpn + hello->alpn_len : NULL;
        if (!hello_read_bytes(c, fits ? to + 1 : NULL, name))
            return false;
        if (fits) {
            *to = (uint8_t)name;
            hello->alpn_len = (uint16_t)(hello->alpn_len + 1 + name);
        }
        list -= 1 + name;
    }
    return true;
}

/* GREASE, RFC 8701: numbers such as 0x0a0a stand for nothing. */
static bool is_grease(size_t version)
{
    return (version & 0x0f0f) == 0x0a0a;
}

static bool read_versions(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, version;
    if (hello->type == MESSAGE_SERVER_HELLO) {
        if (!hello_read_number(c, 2, &version))
            return false;
        hello->newest_version = (uint16_t)version;
        return len == 2 ? true : hello_fail_bad(c);
    }
    if (!hello_read_number(c, 1, &list))
        return false;
    if (list + 1 != len || list % 2 != 0)
        return hello_fail_bad(c);
    for (; list > 0; list -= 2) {
        if (!hello_read_number(c, 2, &version))
            return false;
        if (!is_grease(version) && version > hello->newest_version)
            hello->newest_version = (uint16_t)version;
    }
    return true;
}

/*
 * What only fetches ask for routes nobody: where its length does not fit it is passed over, and the rest of the
 * hello counts. These leave that open, with *list_out 0.
 */
static bool read_list_length(struct hello_cursor *c, size_t len, size_t *list_out)
{
    *list_out = 0;
    if (len < 2)
        return hello_read_bytes(c, NULL, len);
    if (!hello_read_number(c, 2, list_out))
        return false;
    if (*list_out + 2 == len)
        return true;
    *list_out = 0;
    return hello_read_bytes(c, NULL, len - 2);
}

static bool read_groups(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list;
    hello->has_groups = true;
    return read_list_length(c, len, &list) && take_numbers(c, list, hello, CLIENT_HELLO_GROUPS);
}

static bool read_signatures(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list;
    return read_list_length(c, len, &list) && take_numbers(c, list, hello, CLIENT_HELLO_SIGNATURES);
}

/* Group and key, each; of a server just one, which is no list. */
static bool read_key_shares(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, key;
    if (hello->type == MESSAGE_SERVER_HELLO)
        return hello_read_bytes(c, NULL, len);
    if (!read_list_length(c, len, &list))
        return false;
    while (list >= 4) {
        if (!take_numbers(c, 2, hello, CLIENT_HELLO_KEY_SHARES) || !hello_read_number(c, 2, &key))
            return false;
        list -= 4;
        key = key < list ? key : list;
        if (!hello_read_bytes(c, NULL, key))
            return false;
        list -= key;
    }
    return hello_read_bytes(c, NULL, list);
}

static bool read_ticket(struct hello_cursor *c, size_t len, struct client_hello *hello)
{
    hello->ticket = len > 0 ? CLIENT_HELLO_TICKET : CLIENT_HELLO_ASKS_TICKET;
    return hello_read_bytes(c, NULL, len);
}

static bool read_extension(struct hello_cursor *c, size_t type, size_t len,
                           struct client_hello *hello)
{
    static const struct {
        size_t type;
        bool (*read)(struct hello_cursor *c, size_t len, struct client_hello *hello);
    } readers[] = {
        {EXTENSION_SERVER_NAME, read_server_name}, {EXTENSION_GROUPS, read_groups},
        {EXTENSION_SIGNATURES, read_signatures},   {EXTENSION_ALPN, read_alpn},
        {EXTENSION_TICKET, read_ticket},           {EXTENSION_VERSIONS, read_versions},
        {EXTENSION_KEY_SHARES, read_key_shares},
    };
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (readers[i].type != type)
            continue;
        size_t behind = c->message - len;
        if (!readers[i].read(c, len, hello))
            return false;
        return c->message == behind ? true : hello_fail_bad(c);
    }
    return hello_read_bytes(c, NULL, len);
}

static bool read_extensions(struct hello_cursor *c, struct client_hello *hello)
{
    size_t all, type, len;
    if (c->message == 0)
        return true; /* TLS 1.2 and before need none */
    if (!hello_read_number(c, 2, &all))
        return false;
    if (all != c->message)
        return hello_fail_bad(c);
    while (c->message > 0) {
        if (!hello_read_number(c, 2, &type) || !hello_read_number(c, 2, &len))
            return false;
        if (len > c->message)
            return hello_fail_bad(c);
        if (!read_extension(c, type, len, hello))
            return false;
    }
    return true;
}

/* ---- the message ------------------------------------------------------------------------------------------- */

/* Up to the extensions: a client sends lists where a server names its choice. */
static bool read_choices(struct hello_cursor *c, struct client_hello *hello)
{
    size_t ciphers;
    if (!hello_skip_vector(c, 1)) /* the session to resume */
        return false;
    if (hello->type == MESSAGE_SERVER_HELLO)
        return hello_read_bytes(c, NULL, 3); /* cipher, compression */
    if (!hello_read_number(c, 2, &ciphers))
        return false;
    if (ciphers > c->message)
        return hello_fail_bad(c);
    return take_numbers(c, ciphers, hello, CLIENT_HELLO_CIPHERS) && hello_skip_vector(c, 1);
}

static bool read_message(struct hello_cursor *c, struct client_hello *hello)
{
    size_t type, len, version;
    c->message = 4;
    if (!hello_read_number(c, 1, &type))
        return false;
    hello->record_version = c->record_version;
    hello->type = (uint8_t)type;
    if (type != MESSAGE_CLIENT_HELLO && type != MESSAGE_SERVER_HELLO)
        return hello_fail_bad(c);
    if (!hello_read_number(c, 3, &len))
        return false;
    if (len > CLIENT_HELLO_BYTES_MAX)
        return hello_fail_bad(c);
    c->message = len;
    if (!hello_read_number(c, 2, &version))
        return false;
    hello->version = hello->newest_version = (uint16_t)version;
    if (version >> 8 != 3)
        return hello_fail_bad(c);
    return hello_read_bytes(c, NULL, RANDOM_BYTES) && read_choices(c, hello) &&
           read_extensions(c, hello);
}

int client_hello_parse(const uint8_t *data, size_t len, struct client_hello *hello_out)
{
    struct hello_cursor c = {.at = data, .end = data + len};
    memset(hello_out, 0, sizeof(*hello_out));
    if (len == 0)
        return CLIENT_HELLO_MORE;
    if (read_message(&c, hello_out))
        return CLIENT_HELLO_WHOLE;
    return c.is_bad ? CLIENT_HELLO_NOT : CLIENT_HELLO_MORE;
}

const char *client_hello_alpn(const struct client_hello *hello, size_t i, size_t *len_out)
{
    size_t at = 0;
    for (; at < hello->alpn_len && i > 0; i--)
        at += 1u + hello->alpn[at];
    if (at >= hello->alpn_len)
        return NULL;
    *len_out = hello->alpn[at];
    return (const char *)hello->alpn + at + 1;
}
