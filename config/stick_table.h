/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of `stick-table`: types of keys and of data, and what a line of them says.
 */
#ifndef WEIR_CONFIG_STICK_TABLE_H
#define WEIR_CONFIG_STICK_TABLE_H

#include "config/loader.h"

enum stick_data_kind {
    STICK_COUNT,   /* 32 bits */
    STICK_COUNT64, /* 64 bits */
    STICK_RATE,    /* events within a period */
};

struct stick_data_row {
    const char *name;
    enum stick_data_kind kind;
    bool is_array;
};

/* By enum conf_stick_data. */
extern const struct stick_data_row stick_data_rows[CONF_STICK_DATA];
/* By enum conf_stick_type. */
extern const char *const stick_type_names[CONF_STICK_TYPES];

/* The table that a proxy's lines define, the last of them; reports what is wrong. */
void resolve_stick_table(struct loader *l, struct conf_proxy *proxy);
/* Those of peers sections. */
void resolve_peers_tables(struct loader *l, struct config *config);

/*
 * Tables have one numbering: those of proxies, by the proxy's index, then those of peers sections.
 */
static inline size_t stick_table_bound(const struct config *config)
{
    return config->proxy_count + config->peers_table_count;
}
/* NULL: that proxy has none. */
struct conf_stick_table *stick_table_defined(const struct config *config, size_t number);
const char *stick_table_title(const struct config *config, size_t number);
/* -1: there is none of that name. */
int stick_table_find(const struct config *config, const char *name);

#endif
