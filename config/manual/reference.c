/* SPDX-License-Identifier: Apache-2.0 */
/* docs/reference.md: an entry for each row, and a line for each word that does nothing. */
#include "config/manual/reference.h"

#include "config/manual/reference_priv.h"

static void write_entry(struct reference *r, const struct keyword *row)
{
    reference_facts facts;
    reference_facts_of(r, row, facts);
    fprintf(r->out, "### %s\n\n%s\n\n", keyword_libconfig_name(r->arena, row), row->doc);
    for (const struct reference_fact *fact = facts; fact->name != NULL; fact++)
        fprintf(r->out, "- %s: %s\n", fact->name, fact->text);
    fputc('\n', r->out);
}

/* A line each for the words that do nothing. */
static void write_idle(struct reference *r, enum keyword_level level)
{
    bool begun = false;
    KEYWORDS_OF(&r->index, level, row)
    {
        if (!keyword_is_idle(row))
            continue;
        if (!begun)
            fputs("| HAProxy's word | what it is for | here |\n|---|---|---|\n", r->out);
        fprintf(r->out, "| `%s` | %s | %s: %s |\n", row->name, row->doc,
                reference_idle_words(row->kind), row->note);
        begun = true;
    }
    if (begun)
        fputc('\n', r->out);
}

void reference_write(FILE *out, const struct keyword_table *const *tables)
{
    struct reference r;
    reference_start(&r, out, tables);
    fputs("<!-- Made by weir_reference from the keyword tables in config/. Do not edit. -->\n"
          "# Keyword reference\n\n"
          "Every setting weir knows. The guide is [configuration.md](configuration.md).\n\n"
          "Durations are a number with `us`, `ms`, `s`, `m`, `h` or `d`; sizes a number of bytes, "
          "or one "
          "with `k`, `m` or `g`. A group may gather settings that begin with the same word: "
          "`timeout = { connect = \"5s\"; client = \"30s\"; };` is `timeout_connect` and "
          "`timeout_client`.\n\n",
          out);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        fprintf(out, "## %s\n\n%s\n\n", c->title, c->intro);
        KEYWORDS_OF(&r.index, c->level, row)
        {
            if (!keyword_is_idle(row))
                write_entry(&r, row);
        }
        write_idle(&r, c->level);
    }
    reference_end(&r);
}
