/* SPDX-License-Identifier: Apache-2.0 */
/* weir.conf(5): an entry for each row, and the words that do nothing in a list of their own. */
#include "config/manual/reference_priv.h"
#include "config/manual/roff.h"

static const char opening[] =
    ".SH NAME\n"
    "weir.conf \\- configuration of the load balancer weir\n"
    ".SH SYNOPSIS\n"
    ".B /etc/weir/weir.conf\n"
    ".SH DESCRIPTION\n"
    "Two syntaxes have the same words: libconfig's, and that of haproxy.cfg.\n"
    "What a file begins with tells which it is;\n"
    "files of both kinds may be given together.\n"
    "The words are HAProxy's; in libconfig a space, a dash or a dot in a word\n"
    "is an underscore.\n"
    ".PP\n"
    "The same in libconfig:\n"
    ".PP\n"
    ".EX\n"
    "defaults = { timeout = { connect = \"5s\"; client = \"30s\"; server = \"30s\"; }; };\n"
    "frontends = ( { name = \"www\"; binds = [\"*:80\"]; default_backend = \"app\"; } );\n"
    "backends = ( { name = \"app\"; servers = (\n"
    "    { name = \"app1\"; address = \"10.0.0.11:8080\"; check = true; }\n"
    ") } );\n"
    ".EE\n"
    ".PP\n"
    "and as haproxy.cfg:\n"
    ".PP\n"
    ".EX\n"
    "defaults\n"
    "    mode http\n"
    "    timeout connect 5s\n"
    "    timeout client 30s\n"
    "    timeout server 30s\n"
    "frontend www\n"
    "    bind *:80\n"
    "    default_backend app\n"
    "backend app\n"
    "    server app1 10.0.0.11:8080 check\n"
    ".EE\n"
    ".PP\n"
    "Durations are a number with\n"
    "\\fBus\\fP, \\fBms\\fP, \\fBs\\fP, \\fBm\\fP, \\fBh\\fP or \\fBd\\fP;\n"
    "sizes a number of bytes, or one with \\fBk\\fP, \\fBm\\fP or \\fBg\\fP.\n"
    "In libconfig a group may gather settings that begin with the same word,\n"
    "as \\fBtimeout\\fP does above.\n";

static const char closing[] = ".SH FILES\n"
                              ".TP\n"
                              ".I /etc/weir/weir.conf\n"
                              "The usual place; any other is given by \\fB\\-f\\fP.\n"
                              ".SH SEE ALSO\n"
                              ".BR weir (8)\n";

static void write_row(struct reference *r, const struct keyword *row)
{
    reference_facts facts;
    reference_facts_of(r, row, facts);
    roff_entry(r->out, keyword_libconfig_name(r->arena, row), row->doc);
    for (const struct reference_fact *fact = facts; fact->name != NULL; fact++) {
        fputs(".br\n", r->out);
        roff_line(r->out, arena_printf(r->arena, "%s: %s", fact->name, fact->text));
    }
}

static void write_chapter(struct reference *r, const struct reference_chapter *chapter)
{
    fputs(".SH ", r->out);
    roff_line(r->out, chapter->title);
    roff_line(r->out, chapter->intro);
    bool has_idle = false;
    KEYWORDS_OF(&r->index, chapter->level, row)
    {
        has_idle = has_idle || keyword_is_idle(row);
        if (!keyword_is_idle(row))
            write_row(r, row);
    }
    if (!has_idle)
        return;
    fputs(".SS Words of HAProxy that do nothing here\n", r->out);
    KEYWORDS_OF(&r->index, chapter->level, row)
    {
        if (keyword_is_idle(row))
            roff_entry(r->out, row->name,
                       arena_printf(r->arena, "%s %s: %s.", row->doc,
                                    reference_idle_words(row->kind), row->note));
    }
}

void reference_write_man(FILE *out, const struct keyword_table *const *tables, const char *date)
{
    struct reference r;
    reference_start(&r, out, tables);
    roff_head(out, "weir.conf", 5, date);
    fputs(opening, out);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++)
        write_chapter(&r, c);
    fputs(closing, out);
    reference_end(&r);
}
