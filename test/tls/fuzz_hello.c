/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the input is what a client sends, from its ClientHello on, in pieces of a length
 * that the first byte tells. The session answers, waits, ends or fails, within bounded memory, and
 * never says that it is established: nobody guesses a Finished message.
 */
#include "test/tls/memory_file.h"

#include "tls/selfsigned.h"
#include "tls/session.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct memory_file pem = {.path = "fuzz.pem"};
static struct tls_context *context;

/* Everything that parses what a client says is switched on. */
static void make_context(void)
{
    static const char *const names[] = {"localhost", "*.example.com"};
    const struct tls_files files = memory_file_table(&pem);
    struct tls_selfsigned what = {names, 2, 0, 4000000000};
    struct tls_error_text error = {""};
    struct tls_settings settings = tls_settings_default;
    struct tls_store *store = tls_store_new();
    settings.protocol.alpn = "h2,http/1.1";
    settings.protocol.version_min = TLS_VERSION_1_0;
    settings.protocol.ca_file = pem.path;
    settings.verify = TLS_VERIFY_OPTIONAL;
    int made = tls_selfsigned_make(&what, &pem.bytes, &error);
    assert(made == 0);
    int added = tls_store_add(store, pem.path, NULL, &files, &error);
    assert(added == 0);
    struct tls_ticket_keys *keys = tls_ticket_keys_new(0, 3600);
    struct tls_session_cache *cache = tls_session_cache_new(100);
    context = tls_context_new(&settings, store, keys, cache, &files, &error);
    assert(context != NULL);
    tls_store_free(store);
    tls_ticket_keys_free(keys);
    tls_session_cache_free(cache);
}

struct input {
    const uint8_t *data;
    size_t left, step;
};

static ssize_t input_recv(void *io, void *buf, size_t len)
{
    struct input *input = io;
    if (input->left == 0)
        return TLS_IO_EOF;
    if (len > input->left)
        len = input->left;
    if (len > input->step)
        len = input->step;
    memcpy(buf, input->data, len);
    input->data += len;
    input->left -= len;
    return (ssize_t)len;
}

static ssize_t input_send(void *io, const void *buf, size_t len)
{
    (void)io, (void)buf;
    return (ssize_t)len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct tls_io table = {.recv = input_recv, .send = input_send};
    if (context == NULL)
        make_context();
    if (size == 0)
        return 0;
    struct input input = {data + 1, size - 1, 1 + (size_t)data[0] * 8};
    struct tls_session *s = tls_session_accept(context, &table, &input);
    assert(s != NULL);
    int status = tls_session_handshake(s);
    assert(status == TLS_EOF || status == TLS_FAILED || status == TLS_CLOSED);
    assert(!tls_session_is_established(s));
    assert(tls_session_shutdown(s) == 0);
    struct tls_error_text error;
    tls_session_error(s, &error);
    tls_session_free(s);
    return 0;
}
