/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and tables in rules; see stick_key.h. */
#include "proxy/http/stick_key.h"

#include "config/stick_table.h"
#include "proxy/rules/compiler.h"
#include "proxy/rules/expr.h"
#include "proxy/state/snapshot.h"

#include <string.h>

static const enum sample_type types[CONF_STICK_TYPES] = {
    [CONF_STICK_IP] = SAMPLE_IPV4,       [CONF_STICK_IPV6] = SAMPLE_IPV6,
    [CONF_STICK_INTEGER] = SAMPLE_INT,   [CONF_STICK_STRING] = SAMPLE_STRING,
    [CONF_STICK_BINARY] = SAMPLE_BINARY,
};

struct stick_table *stick_table_at(const struct sample_env *env, unsigned proxy)
{
    return snapshot_table(env->snapshot, proxy);
}

bool stick_key_of(struct sample_env *env, struct sample *s, const struct stick_table *table,
                  struct stick_key *key_out)
{
    const struct conf_stick_table *definition = stick_table_definition(table);
    char *room = sample_scratch_take(env, definition->key_bytes);
    if (room == NULL || !sample_cast(s, types[definition->type], env))
        return false;
    uint32_t number = (uint32_t)s->integer;
    switch (definition->type) {
    case CONF_STICK_IP:
        *key_out = stick_key_fit(table, &s->ipv4, sizeof(s->ipv4), room);
        return true;
    case CONF_STICK_IPV6:
        *key_out = stick_key_fit(table, &s->ipv6, sizeof(s->ipv6), room);
        return true;
    case CONF_STICK_INTEGER:
        memcpy(room, &number, sizeof(number));
        *key_out = (struct stick_key){room, sizeof(number)};
        return true;
    default:
        *key_out = stick_key_fit(table, s->text.data, s->text.len, room);
        return true;
    }
}

bool stick_key_value(struct sample_env *env, const struct stick_table *table, struct stick_key key,
                     struct sample *out)
{
    uint32_t number;
    out->type = types[stick_table_definition(table)->type];
    switch (out->type) {
    case SAMPLE_IPV4:
        memcpy(&out->ipv4, key.data, sizeof(out->ipv4));
        return true;
    case SAMPLE_IPV6:
        memcpy(&out->ipv6, key.data, sizeof(out->ipv6));
        return true;
    case SAMPLE_INT:
        memcpy(&number, key.data, sizeof(number));
        sample_set_int(out, number);
        return true;
    default:
        return sample_set_copy(out, env, out->type, key.data, key.len);
    }
}

struct stick_key stick_key_same(struct sample_env *env, const struct stick_entry *entry,
                                const struct stick_table *table)
{
    struct stick_key key = stick_entry_key(entry);
    char *room = sample_scratch_take(env, stick_table_definition(table)->key_bytes);
    return room != NULL ? stick_key_fit(table, key.data, key.len, room) : key;
}

/* ---- compiling ------------------------------------------------------------------------------------------ */

bool stick_find_table(struct compiler *c, const char *name, struct conf_span span,
                      unsigned *proxy_out)
{
    if (name == NULL && !compiler_may_imply(c, "table", span))
        return false;
    if (name == NULL)
        name = c->proxy->name;
    int found = stick_table_find(c->config, name);
    if (found >= 0) {
        *proxy_out = (unsigned)found;
        return true;
    }
    bool is_known = compiler_find_proxy(c, name, CONF_LISTEN) >= 0;
    CONF_FAIL(c->l, span,
              is_known ? "add a stick-table to it, or name one that has"
                       : compiler_nearest_proxy(c, name, CONF_LISTEN),
              is_known ? "'%s' has no stick-table" : "there is no table '%s'", name);
    return false;
}

bool stick_take_table(struct compiler *c, struct rule_words *words, unsigned *proxy_out)
{
    if (!rule_words_more(words) || strcmp(words->items[words->at].text, "table") != 0)
        return stick_find_table(c, NULL, words->span, proxy_out);
    words->at++;
    const struct conf_word *name = rule_words_next(c, words, "the name of a table");
    return name != NULL && stick_find_table(c, name->text, name->span, proxy_out);
}

bool stick_check_key(struct compiler *c, const struct expr *key, unsigned proxy,
                     struct conf_span span)
{
    const struct conf_stick_table *table = stick_table_defined(c->config, proxy);
    if (sample_can_cast(expr_type(key), types[table->type]))
        return true;
    CONF_FAIL(c->l, span, NULL,
              "a value of type %s cannot be a key of the table '%s', whose keys are of type %s",
              sample_type_name(expr_type(key)), stick_table_title(c->config, proxy),
              stick_type_names[table->type]);
    return false;
}
