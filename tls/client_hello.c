/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClientHello of TLS, RFC 8446 4.1.2 and RFC 6066 3; see client_hello.h. A cursor walks over the message as if
 * there were no records; each length that encloses others is a bound that no read may pass.
 */
#include "tls/client_hello.h"

#include <string.h>

enum {
    RECORD_HANDSHAKE = 22,
    RECORD_HEAD_BYTES = 5,
    RECORD_BYTES_MAX = 16384 + 256,
    MESSAGE_CLIENT_HELLO = 1,
    MESSAGE_SERVER_HELLO = 2,
    RANDOM_BYTES = 32,
    EXTENSION_SERVER_NAME = 0,
    EXTENSION_GROUPS = 10,
    EXTENSION_SIGNATURES = 13,
    EXTENSION_ALPN = 16,
    EXTENSION_VERSIONS = 43,
    EXTENSION_KEY_SHARES = 51,
    NAME_HOST = 0,
};

struct cursor {
    const uint8_t *at, *end;
    size_t in_record; /* bytes left of the present record */
    size_t message;   /* bytes left of the message */
    bool is_short;    /* a read came to the end of the data */
    bool is_bad;      /* a length does not fit, or the record is none */
    uint16_t record_version;
    uint8_t *list; /* where the wanted one goes, or NULL */
    size_t list_len;
    enum client_hello_list wanted;
};

static bool fail_short(struct cursor *c)
{
    c->is_short = true;
    return false;
}

static bool fail_bad(struct cursor *c)
{
    c->is_bad = true;
    return false;
}

/* The head is judged as far as it is there: what is no TLS is known by its first byte. */
static bool begin_record(struct cursor *c)
{
    size_t here = (size_t)(c->end - c->at);
    if ((here > 0 && c->at[0] != RECORD_HANDSHAKE) || (here > 1 && c->at[1] != 3))
        return fail_bad(c);
    if (here < RECORD_HEAD_BYTES)
        return fail_short(c);
    if (c->record_version == 0)
        c->record_version = (uint16_t)(c->at[1] << 8 | c->at[2]);
    c->in_record = (size_t)c->at[3] << 8 | c->at[4];
    c->at += RECORD_HEAD_BYTES;
    /* an empty record of a handshake would let it go on for ever, RFC 8446 5.1 */
    return c->in_record > 0 && c->in_record <= RECORD_BYTES_MAX ? true : fail_bad(c);
}

/* The next n bytes of the message, to `out` unless that is NULL. False when they are not all there. */
static bool read_bytes(struct cursor *c, uint8_t *out, size_t n)
{
    if (n > c->message)
        return fail_bad(c);
    while (n > 0) {
        if (c->in_record == 0 && !begin_record(c))
            return false;
        size_t here = (size_t)(c->end - c->at), take = n < c->in_record ? n : c->in_record;
        take = take < here ? take : here;
        if (take == 0)
            return fail_short(c);
        if (out != NULL) {
            memcpy(out, c->at, take);
            out += take;
        }
        c->at += take;
        c->in_record -= take;
        c->message -= take;
        n -= take;
    }
    return true;
}

/* A number of 1 to 3 bytes. */
static bool read_number(struct cursor *c, unsigned bytes, size_t *out)
{
    uint8_t raw[3];
    if (!read_bytes(c, raw, bytes))
        return false;
    *out = 0;
    for (unsigned i = 0; i < bytes; i++)
        *out = *out << 8 | raw[i];
    return true;
}

/* So many bytes of the list, which are skipped unless it is the wanted one and has room. */
static bool take_list(struct cursor *c, enum client_hello_list which, size_t n)
{
    bool is_wanted = c->list != NULL && which == c->wanted;
    size_t room = is_wanted ? CLIENT_HELLO_LIST_BYTES - c->list_len : 0,
           taken = n < room ? n : room;
    if (taken > 0 && !read_bytes(c, c->list + c->list_len, taken))
        return false;
    c->list_len += taken;
    return read_bytes(c, NULL, n - taken);
}

/* A length of so many bytes, and what it encloses. */
static bool skip_vector(struct cursor *c, unsigned bytes)
{
    size_t len;
    return read_number(c, bytes, &len) && read_bytes(c, NULL, len);
}

/* ---- extensions: each gets its length, and the cursor behind it --------------------------------------------- */

/* A name with a zero in it would be another one to whoever reads it as a text. */
static bool take_name(struct cursor *c, size_t len, struct client_hello *hello)
{
    char name[sizeof(hello->sni)];
    if (len == 0 || len >= sizeof(name))
        return fail_bad(c);
    if (!read_bytes(c, (uint8_t *)name, len))
        return false;
    if (memchr(name, '\0', len) != NULL)
        return fail_bad(c);
    memcpy(hello->sni, name, len);
    hello->sni[len] = '\0';
    hello->sni_len = (uint8_t)len;
    hello->has_sni = true;
    return true;
}

static bool read_server_name(struct cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, type, name;
    if (len == 0)
        return true; /* a server's answer to it */
    if (!read_number(c, 2, &list))
        return false;
    if (list + 2 != len)
        return fail_bad(c);
    while (list > 0) {
        if (!read_number(c, 1, &type) || !read_number(c, 2, &name))
            return false;
        if (list < 3 + name)
            return fail_bad(c);
        bool is_first_host = type == NAME_HOST && !hello->has_sni;
        if (!(is_first_host ? take_name(c, name, hello) : read_bytes(c, NULL, name)))
            return false;
        list -= 3 + name;
    }
    return true;
}

/* More protocols than there is room for are cut behind the last whole one. */
static bool read_alpn(struct cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, name;
    if (!read_number(c, 2, &list))
        return false;
    if (list + 2 != len)
        return fail_bad(c);
    while (list > 0) {
        if (!read_number(c, 1, &name))
            return false;
        if (name == 0 || list < 1 + name)
            return fail_bad(c);
        bool fits = hello->alpn_len + 1 + name <= sizeof(hello->alpn);
        uint8_t *to = fits ? hello->alpn + hello->alpn_len : NULL;
        if (!read_bytes(c, fits ? to + 1 : NULL, name))
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

static bool read_versions(struct cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, version;
    if (hello->type == MESSAGE_SERVER_HELLO) {
        if (!read_number(c, 2, &version))
            return false;
        hello->newest_version = (uint16_t)version;
        return len == 2 ? true : fail_bad(c);
    }
    if (!read_number(c, 1, &list))
        return false;
    if (list + 1 != len || list % 2 != 0)
        return fail_bad(c);
    for (; list > 0; list -= 2) {
        if (!read_number(c, 2, &version))
            return false;
        if (!is_grease(version) && version > hello->newest_version)
            hello->newest_version = (uint16_t)version;
    }
    return true;
}

/* An extension that is one list; if it is not, that is not ours to judge. */
static bool read_list(struct cursor *c, size_t len, enum client_hello_list which)
{
    size_t list;
    if (c->list == NULL || which != c->wanted || len < 2)
        return read_bytes(c, NULL, len);
    if (!read_number(c, 2, &list))
        return false;
    return list + 2 == len ? take_list(c, which, list) : fail_bad(c);
}

static bool read_groups(struct cursor *c, size_t len, struct client_hello *hello)
{
    hello->has_groups = true;
    return read_list(c, len, CLIENT_HELLO_GROUPS);
}

static bool read_signatures(struct cursor *c, size_t len, struct client_hello *hello)
{
    (void)hello;
    return read_list(c, len, CLIENT_HELLO_SIGNATURES);
}

/* Groups, each with a key behind it. */
static bool read_key_shares(struct cursor *c, size_t len, struct client_hello *hello)
{
    size_t list, key;
    if (c->list == NULL || c->wanted != CLIENT_HELLO_KEY_SHARES ||
        hello->type == MESSAGE_SERVER_HELLO)
        return read_bytes(c, NULL, len);
    if (!read_number(c, 2, &list))
        return false;
    if (list + 2 != len)
        return fail_bad(c);
    while (list > 0) {
        if (!take_list(c, CLIENT_HELLO_KEY_SHARES, 2) || !read_number(c, 2, &key))
            return false;
        if (list < 4 + key)
            return fail_bad(c);
        if (!read_bytes(c, NULL, key))
            return false;
        list -= 4 + key;
    }
    return true;
}

static bool read_extension(struct cursor *c, size_t type, size_t len, struct client_hello *hello)
{
    static const struct {
        size_t type;
        bool (*read)(struct cursor *c, size_t len, struct client_hello *hello);
    } readers[] = {
        {EXTENSION_SERVER_NAME, read_server_name}, {EXTENSION_GROUPS, read_groups},
        {EXTENSION_SIGNATURES, read_signatures},   {EXTENSION_ALPN, read_alpn},
        {EXTENSION_VERSIONS, read_versions},       {EXTENSION_KEY_SHARES, read_key_shares},
    };
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (readers[i].type != type)
            continue;
        size_t behind = c->message - len;
        if (!readers[i].read(c, len, hello))
            return false;
        return c->message == behind ? true : fail_bad(c);
    }
    return read_bytes(c, NULL, len);
}

static bool read_extensions(struct cursor *c, struct client_hello *hello)
{
    size_t all, type, len;
    if (c->message == 0)
        return true; /* TLS 1.2 and before need none */
    if (!read_number(c, 2, &all))
        return false;
    if (all != c->message)
        return fail_bad(c);
    while (c->message > 0) {
        if (!read_number(c, 2, &type) || !read_number(c, 2, &len))
            return false;
        if (len > c->message)
            return fail_bad(c);
        if (!read_extension(c, type, len, hello))
            return false;
    }
    return true;
}

/* ---- the message ------------------------------------------------------------------------------------------- */

/* Up to the extensions: a client sends lists where a server names its choice. */
static bool read_choices(struct cursor *c, const struct client_hello *hello)
{
    size_t ciphers;
    if (!skip_vector(c, 1)) /* the session to resume */
        return false;
    if (hello->type == MESSAGE_SERVER_HELLO)
        return read_bytes(c, NULL, 3); /* cipher, compression */
    return read_number(c, 2, &ciphers) && take_list(c, CLIENT_HELLO_CIPHERS, ciphers) &&
           skip_vector(c, 1);
}

static bool read_message(struct cursor *c, struct client_hello *hello)
{
    size_t type, len, version;
    c->message = 4;
    if (!read_number(c, 1, &type))
        return false;
    hello->record_version = c->record_version;
    hello->type = (uint8_t)type;
    if (type != MESSAGE_CLIENT_HELLO && type != MESSAGE_SERVER_HELLO)
        return fail_bad(c);
    if (!read_number(c, 3, &len))
        return false;
    if (len > CLIENT_HELLO_BYTES_MAX)
        return fail_bad(c);
    c->message = len;
    if (!read_number(c, 2, &version))
        return false;
    hello->version = hello->newest_version = (uint16_t)version;
    if (version >> 8 != 3)
        return fail_bad(c);
    return read_bytes(c, NULL, RANDOM_BYTES) && read_choices(c, hello) && read_extensions(c, hello);
}

static int parse(struct cursor *c, struct client_hello *hello)
{
    memset(hello, 0, sizeof(*hello));
    if (c->at == c->end)
        return CLIENT_HELLO_MORE;
    if (read_message(c, hello))
        return CLIENT_HELLO_WHOLE;
    return c->is_bad ? CLIENT_HELLO_NOT : CLIENT_HELLO_MORE;
}

int client_hello_parse(const uint8_t *data, size_t len, struct client_hello *hello_out)
{
    struct cursor c = {.at = data, .end = data + len};
    return parse(&c, hello_out);
}

int client_hello_list(const uint8_t *data, size_t len, enum client_hello_list which,
                      uint8_t out[CLIENT_HELLO_LIST_BYTES], size_t *len_out)
{
    struct cursor c = {.at = data, .end = data + len, .list = out, .wanted = which};
    struct client_hello hello;
    int status = parse(&c, &hello);
    *len_out = c.list_len;
    return status;
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
