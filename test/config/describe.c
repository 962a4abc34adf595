/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the rows over the model: what a row's kind or reader stores is what is printed. */
#include "test/config/describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/apply.h"
#include "config/script/lines.h"
#include "config/line.h"
#include "config/own/own.h"
#include "lb-algos/hash.h"

struct describer {
    FILE *out;
    struct conf_arena *arena;
    struct keyword_index index;
};

static void print_text(FILE *out, const char *text)
{
    fprintf(out, " %s", text != NULL ? text : "-");
}

static void print_string(struct describer *d, const void *field)
{
    print_text(d->out, *(const char *const *)field);
}

static void print_words(struct describer *d, const void *field)
{
    const struct conf_words *words = field;
    for (size_t i = 0; i < words->count; i++)
        print_text(d->out, words->items[i]);
}

static void print_crt(struct describer *d, const void *field)
{
    print_words(d, &((const struct conf_tls *)field)->crt);
}

static void print_address(struct describer *d, const void *field)
{
    const struct conf_addr *addr = field;
    print_text(d->out, addr->text != NULL ? address_print(d->arena, addr) : NULL);
}

static void print_unsigned(struct describer *d, const void *field)
{
    fprintf(d->out, " %u", *(const unsigned *)field);
}

static void print_bool(struct describer *d, const void *field)
{
    fprintf(d->out, " %d", *(const bool *)field);
}

static void print_port(struct describer *d, const void *field)
{
    fprintf(d->out, " %u", *(const uint16_t *)field);
}

static void print_statuses(struct describer *d, const void *field)
{
    const struct conf_status_set *set = field;
    for (size_t i = 0; i < sizeof set->bits / sizeof *set->bits; i++)
        fprintf(d->out, " %llx", (unsigned long long)set->bits[i]);
}

static void print_tls(struct describer *d, const void *field)
{
    const struct conf_tls *tls = field;
    fprintf(d->out, " %d %d", tls->min_version, tls->max_version);
}

static void print_file(struct describer *d, const void *field)
{
    const struct conf_error_file *file = field;
    fprintf(d->out, " %s %zu", file->path, file->len);
}

static void print_default_backend(struct describer *d, const void *field)
{
    const struct conf_proxy *proxy = field;
    print_text(d->out, proxy->default_backend_name);
}

static void print_stats_text(struct describer *d, const void *field)
{
    const struct conf_stats *stats = field;
    fprintf(d->out, " %d %d", stats->show_node, stats->show_desc);
    print_text(d->out, stats->node);
    print_text(d->out, stats->desc);
}

/* As written: "global" has been replaced, and stdout has no address. */
static void print_log(struct describer *d, const void *field)
{
    print_text(d->out, ((const struct conf_addr *)field)->text);
}

static void print_sample(struct describer *d, const void *field)
{
    const struct conf_log_sample *sample = field;
    fprintf(d->out, " %u", sample->period);
    for (size_t i = 0; i < sample->count; i++)
        fprintf(d->out, " %u-%u", sample->ranges[i].low, sample->ranges[i].high);
}

static void print_balance(struct describer *d, const void *field)
{
    const struct conf_balance *balance = field;
    print_text(d->out, balance->name);
    print_text(d->out, balance->parameter);
    fprintf(d->out, " %d %u %d", (int)balance->key, balance->draws, balance->expression != NULL);
}

static void print_line(struct describer *d, const void *field)
{
    const struct conf_line *line = *(const struct conf_line *const *)field;
    print_text(d->out, line != NULL ? line->words[0].text : "none");
}

static void print_headers(struct describer *d, const void *field)
{
    const struct conf_check_headers *headers = field;
    for (size_t i = 0; i < headers->count; i++) {
        print_text(d->out, headers->items[i].name);
        print_text(d->out, headers->items[i].value);
    }
}

static void print_hash(struct describer *d, const void *field)
{
    print_text(d->out, (*(const struct lb_hash *const *)field)->name);
}

typedef void print_field(struct describer *d, const void *field);

static void print_script(struct describer *d, const struct conf_check_script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct conf_check_step *step = &script->steps[i];
        fprintf(d->out, " %d", (int)step->kind);
        print_text(d->out, step->comment);
        if (step->kind == CONF_STEP_ACTION)
            print_text(d->out, step->action.text);
        if (step->kind == CONF_STEP_SEND)
            fprintf(d->out, " %.*s", (int)step->send.len, step->send.bytes);
        if (step->kind == CONF_STEP_REQUEST)
            fprintf(d->out, " %s %s", step->request.method, step->request.uri);
        for (size_t k = 0; step->kind == CONF_STEP_REQUEST && k < step->request.header_count; k++)
            fprintf(d->out, " %s:%s", step->request.headers[k].name,
                    step->request.headers[k].value);
        if (step->kind == CONF_STEP_EXPECT)
            fprintf(d->out, " %d %d %.*s", (int)step->expect.kind, step->expect.is_unwanted,
                    (int)step->expect.pattern_len, step->expect.pattern);
    }
}

static void print_check(struct describer *d, const void *field)
{
    const struct conf_check *check = field;
    fprintf(d->out, " %d %d", check->disable_on_404, check->send_state);
    print_script(d, &check->script);
}

static print_field *const by_kind[KW_KIND_COUNT] = {
    [KW_FLAG] = print_bool,         [KW_FLAG_OFF] = print_bool,   [KW_UINT] = print_unsigned,
    [KW_DURATION] = print_unsigned, [KW_SIZE] = print_unsigned,   [KW_STRING] = print_string,
    [KW_WORDS] = print_words,       [KW_CHOICE] = print_unsigned, [KW_NAME] = print_string,
    [KW_STATUSES] = print_statuses, [KW_OCTAL] = print_unsigned,  [KW_SET] = print_unsigned,
};

static const struct {
    keyword_set *set;
    print_field *print;
} by_reader[] = {
    {own_bind_address, print_address},
    {own_server_address, print_address},
    {own_target_address, print_address},
    {own_log_address, print_log},
    {own_log_sample, print_sample},
    {own_check_port, print_port},
    {own_crt_files, print_crt},
    {own_crt_path, print_string},
    {own_ca_path, print_string},
    {own_alpn, print_words},
    {own_sni, print_string},
    {own_no_version, print_tls},
    {own_only_version, print_tls},
    {own_redispatch, print_unsigned},
    {own_stats_auth, print_words},
    {own_stats_text, print_stats_text},
    {own_expect_status, print_check},
    {check_line_tcp, print_check},
    {check_line_http, print_check},
    {own_error_path, print_file},
    {own_user, print_unsigned},
    {own_group, print_unsigned},
    {own_hostname, print_string},
    {own_on_marked_down, print_bool},
    {own_pool_max, print_unsigned},
    {own_default_backend, print_default_backend},
    {own_algorithm, print_balance},
    {own_balance_expression, print_balance},
    {own_hash_function, print_hash},
    {own_persist, print_line},
    {own_codes, print_statuses},
    {own_balance_factor, print_unsigned},
    {own_cookie_domain, print_string},
    {own_cookie_attribute, print_string},
    {own_check_header, print_headers},
};

static print_field *printer_of(const struct keyword *row)
{
    bool is_own = row->kind == KW_OWN || row->kind == KW_LINES;
    for (size_t i = 0; is_own && i < sizeof by_reader / sizeof *by_reader; i++) {
        if (by_reader[i].set == row->set)
            return by_reader[i].print;
    }
    return by_kind[row->kind];
}

/* All lines are in one list, which every row of them would print. */
static void print_lines(struct describer *d, const struct keyword *row, const void *base)
{
    const struct conf_lines *lines = (const void *)((const char *)base + row->offset);
    for (size_t i = 0; i < lines->count; i++) {
        const struct conf_line *line = &lines->items[i];
        if (strcmp(line->keyword, row->name) != 0)
            continue;
        fputs(row->name, d->out);
        for (size_t k = 0; k < line->word_count; k++)
            fprintf(d->out, " [%s]", line->words[k].text);
        fputc('\n', d->out);
    }
}

/* Rows at or beyond `end` belong to the draft, not to the model. */
static void describe(struct describer *d, enum keyword_level level, const void *base, size_t end)
{
    KEYWORDS_OF(&d->index, level, row)
    {
        const char *field = (const char *)base + row->offset;
        print_field *print = printer_of(row);
        bool is_in_script = level == LEVEL_HTTPCHK && *row->name == 'h'; /* host and headers */
        if (row->offset >= end || is_in_script)
            continue;
        if (row->kind == KW_GROUP)
            describe(d, row->params, field, (size_t)-1);
        if (row->kind == KW_LINES && row->set == NULL)
            print_lines(d, row, base);
        if (row->kind == KW_LIST) {
            size_t count = *(const size_t *)((const char *)base + row->list->count_offset);
            const char *items = apply_list_items(row, base);
            for (size_t i = 0; i < count; i++) {
                fprintf(d->out, "%s {\n", row->name);
                describe(d, row->params, items + i * row->list->item_bytes, (size_t)-1);
                fprintf(d->out, "}\n");
            }
        }
        if (print == NULL)
            continue;
        fputs(row->name, d->out);
        print(d, field);
        fputc('\n', d->out);
    }
}

char *config_describe(const struct config *config)
{
    char *text = NULL;
    size_t len = 0;
    struct describer d = {.out = open_memstream(&text, &len), .arena = arena_new()};
    keyword_index_build(d.arena, &d.index, config_tables);
    describe(&d, LEVEL_GLOBAL, &config->global, sizeof config->global);
    for (size_t i = 0; i < config->proxy_count; i++) {
        const struct conf_proxy *proxy = &config->proxies[i];
        fprintf(d.out, "proxy %s %u %d\n", proxy->name, proxy->caps, proxy->check.kind);
        describe(&d, LEVEL_PROXY, proxy, sizeof *proxy);
    }
    fclose(d.out);
    arena_free(d.arena);
    return text;
}
