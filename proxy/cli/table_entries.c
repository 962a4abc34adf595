/* SPDX-License-Identifier: Apache-2.0 */
/* A table and its entries as lines. */
#include "config/stick_table.h"
#include "proxy/cli/table_walk.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

void cli_table_put_header(struct text *out, const char *name, const struct stick_table *table)
{
    const struct conf_stick_table *definition = stick_table_definition(table);
    text_printf(out, "# table: %s, type: %s, size:%u, used:%u\n", name,
                stick_type_names[definition->type], definition->size, stick_table_used(table));
}

static void put_string(struct text *out, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len && bytes[i] != '\0'; i++) {
        if (bytes[i] == ' ' || bytes[i] == '=' || bytes[i] == '\\')
            text_printf(out, "\\%c", bytes[i]);
        else if (isprint(bytes[i]))
            text_char(out, (char)bytes[i]);
        else
            text_printf(out, "\\x%02X", bytes[i]);
    }
}

static void put_key(struct text *out, enum conf_stick_type type, struct stick_key key)
{
    char host[INET6_ADDRSTRLEN];
    uint32_t number;
    const unsigned char *bytes = key.data;
    switch (type) {
    case CONF_STICK_IP:
    case CONF_STICK_IPV6:
        text_put(out, inet_ntop(type == CONF_STICK_IP ? AF_INET : AF_INET6, key.data, host,
                                sizeof(host)));
        break;
    case CONF_STICK_INTEGER:
        memcpy(&number, key.data, sizeof(number));
        text_u64(out, number);
        break;
    case CONF_STICK_STRING:
        put_string(out, bytes, key.len);
        break;
    default:
        for (size_t i = 0; i < key.len; i++)
            text_printf(out, "%02X", bytes[i]);
    }
}

/* "gpc0_rate": arrays have their number behind the first word of their name. */
static void put_name(struct text *out, enum conf_stick_data data, unsigned index)
{
    const struct stick_data_row *row = &stick_data_rows[data];
    size_t stem = strcspn(row->name, "_");
    if (row->is_array)
        text_printf(out, " %.*s%u%s", (int)stem, row->name, index, row->name + stem);
    else
        text_printf(out, " %s", row->name);
}

static void put_datum(struct walk *walk, const struct stick_view *view, enum conf_stick_data data,
                      unsigned index)
{
    uint64_t value = 0;
    put_name(walk->out, data, index);
    if (stick_data_rows[data].kind == STICK_RATE)
        text_printf(walk->out, "(%u)", stick_table_period_ms(walk->table, data));
    (void)stick_view_read(view, data, index, walk->now_ms, &value);
    const char *name =
        data == CONF_STICK_SERVER_KEY ? stick_table_name(walk->table, (uint32_t)value) : NULL;
    text_char(walk->out, '=');
    if (data == CONF_STICK_SERVER_KEY)
        text_put(walk->out, name != NULL ? name : "-");
    else
        text_u64(walk->out, value);
}

void cli_table_show_entry(void *owner, const struct stick_view *view)
{
    struct walk *walk = owner;
    const struct conf_stick_table *definition = stick_table_definition(walk->table);
    if (!cli_table_passes(walk, view))
        return;
    text_printf(walk->out, "%p: key=", (const void *)view->entry);
    put_key(walk->out, definition->type, view->key);
    text_printf(walk->out, " use=%u exp=%llu", view->holders,
                (unsigned long long)view->expires_in_ms);
    for (enum conf_stick_data data = 0; data < CONF_STICK_DATA; data++)
        for (unsigned n = 0; n < definition->data[data].count; n++)
            put_datum(walk, view, data, n);
    text_char(walk->out, '\n');
}
