/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifying the other side: clients by servers, servers by clients.
 */
#include "test/tls/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define DAY 86400

static struct memory_disk disk;

static void put(const char *path, const struct identity *one)
{
    disk_put(&disk, path, join(cert_pem(one), key_pem(one), NULL, NULL));
}

static int setup(void **state)
{
    (void)state;
    disk_init(&disk);
    struct identity root =
        identity_make(&(struct identity_request){.cn = "Root", .authority = true});
    struct identity stranger =
        identity_make(&(struct identity_request){.cn = "Stranger", .authority = true});
    struct identity good = identity_make(
        &(struct identity_request){.cn = "a", .names = {"good.example"}, .issuer = &root});
    struct identity revoked = identity_make(
        &(struct identity_request){.cn = "b", .names = {"good.example"}, .issuer = &root});
    struct identity foreign = identity_make(
        &(struct identity_request){.cn = "c", .names = {"good.example"}, .issuer = &stranger});
    struct identity expired = identity_make(&(struct identity_request){.cn = "d",
                                                                       .names = {"good.example"},
                                                                       .issuer = &root,
                                                                       .not_before = -9 * DAY,
                                                                       .not_after = -DAY});
    disk_put(&disk, "ca.pem", cert_pem(&root));
    disk_put(&disk, "crl.pem", crl_pem(&root, &revoked));
    put("good.pem", &good);
    put("revoked.pem", &revoked);
    put("foreign.pem", &foreign);
    put("expired.pem", &expired);
    struct identity *all[] = {&root, &stranger, &good, &revoked, &foreign, &expired};
    for (size_t i = 0; i < LEN(all); i++)
        identity_free(all[i]);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    return 0;
}

/* Alone, or sharing with one that looks for no name: the verdict must be the same. */
static struct tls_client_context *client_for(struct tls_client_settings *settings, const char *host,
                                             bool is_alike, struct tls_error_text *error)
{
    struct tls_client_context *other = is_alike ? client_context(settings, &disk) : NULL;
    settings->verify_host = host;
    if (!is_alike)
        return client_context(settings, &disk);
    struct tls_client_context *client = tls_client_context_like(other, settings, error);
    tls_client_context_free(other);
    return client;
}

static void servers_are_verified(void **state)
{
    (void)state;
    static const struct {
        const char *server, *sni, *verify_host, *crl;
        const char *reason; /* NULL: accepted */
    } rows[] = {
        {"good.pem", "good.example", NULL, NULL, NULL},
        {"good.pem", "GOOD.example", NULL, NULL, NULL},
        {"good.pem", "other.example", NULL, NULL, "hostname mismatch"},
        {"good.pem", "other.example", "good.example", NULL, "hostname mismatch"},
        {"good.pem", "good.example", "other.example", NULL, NULL}, /* the name that was asked for */
        {"good.pem", NULL, "good.example", NULL, NULL},
        {"good.pem", NULL, "other.example", NULL, "hostname mismatch"},
        {"good.pem", NULL, NULL, NULL, NULL}, /* the chain alone */
        {"good.pem", NULL, "10.0.0.1", NULL, "IP address mismatch"},
        {"good.pem", NULL, NULL, "crl.pem", NULL},
        {"revoked.pem", NULL, NULL, NULL, NULL},
        {"revoked.pem", NULL, NULL, "crl.pem", "certificate revoked"},
        {"foreign.pem", NULL, NULL, NULL, "unable to get local issuer certificate"},
        {"expired.pem", NULL, NULL, NULL, "certificate has expired"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = tls_client_settings_default;
        client_settings.protocol.ca_file = "ca.pem";
        client_settings.protocol.crl_file = rows[i].crl;
        const char *const paths[] = {rows[i].server, NULL};
        struct tls_context *server = server_context(&settings, &disk, paths, NULL, NULL);
        struct tls_error_text error = {""};
        struct tls_client_context *client =
            client_for(&client_settings, rows[i].verify_host, i % 2 != 0, &error);
        struct pair pair;
        pair_open(&pair, client, server, rows[i].sni);
        bool shook = pair_shake(&pair);
        tls_session_error(pair.client, &error);
        if (shook != (rows[i].reason == NULL))
            fail_msg("row %zu: %s", i, error.text);
        if (!shook) {
            assert_int_equal(pair.client_status, TLS_FAILED);
            assert_non_null(strstr(error.text, "certificate verify failed: "));
            if (strcasestr(error.text, rows[i].reason) == NULL)
                fail_msg("\"%s\" lacks \"%s\"", error.text, rows[i].reason);
            assert_int_not_equal(tls_session_verify_result(pair.client), 0);
        }
        pair_free(&pair);
        tls_client_context_free(client);
        tls_context_free(server);
    }
}

static void nobody_is_verified_when_told_so(void **state)
{
    (void)state;
    static const char *const servers[] = {"foreign.pem", "expired.pem", "good.pem"};
    for (size_t i = 0; i < LEN(servers); i++) {
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        const char *const paths[] = {servers[i], NULL};
        struct tls_context *server = server_context(&settings, &disk, paths, NULL, NULL);
        struct tls_client_context *client = client_context(&client_settings, &disk);
        struct pair pair;
        pair_open(&pair, client, server, "elsewhere.example");
        assert_true(pair_shake(&pair));
        pair_free(&pair);
        tls_client_context_free(client);
        tls_context_free(server);
    }
}

static void clients_are_verified(void **state)
{
    (void)state;
    static const struct {
        enum tls_verify verify;
        const char *certificate, *crl;
        bool accepted, seen;
        const char *reason;
    } rows[] = {
        {TLS_VERIFY_NONE, "good.pem", NULL, true, false, NULL}, /* never asked for */
        {TLS_VERIFY_OPTIONAL, NULL, NULL, true, false, NULL},
        {TLS_VERIFY_OPTIONAL, "good.pem", NULL, true, true, NULL},
        {TLS_VERIFY_OPTIONAL, "foreign.pem", NULL, false, false, "unable to get local issuer"},
        {TLS_VERIFY_REQUIRED, NULL, NULL, false, false, "peer did not return a certificate"},
        {TLS_VERIFY_REQUIRED, "good.pem", NULL, true, true, NULL},
        {TLS_VERIFY_REQUIRED, "expired.pem", NULL, false, false, "certificate has expired"},
        {TLS_VERIFY_REQUIRED, "revoked.pem", "crl.pem", false, false, "certificate revoked"},
        {TLS_VERIFY_REQUIRED, "good.pem", "crl.pem", true, true, NULL},
    };
    static const enum tls_version versions[] = {TLS_VERSION_1_2, TLS_VERSION_1_3};
    for (size_t i = 0; i < LEN(rows) * LEN(versions); i++) {
        size_t row = i / LEN(versions);
        struct tls_settings settings = tls_settings_default;
        struct tls_client_settings client_settings = trusting_client();
        settings.verify = rows[row].verify;
        settings.protocol.ca_file = "ca.pem";
        settings.protocol.crl_file = rows[row].crl;
        client_settings.protocol.version_max = versions[i % LEN(versions)];
        client_settings.certificate = rows[row].certificate;
        const char *const paths[] = {"good.pem", NULL};
        struct tls_context *server = server_context(&settings, &disk, paths, NULL, NULL);
        struct tls_client_context *client = client_context(&client_settings, &disk);
        struct tls_error_text error = {""};
        struct pair pair;
        pair_open(&pair, client, server, NULL);
        pair_shake(&pair);
        tls_session_error(pair.server, &error);
        if ((pair.server_status == 0) != rows[row].accepted)
            fail_msg("row %zu: %s", row, error.text);
        if (rows[row].accepted)
            assert_int_equal(tls_session_has_peer_certificate(pair.server), rows[row].seen);
        else if (strstr(error.text, rows[row].reason) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", error.text, rows[row].reason);
        pair_free(&pair);
        tls_client_context_free(client);
        tls_context_free(server);
    }
}

static void client_settings_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *ca_file, *certificate, *certificate_key, *reason;
    } rows[] = {
        {NULL, NULL, NULL, "ca-file"},
        {"no-such.pem", NULL, NULL, "no-such.pem: No such file"},
        {"ca.pem", "no-such.pem", NULL, "no-such.pem: No such file"},
        {"ca.pem", "ca.pem", NULL, "ca.pem: no private key"},
        {"ca.pem", "ca.pem", "good.pem", "does not belong"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_client_settings settings = tls_client_settings_default;
        struct tls_error_text error = {""};
        settings.protocol.ca_file = rows[i].ca_file;
        settings.certificate = rows[i].certificate;
        settings.certificate_key = rows[i].certificate_key;
        assert_null(tls_client_context_new(&settings, &disk.table, &error));
        if (strstr(error.text, rows[i].reason) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", error.text, rows[i].reason);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_are_verified),
        cmocka_unit_test(nobody_is_verified_when_told_so),
        cmocka_unit_test(clients_are_verified),
        cmocka_unit_test(client_settings_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
