/* SPDX-License-Identifier: Apache-2.0 */
/* show ssl, show tls-keys: the certificates in use, and those that wait to be. */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/ssl_places.h"

#include <stdlib.h>
#include <string.h>

/* ---- the files ------------------------------------------------------------------------------- */

struct names {
    char **items; /* owned, as is each */
    size_t count;
};

static void add_name(struct names *names, const char *file)
{
    char **grown = realloc(names->items, (names->count + 1) * sizeof(*grown));
    if (grown == NULL)
        return; /* rather a list that lacks one than none */
    names->items = grown;
    names->items[names->count] = strdup(file);
    names->count += names->items[names->count] != NULL;
}

static void add_use(void *owner, const struct ssl_use *use)
{
    add_name(owner, use->info->file);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(struct cli_call *call)
{
    struct names *names = call->state;
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    cli_call_free_state(call);
}

/* The next file; each is told once, wherever it is used. */
static enum cli_progress more_files(struct cli_call *call, struct text *out)
{
    const struct names *names = call->state;
    const char *before = call->item > 0 ? names->items[call->item - 1] : "";
    if (call->item == names->count)
        return CLI_DONE;
    const char *file = names->items[call->item++];
    if (strcmp(before, file) != 0)
        text_printf(out, "%s\n", file);
    return CLI_MORE;
}

static void show_files(struct cli_call *call)
{
    const struct ssl_shelf *shelf = &call->cli->shelf;
    struct names *names = calloc(1, sizeof(*names));
    if (names == NULL)
        return;
    ssl_places_visit_all(call->snapshot, add_use, names);
    for (size_t i = 0; i < shelf->count; i++)
        add_name(names, tls_draft_file(shelf->drafts[i]));
    if (names->count > 0)
        qsort(names->items, names->count, sizeof(names->items[0]), compare_names);
    if (shelf->transaction != NULL)
        text_printf(call->out, "# transaction\n*%s\n", tls_draft_file(shelf->transaction));
    text_put(call->out, "# filename\n");
    call->state = names;
    call->release = free_names;
    call->more = more_files;
}

/* ---- one of them ----------------------------------------------------------------------------- */

static void put_details(struct cli_call *call, const char *name, const struct tls_draft *draft,
                        const char *status)
{
    char lines[CLI_ROW_BYTES / 2];
    tls_draft_print(draft, lines, sizeof(lines));
    text_printf(call->out, "Filename: %s\nStatus: %s\n", name,
                tls_draft_is_empty(draft) ? "Empty" : status);
    text_put(call->out, lines);
}

static void show_one(struct cli_call *call, const char *name)
{
    const struct ssl_shelf *shelf = &call->cli->shelf;
    const struct tls_draft *waiting = ssl_shelf_find(shelf, name);
    struct tls_draft *serving = ssl_places_find(call->snapshot, name);
    if (*name == '*' && shelf->transaction != NULL &&
        strcmp(tls_draft_file(shelf->transaction), name + 1) == 0)
        put_details(call, name, shelf->transaction, "Unused");
    else if (serving != NULL)
        put_details(call, name, serving, "Used");
    else if (waiting != NULL)
        put_details(call, name, waiting, "Unused");
    else
        cli_fail(call,
                 "Can't display the certificate: Not found or the certificate is a bundle!\n");
    tls_draft_free(serving);
}

static void run_cert(struct cli_call *call)
{
    if (call->count > 3)
        show_one(call, call->words[3]);
    else
        show_files(call);
}

static void run_empty_list(struct cli_call *call)
{
    text_put(call->out, "# filename\n");
}

static void run_keys(struct cli_call *call)
{
    text_put(call->out, "# id (file)\n");
}

/* clang-format off */
const struct cli_command cli_ssl_commands[] = {
    {"show ssl cert", CONF_ADMIN_OPERATOR, "show ssl cert [<certfile>]", "display the SSL certificates used in memory, or the details of a file", run_cert, NULL},
    {"show ssl ca-file", CONF_ADMIN_OPERATOR, "show ssl ca-file [<cafile>]", "display the SSL CA files that can be changed in memory", run_empty_list, NULL},
    {"show ssl crl-file", CONF_ADMIN_OPERATOR, "show ssl crl-file [<crlfile>]", "display the SSL CRL files that can be changed in memory", run_empty_list, NULL},
    {"show tls-keys", CONF_ADMIN_OPERATOR, "show tls-keys [id|*]", "show tls keys references or dump tls ticket keys when id specified", run_keys, NULL},
    {0},
};
/* clang-format on */
