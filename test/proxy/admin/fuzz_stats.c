/* SPDX-License-Identifier: Apache-2.0 */
/* Everything of a statistics request that comes from outside: the words of the target, a password,
 * a form. */
#include "test/proxy/admin/site.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(void *owner, struct server *server, enum stats_order order)
{
    (void)owner, (void)server, (void)order;
}

/* The page shows what was asked for, so its escapes take part. */
static void try_words(const struct snapshot *site, const char *text, size_t len)
{
    struct stats_query query;
    stats_query_parse_metrics(&query, text, len);
    stats_query_parse(&query, text, len);
    if (query.format != STATS_HTML)
        return;
    char *page = site_document(site, &query, 4096);
    if (strstr(page, "<script") != NULL)
        abort();
    free(page);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *users[] = {"joe:secret", NULL};
    static struct snapshot *site;
    if (site == NULL)
        site = site_open(0);

    const struct conf_stats conf = {.auth = {users, 1}};
    const char *text = (const char *)data;
    if (stats_is_authorised(&conf, text, size) && size < sizeof("Basic am9lOnNlY3JldA==") - 1)
        abort();
    (void)stats_form_apply(site, text, size, apply, NULL);
    try_words(site, text, size);
    return 0;
}
