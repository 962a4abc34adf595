/* SPDX-License-Identifier: Apache-2.0 */
/* What bash and zsh complete. */
#include "proxy/runtime/manual_priv.h"

#include "config/manual/reference.h"
#include "proxy/runtime/commands.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

#include <stdbool.h>
#include <string.h>

/* The plain name of an option: "dM*" is offered as -dM. */
static void write_option_name(FILE *out, const struct option_words *option)
{
    fprintf(out, "-%.*s", (int)strcspn(option->name, "*"), option->name);
}

/* In single quotes, in which a quote must be left to be written. */
static void write_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else
            fputc(*text, out);
    }
    fputc('\'', out);
}

/* Behind "weir help timeout " the second words of all that begin so. */
static const char bash_closing[] =
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    local command=${COMP_WORDS[1]} IFS=$' \\t\\n'\n"
    "    COMPREPLY=()\n"
    "    if [ \"$COMP_CWORD\" -gt 1 ] && [[ \" $keyword_commands \" == *\" $command \"* ]]; then\n"
    "        local before=${COMP_WORDS[*]:2:COMP_CWORD-2}\n"
    "        COMPREPLY=($(compgen -W \"$(\n"
    "            printf '%s\\n' \"$keywords\" | sed -n \"s/^${before:+$before }\\([^ "
    "]*\\).*/\\1/p\" "
    "|\n"
    "                sort -u)\" -- \"$cur\"))\n"
    "    elif [[ \" $file_options \" == *\" $prev \"* ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "    elif [ \"$COMP_CWORD\" -gt 1 ] && [[ $cur == -* && \" $commands \" == *\" $command \"* "
    "]]; then\n"
    "        local behind=options_of_$command\n"
    "        COMPREPLY=($(compgen -W \"${!behind}\" -- \"$cur\"))\n"
    "    elif [ \"$COMP_CWORD\" -gt 1 ] && [[ \" $commands \" == *\" $command \"* ]]; then\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
    "    elif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        COMPREPLY=($(compgen -W \"$commands $options\" -- \"$cur\"))\n"
    "    else\n"
    "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
    "    fi\n"
    "}\n"
    "complete -F _weir weir\n";

static void write_command_names(FILE *out, bool with_keywords_only)
{
    for (const struct command *c = commands; c->name != NULL; c++)
        if (c->takes_keywords || !with_keywords_only)
            fprintf(out, "%s ", c->name);
}

static void write_name(void *ctx, const struct rule_word *word)
{
    fprintf(ctx, "%s\n", word->name);
}

/* Whatever `weir help` knows; names may come twice, the shell keeps one. */
static void write_keywords(FILE *out)
{
    reference_words(out, config_tables);
    for (int kind = 0; kind < WORD_TOKEN; kind++)
        rule_words_each((enum rule_word_kind)kind, write_name, out);
}

/* options_of_COMMAND='-f --src ' */
static void write_options_behind(FILE *out)
{
    struct option_words option;
    for (const struct command *c = commands; c->name != NULL; c++) {
        fprintf(out, "    local options_of_%s='", c->name);
        for (size_t i = 0; c->option_at != NULL && c->option_at(i, &option); i++) {
            write_option_name(out, &option);
            fputc(' ', out);
        }
        fputs("'\n", out);
    }
}

void manual_bash(FILE *out, const char *date)
{
    struct option_words option;
    (void)date;
    fputs("# Made by weir_manual from the tables of the program. Do not edit.\n"
          "_weir()\n{\n    local options='",
          out);
    for (size_t i = 0; options_at(i, &option); i++) {
        write_option_name(out, &option);
        fputc(' ', out);
    }
    fputs("'\n    local file_options='", out);
    for (size_t i = 0; options_at(i, &option); i++) {
        if (!option.takes_file)
            continue;
        write_option_name(out, &option);
        fputc(' ', out);
    }
    fputs("'\n    local commands='", out);
    write_command_names(out, false);
    fputs("' keyword_commands='", out);
    write_command_names(out, true);
    fputs("'\n    local keywords='", out);
    write_keywords(out);
    fputs("'\n", out);
    write_options_behind(out);
    fputs(bash_closing, out);
}

/* In a specification of _arguments a colon and a bracket are its own. */
static void write_zsh_doc(FILE *out, const char *doc)
{
    for (; *doc != '\0'; doc++) {
        if (strchr("[]:\\", *doc) != NULL)
            fputc('\\', out);
        if (*doc == '\'')
            fputs("'\\''", out);
        else
            fputc(*doc, out);
    }
}

static void write_zsh_option(FILE *out, const struct option_words *option)
{
    fputs("        '*", out);
    write_option_name(out, option);
    fputc('[', out);
    write_zsh_doc(out, option->doc);
    fputc(']', out);
    if (option->takes != NULL)
        fprintf(out, ":%s:%s", option->takes, option->takes_file ? "_files" : "");
    fputs("'\n", out);
}

static const char zsh_closing[] =
    "    local -a words_behind\n"
    "    local before\n"
    "    if (( CURRENT > 2 )) && [[ -n ${(M)keyword_commands:#$words[2]} ]]; then\n"
    "        before=\"${(j: :)words[3,CURRENT-1]}\"\n"
    "        [[ -n $before ]] && before=\"$before \"\n"
    "        words_behind=(${${${(M)keywords:#$before*}#$before}%% *})\n"
    "        compadd -- ${(u)words_behind}\n"
    "    elif (( CURRENT > 2 )) && [[ -n ${(M)${commands%%:*}:#$words[2]} ]]; then\n"
    "        local behind=options_of_$words[2]\n"
    "        if [[ $words[CURRENT] == -* ]]; then compadd -- ${=${(P)behind}}; else _files; fi\n"
    "    elif (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then\n"
    "        _describe command commands\n"
    "    else\n"
    "        _arguments $options\n"
    "    fi\n"
    "}\n"
    "_weir \"$@\"\n";

static void write_zsh_commands(FILE *out)
{
    fputs("    local -a commands=(", out);
    for (const struct command *c = commands; c->name != NULL; c++) {
        char text[256];
        snprintf(text, sizeof text, "%s:%s", c->name, c->doc);
        write_quoted(out, text);
        fputc(' ', out);
    }
    fputs(")\n    local -a keyword_commands=(", out);
    write_command_names(out, true);
    fputs(")\n", out);
}

void manual_zsh(FILE *out, const char *date)
{
    struct option_words option;
    (void)date;
    fputs("#compdef weir\n"
          "# Made by weir_manual from the tables of the program. Do not edit.\n"
          "_weir()\n{\n    local -a options=(\n",
          out);
    for (size_t i = 0; options_at(i, &option); i++)
        write_zsh_option(out, &option);
    fputs("    )\n", out);
    write_zsh_commands(out);
    fputs("    local -a keywords=(${(f)'", out);
    write_keywords(out);
    fputs("'})\n", out);
    write_options_behind(out);
    fputs(zsh_closing, out);
}
