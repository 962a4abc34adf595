/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that read values share: how a value is set, and who is asked. */
#ifndef WEIR_ADMIN_VALUES_PRIV_H
#define WEIR_ADMIN_VALUES_PRIV_H

#include "proxy/admin/values.h"
#include "proxy/state/proxy_state.h"

#define US_PER_SECOND 1000000

/* A getter; most need only some of their arguments. */
#define GETTER(name)                                                                               \
    void name(const struct stats_field *field, const struct stats_subject *s, struct stats_value *v)
#define UNUSED(argument) (void)(argument)

static inline void set_u32(struct stats_value *v, uint64_t n)
{
    v->type = STATS_U32;
    v->number = n;
}

static inline void set_u64(struct stats_value *v, uint64_t n)
{
    v->type = STATS_U64;
    v->number = n;
}

static inline void set_string(struct stats_value *v, const char *string)
{
    v->type = STATS_STRING;
    v->string = string;
}

/* A limit where 0 stands for none. */
static inline void set_limit(struct stats_value *v, unsigned limit)
{
    if (limit != 0)
        set_u32(v, limit);
}

static inline const struct backend *backend_of(const struct stats_subject *s)
{
    return &s->proxy->state->backend;
}

static inline const struct frontend *frontend_of(const struct stats_subject *s)
{
    return &s->proxy->state->frontend;
}

#endif
