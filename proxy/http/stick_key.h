/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From samples to keys of stick tables, and from names in rules to tables.
 *
 * Errors:    false: the sample can be no key of that table, or the scratch is used up.
 * Ownership: keys point into the sample or the thread's scratch; tables are the snapshot's.
 * Thread:    the stream's; names are looked up by that of the load.
 */
#ifndef WEIR_HTTP_STICK_KEY_H
#define WEIR_HTTP_STICK_KEY_H

#include "proxy/rules/rows.h"
#include "proxy/state/stick_table.h"

struct expr;

/* The table of the proxy with that index; there is one, as the compiler has seen to. */
struct stick_table *stick_table_at(const struct sample_env *env, unsigned proxy);

/* The sample as a key of the table, in the scratch; false where it has no such form. */
bool stick_key_of(struct sample_env *env, struct sample *s, const struct stick_table *table,
                  struct stick_key *key_out);
/* The other way round; texts are copied into the scratch. */
bool stick_key_value(struct sample_env *env, const struct stick_table *table, struct stick_key key,
                     struct sample *out);
/* The key of another table's entry. */
struct stick_key stick_key_same(struct sample_env *env, const struct stick_entry *entry,
                                const struct stick_table *table);

/* ---- when rules are compiled; false after reporting ------------------------------------------------------ */

/* The table of that name: a proxy that has one. NULL name: the proxy at hand. */
bool stick_find_table(struct compiler *c, const char *name, struct conf_span span,
                      unsigned *proxy_out);
/* `table NAME`, if it comes next. */
bool stick_take_table(struct compiler *c, struct rule_words *words, unsigned *proxy_out);
/* Whether values of the expression can be keys there. */
bool stick_check_key(struct compiler *c, const struct expr *key, unsigned proxy,
                     struct conf_span span);

#endif
