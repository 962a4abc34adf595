/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "set var": a variable of the process gets another value. The expression is compiled where those of the global
 * section are, as a configuration of that one line; so what it may ask, and what is said of a mistake, are the same.
 * Files stay closed to it: the worker may have left them behind.
 */
#include "proxy/cli/cli_priv.h"

#include "config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char PATH[] = "set var";

/* The text in place of a file; ctx is the text itself. */
static int read_line(void *ctx, const char *path, char **bytes_out, size_t *len_out)
{
    if (strcmp(path, PATH) != 0)
        return -EACCES;
    *bytes_out = strdup(ctx);
    *len_out = strlen(ctx);
    return *bytes_out != NULL ? 0 : -ENOMEM;
}

static int list_nothing(void *ctx, const char *path, char ***names_out, size_t *count_out)
{
    (void)ctx, (void)path, (void)names_out, (void)count_out;
    return -ENOTDIR;
}

static int resolve_nothing(void *ctx, const char *host, int family, struct sockaddr_storage *sa_out)
{
    (void)ctx, (void)host, (void)family, (void)sa_out;
    return -EACCES;
}

static int find_no_user(void *ctx, const char *name, uid_t *uid_out, gid_t *gid_out)
{
    (void)ctx, (void)name, (void)uid_out, (void)gid_out;
    return -ENOENT;
}

static int find_no_group(void *ctx, const char *name, gid_t *gid_out)
{
    (void)ctx, (void)name, (void)gid_out;
    return -ENOENT;
}

/* A word that reads back as it is. */
static void put_quoted(struct text *line, const char *word)
{
    text_put(line, " '");
    for (; *word != '\0'; word++) {
        if (*word == '\'') /* ends the quotes, and begins others behind it */
            text_put(line, "'\\'");
        text_char(line, *word);
    }
    text_put(line, "'");
}

static void set_by(struct cli_call *call, const char *keyword, const char *value)
{
    char bytes[CLI_ROW_BYTES];
    struct text line;
    text_init(&line, bytes, sizeof(bytes) - 1);
    text_printf(&line, "global\n%s", keyword);
    put_quoted(&line, call->words[2]);
    put_quoted(&line, value);
    text_put(&line, "\n");
    if (line.full) {
        cli_fail(call, "The value is too long.\n");
        return;
    }
    *line.at = '\0';
    const struct conf_source source = {.ctx = bytes,
                                       .read = read_line,
                                       .list = list_nothing,
                                       .resolve = resolve_nothing,
                                       .user = find_no_user,
                                       .group = find_no_group};
    const char *paths[] = {PATH};
    struct conf_input input = {
        .paths = paths, .path_count = 1, .source = &source, .compile = call->cli->host.compile};
    struct conf_report report;
    conf_report_init(&report);
    config_free(config_load(&input, &report));
    for (size_t i = 0; i < report.count; i++)
        if (report.problems[i].severity == CONF_ERROR)
            cli_fail(call, "%s.\n", report.problems[i].message);
    conf_report_clear(&report);
}

static void run_set_var(struct cli_call *call)
{
    const char *name = call->words[2], *kind = call->words[3];
    bool is_expression = strcmp(kind, "expr") == 0, is_format = strcmp(kind, "fmt") == 0;
    if (*name == '\0')
        cli_fail(call, "Missing process-wide variable identifier.\n");
    else if (strncmp(name, "proc.", 5) != 0)
        cli_fail(call,
                 "'set var': cannot set variable '%s', only scope 'proc' is permitted here.\n",
                 name);
    else if (*kind == '\0')
        cli_fail(call, "Missing either 'expr', 'fmt' or expression.\n");
    else if (call->count == 4)
        set_by(call, "set-var", kind);
    else if (is_expression || is_format)
        set_by(call, is_format ? "set-var-fmt" : "set-var", call->words[4]);
    else
        cli_fail(call, "'set var': arg type must be either 'expr' or 'fmt' but got '%s'.\n", kind);
}

/* clang-format off */
const struct cli_command cli_set_var_commands[] = {
    {"set var", CONF_ADMIN_ADMIN, "set var <name> {<expr>|expr <expr>|fmt <fmt>}", "set a process-wide variable", run_set_var, NULL},
    {0},
};
/* clang-format on */
