/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the statistics of the made-up site to stdout: sample "/stats-rest" [servers], or
 * "metrics". */
#include "test/proxy/admin/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void process(struct stats_process *out)
{
    *out = (struct stats_process){.threads = 2,
                                  .maxconn = 10000,
                                  .max_fds = 20100,
                                  .listeners = 4,
                                  .start_wall_us = 1795100000000000,
                                  .reloads_done = 3,
                                  .reload_succeeded = getenv("RELOAD_FAILED") == NULL,
                                  .reloads_failed = 1,
                                  .reload_wall_us = 1795170000000000};
    snprintf(out->reload_text, sizeof(out->reload_text),
             "www.conf:12:7: error: \"balanec\" is not known here (did you mean \"balance\"?)");
}

static bool certificate(const struct snapshot *snapshot, size_t number,
                        struct stats_certificate *out)
{
    (void)snapshot;
    snprintf(out->file, sizeof(out->file), "/etc/ssl/%zu.pem", number);
    snprintf(out->name, sizeof(out->name), "www.example.com");
    out->not_after_s = 1800000000;
    return number < 2;
}

int main(int argc, char **argv)
{
    static const struct stats_source source = {process, certificate};
    const char *rest = argc > 1 ? argv[1] : "";
    struct stats_query query;
    stats_set_source(&source);
    if (strcmp(rest, "metrics") == 0)
        stats_query_parse_metrics(&query, "", 0);
    else
        stats_query_parse(&query, rest, strlen(rest));
    struct snapshot *snapshot = site_open(argc > 2 ? (unsigned)atoi(argv[2]) : 0);
    char *text = site_document(snapshot, &query, 4096);
    fputs(text, stdout);
    free(text);
    site_close(snapshot);
    return 0;
}
