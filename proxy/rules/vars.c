/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in short lists. Names are numbered once and for all; configurations come and go, yet they
 * name few variables, and a variable of the process must be found by the next one too.
 */
#include "proxy/rules/vars.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proxy/rules/compiler.h"

struct var {
    struct var *next;  /* owned */
    struct pool *pool; /* borrowed: where it comes from; NULL: malloc() */
    uint32_t id;
    size_t room;         /* bytes behind the struct, for the text */
    struct sample value; /* a text lies in bytes[] */
    char bytes[];
};

struct var_store var_process_store;
static pthread_mutex_t process_lock = PTHREAD_MUTEX_INITIALIZER;

/* ---- names -------------------------------------------------------------------------------------------- */

static struct {
    pthread_mutex_t lock;
    char **names; /* owned, for ever */
    uint32_t count, capacity;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

static uint32_t known_find(const char *name, size_t len)
{
    uint32_t id = 0;
    while (id < known.count &&
           (strlen(known.names[id]) != len || memcmp(known.names[id], name, len) != 0))
        id++;
    return id;
}

/* Runs while a configuration is read, so it gives up as that does where memory is at its end. */
static void known_add(const char *name, size_t len)
{
    if (known.count == known.capacity) {
        known.capacity = known.capacity == 0 ? 16 : 2 * known.capacity;
        char **larger = realloc(known.names, known.capacity * sizeof *larger);
        if (larger == NULL)
            abort();
        known.names = larger;
    }
    char *copy = strndup(name, len);
    if (copy == NULL)
        abort();
    known.names[known.count++] = copy;
}

uint32_t var_id(const char *name, size_t len)
{
    pthread_mutex_lock(&known.lock);
    uint32_t id = known_find(name, len);
    if (id == known.count)
        known_add(name, len);
    pthread_mutex_unlock(&known.lock);
    return id;
}

const char *var_id_name(uint32_t id)
{
    pthread_mutex_lock(&known.lock);
    const char *name = known.names[id];
    pthread_mutex_unlock(&known.lock);
    return name;
}

static const char *const scope_names[VAR_SCOPES] = {
    [VAR_PROC] = "proc", [VAR_SESS] = "sess", [VAR_TXN] = "txn",
    [VAR_REQ] = "req",   [VAR_RES] = "res",   [VAR_CHECK] = "check",
};

const char *var_scope_name(enum var_scope scope)
{
    return scope_names[scope];
}

static bool scope_by_name(const char *text, size_t len, enum var_scope *scope_out)
{
    for (unsigned i = 0; i < VAR_SCOPES; i++) {
        if (strlen(scope_names[i]) == len && memcmp(scope_names[i], text, len) == 0) {
            *scope_out = (enum var_scope)i;
            return true;
        }
    }
    return false;
}

bool var_name_compile(struct compiler *c, const char *text, size_t len, struct conf_span span,
                      struct var_name *name_out)
{
    const char *dot = memchr(text, '.', len);
    if (dot == NULL || !scope_by_name(text, (size_t)(dot - text), &name_out->scope)) {
        CONF_FAIL(c->l, span, "as in txn.name; scopes are proc, sess, txn, req, res and check",
                  "'%.*s': the name of a variable begins with its scope", (int)len, text);
        return false;
    }
    const char *name = dot + 1, *end = text + len;
    for (const char *at = name; at < end; at++) {
        if (isalnum((unsigned char)*at) || *at == '_' || *at == '.')
            continue;
        CONF_FAIL(c->l, span, "letters, digits, '_' and '.'",
                  "'%.*s': '%c' cannot stand in the name of a variable", (int)len, text, *at);
        return false;
    }
    if (name == end) {
        CONF_FAIL(c->l, span, "as in txn.name", "'%.*s': no name behind the scope", (int)len, text);
        return false;
    }
    name_out->id = var_id(name, (size_t)(end - name));
    return true;
}

/* ---- values ------------------------------------------------------------------------------------------- */

static struct var **store_find(struct var_store *store, uint32_t id)
{
    struct var **link = &store->first;
    while (*link != NULL && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

/* pool: of the thread to which the store belongs, or NULL. Nothing but `pool` is set. */
static struct var *var_new(struct pool *pool, size_t room)
{
    bool is_pooled =
        pool != NULL && pool->item_bytes > 0 && sizeof(struct var) + room <= VAR_POOLED_BYTES;
    struct var *var = is_pooled ? pool_take(pool) : malloc(sizeof *var + room);
    if (var != NULL)
        var->pool = is_pooled ? pool : NULL;
    return var;
}

static void var_free(struct var *var)
{
    if (var->pool != NULL)
        pool_give(var->pool, var);
    else
        free(var);
}

static void store_remove(struct var_store *store, struct var **link)
{
    struct var *var = *link;
    if (var == NULL)
        return;
    *link = var->next;
    store->bytes -= sizeof *var + var->room;
    var_free(var);
}

static bool store_set(struct var_store *store, struct pool *pool, uint32_t id,
                      const struct sample *value)
{
    size_t room = sample_type_is_text(value->type) ? value->text.len : 0;
    struct var **link = store_find(store, id);
    if (*link != NULL && (*link)->room < room)
        store_remove(store, link); /* the text may be a part of the old one only if it fits there */
    link = store_find(store, id);
    if (*link == NULL) {
        if (store->bytes + sizeof(struct var) + room > VARS_BYTES_MAX)
            return false;
        struct var *var = var_new(pool, room);
        if (var == NULL)
            return false;
        var->next = NULL;
        var->id = id;
        var->room = room;
        store->bytes += sizeof *var + room;
        *link = var;
    }
    struct var *var = *link;
    if (sample_type_is_text(value->type) && room > 0)
        memmove(var->bytes, value->text.data, room);
    var->value = *value;
    if (sample_type_is_text(value->type))
        var->value.text.data = var->bytes;
    var->value.flags = 0;
    return true;
}

/* A text of the process may change under our hands: it is copied. */
static bool store_get(struct var_store *store, uint32_t id, const struct sample_env *copy_to,
                      struct sample *out)
{
    const struct var *var = *store_find(store, id);
    if (var == NULL || var->value.type == SAMPLE_NONE)
        return false;
    *out = var->value;
    return copy_to == NULL || !sample_type_is_text(out->type) ||
           sample_set_copy(out, copy_to, out->type, out->text.data, out->text.len);
}

bool var_set(struct sample_env *env, struct var_name name, const struct sample *value)
{
    struct var_store *store = env->vars[name.scope];
    if (store == NULL)
        return false;
    if (store != &var_process_store)
        return store_set(store, &env->scratch->vars, name.id, value);
    pthread_mutex_lock(&process_lock);
    bool done = store_set(store, NULL, name.id, value);
    pthread_mutex_unlock(&process_lock);
    return done;
}

bool var_get(const struct sample_env *env, struct var_name name, struct sample *out)
{
    struct var_store *store = env->vars[name.scope];
    if (store == NULL)
        return false;
    if (store != &var_process_store)
        return store_get(store, name.id, NULL, out);
    pthread_mutex_lock(&process_lock);
    bool found = store_get(store, name.id, env, out);
    pthread_mutex_unlock(&process_lock);
    return found;
}

bool var_unset(struct sample_env *env, struct var_name name)
{
    struct var_store *store = env->vars[name.scope];
    if (store == NULL)
        return false;
    if (store == &var_process_store)
        pthread_mutex_lock(&process_lock);
    struct var *var = *store_find(store, name.id);
    if (var != NULL)
        var->value.type = SAMPLE_NONE; /* it goes on to exist */
    if (store == &var_process_store)
        pthread_mutex_unlock(&process_lock);
    return true;
}

bool var_exists(const struct sample_env *env, struct var_name name)
{
    struct var_store *store = env->vars[name.scope];
    return store == &var_process_store || (store != NULL && *store_find(store, name.id) != NULL);
}

void var_store_clear(struct var_store *store)
{
    while (store->first != NULL)
        store_remove(store, &store->first);
}
