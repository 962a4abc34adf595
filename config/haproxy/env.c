/* SPDX-License-Identifier: Apache-2.0 */
/* A map laid over the environment of the process. */
#include "config/haproxy/env.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct env_value {
    const char *text; /* NULL: unset */
};

bool haproxy_env_is_changed(const struct haproxy_env *env, const char *name)
{
    return env->is_closed || *name == '.' || names_get(&env->changed, name) != NULL;
}

bool haproxy_env_names(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

const char *haproxy_env_get(const struct haproxy_env *env, const char *name)
{
    const struct env_value *changed = names_get(&env->changed, name);
    if (changed != NULL)
        return changed->text;
    if (strcmp(name, ".LINE") == 0)
        return arena_printf(env->arena, "%u", env->line);
    return env->is_closed ? NULL : getenv(name);
}

void haproxy_env_set(struct haproxy_env *env, const char *name, const char *value)
{
    struct env_value *slot = names_get(&env->changed, name);
    if (slot == NULL) {
        slot = arena_alloc(env->arena, sizeof *slot);
        names_add(env->arena, &env->changed, arena_copy(env->arena, name), slot);
    }
    slot->text = value != NULL ? arena_copy(env->arena, value) : NULL;
}

void haproxy_env_keep(struct haproxy_env *env, const char *const *kept, size_t count)
{
    struct haproxy_env closed = {.arena = env->arena, .is_closed = true, .line = env->line};
    for (size_t i = 0; i < count; i++)
        haproxy_env_set(&closed, kept[i], haproxy_env_get(env, kept[i]));
    *env = closed;
}
