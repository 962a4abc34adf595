/* SPDX-License-Identifier: Apache-2.0 */
/* Which stick tables there are: those of proxies and of peers sections; see stick_table.h. */
#include "config/stick_table_priv.h"

#include <string.h>

#include "config/apply.h"
#include "config/line.h"

const char *const stick_type_names[CONF_STICK_TYPES] = {
    [CONF_STICK_IP] = "ip",           [CONF_STICK_IPV6] = "ipv6",
    [CONF_STICK_INTEGER] = "integer", [CONF_STICK_STRING] = "string",
    [CONF_STICK_BINARY] = "binary",
};

const struct stick_data_row stick_data_rows[CONF_STICK_DATA] = {
    [CONF_STICK_SERVER_ID] = {"server_id", STICK_COUNT, false},
    [CONF_STICK_GPT0] = {"gpt0", STICK_COUNT, false},
    [CONF_STICK_GPC0] = {"gpc0", STICK_COUNT, false},
    [CONF_STICK_GPC0_RATE] = {"gpc0_rate", STICK_RATE, false},
    [CONF_STICK_CONN_CNT] = {"conn_cnt", STICK_COUNT, false},
    [CONF_STICK_CONN_RATE] = {"conn_rate", STICK_RATE, false},
    [CONF_STICK_CONN_CUR] = {"conn_cur", STICK_COUNT, false},
    [CONF_STICK_SESS_CNT] = {"sess_cnt", STICK_COUNT, false},
    [CONF_STICK_SESS_RATE] = {"sess_rate", STICK_RATE, false},
    [CONF_STICK_HTTP_REQ_CNT] = {"http_req_cnt", STICK_COUNT, false},
    [CONF_STICK_HTTP_REQ_RATE] = {"http_req_rate", STICK_RATE, false},
    [CONF_STICK_HTTP_ERR_CNT] = {"http_err_cnt", STICK_COUNT, false},
    [CONF_STICK_HTTP_ERR_RATE] = {"http_err_rate", STICK_RATE, false},
    [CONF_STICK_BYTES_IN_CNT] = {"bytes_in_cnt", STICK_COUNT64, false},
    [CONF_STICK_BYTES_IN_RATE] = {"bytes_in_rate", STICK_RATE, false},
    [CONF_STICK_BYTES_OUT_CNT] = {"bytes_out_cnt", STICK_COUNT64, false},
    [CONF_STICK_BYTES_OUT_RATE] = {"bytes_out_rate", STICK_RATE, false},
    [CONF_STICK_GPC1] = {"gpc1", STICK_COUNT, false},
    [CONF_STICK_GPC1_RATE] = {"gpc1_rate", STICK_RATE, false},
    [CONF_STICK_SERVER_KEY] = {"server_key", STICK_COUNT, false},
    [CONF_STICK_HTTP_FAIL_CNT] = {"http_fail_cnt", STICK_COUNT, false},
    [CONF_STICK_HTTP_FAIL_RATE] = {"http_fail_rate", STICK_RATE, false},
    [CONF_STICK_GPT] = {"gpt", STICK_COUNT, true},
    [CONF_STICK_GPC] = {"gpc", STICK_COUNT, true},
    [CONF_STICK_GPC_RATE] = {"gpc_rate", STICK_RATE, true},
    [CONF_STICK_GLITCH_CNT] = {"glitch_cnt", STICK_COUNT, false},
    [CONF_STICK_GLITCH_RATE] = {"glitch_rate", STICK_RATE, false},
};

void resolve_stick_table(struct loader *l, struct conf_proxy *proxy)
{
    size_t count = 0;
    for (size_t i = 0; i < proxy->lines.count; i++) {
        const struct conf_line *line = &proxy->lines.items[i];
        if (line->kind != CONF_LINE_STICK_TABLE)
            continue;
        if (++count == 2) /* the first mistake shows the others */
            CONF_FAIL(l, line->span, "give it to a backend of its own, which rules may name",
                      "'%s' has a stick-table already", proxy->name);
        proxy->stick_table = arena_alloc(l->arena, sizeof *proxy->stick_table);
        stick_table_read(l, line, proxy->stick_table);
    }
}

/* ---- tables of peers sections: table <name> <definition> ------------------------------------------------ */

static void add_peers_table(struct loader *l, struct config *config, const char *section,
                            const struct conf_line *line)
{
    const struct conf_word *name = &line->words[1];
    const struct conf_line definition = {
        .span = line->span, .words = line->words + 2, .word_count = line->word_count - 2};
    struct conf_peers_table table = {.name = arena_printf(l->arena, "%s/%s", section, name->text)};
    if (stick_table_find(config, table.name) >= 0)
        CONF_FAIL(l, name->span, "give it another name", "there is another table '%s'", table.name);
    stick_table_read(l, &definition, &table.definition);
    config->peers_tables =
        arena_list_grow(l->arena, config->peers_tables, config->peers_table_count, sizeof table);
    config->peers_tables[config->peers_table_count++] = table;
}

static void resolve_peers(struct loader *l, struct config *config,
                          const struct conf_section *section)
{
    struct conf_lines lines = {0};
    apply_directives(l, LEVEL_SECTION_LINES, IN_PARAMS, &lines, section->directives,
                     section->directive_count);
    for (size_t i = 0; i < lines.count; i++) {
        const struct conf_line *line = &lines.items[i];
        if (line->word_count > 1 && strcmp(line->words[0].text, "table") == 0)
            add_peers_table(l, config, section->name.text, line);
    }
}

void resolve_peers_tables(struct loader *l, struct config *config)
{
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        if (section->kind == CONF_SECTION_PEERS && section->name.text != NULL)
            resolve_peers(l, config, section);
    }
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

struct conf_stick_table *stick_table_defined(const struct config *config, size_t number)
{
    return number < config->proxy_count
               ? config->proxies[number].stick_table
               : &config->peers_tables[number - config->proxy_count].definition;
}

const char *stick_table_title(const struct config *config, size_t number)
{
    return number < config->proxy_count ? config->proxies[number].name
                                        : config->peers_tables[number - config->proxy_count].name;
}

int stick_table_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < stick_table_bound(config); i++)
        if (stick_table_defined(config, i) != NULL &&
            strcmp(stick_table_title(config, i), name) == 0)
            return (int)i;
    return -1;
}
