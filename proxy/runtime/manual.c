/* SPDX-License-Identifier: Apache-2.0 */
/* Each form is a function and a line in the table at the end. */
#include "proxy/runtime/manual.h"

#include "config/reference.h"
#include "config/roff.h"
#include "proxy/runtime/commands.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* ---- weir(8) --------------------------------------------------------------------------------- */

static const char man_opening[] =
    ".SH NAME\n"
    "weir \\- load balancer for HTTP and TCP\n"
    ".SH SYNOPSIS\n"
    ".B weir\n"
    "\\fB\\-f\\fP \\fIFILE\\fP [\\fB\\-f\\fP \\fIFILE\\fP ...] [\\fIoptions\\fP] [\\fB\\-\\-\\fP "
    "\\fIFILE\\fP ...]\n";

static const char man_description[] =
    ".SH DESCRIPTION\n"
    "weir stands in front of servers: it ends TLS, shares requests over pools of\n"
    "servers, probes them and leaves out the ones that fail. It is configured by\n"
    ".BR weir.conf (5)\n"
    "or by a haproxy.cfg as it stands, and started by HAProxy's options.\n"
    "Under the name\n"
    ".I haproxy\n"
    "it serves the service files that were written for that program.\n";

static const char man_closing[] =
    ".SH EXIT STATUS\n"
    "0 when all went well or the configuration is valid,\n"
    "1 when it is not or the start failed,\n"
    "2 where \\fB\\-cc\\fP was given no condition, 130 for a monitor that SIGINT ended.\n"
    ".SH SIGNALS\n"
    ".TP\n"
    "\\fBSIGHUP\\fP, \\fBSIGUSR2\\fP\n"
    "Reload: if the files are valid they come into use as a whole,\n"
    "else nothing changes.\n"
    ".TP\n"
    "\\fBSIGUSR1\\fP\n"
    "Drain: stop listening, let requests finish, leave.\n"
    ".TP\n"
    "\\fBSIGTERM\\fP, \\fBSIGINT\\fP\n"
    "Leave at once.\n"
    ".SH ENVIRONMENT\n"
    ".TP\n"
    "\\fBNOTIFY_SOCKET\\fP\n"
    "Where systemd is told that weir is ready, reloads or stops.\n"
    ".TP\n"
    "\\fBHAPROXY_LOCALPEER\\fP\n"
    "Set for the configuration: the name of this node, from \\fB\\-L\\fP or the host's.\n"
    ".SH FILES\n"
    ".TP\n"
    ".I /etc/weir/weir.conf\n"
    "What the service file that comes with weir starts it with.\n"
    ".SH EXAMPLES\n"
    "Check a haproxy.cfg, then serve it under a monitor:\n"
    ".PP\n"
    ".EX\n"
    "weir \\-c \\-f /etc/haproxy/haproxy.cfg\n"
    "weir \\-W \\-f /etc/haproxy/haproxy.cfg \\-p /run/weir.pid\n"
    ".EE\n"
    ".SH SEE ALSO\n"
    ".BR weir.conf (5)\n";

static void write_option(FILE *out, const struct option_words *option)
{
    char name[64];
    snprintf(name, sizeof name, "-%s%s%s", option->name, option->takes != NULL ? " " : "",
             option->takes != NULL ? option->takes : "");
    roff_entry(out, name, option->doc);
}

static void write_options(FILE *out, bool is_idle)
{
    struct option_words option;
    for (size_t i = 0; options_at(i, &option); i++)
        if (option.is_idle == is_idle)
            write_option(out, &option);
}

static void write_command_options(FILE *out, const struct command *c)
{
    struct option_words option;
    if (c->option_at == NULL)
        return;
    fputs(".RS\n", out);
    for (size_t i = 0; c->option_at(i, &option); i++)
        write_option(out, &option);
    fputs(".RE\n", out);
}

static void write_weir_8(FILE *out, const char *date)
{
    roff_head(out, "weir", 8, date);
    fputs(man_opening, out);
    for (const struct command *c = commands; c->name != NULL; c++)
        fprintf(out, ".br\n.B weir %s\n\\fI%s\\fP\n", c->name, c->takes);
    fputs(man_description, out);
    fputs(".SH OPTIONS\n", out);
    write_options(out, false);
    fputs(".SS Without effect\nTaken because service files give them; each says why.\n", out);
    write_options(out, true);
    fputs(".SH COMMANDS\n", out);
    for (const struct command *c = commands; c->name != NULL; c++) {
        char name[64];
        snprintf(name, sizeof name, "%s %s", c->name, c->takes);
        roff_entry(out, name, c->doc);
        write_command_options(out, c);
    }
    fputs(man_closing, out);
}

static void write_weir_conf_5(FILE *out, const char *date)
{
    reference_write_man(out, config_tables, date);
}

/* ---- weir-rules(7), rules.md ----------------------------------------------------------------- */

static const char rules_opening[] =
    ".SH NAME\n"
    "weir-rules \\- fetches, converters, actions and tokens of weir's configuration\n"
    ".SH DESCRIPTION\n"
    "Lines such as \\fBacl\\fP, \\fBhttp\\-request\\fP and \\fBuse_backend\\fP of\n"
    ".BR weir.conf (5)\n"
    "are in the language of HAProxy's rules.\n"
    "A \\fIfetch\\fP takes a value from a connection,\n"
    "a request or a response; \\fIconverters\\fP behind it, after commas, change it; an\n"
    "\\fIaction\\fP is what a rule does; \\fItokens\\fP stand in formats of logs and headers.\n"
    ".PP\n"
    ".EX\n"
    "acl is_api path_beg /api\n"
    "http-request set-header X-Host %[req.hdr(host),lower]\n"
    "use_backend api if is_api\n"
    ".EE\n";

static void write_man_word(void *ctx, const struct rule_word *word)
{
    char text[1024];
    snprintf(text, sizeof(text), "%s%s%s", word->doc, word->facts[0] != '\0' ? " " : "",
             word->facts);
    roff_entry(ctx, word->form, text);
}

static void write_weir_rules_7(FILE *out, const char *date)
{
    roff_head(out, "weir-rules", 7, date);
    fputs(rules_opening, out);
    for (int kind = 0; kind < WORD_KINDS; kind++) {
        fprintf(out, ".SH %s\n", rule_word_kinds[kind]);
        rule_words_each((enum rule_word_kind)kind, write_man_word, out);
    }
    fputs(".SH SEE ALSO\n.BR weir (8),\n.BR weir.conf (5)\n", out);
}

/* In a table a bar would end the cell. */
static void write_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void write_table_word(void *ctx, const struct rule_word *word)
{
    FILE *out = ctx;
    fputs("| `", out);
    write_cell(out, word->form);
    fputs("` | ", out);
    write_cell(out, word->doc);
    fputs(" | ", out);
    write_cell(out, word->facts);
    fputs(" |\n", out);
}

static void write_rules_md(FILE *out, const char *date)
{
    (void)date;
    fputs("<!-- Made by weir_manual from the tables of the program. Do not edit. -->\n"
          "# The language of rules\n\n"
          "Lines such as `acl`, `http-request` and `use_backend` are in the language of HAProxy's "
          "rules. A *fetch* takes a value from a connection, a request or a response; *converters* "
          "behind it, after commas, change it; an *action* is what a rule does; *tokens* stand in "
          "formats of logs and headers. All other keywords are in the [reference](reference.md).\n",
          out);
    for (int kind = 0; kind < WORD_KINDS; kind++) {
        fprintf(out, "\n## %s\n\n| | | |\n|---|---|---|\n", rule_word_kinds[kind]);
        rule_words_each((enum rule_word_kind)kind, write_table_word, out);
    }
}

/* ---- shells ---------------------------------------------------------------------------------- */

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

static void write_bash(FILE *out, const char *date)
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

static void write_zsh(FILE *out, const char *date)
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

/* ---- the page for those who come from HAProxy ------------------------------------------------- */

static void write_inline(void *ctx, const struct rule_word *word)
{
    fprintf(ctx, " `%s%s`", word->kind == WORD_TOKEN ? "%" : "", word->name);
}

static void write_coming_from_haproxy(FILE *out, const char *date)
{
    struct option_words option;
    (void)date;
    reference_write_haproxy(out, config_tables);
    fputs(
        "## The language of rules\n\nThese [words](rules.md) of it are there; any other is refused "
        "with its place.\n\n",
        out);
    for (int kind = 0; kind < WORD_KINDS; kind++) {
        fprintf(out, "- %s:", rule_word_kinds[kind]);
        rule_words_each((enum rule_word_kind)kind, write_inline, out);
        fputc('\n', out);
    }
    fputc('\n', out);
    fputs("Options of the command line:\n\n| option | |\n|---|---|\n", out);
    for (size_t i = 0; options_at(i, &option); i++)
        if (option.is_idle)
            fprintf(out, "| `-%s` | %s |\n", option.name, option.doc);
}

const struct manual_form manual_forms[] = {
    {"weir.8", write_weir_8},
    {"weir.conf.5", write_weir_conf_5},
    {"weir-rules.7", write_weir_rules_7},
    {"rules.md", write_rules_md},
    {"weir.bash", write_bash},
    {"_weir", write_zsh},
    {"coming-from-haproxy.md", write_coming_from_haproxy},
    {NULL, NULL},
};
