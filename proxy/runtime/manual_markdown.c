/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of docs/ that the tables write: the language of rules, and what those who come from HAProxy meet. */
#include "proxy/runtime/manual_priv.h"

#include "config/manual/reference.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

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

void manual_rules_md(FILE *out, const char *date)
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

void manual_coming_from_haproxy(FILE *out, const char *date)
{
    struct option_words option;
    (void)date;
    reference_write_haproxy(out, config_tables);
    fputs("## The language of rules\n\n[Rules](rules.md) has all fetches, converters, actions and "
          "tokens "
          "that there are; any other is refused with its place.\n\n"
          "## Options of the command line\n\nThese are taken, without effect.\n\n"
          "| option | |\n|---|---|\n",
          out);
    for (size_t i = 0; options_at(i, &option); i++)
        if (option.is_idle)
            fprintf(out, "| `-%s` | %s |\n", option.name, option.doc);
}
