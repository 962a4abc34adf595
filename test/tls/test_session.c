/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions from handshake to end: what is agreed on, what is refused, how it ends.
 */
#include "test/tls/pair.h"
#include "tls/facts.h"
#include "tls/selfsigned.h"

#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static struct memory_disk disk;
static const char *const all[] = {"first.pem", "second.pem", "second-rsa.pem", "wild.pem", NULL};
static const char *const first[] = {"first.pem", NULL};

static void put(const char *path, const struct identity_request *request)
{
    struct identity one = identity_make(request);
    disk_put(&disk, path, join(cert_pem(&one), key_pem(&one), NULL, NULL));
    identity_free(&one);
}

static int setup(void **state)
{
    (void)state;
    disk_init(&disk);
    put("first.pem", &(struct identity_request){.cn = "first.example"});
    put("second.pem", &(struct identity_request){.cn = "second.example"});
    put("second-rsa.pem", &(struct identity_request){.cn = "second.example", .key = "2048"});
    put("wild.pem", &(struct identity_request){.cn = "*.wild.example"});
    put("weak.pem", &(struct identity_request){.cn = "weak.example", .key = "1024"});
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

/* Which certificate was shown a test learns by trusting only a certain one: that needs no question
 * in the interface that only tests would ask. */
static bool shakes_with(struct tls_settings *settings, struct tls_client_settings *client_settings,
                        const char *const *paths, const char *sni, struct pair *pair)
{
    struct tls_context *server = server_context(settings, &disk, paths, NULL, NULL);
    struct tls_client_context *client = client_context(client_settings, &disk);
    pair_open(pair, client, server, sni);
    tls_context_free(server); /* the sessions hold on to them */
    tls_client_context_free(client);
    return pair_shake(pair);
}

static void exchanges_data(void **state)
{
    (void)state;
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client = trusting_client();
    struct pair pair;
    assert_true(shakes_with(&settings, &client, first, "first.example", &pair));
    assert_true(tls_session_is_established(pair.server));
    assert_true(pair_pass(pair.client, pair.server, "GET / HTTP/1.1\r\n\r\n"));
    assert_false(tls_session_has_pending(pair.server));
    assert_true(pair_pass(pair.server, pair.client, "HTTP/1.1 200 OK\r\n\r\n"));
    assert_string_equal(tls_session_version(pair.server), "TLSv1.3");
    assert_string_equal(tls_session_cipher(pair.server), "TLS_AES_128_GCM_SHA256");
    assert_string_equal(tls_session_sni(pair.server), "first.example");
    assert_string_equal(tls_session_alpn(pair.server), "");
    assert_false(tls_session_is_resumed(pair.server));
    assert_false(tls_session_has_peer_certificate(pair.server));
    assert_true(tls_session_has_peer_certificate(pair.client));
    char buf[16];
    assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), TLS_WANT_READ);
    pair_free(&pair);
}

static void agrees_on_versions(void **state)
{
    (void)state;
    static const struct {
        enum tls_version server_min, server_max, client_min, client_max;
        const char *want; /* NULL: refused */
    } rows[] = {
        {0, 0, 0, 0, "TLSv1.3"},
        {0, 0, 0, TLS_VERSION_1_2, "TLSv1.2"},
        {0, TLS_VERSION_1_2, 0, 0, "TLSv1.2"},
        {0, 0, TLS_VERSION_1_1, TLS_VERSION_1_1, NULL},
        {0, 0, TLS_VERSION_1_0, TLS_VERSION_1_0, NULL},
        {TLS_VERSION_1_0, 0, TLS_VERSION_1_0, TLS_VERSION_1_0, "TLSv1"},
        {TLS_VERSION_1_1, 0, TLS_VERSION_1_0, TLS_VERSION_1_1, "TLSv1.1"},
        {TLS_VERSION_1_1, 0, TLS_VERSION_1_0, TLS_VERSION_1_0, NULL},
        {TLS_VERSION_1_3, 0, 0, TLS_VERSION_1_2, NULL},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = trusting_client();
        settings.protocol.version_min = rows[i].server_min;
        settings.protocol.version_max = rows[i].server_max;
        client.protocol.version_min = rows[i].client_min;
        client.protocol.version_max = rows[i].client_max;
        struct pair pair;
        bool shook = shakes_with(&settings, &client, first, NULL, &pair);
        if (shook != (rows[i].want != NULL))
            fail_msg("row %zu: %s", i, shook ? "agreed" : "refused");
        if (shook) {
            assert_string_equal(tls_session_version(pair.server), rows[i].want);
            assert_true(pair_pass(pair.client, pair.server, "a"));
            assert_true(pair_pass(pair.server, pair.client, "b"));
        } else {
            struct tls_error_text error;
            assert_int_equal(pair.server_status, TLS_FAILED);
            tls_session_error(pair.server, &error);
            assert_string_equal(error.text, "unsupported protocol");
        }
        pair_free(&pair);
    }
}

static void versions_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tls_version want; /* DEFAULT: refused */
    } rows[] = {
        {"TLSv1.0", TLS_VERSION_1_0},
        {"TLSv1.1", TLS_VERSION_1_1},
        {"TLSv1.2", TLS_VERSION_1_2},
        {"tlsv1.3", TLS_VERSION_1_3},
        {"SSLv3", TLS_VERSION_1_0},
        {"TLSv1.4", 0},
        {"1.2", 0},
        {"", 0},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        enum tls_version version = TLS_VERSION_DEFAULT;
        assert_int_equal(tls_version_parse(rows[i].text, &version), rows[i].want != 0);
        assert_int_equal(version, rows[i].want);
    }
}

static void agrees_on_alpn(void **state)
{
    (void)state;
    static const struct {
        const char *server, *client, *want;
    } rows[] = {
        {"h2,http/1.1", "h2,http/1.1", "h2"},
        {"http/1.1,h2", "h2,http/1.1", "http/1.1"}, /* the server's order */
        {"h2,http/1.1", "http/1.1", "http/1.1"},
        {"http/1.1", "h2", ""}, /* nothing in common: goes on without */
        {"http/1.1", NULL, ""},
        {NULL, "http/1.1", ""},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = trusting_client();
        settings.protocol.alpn = rows[i].server;
        client.protocol.alpn = rows[i].client;
        struct pair pair;
        assert_true(shakes_with(&settings, &client, first, NULL, &pair));
        assert_string_equal(tls_session_alpn(pair.server), rows[i].want);
        assert_string_equal(tls_session_alpn(pair.client), rows[i].want);
        pair_free(&pair);
    }
}

static void shows_the_certificate_of_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *sni, *ciphers, *host; /* whose certificate it must be */
    } rows[] = {
        {NULL, NULL, "first.example"},
        {"nobody.example", NULL, "first.example"},
        {"second.example", NULL, "second.example"},
        {"SECOND.example", NULL, "second.example"},
        {"second.example", "ECDHE-RSA-AES128-GCM-SHA256", "second.example"},
        {"second.example", "ECDHE-ECDSA-AES128-GCM-SHA256", "second.example"},
        {"a.wild.example", NULL, "a.wild.example"},
        {"a.b.wild.example", NULL, "first.example"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = tls_client_settings_default;
        client.verify = TLS_VERIFY_NONE;
        client.protocol.ciphers = rows[i].ciphers;
        client.protocol.version_max = rows[i].ciphers != NULL ? TLS_VERSION_1_2 : 0;
        struct pair pair;
        if (!shakes_with(&settings, &client, all, rows[i].sni, &pair)) {
            struct tls_error_text error;
            tls_session_error(pair.client, &error);
            fail_msg("row %zu: %s", i, error.text);
        }
        if (rows[i].ciphers != NULL)
            assert_string_equal(tls_session_cipher(pair.client), rows[i].ciphers);
        const struct tls_certificate *shown = tls_session_certificate(pair.client, TLS_PEERS);
        if (X509_check_host((X509 *)shown, rows[i].host, 0, 0, NULL) != 1)
            fail_msg("row %zu: not the certificate of %s", i, rows[i].host);
        pair_free(&pair);
    }
}

static void strict_sni_refuses_strangers(void **state)
{
    (void)state;
    static const struct {
        const char *sni;
        bool want;
    } rows[] = {
        {"first.example", true},   {"x.wild.example", true}, {NULL, false},
        {"nobody.example", false}, {"wild.example", false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = trusting_client();
        settings.strict_sni = true;
        struct pair pair;
        assert_int_equal(shakes_with(&settings, &client, all, rows[i].sni, &pair), rows[i].want);
        if (!rows[i].want)
            assert_int_equal(pair.client_status, TLS_FAILED);
        pair_free(&pair);
    }
}

static void refuses_settings_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        struct tls_protocol_settings protocol;
        enum tls_verify verify;
        const char *path, *reason;
    } rows[] = {
        {{.ciphers = "NO-SUCH"}, 0, "first.pem", "ciphers: OpenSSL cannot use \"NO-SUCH\""},
        {{.ciphersuites = "NO-SUCH"}, 0, "first.pem", "ciphersuites: "},
        {{.curves = "P-1"}, 0, "first.pem", "curves: "},
        {{.alpn = "h2,,http/1.1"}, 0, "first.pem", "alpn: "},
        {{.alpn = ""}, 0, "first.pem", "alpn: "},
        {{.version_min = TLS_VERSION_1_3, .version_max = TLS_VERSION_1_2},
         0,
         "first.pem",
         "lowest"},
        {{0}, TLS_VERIFY_REQUIRED, "first.pem", "ca-file"},
        {{.ca_file = "none.pem"}, TLS_VERIFY_OPTIONAL, "first.pem", "none.pem: No such file"},
        {{.ca_file = "blank.pem"}, TLS_VERIFY_REQUIRED, "first.pem", "blank.pem: holds no cert"},
        {{.ca_file = "first.pem", .crl_file = "first.pem"},
         TLS_VERIFY_REQUIRED,
         "first.pem",
         "first.pem: holds no revocation list"},
        {{0}, 0, "weak.pem", "weak.pem: the key (RSA 1024) is too weak"},
        {{0}, 0, NULL, "no certificate to serve"},
    };
    disk_put(&disk, "blank.pem", strdup("\n"));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_error_text error = {""};
        struct tls_settings settings = tls_settings_default;
        settings.protocol = rows[i].protocol;
        settings.verify = rows[i].verify;
        struct tls_store *store = tls_store_new();
        if (rows[i].path != NULL)
            assert_int_equal(tls_store_add(store, rows[i].path, NULL, &disk.table, &error), 0);
        assert_null(tls_context_new(&settings, store, NULL, NULL, &disk.table, &error));
        if (strstr(error.text, rows[i].reason) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", error.text, rows[i].reason);
        tls_store_free(store);
    }
}

static void tells_a_clean_end_from_a_cut(void **state)
{
    (void)state;
    static const struct {
        bool says_goodbye;
        int want;
    } rows[] = {{true, TLS_CLOSED}, {false, TLS_EOF}};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = trusting_client();
        struct pair pair;
        char buf[64];
        assert_true(shakes_with(&settings, &client, first, NULL, &pair));
        assert_int_equal(tls_session_write(pair.client, "last", 4), 4);
        if (rows[i].says_goodbye)
            assert_int_equal(tls_session_shutdown(pair.client), 0);
        pair.to_server.closed = true;
        /* the data first, then how it ended, as often as asked */
        assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), 4);
        assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), rows[i].want);
        assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), rows[i].want);
        /* the other direction still works: half-closed */
        assert_true(pair_pass(pair.server, pair.client, "answer"));
        assert_int_equal(tls_session_shutdown(pair.server), 0);
        assert_int_equal(tls_session_shutdown(pair.server), 0);
        assert_int_equal(tls_session_read(pair.client, buf, sizeof(buf)), TLS_CLOSED);
        pair_free(&pair);
    }
}

static void end_behind_data_is_pending(void **state)
{
    (void)state;
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client = trusting_client();
    struct pair pair;
    char buf[64];
    assert_true(shakes_with(&settings, &client, first, NULL, &pair));
    assert_int_equal(tls_session_write(pair.client, "one", 3), 3);
    assert_int_equal(tls_session_shutdown(pair.client), 0);
    assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), 3);
    assert_true(tls_session_has_pending(pair.server));
    assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), TLS_CLOSED);
    pair_free(&pair);
}

static void failures_are_final(void **state)
{
    (void)state;
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings client = trusting_client();
    struct tls_error_text error;
    struct pair pair;
    char buf[64];
    assert_true(shakes_with(&settings, &client, first, NULL, &pair));
    assert_int_equal(tls_session_write(pair.client, "hello", 5), 5);
    pair.to_server.bytes[pair.to_server.len - 1] ^= 1;
    assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), TLS_FAILED);
    tls_session_error(pair.server, &error);
    assert_string_equal(error.text, "decryption failed or bad record mac");
    assert_int_equal(tls_session_read(pair.server, buf, sizeof(buf)), TLS_FAILED);
    assert_int_equal(tls_session_write(pair.server, "x", 1), TLS_FAILED);
    assert_int_equal(tls_session_shutdown(pair.server), 0); /* says nothing */
    assert_int_equal(tls_session_read(pair.client, buf, sizeof(buf)), TLS_FAILED); /* the alert */
    pair_free(&pair);
}

static void handshakes_fail_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool closed, broken;
        int want;
        const char *reason;
    } rows[] = {
        {"", true, false, TLS_EOF, "the peer closed during the handshake"},
        {"\x16\x03\x01", true, false, TLS_EOF, "the peer closed during the handshake"},
        {"", false, true, TLS_FAILED, "the connection failed"},
        {"GET / HTTP/1.1\r\n", false, false, TLS_FAILED, "http request"},
        {"SSH-2.0-OpenSSH_9.2\r\n", false, false, TLS_FAILED, "wrong version number"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_context *server = server_context(&settings, &disk, first, NULL, NULL);
        struct wire in = {.bytes = (unsigned char *)strdup(rows[i].bytes),
                          .len = strlen(rows[i].bytes),
                          .closed = rows[i].closed,
                          .broken = rows[i].broken};
        struct wire out = {.room = SIZE_MAX};
        struct pair_end end = {&in, &out};
        struct tls_session *s = tls_session_accept(server, &pair_io, &end);
        struct tls_error_text error;
        assert_int_equal(tls_session_handshake(s), rows[i].want);
        tls_session_error(s, &error);
        assert_string_equal(error.text, rows[i].reason);
        assert_int_equal(tls_session_shutdown(s), 0);
        tls_session_free(s);
        tls_context_free(server);
        free(in.bytes);
        free(out.bytes);
    }
}

static void serves_a_selfsigned_certificate(void **state)
{
    (void)state;
    static const char *const names[] = {"localhost", "127.0.0.1", "::1"};
    static const struct {
        const char *sni;
        bool want;
    } rows[] = {{"localhost", true},
                {"127.0.0.1", true},
                {"::1", true},
                {"127.0.0.2", false},
                {"elsewhere", false}};
    struct tls_error_text error = {""};
    struct tls_selfsigned what = {names, LEN(names), time(NULL) - 60, time(NULL) + 3600};
    struct tls_bytes pem;
    assert_int_equal(tls_selfsigned_make(&what, &pem, &error), 0);
    disk_put_bytes(&disk, "first.pem", pem.data, pem.len);
    tls_bytes_free(&pem);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client = tls_client_settings_default;
        client.protocol.ca_file = "first.pem";
        struct pair pair;
        assert_int_equal(shakes_with(&settings, &client, first, rows[i].sni, &pair), rows[i].want);
        pair_free(&pair);
    }
    what.name_count = 0;
    assert_int_equal(tls_selfsigned_make(&what, &pem, &error), -1);
    assert_non_null(strstr(error.text, "needs a name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchanges_data),
        cmocka_unit_test(agrees_on_versions),
        cmocka_unit_test(versions_have_names),
        cmocka_unit_test(agrees_on_alpn),
        cmocka_unit_test(shows_the_certificate_of_the_name),
        cmocka_unit_test(strict_sni_refuses_strangers),
        cmocka_unit_test(refuses_settings_with_a_reason),
        cmocka_unit_test(tells_a_clean_end_from_a_cut),
        cmocka_unit_test(end_behind_data_is_pending),
        cmocka_unit_test(failures_are_final),
        cmocka_unit_test(handshakes_fail_with_a_reason),
        cmocka_unit_test(serves_a_selfsigned_certificate),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
