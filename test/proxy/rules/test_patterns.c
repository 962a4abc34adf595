/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets that change: whatever was added and removed, each method finds what a plain search through the list
 * finds. And while one thread changes a list, others look it up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/pattern_list.h"
#include "test/proxy/rules/acl_fixture.h"

/* One map, looked up in every way that takes a text. */
static const struct {
    const char *converter;
    enum pattern_method method;
    bool is_longest; /* of several the longest counts, else the first */
} ways[] = {
    {"map_str", PATTERN_STR, false}, {"map_beg", PATTERN_BEG, true},
    {"map_end", PATTERN_END, false}, {"map_sub", PATTERN_SUB, false},
    {"map_dir", PATTERN_DIR, false}, {"map_dom", PATTERN_DOM, false},
};

enum { WAYS = sizeof ways / sizeof *ways, KEY_BYTES = 8, STEPS = 4000 };

static uint32_t random_state = 1;

static unsigned random_below(unsigned bound)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 16) % bound;
}

/* Short, of few letters and marks, so that keys meet. */
static void random_text(char *text, unsigned most)
{
    unsigned len = 1 + random_below(most);
    for (unsigned i = 0; i < len; i++)
        text[i] = "ab./"[random_below(4)];
    text[len] = '\0';
}

/* ---- the plain search ---------------------------------------------------------------------------------- */

static bool has_part(const char *text, const char *key, const char *marks)
{
    size_t len, text_len = strlen(text);
    key += strspn(key, marks);
    len = strlen(key);
    while (len > 0 && strchr(marks, key[len - 1]) != NULL)
        len--;
    for (size_t at = 0; len > 0 && at + len <= text_len; at++) {
        bool begins = at == 0 || strchr(marks, text[at - 1]) != NULL;
        bool ends = at + len == text_len || strchr(marks, text[at + len]) != NULL;
        if (begins && ends && strncmp(text + at, key, len) == 0)
            return true;
    }
    return false;
}

static bool is_match(enum pattern_method method, const char *text, const char *key)
{
    size_t text_len = strlen(text), len = strlen(key);
    switch (method) {
    case PATTERN_STR:
        return strcmp(text, key) == 0;
    case PATTERN_BEG:
        return strncmp(text, key, len) == 0;
    case PATTERN_END:
        return len <= text_len && strcmp(text + text_len - len, key) == 0;
    case PATTERN_SUB:
        return strstr(text, key) != NULL;
    case PATTERN_DIR:
        return has_part(text, key, "/?");
    default:
        return has_part(text, key, "/?.:");
    }
}

static const struct pattern_item *plain_search(const struct pattern_list *list, size_t way,
                                               const char *text)
{
    const struct pattern_item *best = NULL;
    for (const struct pattern_item *item = list->first; item != NULL; item = item->next) {
        if (!is_match(ways[way].method, text, item->text))
            continue;
        if (best == NULL || (ways[way].is_longest && strlen(item->text) > strlen(best->text)))
            best = item;
    }
    return best;
}

/* ---- one list ------------------------------------------------------------------------------------------ */

static struct language_env env;

/* A rule for each way, so that the list has a set for each. */
static struct config *load_ways(const struct memory_file *files)
{
    struct conf_report report;
    char lines[1024];
    size_t len = 0;
    for (size_t i = 0; i < WAYS; i++)
        len += (size_t)snprintf(lines + len, sizeof lines - len,
                                " tcp-request content set-var(txn.x) str(a),%s(/map)\n",
                                ways[i].converter);
    conf_report_init(&report);
    struct config *config = acl_load(lines, files, &report);
    conf_report_print(stderr, &report, CONF_ERROR);
    conf_report_clear(&report);
    assert_non_null(config);
    return config;
}

static const struct pattern_set *set_of(const struct pattern_list *list, enum pattern_method method)
{
    return pattern_list_set_of(
        list, &(struct pattern_use){.method = method, .no_dns = true, .value_type = SAMPLE_STRING});
}

static void check_all(const struct pattern_list *list)
{
    char text[4 * KEY_BYTES];
    random_text(text, sizeof text - 1);
    for (size_t way = 0; way < WAYS; way++) {
        struct sample s, value;
        const struct pattern_item *want = plain_search(list, way, text);
        sample_set_text(&s, SAMPLE_STRING, text, strlen(text));
        bool found = pattern_set_value(set_of(list, ways[way].method), &s, &env.env, &value);
        if (found != (want != NULL))
            print_message("%s of '%s'\n", ways[way].converter, text);
        assert_int_equal(found, want != NULL);
        if (want == NULL)
            continue;
        assert_int_equal(value.text.len, strlen(want->value));
        assert_memory_equal(value.text.data, want->value, value.text.len);
    }
    env.scratch.used = 0;
}

static void changes_leave_nothing_behind(void **state)
{
    (void)state;
    static const struct memory_file files[] = {{"/map", "a 1\nab 2\n/a/b 3\na 4\n", 0}, {0}};
    struct config *config = load_ways(files);
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    language_env_init(&env);
    for (int step = 0; step < STEPS; step++) {
        char key[KEY_BYTES + 1], value[16];
        random_text(key, KEY_BYTES);
        snprintf(value, sizeof value, "%d", step);
        switch (random_below(4)) {
        case 0:
            assert_true(pattern_list_add(list, key, value));
            break;
        case 1:
            assert_true(pattern_list_set(list, key, value));
            break;
        default:
            (void)pattern_list_remove(list, key);
        }
        check_all(list);
    }
    pattern_list_clear(list);
    check_all(list);
    config_free(config);
}

/* The keys of a version in their order. */
static void note_key(void *owner, const struct pattern_item *item)
{
    strcat(owner, item->text);
}

static void assert_keys(struct pattern_list *list, unsigned version, const char *want)
{
    char keys[64] = "";
    struct pattern_walk walk = {0};
    while (pattern_list_walk(list, version, &walk, note_key, keys))
        continue;
    assert_string_equal(keys, want);
}

static void a_prepared_content_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    static const struct memory_file files[] = {{"/map", "a 1\nb 2\n", 0}, {0}};
    char error[PATTERN_ERROR_BYTES];
    struct config *config = load_ways(files);
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    unsigned first = pattern_list_prepare(list), second = pattern_list_prepare(list);
    assert_true(pattern_list_stage(list, first, "c", "3", error));
    assert_true(pattern_list_stage(list, second, "d", "4", error));
    assert_true(pattern_list_stage(list, second, "e", "5", error));
    assert_keys(list, list->version, "ab");
    assert_keys(list, second, "de");
    assert_true(pattern_list_commit(list, second));
    assert_keys(list, list->version, "de");
    assert_int_equal(pattern_list_count(list), 2);
    assert_false(pattern_list_is_preparing(list, first));
    assert_keys(list, first, "");
    assert_true(pattern_list_has(list, "e"));
    assert_false(pattern_list_has(list, "a"));
    unsigned third = pattern_list_prepare(list);
    assert_true(pattern_list_stage(list, third, "f", "6", error));
    pattern_list_unstage(list, third);
    assert_true(pattern_list_commit(list, third));
    assert_keys(list, list->version, "");
    config_free(config);
}

static void one_item_is_changed_by_its_address(void **state)
{
    (void)state;
    static const struct memory_file files[] = {{"/map", "a 1\na 2\n", 0}, {0}};
    char error[PATTERN_ERROR_BYTES];
    struct config *config = load_ways(files);
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    const struct pattern_item *last = list->last;
    assert_true(pattern_list_change_item(list, last, "9", error));
    assert_string_equal(list->first->value, "1");
    assert_string_equal(list->last->value, "9");
    assert_true(pattern_list_remove_item(list, last));
    assert_keys(list, list->version, "a");
    assert_false(pattern_list_remove_item(list, "nowhere"));
    assert_false(pattern_list_change_item(list, "nowhere", "9", error));
    assert_string_equal(error, "key or pattern not found");
    assert_false(pattern_list_change(list, "b", "9", error));
    assert_string_equal(error, "entry not found");
    config_free(config);
}

/* Networks nest; the narrowest counts, also after others came and went. */
static void the_narrowest_network_counts(void **state)
{
    (void)state;
    enum { NETWORKS = 200, BITS_LEAST = 20 };
    static const struct memory_file files[] = {{"/map", "10.0.0.0/8 8\n", 0}, {0}};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config =
        acl_load(" tcp-request content set-var(txn.x) str(a),map_ip_int(/map)", files, &report);
    conf_report_clear(&report);
    assert_non_null(config);
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    const struct pattern_set *set = list->sets;
    language_env_init(&env);
    for (int step = 0; step < STEPS; step++) {
        char key[32], bits[4];
        unsigned width = BITS_LEAST + random_below(13), low = random_below(1 << 12);
        low &= ~0u << (32 - width);
        snprintf(key, sizeof key, "10.0.%u.%u/%u", low >> 8, low & 255, width);
        snprintf(bits, sizeof bits, "%u", width);
        if (random_below(2) == 0 && list->count < NETWORKS)
            assert_true(pattern_list_set(list, key, bits));
        else
            (void)pattern_list_remove(list, key);
        unsigned host = random_below(1 << 12), want = 8;
        for (unsigned n = BITS_LEAST; n <= 32; n++) {
            unsigned net = host & ~0u << (32 - n);
            snprintf(key, sizeof key, "10.0.%u.%u/%u", net >> 8, net & 255, n);
            want = pattern_list_has(list, key) ? n : want;
        }
        struct sample value, s = {.type = SAMPLE_IPV4, .ipv4 = {htonl(10u << 24 | host)}};
        assert_true(pattern_set_value(set, &s, &env.env, &value));
        assert_int_equal(value.integer, want);
    }
    config_free(config);
}

static void large_files_are_found_entry_by_entry(void **state)
{
    (void)state;
    enum { ENTRIES = 50000, LINE_BYTES = 48 };
    char *text = malloc(ENTRIES * LINE_BYTES), key[LINE_BYTES], want[16];
    size_t len = 0;
    for (int i = 0; i < ENTRIES; i++)
        len += (size_t)snprintf(text + len, LINE_BYTES, "host%d.example.com %d\n", i, i);
    const struct memory_file files[] = {{"/map", text, len}, {0}};
    struct config *config = load_ways(files);
    const struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    language_env_init(&env);
    for (int i = 0; i < ENTRIES; i += 7) {
        struct sample s, value;
        for (size_t way = 0; way < WAYS; way++) {
            int key_len = snprintf(key, sizeof key, "host%d.example.com", i);
            sample_set_text(&s, SAMPLE_STRING, key, (size_t)key_len);
            assert_true(pattern_set_value(set_of(list, ways[way].method), &s, &env.env, &value));
            int want_len = snprintf(want, sizeof want, "%d", i);
            assert_int_equal(value.text.len, want_len);
            assert_memory_equal(value.text.data, want, value.text.len);
        }
        env.scratch.used = 0;
    }
    config_free(config);
    free(text);
}

/* ---- threads ------------------------------------------------------------------------------------------- */

enum { ROUNDS = 3000 };

static const struct pattern_set *sets[WAYS];

static void *keep_asking(void *memory)
{
    struct pattern_list *list = memory;
    struct language_env *own = malloc(sizeof *own);
    language_env_init(own);
    for (int i = 0; i < ROUNDS; i++) {
        struct sample s, value;
        sample_set_text(&s, SAMPLE_STRING, "a/b", 3);
        for (size_t way = 0; way < WAYS; way++)
            (void)pattern_set_value(sets[way], &s, &own->env, &value);
        (void)pattern_list_has(list, "a/b");
        own->scratch.used = 0;
    }
    free(own);
    return NULL;
}

static void readers_and_writers_share_a_list(void **state)
{
    (void)state;
    enum { THREADS = 2 };
    static const struct memory_file files[] = {{"/map", "a 1\n", 0}, {0}};
    struct config *config = load_ways(files);
    struct pattern_list *list = pattern_list_find(config->pattern_lists, "/map");
    pthread_t threads[THREADS];
    for (size_t way = 0; way < WAYS; way++)
        sets[way] = set_of(list, ways[way].method);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_asking, list), 0);
    for (int i = 0; i < ROUNDS; i++) {
        assert_true(pattern_list_set(list, i % 2 == 0 ? "a" : "a/b", i % 3 == 0 ? "x" : "longer"));
        if (i % 5 == 0)
            (void)pattern_list_remove(list, "a/b");
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prepared_content_takes_the_place_of_the_old_one),
        cmocka_unit_test(one_item_is_changed_by_its_address),
        cmocka_unit_test(changes_leave_nothing_behind),
        cmocka_unit_test(the_narrowest_network_counts),
        cmocka_unit_test(large_files_are_found_entry_by_entry),
        cmocka_unit_test(readers_and_writers_share_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
