/* SPDX-License-Identifier: Apache-2.0 */
/* show ssl, show tls-keys: the certificates that are in use. They change with their files, by a reload. */
#include "proxy/admin/process.h"
#include "proxy/cli/cli_priv.h"
#include "tls/store.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void put_date(struct text *out, const char *what, time_t when)
{
    char date[40];
    struct tm tm;
    gmtime_r(&when, &tm);
    strftime(date, sizeof(date), "%b %e %H:%M:%S %Y GMT", &tm);
    text_printf(out, "%s: %s\n", what, date);
}

static void put_details(struct text *out, const struct tls_certificate_info *info)
{
    text_printf(out, "Filename: %s\nStatus: Used\nSerial: %s\n", info->file, info->serial);
    put_date(out, "notBefore", info->not_before);
    put_date(out, "notAfter", info->not_after);
    text_put(out, "Subject Alternative Name: ");
    for (size_t i = 0; i < info->name_count; i++)
        text_printf(out, "%sDNS:%s", i > 0 ? ", " : "", info->names[i]);
    text_printf(out, "\nAlgorithm: %s\nSHA256 FingerPrint: %s\nSubject: %s\nIssuer: %s\n",
                info->key_type, info->fingerprint, info->subject, info->issuer);
}

/* The next file; binds often share one, which is then told once for each in a row. */
static enum cli_progress more_files(struct cli_call *call, struct text *out)
{
    struct certificate_walk *walk = call->state;
    const struct bind *bind;
    if (call->item++ == 0)
        text_put(out, "# filename\n");
    const char *last = call->at != 0 ? (const char *)call->at : "";
    const struct tls_certificate_info *info = certificate_next(call->snapshot, walk, &bind);
    if (info == NULL)
        return CLI_DONE;
    if (strcmp(last, info->file) != 0)
        text_printf(out, "%s\n", info->file);
    call->at = (size_t)info->file;
    return CLI_MORE;
}

static void show_one(struct cli_call *call, const char *file)
{
    struct certificate_walk walk = {0};
    const struct tls_certificate_info *info;
    const struct bind *bind;
    while ((info = certificate_next(call->snapshot, &walk, &bind)) != NULL)
        if (strcmp(info->file, file) == 0) {
            put_details(call->out, info);
            return;
        }
    cli_fail(call, "Can't display the certificate: Not found or the certificate is a bundle!\n");
}

static void run_cert(struct cli_call *call)
{
    if (call->count > 3) {
        show_one(call, call->words[3]);
        return;
    }
    call->state = calloc(1, sizeof(struct certificate_walk));
    call->release = cli_call_free_state;
    if (call->state != NULL)
        call->more = more_files;
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
