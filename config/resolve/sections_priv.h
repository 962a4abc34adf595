/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections that are no proxies, in the order in which others need them. Both read l->sections.
 *
 * Errors:  go to the report; a section with errors is kept as far as it was understood.
 */
#ifndef WEIR_CONFIG_RESOLVE_SECTIONS_PRIV_H
#define WEIR_CONFIG_RESOLVE_SECTIONS_PRIV_H

struct loader;

/* Before all others: any log target may name a ring. */
void sections_apply_rings(struct loader *l);
/* Before the proxies, which name them. */
void sections_apply_others(struct loader *l);

#endif
