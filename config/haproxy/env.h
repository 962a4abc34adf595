/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The variables a haproxy.cfg sees: those of the process, as changed by setenv, presetenv, unsetenv
 * and resetenv so far, and the few that HAProxy makes up. The process's own are never changed.
 */
#ifndef WEIR_CONFIG_HAPROXY_ENV_H
#define WEIR_CONFIG_HAPROXY_ENV_H

#include <stdbool.h>

#include "config/arena.h"
#include "config/names.h"

struct haproxy_env {
    struct conf_arena *arena;
    struct name_map changed; /* name -> struct env_value */
    bool is_closed;          /* resetenv: the process's own do not show */
    unsigned line;           /* ".LINE", made up when asked for */
};

/* Has the file itself changed it, or is it made up for the file? */
bool haproxy_env_is_changed(const struct haproxy_env *env, const char *name);

/* May it stand in a name? Letters, digits, '_' and '.'. */
bool haproxy_env_names(char c);

/* NULL where it is not set. */
const char *haproxy_env_get(const struct haproxy_env *env, const char *name);

/* A NULL value unsets. Copies what it keeps. */
void haproxy_env_set(struct haproxy_env *env, const char *name, const char *value);

/* Only the variables named in `kept` (count of them) remain. */
void haproxy_env_keep(struct haproxy_env *env, const char *const *kept, size_t count);

#endif
