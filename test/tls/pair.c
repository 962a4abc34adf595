/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire in memory.
 */
#include "test/tls/pair.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static ssize_t end_recv(void *io, void *buf, size_t len)
{
    struct wire *wire = ((struct pair_end *)io)->in;
    if (wire->broken)
        return TLS_IO_ERROR;
    if (wire->read == wire->len)
        return wire->closed ? TLS_IO_EOF : TLS_IO_AGAIN;
    len = least(len, wire->len - wire->read);
    if (wire->recv_max > 0)
        len = least(len, wire->recv_max);
    memcpy(buf, wire->bytes + wire->read, len);
    wire->read += len;
    return (ssize_t)len;
}

static ssize_t end_send(void *io, const void *buf, size_t len)
{
    struct wire *wire = ((struct pair_end *)io)->out;
    if (wire->broken || wire->closed)
        return TLS_IO_ERROR;
    len = least(len, wire->room);
    if (wire->send_max > 0)
        len = least(len, wire->send_max);
    if (len == 0)
        return TLS_IO_AGAIN;
    if (wire->len + len > wire->capacity) {
        wire->capacity = 2 * (wire->len + len);
        wire->bytes = realloc(wire->bytes, wire->capacity);
    }
    memcpy(wire->bytes + wire->len, buf, len);
    wire->len += len;
    wire->sends++;
    if (wire->room != SIZE_MAX)
        wire->room -= len;
    return (ssize_t)len;
}

const struct tls_io pair_io = {.recv = end_recv, .send = end_send};

void pair_open(struct pair *pair, struct tls_client_context *client, struct tls_context *server,
               const char *sni)
{
    *pair = (struct pair){.to_server.room = SIZE_MAX, .to_client.room = SIZE_MAX};
    pair->client_end = (struct pair_end){.in = &pair->to_client, .out = &pair->to_server};
    pair->server_end = (struct pair_end){.in = &pair->to_server, .out = &pair->to_client};
    pair->client = tls_session_connect(client, sni, &pair_io, &pair->client_end);
    pair->server = tls_session_accept(server, &pair_io, &pair->server_end);
    assert(pair->client != NULL && pair->server != NULL);
}

bool pair_shake(struct pair *pair)
{
    size_t moved;
    do {
        size_t before = pair->to_server.len + pair->to_client.len;
        pair->client_status = tls_session_handshake(pair->client);
        pair->server_status = tls_session_handshake(pair->server);
        moved = pair->to_server.len + pair->to_client.len - before;
    } while (moved > 0);
    return pair->client_status == 0 && pair->server_status == 0;
}

bool pair_pass(struct tls_session *from, struct tls_session *to, const char *text)
{
    char buf[256];
    int len = (int)strlen(text);
    return tls_session_write(from, text, (size_t)len) == len &&
           tls_session_read(to, buf, sizeof(buf)) == len && memcmp(buf, text, (size_t)len) == 0;
}

void pair_free(struct pair *pair)
{
    tls_session_free(pair->client);
    tls_session_free(pair->server);
    free(pair->to_server.bytes);
    free(pair->to_client.bytes);
}

size_t wire_records(const struct wire *wire, size_t from, size_t *lengths_out, size_t max)
{
    size_t count = 0;
    while (from + 5 <= wire->len) {
        const unsigned char *header = wire->bytes + from;
        size_t len = (size_t)header[3] << 8 | header[4];
        if (header[0] == 23 && count < max) /* application data, RFC 8446 5.1 */
            lengths_out[count++] = len;
        from += 5 + len;
    }
    return count;
}

struct tls_context *server_context(const struct tls_settings *settings, struct memory_disk *disk,
                                   const char *const *paths, struct tls_ticket_keys *keys,
                                   struct tls_session_cache *cache)
{
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    for (; *paths != NULL; paths++) {
        int added = tls_store_add(store, *paths, NULL, &disk->table, &error);
        if (added != 0)
            fprintf(stderr, "%s\n", error.text);
        assert(added == 0);
    }
    struct tls_context *ctx = tls_context_new(settings, store, keys, cache, &disk->table, &error);
    if (ctx == NULL)
        fprintf(stderr, "%s\n", error.text);
    assert(ctx != NULL);
    tls_store_free(store);
    return ctx;
}

struct tls_client_context *client_context(const struct tls_client_settings *settings,
                                          struct memory_disk *disk)
{
    struct tls_error_text error = {""};
    struct tls_client_context *ctx = tls_client_context_new(settings, &disk->table, &error);
    if (ctx == NULL)
        fprintf(stderr, "%s\n", error.text);
    assert(ctx != NULL);
    return ctx;
}

struct tls_client_settings trusting_client(void)
{
    struct tls_client_settings settings = tls_client_settings_default;
    settings.verify = TLS_VERIFY_NONE;
    return settings;
}
