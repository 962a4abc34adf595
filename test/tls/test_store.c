/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store: what it accepts and refuses as a certificate, whom it chooses by name, what it says
 * about dates.
 */
#include "test/tls/pki.h"
#include "tls/store.h"

#include <openssl/ocsp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
#define DAY 86400

static struct memory_disk disk;
static struct identity root, middle, leaf, other, wild, rsa, edwards, expired, soon, future;

static void make_identities(void)
{
    root = identity_make(&(struct identity_request){.cn = "Root", .authority = true});
    middle = identity_make(
        &(struct identity_request){.cn = "Middle", .issuer = &root, .authority = true});
    leaf = identity_make(&(struct identity_request){
        .cn = "www.example.com",
        .names = {"WWW.Example.com", "api.example.com", "xn--bcher-kva.example"},
        .issuer = &middle});
    other = identity_make(&(struct identity_request){.cn = "other.example.net"});
    wild = identity_make(
        &(struct identity_request){.cn = "wild", .names = {"*.example.com", "*.example.org"}});
    rsa = identity_make(&(struct identity_request){
        .cn = "rsa", .key = "2048", .names = {"www.example.com", "only-rsa.example"}});
    edwards = identity_make(&(struct identity_request){.cn = "edwards.example", .key = "ED25519"});
    expired = identity_make(&(struct identity_request){
        .cn = "expired.example", .not_before = -20 * DAY, .not_after = -3 * DAY - 60});
    soon = identity_make(&(struct identity_request){
        .cn = "soon.example", .not_before = -DAY, .not_after = 5 * DAY + 60});
    future = identity_make(&(struct identity_request){
        .cn = "future.example", .not_before = 2 * DAY, .not_after = 90 * DAY});
}

static int setup(void **state)
{
    (void)state;
    make_identities();
    disk_init(&disk);
    disk_put(&disk, "leaf.pem",
             join(cert_pem(&leaf), cert_pem(&middle), cert_pem(&root), key_pem(&leaf)));
    disk_put(&disk, "shuffled.pem",
             join(key_pem(&leaf), cert_pem(&root), cert_pem(&middle), cert_pem(&leaf)));
    disk_put_identity(&disk, "wild.pem", &wild);
    disk_put_identity(&disk, "other.pem", &other);
    disk_put_identity(&disk, "rsa.pem", &rsa);
    disk_put(&disk, "old-ec.pem", join(cert_pem(&leaf), old_key_pem(&leaf), NULL, NULL));
    disk_put(&disk, "old-rsa.pem", join(cert_pem(&rsa), old_key_pem(&rsa), NULL, NULL));
    disk_put_identity(&disk, "ed25519.pem", &edwards);
    disk_put(&disk, "bad-key.pem",
             join(cert_pem(&leaf),
                  strdup("-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n"), NULL,
                  NULL));
    disk_put(&disk, "split.crt", cert_pem(&other));
    disk_put(&disk, "split.crt.key", key_pem(&other));
    disk_put(&disk, "elsewhere.key", key_pem(&leaf));
    disk_put(&disk, "alone.crt", cert_pem(&leaf));
    disk_put_identity(&disk, "both.rsa", &rsa);
    disk_put_identity(&disk, "both.ecdsa", &leaf);
    disk_put(&disk, "mismatch.pem", join(cert_pem(&leaf), key_pem(&other), NULL, NULL));
    disk_put(&disk, "encrypted.pem", join(cert_pem(&leaf), encrypted_key_pem(&leaf), NULL, NULL));
    disk_put(&disk, "key-only.pem", key_pem(&leaf));
    disk_put(&disk, "empty.pem", strdup(""));
    disk_put(&disk, "garbage.pem", strdup("\x01\x02 this is not PEM at all\n"));
    disk_put(&disk, "locked.pem", NULL);
    disk_put(&disk, "damaged.pem",
             join(strdup("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"),
                  key_pem(&leaf), NULL, NULL));
    disk_put(&disk, "not-der.pem",
             join(strdup("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                  key_pem(&leaf), NULL, NULL));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    disk_free(&disk);
    struct identity *all[] = {&root, &middle,  &leaf,    &other, &wild,
                              &rsa,  &edwards, &expired, &soon,  &future};
    for (size_t i = 0; i < LEN(all); i++)
        identity_free(all[i]);
    return 0;
}

static void accepts_files(void **state)
{
    (void)state;
    static const struct {
        const char *path, *key_path;
        size_t count;
        const char *name;
    } rows[] = {
        {"leaf.pem", NULL, 1, "www.example.com"},
        {"shuffled.pem", NULL, 1, "www.example.com"},
        {"old-ec.pem", NULL, 1, "www.example.com"},
        {"old-rsa.pem", NULL, 1, "only-rsa.example"},
        {"ed25519.pem", NULL, 1, "edwards.example"},
        {"split.crt", NULL, 1, "other.example.net"},
        {"alone.crt", "elsewhere.key", 1, "www.example.com"},
        {"both", NULL, 2, "www.example.com"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_error_text error = {""};
        struct tls_store *store = tls_store_new();
        assert_int_equal(tls_store_add(store, rows[i].path, rows[i].key_path, &disk.table, &error),
                         0);
        assert_string_equal(error.text, "");
        assert_int_equal(tls_store_count(store), rows[i].count);
        assert_non_null(tls_store_find(store, rows[i].name));
        tls_store_free(store);
    }
}

static void refuses_files_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *path, *key_path, *file, *reason;
    } rows[] = {
        {"mismatch.pem", NULL, "mismatch.pem", "does not belong to the certificate"},
        {"alone.crt", NULL, "alone.crt", "no private key"},
        {"alone.crt", "split.crt.key", "alone.crt", "does not belong"},
        {"alone.crt", "split.crt", "split.crt", "holds no private key"},
        {"alone.crt", "no-such.key", "no-such.key", "No such file"},
        {"leaf.pem", "no-such.key", "leaf.pem", "holds a key already"},
        {"encrypted.pem", NULL, "encrypted.pem", "encrypted"},
        {"key-only.pem", NULL, "key-only.pem", "no certificate"},
        {"empty.pem", NULL, "empty.pem", "no certificate"},
        {"garbage.pem", NULL, "garbage.pem", "no certificate"},
        {"damaged.pem", NULL, "damaged.pem", "damaged PEM"},
        {"bad-key.pem", NULL, "bad-key.pem", "\"PRIVATE KEY\" cannot be read"},
        {"not-der.pem", NULL, "not-der.pem", "cannot be read"},
        {"locked.pem", NULL, "locked.pem", "Permission denied"},
        {"no-such.pem", NULL, "no-such.pem", "No such file"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_error_text error = {""};
        struct tls_store *store = tls_store_new();
        assert_int_equal(tls_store_add(store, rows[i].path, rows[i].key_path, &disk.table, &error),
                         -1);
        if (strstr(error.text, rows[i].file) == NULL || strstr(error.text, rows[i].reason) == NULL)
            fail_msg("%s: \"%s\" lacks \"%s\"", rows[i].path, error.text, rows[i].reason);
        assert_int_equal(tls_store_count(store), 0);
        tls_store_free(store);
    }
}

static void chooses_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name, *file; /* NULL: the default */
    } rows[] = {
        {"www.example.com", "leaf.pem"},
        {"WWW.EXAMPLE.COM", "leaf.pem"},
        {"www.example.com.", "leaf.pem"},
        {"api.example.com", "leaf.pem"},
        {"xn--bcher-kva.example", "leaf.pem"},
        {"mail.example.com", "wild.pem"},
        {"Mail.Example.ORG", "wild.pem"},
        {"other.example.net", "other.pem"}, /* by its CN */
        {"only-rsa.example", "rsa.pem"},
        {"a.b.example.com", NULL}, /* one label only */
        {"example.com", NULL},
        {".example.com", NULL},
        {"*.example.com", NULL},
        {"wwwexample.com", NULL},
        {"www.example.com..", NULL},
        {"unknown.test", NULL},
        {"localhost", NULL},
        {".", NULL},
        {"", NULL},
    };
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    static const char *const files[] = {"other.pem", "leaf.pem", "wild.pem", "rsa.pem"};
    for (size_t i = 0; i < LEN(files); i++)
        assert_int_equal(tls_store_add(store, files[i], NULL, &disk.table, &error), 0);
    for (size_t i = 0; i < LEN(rows); i++) {
        const struct tls_certificate_info *info = tls_store_find(store, rows[i].name);
        const char *file = info != NULL ? info->file : "default";
        const char *want = rows[i].file != NULL ? rows[i].file : "default";
        if (strcmp(file, want) != 0)
            fail_msg("\"%s\" chose %s, not %s", rows[i].name, file, want);
    }
    char long_name[400];
    memset(long_name, 'a', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    assert_null(tls_store_find(store, long_name));
    tls_store_free(store);
}

/* As a line of a crt-list: its names count, and those in the certificate do not. */
static void serves_the_names_it_is_given(void **state)
{
    static const char *const names[] = {"Shop.Test", "*.shop.test", "", "second.test."};
    static const struct tls_wanted_names wanted = {.names = names, .count = LEN(names)};
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    (void)state;
    assert_int_equal(tls_store_add_for(store, &(struct tls_crt_files){.path = "leaf.pem"}, &wanted,
                                       &disk.table, &error),
                     0);
    assert_non_null(tls_store_find(store, "shop.test"));
    assert_non_null(tls_store_find(store, "a.shop.test"));
    assert_non_null(tls_store_find(store, "second.test"));
    assert_null(tls_store_find(store, "a.b.shop.test"));
    assert_null(tls_store_find(store, "www.example.com"));
    assert_int_equal(tls_store_add_for(store, &(struct tls_crt_files){.path = "none.pem"}, &wanted,
                                       &disk.table, &error),
                     -1);
    assert_int_equal(tls_store_count(store), 1);
    tls_store_free(store);
}

/* "*.shop.test !a.shop.test": what is left out is for whoever comes next in the file, or for nobody. */
static void leaves_names_out(void **state)
{
    static const char *const wildcard[] = {"*.shop.test"},
                             *const first_out[] = {"A.shop.test", "c.shop.test"},
                             *const second_out[] = {"a.shop.test"};
    static const struct tls_wanted_names first = {wildcard, 1, first_out, 2, 0, {0}},
                                         second = {wildcard, 1, second_out, 1, 0, {0}};
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    (void)state;
    assert_int_equal(tls_store_add_for(store, &(struct tls_crt_files){.path = "leaf.pem"}, &first,
                                       &disk.table, &error),
                     0);
    const struct tls_certificate_info *info = tls_store_certificate(store, 0);
    assert_ptr_equal(tls_store_find(store, "b.shop.test"), info);
    assert_null(tls_store_find(store, "c.shop.test"));
    assert_int_equal(tls_store_add_for(store, &(struct tls_crt_files){.path = "leaf.pem"}, &second,
                                       &disk.table, &error),
                     0);
    assert_ptr_equal(tls_store_find(store, "b.shop.test"), tls_store_certificate(store, 0));
    assert_ptr_equal(tls_store_find(store, "c.shop.test"), tls_store_certificate(store, 1));
    assert_null(tls_store_find(store, "a.shop.test"));
    tls_store_free(store);
}

static void finds_each_of_many(void **state)
{
    (void)state;
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    for (int i = 0; i < 60; i++) {
        char name[32];
        snprintf(name, sizeof(name), "host%d.example", i);
        disk_put_self_signed(&disk, "many.pem", name);
        assert_int_equal(tls_store_add(store, "many.pem", NULL, &disk.table, &error), 0);
    }
    for (int i = 0; i < 60; i++) {
        char name[32];
        snprintf(name, sizeof(name), "HOST%d.example", i);
        const struct tls_certificate_info *info = tls_store_find(store, name);
        assert_non_null(info);
        assert_ptr_equal(info, tls_store_certificate(store, (size_t)i));
    }
    assert_null(tls_store_find(store, "host60.example"));
    tls_store_free(store);
}

static void loads_a_folder_in_order(void **state)
{
    (void)state;
    struct memory_disk folder;
    disk_init(&folder);
    disk_put(&folder, "certs/b.pem", join(cert_pem(&leaf), key_pem(&leaf), NULL, NULL));
    disk_put(&folder, "certs/a.pem", cert_pem(&other));
    disk_put(&folder, "certs/a.pem.key", key_pem(&other));
    disk_put(&folder, "certs/b.pem.ocsp", strdup("no response"));
    disk_put(&folder, "certs/b.pem.sctl", strdup("x"));
    disk_put(&folder, "certs/b.pem.issuer", strdup("x"));
    disk_put(&folder, "certs/.hidden", strdup("x"));
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    assert_int_equal(tls_store_add(store, "certs", NULL, &folder.table, &error), 0);
    assert_int_equal(tls_store_count(store), 2);
    assert_string_equal(tls_store_certificate(store, 0)->file, "certs/a.pem");
    assert_string_equal(tls_store_certificate(store, 1)->file, "certs/b.pem");

    /* a bad file in it is told by its own name, and nothing of the folder is taken */
    disk_put(&folder, "certs/c.pem", strdup("nothing"));
    assert_int_equal(tls_store_add(store, "certs", NULL, &folder.table, &error), -1);
    assert_non_null(strstr(error.text, "certs/c.pem: "));
    assert_int_equal(tls_store_count(store), 2);
    tls_store_free(store);
    disk_free(&folder);

    disk_put(&folder, "bare/.hidden", strdup("x"));
    store = tls_store_new();
    assert_int_equal(tls_store_add(store, "bare", NULL, &folder.table, &error), -1);
    assert_non_null(strstr(error.text, "bare: no certificate"));
    tls_store_free(store);
    disk_free(&folder);
}

static void says_what_a_certificate_is(void **state)
{
    (void)state;
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    assert_int_equal(tls_store_add(store, "leaf.pem", NULL, &disk.table, &error), 0);
    const struct tls_certificate_info *info = tls_store_certificate(store, 0);
    assert_string_equal(info->subject, "CN=www.example.com");
    assert_string_equal(info->issuer, "CN=Middle");
    assert_string_equal(info->key_type, "EC prime256v1");
    assert_int_equal(strlen(info->fingerprint), 64);
    assert_int_equal(info->name_count, 3); /* the CN repeats a name of the SAN */
    assert_string_equal(info->names[0], "www.example.com");
    assert_true(info->not_before < time(NULL) && info->not_after > time(NULL));
    assert_false(info->has_ocsp);
    tls_store_free(store);
}

static void warns_of_dates(void **state)
{
    (void)state;
    static const char *const want[] = {
        "1.pem: the certificate of \"CN=expired.example\" expired on ",
        "2.pem: the certificate of \"CN=soon.example\" expires in 5 days, on ",
        "3.pem: the certificate of \"CN=future.example\" is not valid before ",
    };
    const struct identity *in_order[] = {&other, &expired, &soon, &future};
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    for (size_t i = 0; i < LEN(in_order); i++) {
        char path[16];
        snprintf(path, sizeof(path), "%zu.pem", i);
        disk_put(&disk, path, join(cert_pem(in_order[i]), key_pem(in_order[i]), NULL, NULL));
        assert_int_equal(tls_store_add(store, path, NULL, &disk.table, &error), 0);
    }
    size_t cursor = 0;
    time_t now = time(NULL);
    struct tls_error_text text;
    assert_true(tls_store_next_warning(store, now, 14 * DAY, &cursor, &text)); /* other: 1 day */
    assert_non_null(strstr(text.text, "0.pem: "));
    for (size_t i = 0; i < LEN(want); i++) {
        assert_true(tls_store_next_warning(store, now, 14 * DAY, &cursor, &text));
        if (strncmp(text.text, want[i], strlen(want[i])) != 0)
            fail_msg("\"%s\"", text.text);
    }
    assert_false(tls_store_next_warning(store, now, 14 * DAY, &cursor, &text));

    cursor = 0; /* with no forewarning only what is wrong already */
    assert_true(tls_store_next_warning(store, now, 0, &cursor, &text));
    assert_non_null(strstr(text.text, "(3 days ago)"));
    assert_true(tls_store_next_warning(store, now, 0, &cursor, &text));
    assert_non_null(strstr(text.text, "not valid before"));
    assert_false(tls_store_next_warning(store, now, 0, &cursor, &text));
    tls_store_free(store);
}

static void staples_only_what_says_good(void **state)
{
    (void)state;
    static const struct {
        int status; /* V_OCSP_CERTSTATUS_*, or -1: no response but this text */
        const char *text;
        bool stapled, warned;
    } rows[] = {
        {V_OCSP_CERTSTATUS_GOOD, NULL, true, false},
        {V_OCSP_CERTSTATUS_REVOKED, NULL, false, true},
        {V_OCSP_CERTSTATUS_UNKNOWN, NULL, false, true},
        {-1, "not a response", false, true},
        {-1, "", false, false}, /* HAProxy's sign that one will come later */
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_bytes ocsp = {strdup(rows[i].text != NULL ? rows[i].text : ""), 0};
        ocsp.len = strlen(ocsp.data);
        if (rows[i].status >= 0) {
            free(ocsp.data);
            ocsp = ocsp_response(&middle, &leaf, rows[i].status);
        }
        disk_put_bytes(&disk, "leaf.pem.ocsp", ocsp.data, ocsp.len);
        tls_bytes_free(&ocsp);
        struct tls_error_text error = {""};
        struct tls_store *store = tls_store_new();
        assert_int_equal(tls_store_add(store, "leaf.pem", NULL, &disk.table, &error), 0);
        assert_int_equal(tls_store_certificate(store, 0)->has_ocsp, rows[i].stapled);
        size_t cursor = 0;
        assert_int_equal(tls_store_next_warning(store, time(NULL), 0, &cursor, &error),
                         rows[i].warned);
        if (rows[i].warned)
            assert_non_null(strstr(error.text, "leaf.pem.ocsp: not stapled"));
        tls_store_free(store);
    }
}

static void staples_what_is_named(void **state)
{
    (void)state;
    static const struct tls_wanted_names its_own = {.count = 0};
    struct tls_crt_files crt = {.path = "leaf.pem", .ocsp = "elsewhere.der"};
    struct tls_bytes ocsp = ocsp_response(&middle, &leaf, V_OCSP_CERTSTATUS_GOOD);
    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    assert_int_equal(tls_store_add_for(store, &crt, &its_own, &disk.table, &error), -1);
    assert_non_null(strstr(error.text, "elsewhere.der: "));
    disk_put_bytes(&disk, "elsewhere.der", ocsp.data, ocsp.len);
    assert_int_equal(tls_store_add_for(store, &crt, &its_own, &disk.table, &error), 0);
    assert_true(tls_store_certificate(store, 0)->has_ocsp);
    tls_bytes_free(&ocsp);
    tls_store_free(store);
}

static void reads_the_disk(void **state)
{
    (void)state;
    char folder[] = "/tmp/weir-tls-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64], command[160];
    snprintf(path, sizeof(path), "%s/one.pem", folder);
    FILE *file = fopen(path, "w");
    char *text = join(cert_pem(&other), key_pem(&other), NULL, NULL);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
    free(text);

    struct tls_error_text error = {""};
    struct tls_store *store = tls_store_new();
    assert_int_equal(tls_store_add(store, path, NULL, &tls_files_disk, &error), 0);
    assert_int_equal(tls_store_add(store, folder, NULL, &tls_files_disk, &error), 0);
    assert_int_equal(tls_store_count(store), 2);
    assert_int_equal(tls_store_add(store, "/tmp/weir-no-such", NULL, &tls_files_disk, &error), -1);
    assert_non_null(strstr(error.text, "/tmp/weir-no-such: No such file"));
    assert_int_equal(tls_store_add(store, "/dev/zero", NULL, &tls_files_disk, &error), -1);
    tls_store_free(store);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_files),           cmocka_unit_test(refuses_files_with_a_reason),
        cmocka_unit_test(chooses_by_name),         cmocka_unit_test(serves_the_names_it_is_given),
        cmocka_unit_test(leaves_names_out),        cmocka_unit_test(finds_each_of_many),
        cmocka_unit_test(loads_a_folder_in_order), cmocka_unit_test(says_what_a_certificate_is),
        cmocka_unit_test(warns_of_dates),          cmocka_unit_test(staples_only_what_says_good),
        cmocka_unit_test(staples_what_is_named),   cmocka_unit_test(reads_the_disk),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
