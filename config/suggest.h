/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of some words to a misspelt one. */
#ifndef WEIR_CONFIG_SUGGEST_H
#define WEIR_CONFIG_SUGGEST_H

#include <stddef.h>

/* Feed it candidates; best stays NULL while none is near enough to be worth showing. */
struct suggestion {
    const char *word; /* borrowed: what was written */
    const char *best; /* borrowed: from the candidates */
    size_t distance;
};

void suggestion_start(struct suggestion *s, const char *word);
void suggestion_try(struct suggestion *s, const char *candidate);

#endif
