/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set, commit, abort, new, del ssl cert: certificates change without a reload, as HAProxy changes them.
 *
 *   set ... << PEM       a transaction: the parts of one file, in any number of steps
 *   commit               all of them at once, at every place that uses the file; connections go on
 *
 * A second file is refused while there is a transaction, where HAProxy would take it for the first one's.
 */
#include "proxy/cli/cli_priv.h"
#include "proxy/cli/ssl_places.h"

#include <stdlib.h>
#include <string.h>

/* ---- set ------------------------------------------------------------------------------------- */

static const struct {
    const char *suffix;
    enum tls_part part;
} parts[] = {
    {".key", TLS_PART_KEY},
    {".ocsp", TLS_PART_OCSP},
    {".issuer", TLS_PART_ISSUER},
    {".sctl", TLS_PART_SCTL},
};

/* Which file is meant; cuts the suffix of a part off. */
static enum tls_part cut_part(char *file)
{
    char *dot = strrchr(file, '.');
    for (size_t i = 0; dot != NULL && i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(dot, parts[i].suffix) == 0) {
            *dot = '\0';
            return parts[i].part;
        }
    return TLS_PART_PEM;
}

/* What the file holds now, to begin with; the caller's. NULL: there is no such file, or no memory. */
static struct tls_draft *begin(const struct cli_call *call, const char *file)
{
    const struct tls_draft *draft = ssl_shelf_find(&call->cli->shelf, file);
    return draft != NULL ? tls_draft_copy(draft) : ssl_places_find(call->snapshot, file);
}

static void set_part(struct cli_call *call, const char *file, enum tls_part part, const char *word)
{
    struct ssl_shelf *shelf = &call->cli->shelf;
    struct tls_error_text error;
    bool is_new = shelf->transaction == NULL;
    struct tls_draft *draft = is_new ? begin(call, file) : shelf->transaction;
    if (draft == NULL) {
        cli_fail(call,
                 "Can't replace a certificate which is not referenced by the configuration!\n"
                 "Can't update %s!\n",
                 word);
        return;
    }
    if (tls_draft_set(draft, part, call->payload, &error) != 0) {
        cli_fail(call, "%s\nCan't load the payload\nCan't update %s!\n", error.text, word);
        if (is_new)
            tls_draft_free(draft);
        return;
    }
    shelf->transaction = draft;
    cli_say(call, LOG_NOTICE, "Transaction %s for certificate %s!\n",
            is_new ? "created" : "updated", file);
}

static void run_set(struct cli_call *call)
{
    const struct tls_draft *transaction = call->cli->shelf.transaction;
    const char *word = call->words[3];
    if (call->count != 4 || call->payload == NULL) {
        cli_fail(call, "'set ssl cert expects a filename and a certificate as a payload\n");
        return;
    }
    char *file = strdup(word);
    if (file == NULL)
        return;
    enum tls_part part = cut_part(file);
    if (transaction != NULL && strcmp(tls_draft_file(transaction), file) != 0)
        cli_fail(call,
                 "The ongoing transaction is about '%s' but you are trying to set '%s'\n"
                 "Can't update %s!\n",
                 tls_draft_file(transaction), file, word);
    else
        set_part(call, file, part, word);
    free(file);
}

/* ---- commit, abort --------------------------------------------------------------------------- */

/* A file that is used nowhere waits on the shelf, as what it has become. -1 without memory. */
static int put_back(struct ssl_shelf *shelf)
{
    if (ssl_shelf_find(shelf, tls_draft_file(shelf->transaction)) == NULL) {
        ssl_shelf_end_transaction(shelf);
        return 0;
    }
    if (ssl_shelf_put(shelf, shelf->transaction) != 0)
        return -1;
    shelf->transaction = NULL;
    return 0;
}

static void commit(struct cli_call *call, const char *file)
{
    struct ssl_shelf *shelf = &call->cli->shelf;
    struct tls_error_text error;
    if (tls_draft_check(shelf->transaction, &error) != 0 ||
        ssl_places_replace(call->snapshot, shelf->transaction, &error) != 0) {
        cli_fail(call, "%s\nCan't commit %s!\n", error.text, file);
        return;
    }
    text_printf(call->out, "Committing %s", file);
    for (size_t i = ssl_places_count(call->snapshot, file); i > 0; i--)
        text_put(call->out, ".");
    text_put(call->out, put_back(shelf) == 0 ? "\nSuccess!\n" : "\nout of memory\n");
}

static void run_commit(struct cli_call *call)
{
    const struct tls_draft *transaction = call->cli->shelf.transaction;
    const char *file = call->words[3];
    if (*file == '\0')
        cli_fail(call, "'commit ssl cert expects a filename\n");
    else if (transaction == NULL)
        cli_fail(call, "No ongoing transaction! !\nCan't commit %s!\n", file);
    else if (strcmp(tls_draft_file(transaction), file) != 0)
        cli_fail(call,
                 "The ongoing transaction is about '%s' but you are trying to set '%s'\n"
                 "Can't commit %s!\n",
                 tls_draft_file(transaction), file, file);
    else
        commit(call, file);
}

static void run_abort(struct cli_call *call)
{
    struct ssl_shelf *shelf = &call->cli->shelf;
    const char *file = call->words[3];
    if (*file == '\0') {
        cli_fail(call, "'abort ssl cert' expects a filename\n");
    } else if (shelf->transaction == NULL) {
        cli_fail(call, "No ongoing transaction!\n");
    } else if (strcmp(tls_draft_file(shelf->transaction), file) != 0) {
        cli_fail(call,
                 "The ongoing transaction is about '%s' but you are trying to abort a transaction "
                 "for '%s'\n",
                 tls_draft_file(shelf->transaction), file);
    } else {
        ssl_shelf_end_transaction(shelf);
        cli_say(call, LOG_NOTICE, "Transaction aborted for certificate '%s'!\n", file);
    }
}

/* ---- new, del -------------------------------------------------------------------------------- */

static void run_new(struct cli_call *call)
{
    struct ssl_shelf *shelf = &call->cli->shelf;
    const char *file = call->words[3];
    if (*file == '\0') {
        cli_fail(call, "'new ssl cert' expects a filename\n");
        return;
    }
    if (ssl_shelf_find(shelf, file) != NULL || ssl_places_count(call->snapshot, file) > 0) {
        cli_fail(call, "Certificate '%s' already exists!\n", file);
        return;
    }
    struct tls_draft *draft = tls_draft_new(file);
    if (draft != NULL && ssl_shelf_put(shelf, draft) == 0) {
        cli_say(call, LOG_NOTICE, "New empty certificate store '%s'!\n", file);
        return;
    }
    tls_draft_free(draft);
    cli_fail(call, "out of memory\n");
}

static void run_del(struct cli_call *call)
{
    struct ssl_shelf *shelf = &call->cli->shelf;
    const char *file = call->words[3];
    if (*file == '\0') {
        cli_fail(call, "'del ssl cert' expects a certificate name\n");
    } else if (shelf->transaction != NULL &&
               strcmp(tls_draft_file(shelf->transaction), file) == 0) {
        cli_fail(call,
                 "Can't remove the certificate: ongoing transaction for the certificate '%s'\n",
                 file);
    } else if (ssl_places_count(call->snapshot, file) > 0) {
        cli_fail(call, "Can't remove the certificate: certificate '%s' in use, can't be deleted!\n",
                 file);
    } else if (ssl_shelf_find(shelf, file) == NULL) {
        cli_fail(call, "Can't remove the certificate: certificate '%s' doesn't exist!\n", file);
    } else {
        ssl_shelf_remove(shelf, file);
        cli_say(call, LOG_NOTICE, "Certificate '%s' deleted!\n", file);
    }
}

/* clang-format off */
const struct cli_command cli_ssl_change_commands[] = {
    {"set ssl cert", CONF_ADMIN_ADMIN, "set ssl cert <certfile> <payload>", "replace a certificate file", run_set, NULL},
    {"commit ssl cert", CONF_ADMIN_ADMIN, "commit ssl cert <certfile>", "commit a certificate file", run_commit, NULL},
    {"abort ssl cert", CONF_ADMIN_ADMIN, "abort ssl cert <certfile>", "abort a transaction for a certificate file", run_abort, NULL},
    {"new ssl cert", CONF_ADMIN_ADMIN, "new ssl cert <certfile>", "create a new certificate file to be used in a crt-list or a directory", run_new, NULL},
    {"del ssl cert", CONF_ADMIN_ADMIN, "del ssl cert <certfile>", "delete an unused certificate file", run_del, NULL},
    {0},
};
/* clang-format on */
