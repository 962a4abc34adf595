/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions that are resumed: by ticket and by cache, over reloads, and never where another client
 * would have been let in.
 */
#include "test/tls/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define NOW 1000000
#define LIFETIME 3600

static struct memory_disk disk;
static const char *const paths[] = {"one.pem", NULL};

static int setup(void **state)
{
    (void)state;
    disk_init(&disk);
    disk_put_self_signed(&disk, "one.pem", "one.example");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

/* One connection with a word in each direction, so that tickets arrive. Whether it was resumed. */
static bool visit(struct tls_client_context *client, struct tls_context *server, const char *sni)
{
    struct pair pair;
    pair_open(&pair, client, server, sni);
    assert_true(pair_shake(&pair));
    assert_true(pair_pass(pair.client, pair.server, "hello"));
    assert_true(pair_pass(pair.server, pair.client, "there"));
    bool resumed = tls_session_is_resumed(pair.server);
    assert_int_equal(tls_session_is_resumed(pair.client), resumed);
    if (sni != NULL)
        assert_string_equal(tls_session_sni(pair.server), sni);
    pair_free(&pair);
    return resumed;
}

static void resumes_over_a_reload(void **state)
{
    (void)state;
    static const struct {
        bool tickets, keys, cache;
        enum tls_version version;
        bool want;
    } rows[] = {
        {true, true, true, TLS_VERSION_1_3, true},    {true, true, true, TLS_VERSION_1_2, true},
        {true, true, false, TLS_VERSION_1_3, true},   {true, true, false, TLS_VERSION_1_2, true},
        {false, true, true, TLS_VERSION_1_3, true}, /* the cache alone */
        {false, true, true, TLS_VERSION_1_2, true},   {true, false, true, TLS_VERSION_1_2, true},
        {false, true, false, TLS_VERSION_1_3, false}, {false, false, false, TLS_VERSION_1_2, false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_ticket_keys *keys = rows[i].keys ? tls_ticket_keys_new(NOW, LIFETIME) : NULL;
        struct tls_session_cache *cache = rows[i].cache ? tls_session_cache_new(100) : NULL;
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        settings.tickets = rows[i].tickets;
        client_settings.protocol.version_max = rows[i].version;
        struct tls_context *before = server_context(&settings, &disk, paths, keys, cache);
        struct tls_context *after = server_context(&settings, &disk, paths, keys, cache);
        struct tls_client_context *client = client_context(&client_settings, &disk);

        assert_false(visit(client, before, "one.example"));
        tls_context_free(before);
        for (int visits = 2; visits < 5; visits++) {
            if (visit(client, after, "one.example") != rows[i].want)
                fail_msg("row %zu, visit %d", i, visits);
        }
        assert_false(visit(client, after, "two.example")); /* another name, another session */
        tls_client_context_free(client);
        tls_context_free(after);
        tls_session_cache_free(cache);
        tls_ticket_keys_free(keys);
    }
}

static void client_without_reuse_never_resumes(void **state)
{
    (void)state;
    struct tls_ticket_keys *keys = tls_ticket_keys_new(NOW, LIFETIME);
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client_settings = trusting_client();
    client_settings.session_reuse = false;
    struct tls_context *server = server_context(&settings, &disk, paths, keys, NULL);
    struct tls_client_context *client = client_context(&client_settings, &disk);
    for (int i = 0; i < 3; i++)
        assert_false(visit(client, server, NULL));
    tls_client_context_free(client);
    tls_context_free(server);
    tls_ticket_keys_free(keys);
}

/* Servers that are spoken to alike share what is costly about it, and no session. */
static void contexts_that_are_alike_share_no_session(void **state)
{
    (void)state;
    static const struct {
        bool reuse;
        enum tls_version version;
    } rows[] = {{true, TLS_VERSION_1_3}, {true, TLS_VERSION_1_2}, {false, TLS_VERSION_1_3}};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_ticket_keys *keys = tls_ticket_keys_new(NOW, LIFETIME);
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        struct tls_error_text error;
        client_settings.protocol.version_max = rows[i].version;
        struct tls_context *server = server_context(&settings, &disk, paths, keys, NULL);
        struct tls_client_context *first = client_context(&client_settings, &disk);
        client_settings.session_reuse = rows[i].reuse;
        struct tls_client_context *second =
            tls_client_context_like(first, &client_settings, &error);
        assert_false(visit(first, server, NULL));
        assert_false(visit(second, server, NULL));
        assert_true(visit(first, server, NULL));
        tls_client_context_free(first); /* the other one lives on */
        assert_int_equal(visit(second, server, NULL), rows[i].reuse);
        tls_client_context_free(second);
        tls_context_free(server);
        tls_ticket_keys_free(keys);
    }
}

/* A session from a door without verification opens no door with it. */
static void scopes_do_not_mix(void **state)
{
    (void)state;
    static const struct {
        const char *scope;
        enum tls_verify verify;
        bool want;
    } rows[] = {
        {"a", TLS_VERIFY_NONE, true},
        {"b", TLS_VERIFY_NONE, false},
        {NULL, TLS_VERIFY_NONE, false},
        {"a", TLS_VERIFY_OPTIONAL, false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_ticket_keys *keys = tls_ticket_keys_new(NOW, LIFETIME);
        struct tls_session_cache *cache = tls_session_cache_new(100);
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        struct tls_client_context *client = client_context(&client_settings, &disk);
        settings.scope = "a";
        struct tls_context *before = server_context(&settings, &disk, paths, keys, cache);
        settings.scope = rows[i].scope;
        settings.verify = rows[i].verify;
        settings.protocol.ca_file = "one.pem";
        struct tls_context *after = server_context(&settings, &disk, paths, keys, cache);
        assert_false(visit(client, before, NULL));
        assert_int_equal(visit(client, after, NULL), rows[i].want);
        tls_client_context_free(client);
        tls_context_free(before);
        tls_context_free(after);
        tls_session_cache_free(cache);
        tls_ticket_keys_free(keys);
    }
}

static void three_keys_open_tickets(void **state)
{
    (void)state;
    for (int rotations = 0; rotations < 5; rotations++) {
        struct tls_ticket_keys *keys = tls_ticket_keys_new(NOW, LIFETIME);
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        client_settings.protocol.version_max = TLS_VERSION_1_2;
        struct tls_context *server = server_context(&settings, &disk, paths, keys, NULL);
        struct tls_client_context *client = client_context(&client_settings, &disk);
        assert_false(visit(client, server, NULL));
        for (int i = 1; i <= rotations; i++)
            assert_true(tls_ticket_keys_rotate(keys, NOW + i * LIFETIME));
        assert_int_equal(visit(client, server, NULL), rotations < 3);
        assert_true(visit(client, server, NULL)); /* with the new ticket */
        tls_client_context_free(client);
        tls_context_free(server);
        tls_ticket_keys_free(keys);
    }
}

static void keys_rotate_when_due(void **state)
{
    (void)state;
    static const struct {
        time_t now;
        bool want;
    } rows[] = {
        {NOW, false},
        {NOW + LIFETIME - 1, false},
        {NOW + LIFETIME, true},
        {NOW + LIFETIME + 1, false},
        {NOW + 2 * LIFETIME, true},
        {NOW, true}, /* the clock was set back */
        {NOW + 1, false},
    };
    struct tls_ticket_keys *keys = tls_ticket_keys_new(NOW, LIFETIME);
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(tls_ticket_keys_rotate(keys, rows[i].now), rows[i].want);
    tls_ticket_keys_free(keys);
}

static void cache_is_bounded(void **state)
{
    (void)state;
    struct tls_session_cache *cache = tls_session_cache_new(32);
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client_settings = trusting_client();
    settings.tickets = false;
    client_settings.protocol.version_max = TLS_VERSION_1_2;
    struct tls_context *server = server_context(&settings, &disk, paths, NULL, cache);
    for (int i = 0; i < 100; i++) {
        struct tls_client_context *client = client_context(&client_settings, &disk);
        assert_false(visit(client, server, NULL));
        assert_true(visit(client, server, NULL)); /* the newest is there */
        assert_in_range(tls_session_cache_count(cache), 1, 32);
        tls_client_context_free(client);
    }
    tls_context_free(server);
    tls_session_cache_free(cache);

    cache = tls_session_cache_new(0); /* room for none */
    server = server_context(&settings, &disk, paths, NULL, cache);
    struct tls_client_context *client = client_context(&client_settings, &disk);
    assert_false(visit(client, server, NULL));
    assert_false(visit(client, server, NULL));
    assert_int_equal(tls_session_cache_count(cache), 0);
    tls_client_context_free(client);
    tls_context_free(server);
    tls_session_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resumes_over_a_reload),
        cmocka_unit_test(client_without_reuse_never_resumes),
        cmocka_unit_test(contexts_that_are_alike_share_no_session),
        cmocka_unit_test(scopes_do_not_mix),
        cmocka_unit_test(three_keys_open_tickets),
        cmocka_unit_test(keys_rotate_when_due),
        cmocka_unit_test(cache_is_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
