/* SPDX-License-Identifier: Apache-2.0 */
/* Files of ticket keys: what is a key, and that machines which share a file resume each other's sessions. */
#include "test/tls/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))
/* 48 bytes, as AES-128 wants them, and 80, as AES-256 does; the first letter tells keys apart. */
#define SHORT(letter) letter "AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"
#define LONG(letter)                                                                               \
    letter "AECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v"                       \
           "MDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk8="

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

static const struct {
    const char *name, *text;
    bool is_good;
} cases[] = {
    {"three of 48 bytes", SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n", true},
    {"three of 80 bytes", LONG("A") "\n" LONG("B") "\n" LONG("C") "\n", true},
    {"more than three", SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n" SHORT("D") "\n", true},
    {"no last line feed", SHORT("A") "\n" SHORT("B") "\n" SHORT("C"), true},
    {"carriage returns", SHORT("A") "\r\n" SHORT("B") "\r\n" SHORT("C") "\r\n", true},
    {"two", SHORT("A") "\n" SHORT("B") "\n", false},
    {"nothing", "", false},
    {"an empty line", SHORT("A") "\n\n" SHORT("B") "\n" SHORT("C") "\n", false},
    {"both lengths", SHORT("A") "\n" LONG("B") "\n" SHORT("C") "\n", false},
    {"another length", "AAECAwQF\nAAECAwQF\nAAECAwQF\n", false},
    {"no base64", SHORT("A") "\n" SHORT("!") "\n" SHORT("C") "\n", false},
};

static void files_are_read_strictly(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct tls_error_text error = {""};
        disk_put(&disk, "keys", strdup(cases[i].text));
        struct tls_ticket_keys *keys = tls_ticket_keys_read("keys", &disk.table, &error);
        if ((keys != NULL) != cases[i].is_good)
            fail_msg("%s: %s", cases[i].name, error.text);
        assert_true(cases[i].is_good || strstr(error.text, "three lines or more") != NULL);
        tls_ticket_keys_free(keys);
    }
    struct tls_error_text error = {""};
    assert_null(tls_ticket_keys_read("none", &disk.table, &error));
    assert_non_null(strstr(error.text, "none"));
}

static bool visit(struct tls_client_context *client, struct tls_context *server)
{
    struct pair pair;
    pair_open(&pair, client, server, "one.example");
    assert_true(pair_shake(&pair));
    assert_true(pair_pass(pair.client, pair.server, "hello"));
    assert_true(pair_pass(pair.server, pair.client, "there"));
    bool resumed = tls_session_is_resumed(pair.server);
    pair_free(&pair);
    return resumed;
}

static struct tls_context *machine(const char *keys_text)
{
    struct tls_error_text error = {""};
    struct tls_settings settings = tls_settings_default;
    disk_put(&disk, "keys", strdup(keys_text));
    struct tls_ticket_keys *keys = tls_ticket_keys_read("keys", &disk.table, &error);
    assert_non_null(keys);
    assert_false(tls_ticket_keys_rotate(keys, 1000000)); /* they stay as they are */
    struct tls_context *ctx = server_context(&settings, &disk, paths, keys, NULL);
    tls_ticket_keys_free(keys);
    return ctx;
}

/* One machine has been given the next key already: it still seals with one that the other knows. */
static void machines_that_share_keys_resume_sessions(void **state)
{
    (void)state;
    static const struct {
        const char *name, *one, *other;
        bool want;
    } rows[] = {
        {"the same", SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n",
         SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n", true},
        {"80 bytes", LONG("A") "\n" LONG("B") "\n" LONG("C") "\n",
         LONG("A") "\n" LONG("B") "\n" LONG("C") "\n", true},
        {"one further", SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n",
         SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n" SHORT("D") "\n", true},
        {"others", SHORT("A") "\n" SHORT("B") "\n" SHORT("C") "\n",
         SHORT("D") "\n" SHORT("E") "\n" SHORT("F") "\n", false},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct tls_client_settings client_settings = trusting_client();
        struct tls_client_context *client = client_context(&client_settings, &disk);
        struct tls_context *one = machine(rows[i].one), *other = machine(rows[i].other);
        assert_false(visit(client, one));
        if (visit(client, other) != rows[i].want || visit(client, one) != rows[i].want)
            fail_msg("%s", rows[i].name);
        tls_context_free(one);
        tls_context_free(other);
        tls_client_context_free(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_strictly),
        cmocka_unit_test(machines_that_share_keys_resume_sessions),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
