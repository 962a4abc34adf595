/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What threads share: two of them shake hands with the same contexts, keys and cache while a third
 * rotates the keys and replaces the contexts, or the certificates of one. Meant for ThreadSanitizer.
 */
#include "test/tls/pair.h"
#include "tls/change.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define VISITS 60

static struct memory_disk disk;
static const char *const paths[] = {"one.pem", "two.pem", NULL};
static struct tls_ticket_keys *keys;
static struct tls_session_cache *cache;

/* The contexts in force, replaced by a reload as a snapshot is. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct tls_context *server;
static struct tls_client_context *client;
static atomic_int failures, resumed;

static struct tls_context *new_server(void)
{
    struct tls_settings settings = tls_settings_default;
    return server_context(&settings, &disk, paths, keys, cache);
}

static int setup(void **state)
{
    (void)state;
    disk_init(&disk);
    const char *const names[] = {"one.example", "two.example"};
    for (size_t i = 0; i < 2; i++) {
        struct identity one = identity_make(&(struct identity_request){.cn = names[i]});
        disk_put(&disk, paths[i], join(cert_pem(&one), key_pem(&one), NULL, NULL));
        identity_free(&one);
    }
    struct tls_client_settings client_settings = trusting_client();
    keys = tls_ticket_keys_new(0, 1);
    cache = tls_session_cache_new(16);
    server = new_server();
    client = client_context(&client_settings, &disk);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tls_context_free(server);
    tls_client_context_free(client);
    tls_session_cache_free(cache);
    tls_ticket_keys_free(keys);
    disk_free(&disk);
    return 0;
}

static void *visit_often(void *name)
{
    for (int i = 0; i < VISITS; i++) {
        pthread_mutex_lock(&lock);
        struct tls_context *ctx = tls_context_ref(server);
        pthread_mutex_unlock(&lock);
        struct pair pair;
        pair_open(&pair, client, ctx, name);
        tls_context_free(ctx);
        bool passed = pair_shake(&pair) && pair_pass(pair.client, pair.server, "hello") &&
                      pair_pass(pair.server, pair.client, "there");
        atomic_fetch_add(&failures, !passed);
        atomic_fetch_add(&resumed, tls_session_is_resumed(pair.server));
        pair_free(&pair);
    }
    return NULL;
}

static void contexts_are_shared_by_threads(void **state)
{
    (void)state;
    pthread_t visitors[2];
    pthread_create(&visitors[0], NULL, visit_often, "one.example");
    pthread_create(&visitors[1], NULL, visit_often, "two.example");
    for (int i = 0; i < 10; i++) {
        tls_ticket_keys_rotate(keys, i);
        struct tls_context *fresh = new_server();
        pthread_mutex_lock(&lock);
        struct tls_context *old = server;
        server = fresh;
        pthread_mutex_unlock(&lock);
        tls_context_free(old);
    }
    pthread_join(visitors[0], NULL);
    pthread_join(visitors[1], NULL);
    assert_int_equal(atomic_load(&failures), 0);
    assert_true(atomic_load(&resumed) > 0);
}

/* What the file says is served anew, as after "commit ssl cert". */
static void serve_again(struct tls_context *ctx, const char *path)
{
    struct tls_error_text error;
    struct tls_store *store = tls_context_store(ctx);
    struct tls_draft *draft = tls_draft_of(store, path);
    struct tls_store *made = tls_store_with(store, draft, &error);
    assert_non_null(made);
    tls_context_serve(ctx, made);
    tls_draft_free(draft);
    tls_store_free(made);
    tls_store_free(store);
}

static void certificates_change_under_threads(void **state)
{
    (void)state;
    pthread_t visitors[2];
    pthread_create(&visitors[0], NULL, visit_often, "one.example");
    pthread_create(&visitors[1], NULL, visit_often, "two.example");
    for (int i = 0; i < 2 * VISITS; i++)
        serve_again(server, paths[i % 2]);
    pthread_join(visitors[0], NULL);
    pthread_join(visitors[1], NULL);
    assert_int_equal(atomic_load(&failures), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(contexts_are_shared_by_threads),
                                       cmocka_unit_test(certificates_change_under_threads)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
