/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the statistics of the made-up site to stdout: sample "/stats-rest" [servers], or
 * "metrics". */
#include "proxy/admin/process.h"
#include "test/proxy/admin/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_US 1795100000000000
#define RELOAD_US 1795170000000000

int main(int argc, char **argv)
{
    const char *rest = argc > 1 ? argv[1] : "";
    struct stats_query query;
    process_started(START_US);
    reload_status_succeeded(RELOAD_US, "3f786850e387550fdab836ed7e6dc881de23001b");
    if (getenv("RELOAD_FAILED") != NULL)
        reload_status_failed(RELOAD_US,
                             "www.conf:12:7: error: \"balanec\" is not known here (did you "
                             "mean \"balance\"?)");
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
