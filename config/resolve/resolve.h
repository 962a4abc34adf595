/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second half of a load: drafts become the configuration. Names become pointers, what was left
 * open gets its default, and what does not go together is reported.
 */
#ifndef WEIR_CONFIG_RESOLVE_RESOLVE_H
#define WEIR_CONFIG_RESOLVE_RESOLVE_H

#include "config/loader.h"

/* Global and defaults sections, then the proxies, all from l->sections. */
void resolve_sections(struct loader *l);

/* The configuration made of the drafts; in the arena. Call it only after resolve_sections(). */
struct config *resolve_config(struct loader *l);

/* script/complete.c: what nobody needs to write is added to the script of the probes. */
void resolve_check_script(struct loader *l, struct conf_check *check, const char *name,
                          struct conf_span span);
/* The healthcheck section that the server names. */
void resolve_plan(struct loader *l, struct conf_server *server);

/* own/cookie.c: what goes together in `cookie`; cookies that are made from addresses. */
void resolve_cookie(struct loader *l, struct draft_proxy *draft);

/* resolve/names.c: the name servers of a section; the section that a server names, and the address
 * it begins with. */
void resolve_nameservers(struct loader *l, struct conf_resolvers *resolvers, struct conf_span span);
void resolve_name(struct loader *l, const struct conf_proxy *proxy, struct conf_server *server);
/* For a rule that names it; `default` is there by itself. NULL: there is none. */
const struct conf_resolvers *resolve_find_resolvers(struct loader *l, struct config *config,
                                                    const char *name);

/* resolve/logs.c: one more ring; `log global` becomes what it stands for. */
void resolve_add_ring(struct loader *l, struct conf_ring *ring);
void resolve_global_logs(struct loader *l);
void resolve_logs(struct loader *l, struct conf_proxy *proxy);

/* own/name_case.c: lines and file become one table. */
void resolve_name_cases(struct loader *l);

/* resolve/saved.c: reads the file of saved server states, where there is one. */
void resolve_saved_state(struct loader *l, struct draft_proxy *draft);

/* resolve/saved.c: whom to write to about servers. */
void resolve_email(struct loader *l, struct draft_proxy *draft);

/* resolve/implied.c: the server that stands for option transparent. */
void resolve_transparent(struct loader *l, struct draft_proxy *draft);

/* resolve/track.c: servers that follow another one's state. */
void resolve_tracks(struct loader *l, struct config *config);

/* check.c: warnings about what is allowed but hardly meant. */
void check_proxies(struct loader *l, const struct config *config);

/* resolve/check_heirs.c: whether a section may begin with these defaults; the caps are 0 for further defaults. */
void check_heir(struct loader *l, const struct conf_section *section, struct draft_proxy *from,
                unsigned caps);

/* resolve/check_authorities.c: servers over TLS of which nothing says whom to trust. */
void check_authorities(struct loader *l, const struct conf_proxy *proxy);

/* resolve/check_names.c: names that are none, or nobody's. */
void check_server_name(struct loader *l, const struct conf_server *server);
void check_userlist(struct loader *l, const struct conf_userlist *list, struct conf_span span);
void check_table_names(struct loader *l);

/* The word that names a server. */
struct conf_span server_span(const struct loader *l, const struct conf_server *server);

#endif
