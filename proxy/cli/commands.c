/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All commands: which row a line means, and the help that is made of the rows. What names in commands
 * mean is in names.c.
 */
#include "config/suggest.h"
#include "proxy/cli/cli_priv.h"

#include <stdlib.h>
#include <string.h>

/* one a line, as they come and go */
/* clang-format off */
static const struct cli_command *const tables[] = {
    cli_session_commands,
    cli_process_commands,
    cli_set_var_commands,
    cli_info_commands,
    cli_stat_commands,
    cli_show_server_commands,
    cli_set_server_commands,
    cli_resolver_commands,
    cli_table_commands,
    cli_list_commands,
    cli_list_change_commands,
    cli_limit_commands,
    cli_proxy_commands,
    cli_sess_commands,
    cli_diagnosis_commands,
    cli_ssl_commands,
    cli_ssl_change_commands,
    cli_ssl_list_commands,
    cli_ssl_list_add_commands,
    cli_ssl_ocsp_commands,
    cli_refused_commands,
    cli_set_probe_commands,
    cli_event_commands,
};
/* clang-format on */

#define TABLES (sizeof(tables) / sizeof(tables[0]))
#define ROWS_MAX 128
#define WORD_BYTES 32

/* The next word of a row, cut out; false at the end. */
static bool next_word(const char **words, char word_out[WORD_BYTES])
{
    *words += strspn(*words, " ");
    size_t len = strcspn(*words, " ");
    if (len == 0 || len >= WORD_BYTES)
        return false;
    memcpy(word_out, *words, len);
    word_out[len] = '\0';
    *words += len;
    return true;
}

static bool is_meant(const struct cli_command *row, const struct cli_call *call)
{
    const char *words = row->words;
    char word[WORD_BYTES];
    for (unsigned i = 0; next_word(&words, word); i++)
        if (strcmp(word, call->words[i]) != 0)
            return false;
    return true;
}

const struct cli_command *cli_command_find(const struct cli_call *call)
{
    for (size_t t = 0; t < TABLES; t++) {
        for (const struct cli_command *row = tables[t]; row->words != NULL; row++)
            if (is_meant(row, call))
                return row;
    }
    return NULL;
}

/* ---- help ------------------------------------------------------------------------------------ */

static bool is_like(const char *given, const char *word)
{
    struct suggestion suggestion;
    suggestion_start(&suggestion, given);
    suggestion_try(&suggestion, word);
    return suggestion.best != NULL || strncmp(given, word, strlen(given)) == 0;
}

/* Whether what was typed, as far as its first `most` words, may mean the row: they name it, or nearly so. */
static bool is_near(const struct cli_command *row, const struct cli_call *call, unsigned from_word,
                    unsigned most)
{
    const char *words = row->words;
    char word[WORD_BYTES];
    for (unsigned i = from_word; i < call->count && i - from_word < most; i++) {
        if (!next_word(&words, word))
            break;
        if (!is_like(call->words[i], word))
            return false;
    }
    return true;
}

static int compare_rows(const void *a, const void *b)
{
    const struct cli_command *const *left = a, *const *right = b;
    return strcmp((*left)->usage, (*right)->usage);
}

static size_t collect(const struct cli_call *call, unsigned from_word, unsigned most,
                      const struct cli_command *rows_out[ROWS_MAX])
{
    size_t count = 0;
    for (size_t t = 0; t < TABLES; t++) {
        for (const struct cli_command *row = tables[t]; row->words != NULL; row++)
            if (row->usage != NULL && count < ROWS_MAX && is_near(row, call, from_word, most))
                rows_out[count++] = row;
    }
    qsort(rows_out, count, sizeof(rows_out[0]), compare_rows);
    return count;
}

void cli_command_help(struct cli_call *call, unsigned from_word)
{
    const struct cli_command *rows[ROWS_MAX];
    bool is_asked = call->row != NULL;
    size_t count = collect(call, from_word, CLI_WORDS_MAX, rows);
    if (count == 0)
        count = collect(call, from_word, 1, rows);
    bool is_guess = !is_asked && count > 0 && call->count > from_word;
    if (count == 0)
        count = collect(call, call->count, 0, rows);
    text_put(call->out, is_asked   ? "The following commands are valid at this level:\n"
                        : is_guess ? "Unknown command, but maybe one of the following ones is a "
                                     "better match:\n"
                                   : "Unknown command. Please enter one of the following commands "
                                     "only:\n");
    for (size_t i = 0; i < count; i++)
        text_printf(call->out, "  %-40s: %s\n", rows[i]->usage, rows[i]->help);
    text_put(call->out,
             "  help [<command>]                        : list matching or all commands\n"
             "  prompt                                  : toggle interactive mode with prompt\n"
             "  quit                                    : disconnect\n");
}
