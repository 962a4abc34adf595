/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates that change while they serve: what a draft takes and refuses, the store that is made with it, and who
 * gets which certificate before and after the change.
 */
#include "test/tls/pair.h"
#include "tls/change.h"
#include "tls/facts.h"

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static struct memory_disk disk;
static struct identity authority, before, after, other;
static char *before_crt, *after_crt, *after_key, *after_pem, *other_crt, *other_key, *mixed_pem,
    *after_ocsp, *other_ocsp;

static char *base64(struct tls_bytes der)
{
    char *text = malloc(der.len * 2 + 4);
    EVP_EncodeBlock((unsigned char *)text, der.data, (int)der.len);
    free(der.data);
    return text;
}

static int setup(void **state)
{
    (void)state;
    authority = identity_make(&(struct identity_request){.cn = "Authority", .authority = true});
    before = identity_make(&(struct identity_request){.cn = "before.test", .names = {"shop.test"}});
    after = identity_make(&(struct identity_request){
        .cn = "after.test", .names = {"shop.test", "new.test"}, .issuer = &authority});
    other = identity_make(&(struct identity_request){.cn = "other.test", .issuer = &authority});
    before_crt = cert_pem(&before);
    after_crt = cert_pem(&after);
    after_key = key_pem(&after);
    other_crt = cert_pem(&other);
    other_key = key_pem(&other);
    after_pem = join(cert_pem(&after), cert_pem(&authority), key_pem(&after), NULL);
    mixed_pem = join(cert_pem(&after), key_pem(&other), NULL, NULL);
    after_ocsp = base64(ocsp_response(&authority, &after, V_OCSP_CERTSTATUS_GOOD));
    other_ocsp = base64(ocsp_response(&authority, &other, V_OCSP_CERTSTATUS_GOOD));
    disk_init(&disk);
    disk_put_identity(&disk, "shop.pem", &before);
    disk_put_identity(&disk, "other.pem", &other);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    char *const texts[] = {before_crt, after_crt, after_key,  after_pem, other_crt,
                           other_key,  mixed_pem, after_ocsp, other_ocsp};
    for (size_t i = 0; i < LEN(texts); i++)
        free(texts[i]);
    identity_free(&authority);
    identity_free(&before);
    identity_free(&after);
    identity_free(&other);
    disk_free(&disk);
    return 0;
}

static struct tls_store *store_of(const char *const *paths, const struct tls_wanted_names *wanted)
{
    struct tls_error_text error;
    struct tls_store *store = tls_store_new();
    for (; *paths != NULL; paths++)
        assert_int_equal(tls_store_add_for(store, &(struct tls_crt_files){.path = *paths}, wanted,
                                           &disk.table, &error),
                         0);
    return store;
}

static const struct tls_wanted_names its_own = {.count = 0};
static const char *const both[] = {"other.pem", "shop.pem", NULL};
static const char *const shop[] = {"shop.pem", NULL};

/* ---- drafts ---------------------------------------------------------------------------------- */

#define STEPS 4

#define INCOMPLETE "The transaction must contain at least a certificate and a private key!"
#define INCONSISTENT "inconsistencies between private key and certificate loaded 'shop.pem'."
#define NO_CERTIFICATE "unable to load certificate from file 'shop.pem'."
#define NO_RESPONSE "'shop.pem.ocsp': no OCSP response that calls this certificate good."

/* What each step is answered, and what the check says in the end; "": good. */
static const struct {
    const char *name;
    bool is_new; /* else it begins as the file that serves */
    struct {
        enum tls_part part;
        char **text;
        const char *answer;
    } steps[STEPS];
    const char *check;
} drafts[] = {
    {"an empty one serves nobody", true, {{0}}, INCOMPLETE},
    {"what serves is good", false, {{0}}, ""},
    {"a whole file", true, {{TLS_PART_PEM, &after_pem, ""}}, ""},
    {"a whole file, in the place of another", false, {{TLS_PART_PEM, &after_pem, ""}}, ""},
    {"a certificate takes the key away", false, {{TLS_PART_PEM, &after_crt, ""}}, INCOMPLETE},
    {"which comes behind it",
     false,
     {{TLS_PART_PEM, &after_crt, ""}, {TLS_PART_KEY, &after_key, ""}},
     ""},
    {"or was there before", true, {{TLS_PART_KEY, &after_key, ""}}, INCOMPLETE},
    {"another key", false, {{TLS_PART_KEY, &after_key, ""}}, INCONSISTENT},
    {"another key in the file", true, {{TLS_PART_PEM, &mixed_pem, ""}}, INCONSISTENT},
    {"that is mended", true, {{TLS_PART_PEM, &mixed_pem, ""}, {TLS_PART_KEY, &after_key, ""}}, ""},
    {"a key is no certificate", false, {{TLS_PART_PEM, &other_key, NO_CERTIFICATE}}, ""},
    {"a certificate is no key",
     false,
     {{TLS_PART_KEY, &other_crt, "unable to load private key from file 'shop.pem'."}},
     ""},
    {"an issuer", false, {{TLS_PART_ISSUER, &other_crt, ""}}, ""},
    {"no issuer",
     false,
     {{TLS_PART_ISSUER, &other_key, "'shop.pem' cannot be read or parsed'."}},
     ""},
    {"a response", true, {{TLS_PART_PEM, &after_pem, ""}, {TLS_PART_OCSP, &after_ocsp, ""}}, ""},
    {"a response about another",
     true,
     {{TLS_PART_PEM, &after_pem, ""}, {TLS_PART_OCSP, &other_ocsp, NO_RESPONSE}},
     ""},
    {"a response about nothing", true, {{TLS_PART_OCSP, &after_ocsp, NO_RESPONSE}}, INCOMPLETE},
    {"a response in another form",
     false,
     {{TLS_PART_OCSP, &after_pem, "Error reading OCSP response in base64 format"}},
     ""},
    {"a list of transparency",
     false,
     {{TLS_PART_SCTL, &after_ocsp,
       "'shop.pem.sctl': lists of certificate transparency are not served."}},
     ""},
};

static void a_draft_takes_part_by_part(void **state)
{
    (void)state;
    struct tls_store *store = store_of(both, &its_own);
    for (size_t i = 0; i < LEN(drafts); i++) {
        print_message("%s\n", drafts[i].name);
        struct tls_draft *draft =
            drafts[i].is_new ? tls_draft_new("shop.pem") : tls_draft_of(store, "shop.pem");
        for (size_t k = 0; k < STEPS && drafts[i].steps[k].text != NULL; k++) {
            struct tls_error_text error = {""};
            int result =
                tls_draft_set(draft, drafts[i].steps[k].part, *drafts[i].steps[k].text, &error);
            assert_string_equal(error.text, drafts[i].steps[k].answer);
            assert_int_equal(result == 0, error.text[0] == '\0');
        }
        struct tls_error_text error = {""};
        int result = tls_draft_check(draft, &error);
        assert_string_equal(error.text, drafts[i].check);
        assert_int_equal(result == 0, error.text[0] == '\0');
        tls_draft_free(draft);
    }
    tls_store_free(store);
}

static struct tls_draft *whole_draft(const char *file)
{
    struct tls_error_text error;
    struct tls_draft *draft = tls_draft_new(file);
    assert_int_equal(tls_draft_set(draft, TLS_PART_PEM, after_pem, &error), 0);
    return draft;
}

static void a_draft_tells_what_it_holds(void **state)
{
    (void)state;
    char text[4096];
    struct tls_error_text error;
    struct tls_draft *draft = tls_draft_new("shop.pem");
    assert_true(tls_draft_is_empty(draft));
    tls_draft_print(draft, text, sizeof(text));
    assert_string_equal(text, "OCSP Response Key: \n");
    tls_draft_free(draft);

    draft = whole_draft("shop.pem");
    assert_int_equal(tls_draft_set(draft, TLS_PART_OCSP, after_ocsp, &error), 0);
    assert_false(tls_draft_is_empty(draft));
    tls_draft_print(draft, text, sizeof(text));
    assert_non_null(strstr(text, "\nSubject Alternative Name: DNS:shop.test, DNS:new.test\n"
                                 "Algorithm: EC256\nSHA1 FingerPrint: "));
    assert_non_null(strstr(text, "\nSubject: /CN=after.test\nIssuer: /CN=Authority\n"
                                 "Chain Subject: /CN=Authority\nChain Issuer: /CN=Authority\n"
                                 "OCSP Response Key: 30"));
    tls_draft_print(draft, text, 9);
    assert_string_equal(text, "Serial: ");
    tls_draft_free(draft);
}

static struct tls_store *changed(const struct tls_store *store)
{
    struct tls_error_text error;
    struct tls_draft *draft = whole_draft("shop.pem");
    struct tls_store *made = tls_store_with(store, draft, &error);
    tls_draft_free(draft);
    assert_non_null(made);
    return made;
}

static void a_chain_comes_from_another_of_the_same_issuer(void **state)
{
    (void)state;
    char text[4096];
    struct tls_error_text error;
    struct tls_store *store = store_of(shop, &its_own), *chained = changed(store);
    struct tls_draft *draft = tls_draft_new("shop.pem");
    assert_int_equal(tls_draft_set(draft, TLS_PART_PEM, other_crt, &error), 0);
    tls_draft_complete(draft, store);
    tls_draft_print(draft, text, sizeof(text));
    assert_null(strstr(text, "Chain Subject"));
    for (int i = 0; i < 2; i++)
        tls_draft_complete(draft, chained);
    tls_draft_print(draft, text, sizeof(text));
    const char *first = strstr(text, "Chain Subject: /CN=Authority\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "Chain Subject"));
    assert_int_equal(tls_draft_set(draft, TLS_PART_PEM, before_crt, &error), 0);
    tls_draft_complete(draft, chained);
    tls_draft_print(draft, text, sizeof(text));
    assert_null(strstr(text, "Chain Subject"));
    tls_draft_free(draft);
    tls_store_free(store);
    tls_store_free(chained);
}

/* ---- stores ---------------------------------------------------------------------------------- */

static void a_changed_store_answers_the_new_names(void **state)
{
    (void)state;
    struct tls_store *store = store_of(both, &its_own), *made = changed(store);
    assert_int_equal(tls_store_count_of(made, "shop.pem"), 1);
    assert_int_equal(tls_store_count_of(made, "none.pem"), 0);
    assert_string_equal(tls_store_find(store, "shop.test")->subject, "CN=before.test");
    assert_null(tls_store_find(store, "new.test"));
    tls_store_free(store); /* what both hold stays */
    assert_string_equal(tls_store_find(made, "shop.test")->subject, "CN=after.test");
    assert_string_equal(tls_store_find(made, "new.test")->subject, "CN=after.test");
    assert_string_equal(tls_store_find(made, "other.test")->subject, "CN=other.test");
    assert_null(tls_store_find(made, "before.test"));
    assert_string_equal(tls_store_certificate(made, 0)->file, "other.pem");
    tls_store_free(made);
}

static void a_changed_certificate_stays_for_whom_it_was(void **state)
{
    (void)state;
    const struct tls_wanted_names wanted = {
        .names = (const char *const[]){"*.Wide.test"},
        .count = 1,
        .excluded = (const char *const[]){"not.wide.test"},
        .excluded_count = 1,
    };
    struct tls_store *store = store_of(shop, &wanted), *made = changed(store);
    assert_string_equal(tls_store_find(made, "www.wide.test")->subject, "CN=after.test");
    assert_null(tls_store_find(made, "not.wide.test"));
    assert_null(tls_store_find(made, "new.test"));
    tls_store_free(store);
    tls_store_free(made);
}

static void a_list_gets_a_certificate_and_loses_it(void **state)
{
    (void)state;
    struct tls_error_text error;
    const struct tls_wanted_names listed = {.listing = {.list = "list", .line = 1}};
    const struct tls_wanted_names wanted = {.names = (const char *const[]){"added.test"},
                                            .count = 1,
                                            .listing = {"list", 2, "added.test"}};
    struct tls_store *store = store_of(both, &listed);
    struct tls_draft *draft = whole_draft("shop.pem");
    struct tls_store *more = tls_store_and(store, draft, &wanted, &error);
    assert_int_equal(tls_store_count_of(more, "shop.pem"), 2);
    assert_string_equal(tls_store_find(more, "added.test")->subject, "CN=after.test");
    assert_string_equal(tls_store_find(more, "added.test")->listing.words, "added.test");
    assert_string_equal(tls_store_find(more, "shop.test")->subject, "CN=before.test");
    assert_null(tls_store_find(store, "added.test"));

    struct tls_store *less = tls_store_less(more, "shop.pem", &wanted.listing, &error);
    assert_int_equal(tls_store_count(less), 2);
    assert_null(tls_store_find(less, "added.test"));
    struct tls_store *least = tls_store_less(less, "shop.pem", &listed.listing, &error);
    assert_int_equal(tls_store_count(least), 1);
    assert_null(tls_store_find(least, "shop.test"));
    assert_string_equal(tls_store_find(least, "other.test")->subject, "CN=other.test");
    struct tls_store *const stores[] = {store, more, less, least};
    for (size_t i = 0; i < LEN(stores); i++)
        tls_store_free(stores[i]);
    tls_draft_free(draft);
}

static void a_draft_that_cannot_serve_makes_no_store(void **state)
{
    (void)state;
    struct tls_error_text error;
    struct tls_store *store = store_of(both, &its_own);
    struct tls_draft *draft = tls_draft_new("shop.pem");
    assert_null(tls_store_with(store, draft, &error));
    assert_int_equal(tls_draft_set(draft, TLS_PART_PEM, mixed_pem, &error), 0);
    assert_null(tls_store_with(store, draft, &error));
    tls_draft_free(draft);
    tls_store_free(store);
}

/* ---- handshakes ------------------------------------------------------------------------------ */

static const char *shown_to(const struct tls_session *client, char name[64])
{
    const struct tls_name_query query = {.entry = "CN", .occurrence = 1};
    long len = tls_certificate_name(tls_session_certificate(client, TLS_PEERS), &query, name, 63);
    assert_true(len > 0);
    name[len] = '\0';
    return name;
}

static void visit(struct tls_client_context *client, struct tls_context *server, const char *sni,
                  const char *want)
{
    char name[64];
    struct pair pair;
    pair_open(&pair, client, server, sni);
    assert_true(pair_shake(&pair));
    assert_string_equal(shown_to(pair.client, name), want);
    pair_free(&pair);
}

static void serve_changed(struct tls_context *server)
{
    struct tls_error_text error;
    struct tls_store *store = tls_context_store(server), *made = changed(store);
    assert_int_equal(tls_context_admit(server, made, &error), 0);
    tls_context_serve(server, made);
    tls_store_free(store);
    tls_store_free(made);
}

static void new_handshakes_get_the_new_certificate(void **state)
{
    (void)state;
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings trusting = trusting_client();
    struct tls_client_context *client = client_context(&trusting, &disk);
    struct tls_context *server = server_context(&settings, &disk, shop, NULL, NULL);
    visit(client, server, "shop.test", "before.test");
    visit(client, server, NULL, "before.test");
    visit(client, server, "new.test", "before.test");
    serve_changed(server);
    visit(client, server, "shop.test", "after.test");
    visit(client, server, NULL, "after.test");
    visit(client, server, "new.test", "after.test");
    tls_context_free(server);
    tls_client_context_free(client);
}

static void those_begun_before_keep_the_old_one(void **state)
{
    (void)state;
    char name[64];
    struct pair established, begun;
    struct tls_settings settings = tls_settings_default;
    struct tls_client_settings trusting = trusting_client();
    struct tls_client_context *client = client_context(&trusting, &disk);
    struct tls_context *server = server_context(&settings, &disk, both, NULL, NULL);
    pair_open(&established, client, server, "shop.test");
    assert_true(pair_shake(&established));
    pair_open(&begun, client, server, "shop.test");
    serve_changed(server);
    serve_changed(server);
    assert_true(pair_shake(&begun));
    assert_string_equal(shown_to(begun.client, name), "before.test");
    assert_true(pair_pass(established.client, established.server, "hello"));
    assert_true(pair_pass(established.server, established.client, "there"));
    pair_free(&established);
    pair_free(&begun);
    tls_context_free(server);
    tls_client_context_free(client);
}

static void a_weak_certificate_is_not_admitted(void **state)
{
    (void)state;
    struct tls_error_text error = {""};
    struct tls_settings settings = tls_settings_default;
    struct identity weak = identity_make(&(struct identity_request){.cn = "weak", .key = "1024"});
    struct tls_context *server = server_context(&settings, &disk, shop, NULL, NULL);
    struct tls_store *store = tls_context_store(server);
    struct tls_draft *draft = tls_draft_new("shop.pem");
    char *pem = join(cert_pem(&weak), key_pem(&weak), NULL, NULL);
    assert_int_equal(tls_draft_set(draft, TLS_PART_PEM, pem, &error), 0);
    struct tls_store *made = tls_store_with(store, draft, &error);
    assert_int_equal(tls_context_admit(server, made, &error), -1);
    assert_true(error.text[0] != '\0');
    free(pem);
    identity_free(&weak);
    tls_draft_free(draft);
    tls_store_free(made);
    tls_store_free(store);
    tls_context_free(server);
}

/* The name that the server finds in the certificate it was shown, and whether the session was resumed. */
static bool visit_as(struct tls_client_context *client, struct tls_context *server,
                     const char *want)
{
    struct pair pair;
    char name[64];
    pair_open(&pair, client, server, NULL);
    assert_true(pair_shake(&pair));
    assert_true(pair_pass(pair.client, pair.server, "hello"));
    assert_true(pair_pass(pair.server, pair.client, "there"));
    bool is_resumed = tls_session_is_resumed(pair.client);
    assert_string_equal(shown_to(pair.server, name), want);
    pair_free(&pair);
    return is_resumed;
}

static void a_server_is_shown_the_new_certificate(void **state)
{
    (void)state;
    struct tls_error_text error;
    struct tls_settings settings = tls_settings_default;
    disk_put(&disk, "ca.pem", join(cert_pem(&authority), cert_pem(&before), NULL, NULL));
    settings.protocol.ca_file = "ca.pem";
    settings.verify = TLS_VERIFY_REQUIRED;
    struct tls_ticket_keys *keys = tls_ticket_keys_new(0, 3600);
    struct tls_context *server = server_context(&settings, &disk, both, keys, NULL);
    struct tls_client_settings showing = trusting_client();
    showing.certificate = "shop.pem";
    showing.session_reuse = true;
    struct tls_client_context *client = client_context(&showing, &disk);
    assert_false(visit_as(client, server, "before.test"));
    assert_true(visit_as(client, server, "before.test"));

    struct tls_store *store = tls_client_context_store(client), *made = changed(store);
    assert_int_equal(tls_client_context_admit(client, made, &error), 0);
    tls_client_context_serve(client, made);
    assert_false(visit_as(client, server, "after.test"));
    assert_true(visit_as(client, server, "after.test"));
    tls_store_free(store);
    tls_store_free(made);
    tls_client_context_free(client);
    tls_context_free(server);
    tls_ticket_keys_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_takes_part_by_part),
        cmocka_unit_test(a_draft_tells_what_it_holds),
        cmocka_unit_test(a_chain_comes_from_another_of_the_same_issuer),
        cmocka_unit_test(a_changed_store_answers_the_new_names),
        cmocka_unit_test(a_changed_certificate_stays_for_whom_it_was),
        cmocka_unit_test(a_list_gets_a_certificate_and_loses_it),
        cmocka_unit_test(a_draft_that_cannot_serve_makes_no_store),
        cmocka_unit_test(new_handshakes_get_the_new_certificate),
        cmocka_unit_test(those_begun_before_keep_the_old_one),
        cmocka_unit_test(a_weak_certificate_is_not_admitted),
        cmocka_unit_test(a_server_is_shown_the_new_certificate),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
