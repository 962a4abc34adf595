/* SPDX-License-Identifier: Apache-2.0 */
/* What an entry of a stick table keeps: where it lies, how it changes and how it is read. */
#include "proxy/state/stick_priv.h"

#include "config/stick_table.h"
#include "proxy/state/rate_window.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t kind_bytes[] = {
    [STICK_COUNT] = sizeof(uint32_t),
    [STICK_COUNT64] = sizeof(uint64_t),
    [STICK_RATE] = sizeof(struct rate_window),
};

/* The wide ones first, so that all are aligned. */
void stick_layout(struct stick_table *table)
{
    uint32_t at = 0;
    for (int wide = 1; wide >= 0; wide--) {
        for (unsigned i = 0; i < CONF_STICK_DATA; i++) {
            if ((stick_data_rows[i].kind == STICK_COUNT64) != (wide == 1))
                continue;
            table->offsets[i] = at;
            at += table->definition.data[i].count * kind_bytes[stick_data_rows[i].kind];
        }
    }
    table->key_offset = at;
    table->entry_bytes = at + table->definition.key_bytes;
}

/* gpc0 and its like may also stand first in an array. */
static bool locate(const struct stick_table *table, enum conf_stick_data *data, unsigned *index)
{
    static const struct {
        enum conf_stick_data array;
        unsigned index;
        bool has_array;
    } fallbacks[CONF_STICK_DATA] = {
        [CONF_STICK_GPT0] = {CONF_STICK_GPT, 0, true},
        [CONF_STICK_GPC0] = {CONF_STICK_GPC, 0, true},
        [CONF_STICK_GPC1] = {CONF_STICK_GPC, 1, true},
        [CONF_STICK_GPC0_RATE] = {CONF_STICK_GPC_RATE, 0, true},
        [CONF_STICK_GPC1_RATE] = {CONF_STICK_GPC_RATE, 1, true},
    };
    if (table->definition.data[*data].count == 0 && fallbacks[*data].has_array) {
        *index = fallbacks[*data].index;
        *data = fallbacks[*data].array;
    }
    return *index < table->definition.data[*data].count;
}

static void *place_of(const struct stick_entry *entry, enum conf_stick_data data, unsigned index)
{
    uint32_t bytes = kind_bytes[stick_data_rows[data].kind];
    return (char *)entry + sizeof(*entry) + entry->table->offsets[data] + index * bytes;
}

bool stick_table_keeps(const struct stick_table *table, enum conf_stick_data data, unsigned index)
{
    return locate(table, &data, &index);
}

unsigned stick_table_period_ms(const struct stick_table *table, enum conf_stick_data data)
{
    unsigned index = 0;
    return locate(table, &data, &index) ? table->definition.data[data].period_ms : 0;
}

static void change(const struct stick_entry *entry, struct stick_change c, uint64_t now_ms)
{
    if (!locate(entry->table, &c.data, &c.index))
        return;
    void *place = place_of(entry, c.data, c.index);
    switch (stick_data_rows[c.data].kind) {
    case STICK_COUNT:
        *(uint32_t *)place += (uint32_t)c.add;
        break;
    case STICK_COUNT64:
        *(uint64_t *)place += (uint64_t)c.add;
        break;
    case STICK_RATE:
        rate_window_add(place, entry->table->definition.data[c.data].period_ms, (uint32_t)c.add,
                        (uint32_t)now_ms);
        break;
    }
}

void stick_entry_change(struct stick_entry *entry, const struct stick_change *changes, size_t count,
                        uint64_t now_ms)
{
    struct stick_shard *shard = stick_lock(entry);
    for (size_t i = 0; i < count; i++)
        change(entry, changes[i], now_ms);
    stick_touch(shard, entry, now_ms);
    pthread_mutex_unlock(&shard->lock);
}

bool stick_entry_set(struct stick_entry *entry, enum conf_stick_data data, unsigned index,
                     uint64_t value, uint64_t now_ms)
{
    if (!locate(entry->table, &data, &index))
        return false;
    struct stick_shard *shard = stick_lock(entry);
    void *place = place_of(entry, data, index);
    switch (stick_data_rows[data].kind) {
    case STICK_COUNT:
        *(uint32_t *)place = (uint32_t)value;
        break;
    case STICK_COUNT64:
        *(uint64_t *)place = value;
        break;
    case STICK_RATE:
        rate_window_set(place, (uint32_t)value, (uint32_t)now_ms);
        break;
    }
    stick_touch(shard, entry, now_ms);
    pthread_mutex_unlock(&shard->lock);
    return true;
}

static bool read_value(const struct stick_entry *entry, enum conf_stick_data data, unsigned index,
                       uint64_t now_ms, uint64_t *value_out)
{
    if (!locate(entry->table, &data, &index))
        return false;
    const void *place = place_of(entry, data, index);
    switch (stick_data_rows[data].kind) {
    case STICK_COUNT:
        *value_out = *(const uint32_t *)place;
        break;
    case STICK_COUNT64:
        *value_out = *(const uint64_t *)place;
        break;
    case STICK_RATE:
        *value_out = rate_window_read(place, entry->table->definition.data[data].period_ms,
                                      (uint32_t)now_ms);
        break;
    }
    return true;
}

bool stick_entry_read(struct stick_entry *entry, enum conf_stick_data data, unsigned index,
                      uint64_t now_ms, uint64_t *value_out)
{
    struct stick_shard *shard = stick_lock(entry);
    bool is_kept = read_value(entry, data, index, now_ms, value_out);
    pthread_mutex_unlock(&shard->lock);
    return is_kept;
}

bool stick_view_read(const struct stick_view *view, enum conf_stick_data data, unsigned index,
                     uint64_t now_ms, uint64_t *value_out)
{
    return read_value(view->entry, data, index, now_ms, value_out);
}

struct stick_key stick_key_fit(const struct stick_table *table, const void *data, size_t len,
                               char *room)
{
    size_t bytes = table->definition.key_bytes;
    if (len >= bytes || table->definition.type == CONF_STICK_STRING)
        return (struct stick_key){data, len < bytes ? len : bytes};
    memcpy(room, data, len);
    memset(room + len, 0, bytes - len);
    return (struct stick_key){room, bytes};
}

/* ---- names of servers -------------------------------------------------------------------------- */

static uint32_t add_name(struct stick_table *table, const char *name)
{
    char **names = realloc(table->names, (table->name_count + 1) * sizeof(char *));
    if (names == NULL)
        return 0;
    table->names = names;
    names[table->name_count] = strdup(name);
    return names[table->name_count] != NULL ? ++table->name_count : 0;
}

uint32_t stick_table_intern(struct stick_table *table, const char *name)
{
    pthread_mutex_lock(&table->names_lock);
    uint32_t number = 1;
    while (number <= table->name_count && strcmp(table->names[number - 1], name) != 0)
        number++;
    if (number > table->name_count)
        number = add_name(table, name);
    pthread_mutex_unlock(&table->names_lock);
    return number;
}

const char *stick_table_name(struct stick_table *table, uint32_t number)
{
    pthread_mutex_lock(&table->names_lock);
    const char *name = number > 0 && number <= table->name_count ? table->names[number - 1] : NULL;
    pthread_mutex_unlock(&table->names_lock);
    return name;
}
