/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables: named values that rules set and expressions read. Names become numbers when the
 * configuration is compiled; a store is a short list, as streams have few of them.
 *
 *   proc   the process: all threads, under a lock     sess   the connection
 *   txn    request and response   req, res   one of them   check   one probe
 *
 * Bounds:   VARS_BYTES_MAX for each store, names included, as tune.vars.*-max-size.
 * Thread:   a store belongs to its session's thread; that of the process locks.
 */
#ifndef WEIR_RULES_VARS_H
#define WEIR_RULES_VARS_H

#include "proxy/rules/rows.h"

struct var_store {
    struct var *first; /* owned: taken one by one from the thread's pool, large ones allocated */
    size_t bytes;
};

enum {
    VARS_BYTES_MAX = 64 * 1024,
    VAR_POOLED_BYTES = 256, /* of a variable with its text */
};

/* The number of a name, the same over reloads; process-wide, locks. */
uint32_t var_id(const char *name, size_t len);
const char *var_id_name(uint32_t id);
const char *var_scope_name(enum var_scope scope);

/* "txn.name"; false after reporting. */
bool var_name_compile(struct compiler *c, const char *text, size_t len, struct conf_span span,
                      struct var_name *name_out);

/* The value is copied. False when memory or the bound is at its end, or the scope is not there. */
bool var_set(struct sample_env *env, struct var_name name, const struct sample *value);
bool var_get(const struct sample_env *env, struct var_name name, struct sample *out);
/* Has it ever been set? Those of the process exist from the start. */
bool var_exists(const struct sample_env *env, struct var_name name);
/* False when the scope is not there. */
bool var_unset(struct sample_env *env, struct var_name name);
/* Forgets all; the store is as new. */
void var_store_clear(struct var_store *store);
extern struct var_store var_process_store;

#endif
