/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands, and `weir help`. */
#include "proxy/runtime/commands.h"

#include "config/manual/reference.h"
#include "proxy/runtime/convert.h"
#include "proxy/runtime/explain.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "timeout connect" may be given as one word or as two. */
static char *join_words(int argc, char **argv)
{
    size_t len = 1;
    for (int i = 0; i < argc; i++)
        len += strlen(argv[i]) + 1;
    char *text = calloc(1, len);
    for (int i = 0; i < argc && text != NULL; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, argv[i]);
    }
    return text;
}

static void suggest(const char *name)
{
    const char *word = rule_words_nearest(name);
    fprintf(stderr, "no keyword '%s'\n", name);
    if (reference_suggest(stderr, config_tables, name))
        return;
    if (word != NULL)
        fprintf(stderr, "did you mean '%s'?\n", word);
    else
        fprintf(stderr, "`weir help` lists all keywords\n");
}

static int help(int argc, char **argv)
{
    if (argc == 0) {
        options_usage(stdout, "weir");
        printf("\nKeywords; `weir help KEYWORD` says more about one:\n\n");
        reference_list(stdout, config_tables);
        rule_words_list(stdout);
        return 0;
    }
    char *name = join_words(argc, argv);
    if (name == NULL)
        return 1;
    bool found = options_help(stdout, name);
    found = reference_help(stdout, config_tables, name) || found;
    found = rule_words_help(stdout, name) || found;
    if (!found)
        suggest(name);
    free(name);
    return found ? 0 : 1;
}

const struct command commands[] = {
    {"help", "[KEYWORD]", "say what a keyword or an option does; alone, list them", true, help,
     NULL},
    {"convert", "FILE", "write a configuration in the other syntax, comments kept", false,
     convert_command, convert_option_at},
    {"show", "config FILE", "print what counts of a configuration in the end", false, show_command,
     show_option_at},
    {"explain", "-f FILE [OPTION]... ['GET /path HTTP/1.1']",
     "say what becomes of a request, and why, without a network; -h lists its options", false,
     explain_command, explain_option_at},
    {NULL, NULL, NULL, false, NULL, NULL},
};

const struct command *command_find(int argc, char **argv)
{
    for (const struct command *c = commands; c->name != NULL && argc > 1; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c;
    return NULL;
}
