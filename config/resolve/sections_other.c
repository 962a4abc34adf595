/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sections that are no proxies: userlists, resolvers, mailers, rings, stores of certificates, health checks.
 * None begins with defaults, so each goes straight to what the configuration holds of it.
 */
#include "config/apply.h"
#include "config/own/own.h"
#include "config/resolve/resolve.h"
#include "config/resolve/sections_priv.h"
#include "config/section_kinds.h"

/* Its name, in the map of its kind; "" after reporting. */
static const char *take_name(struct loader *l, struct name_map *taken,
                             const struct conf_section *section)
{
    const char *kind = section_kinds[section->kind].name;
    if (section->name.text == NULL)
        CONF_FAIL(l, section->span,
                  loader_hint(l, section->span, "add name = \"...\"", "write its name behind it"),
                  "a %s without a name", kind);
    else if (names_add(l->scratch, taken, section->name.text, section) != NULL)
        CONF_FAIL(l, section->name.span, "give it another name", "there is another %s named '%s'",
                  kind, section->name.text);
    return section->name.text != NULL ? section->name.text : "";
}

/* What its kind has from the start, then what its lines say. */
static void apply_lines(struct loader *l, enum keyword_level level, void *thing,
                        const struct conf_section *section)
{
    apply_initial(l, level, thing);
    apply_directives(l, level, IN_OTHERS, thing, section->directives, section->directive_count);
}

static void apply_userlist(struct loader *l, struct name_map *taken,
                           const struct conf_section *section)
{
    struct conf_userlist list = {.name = take_name(l, taken, section),
                                 .place = section->span.place};
    apply_lines(l, LEVEL_USERLIST, &list, section);
    check_userlist(l, &list, section->name.text != NULL ? section->name.span : section->span);
    l->userlists = arena_list_grow(l->arena, l->userlists, l->userlist_count, sizeof list);
    l->userlists[l->userlist_count++] = list;
}

static void apply_resolvers(struct loader *l, struct name_map *taken,
                            const struct conf_section *section)
{
    struct conf_resolvers resolvers = {.place = section->span.place};
    resolvers.name = take_name(l, taken, section);
    apply_lines(l, LEVEL_RESOLVERS, &resolvers, section);
    resolve_nameservers(l, &resolvers,
                        section->name.text != NULL ? section->name.span : section->span);
    l->resolvers = arena_list_grow(l->arena, l->resolvers, l->resolvers_count, sizeof resolvers);
    l->resolvers[l->resolvers_count++] = resolvers;
}

static void apply_healthcheck(struct loader *l, struct name_map *taken,
                              const struct conf_section *section)
{
    struct conf_healthcheck *plan = arena_alloc(l->arena, sizeof *plan);
    plan->name = take_name(l, taken, section);
    apply_lines(l, LEVEL_HEALTHCHECK, plan, section);
    resolve_check_script(l, &plan->check, plan->name, section->span);
    l->healthchecks =
        arena_list_grow(l->arena, l->healthchecks, l->healthcheck_count, sizeof *l->healthchecks);
    l->healthchecks[l->healthcheck_count++] = plan;
}

static void apply_mailers(struct loader *l, struct name_map *taken,
                          const struct conf_section *section)
{
    struct conf_mailers *mailers = arena_alloc(l->arena, sizeof *mailers);
    mailers->name = take_name(l, taken, section);
    apply_lines(l, LEVEL_MAILERS, mailers, section);
    l->mailers = arena_list_grow(l->scratch, l->mailers, l->mailers_count, sizeof *l->mailers);
    l->mailers[l->mailers_count++] = mailers;
}

/* Several may go without a name: each adds to what "@/" stands for. */
static void apply_crt_store(struct loader *l, struct name_map *taken,
                            const struct conf_section *section)
{
    struct conf_crt_store store = {.name = ""};
    if (section->name.text != NULL)
        store.name = take_name(l, taken, section);
    apply_lines(l, LEVEL_CRT_STORE, &store, section);
    own_crt_store_complete(l, &store);
    l->crt_stores = arena_list_grow(l->arena, l->crt_stores, l->crt_store_count, sizeof store);
    l->crt_stores[l->crt_store_count++] = store;
}

static void apply_ring(struct loader *l, struct name_map *taken, const struct conf_section *section)
{
    struct conf_ring *ring = arena_alloc(l->arena, sizeof *ring);
    ring->name = take_name(l, taken, section);
    ring->description = ring->name;
    ring->place = section->span.place;
    apply_lines(l, LEVEL_RING, ring, section);
    resolve_add_ring(l, ring);
}

void sections_apply_rings(struct loader *l)
{
    struct name_map rings = {0};
    for (size_t i = 0; i < l->sections.count; i++) {
        if (l->sections.items[i].kind == CONF_SECTION_RING)
            apply_ring(l, &rings, &l->sections.items[i]);
    }
}

typedef void section_apply(struct loader *l, struct name_map *taken,
                           const struct conf_section *section);

static section_apply *const kinds[CONF_SECTION_ANY + 1] = {
    [CONF_SECTION_USERLIST] = apply_userlist,       [CONF_SECTION_RESOLVERS] = apply_resolvers,
    [CONF_SECTION_MAILERS] = apply_mailers,         [CONF_SECTION_CRT_STORE] = apply_crt_store,
    [CONF_SECTION_HEALTHCHECK] = apply_healthcheck,
};

void sections_apply_others(struct loader *l)
{
    struct name_map taken[CONF_SECTION_ANY + 1] = {0}; /* names, by kind */
    for (size_t i = 0; i < l->sections.count; i++) {
        const struct conf_section *section = &l->sections.items[i];
        if (kinds[section->kind] != NULL)
            kinds[section->kind](l, &taken[section->kind], section);
    }
}
