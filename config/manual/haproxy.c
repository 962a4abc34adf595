/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/coming-from-haproxy.md: what is the same, what differs, what is without effect or not
 * supported yet; from the keyword rows, sections, former spellings and decisions.
 */
#include <string.h>

#include "config/haproxy/old.h"
#include "config/manual/decisions.h"
#include "config/manual/reference_priv.h"
#include "config/section_kinds.h"

static const char opening[] =
    "<!-- Made by weir_manual from the tables of the program. Do not edit. -->\n"
    "# Coming from HAProxy\n\n"
    "`weir -c -f /etc/haproxy/haproxy.cfg` says of your own file, line by line, what this page "
    "says of all.\n\n"
    "## What is the same\n\n"
    "A haproxy.cfg is read as it stands: sections, several `-f`, folders, quotes, escapes, "
    "variables, `.if` blocks, `no` and `default`, times and sizes with units, all forms of "
    "addresses. Words mean what they mean in HAProxy 2.6, and so do their defaults; what newer "
    "versions only add is understood. A frontend and a backend may share a name.\n\n"
    "The command line is HAProxy's (`-f -c -D -W -Ws -p -sf -st ...`), and so are exit codes, "
    "signals, the pid file and what systemd is told: under the name `/usr/sbin/haproxy` weir "
    "starts by the service files of a distribution. Log lines, termination codes, the columns of "
    "the statistics (CSV, JSON), the page that sets servers to drain, and the names of the "
    "Prometheus metrics are HAProxy's.\n\n"
    "These words work as they do there:\n\n";

/* Names of what works, in one paragraph for each chapter. */
static void write_working(struct reference *r)
{
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        bool is_empty = true;
        const char *before = arena_printf(r->arena, "- %s: ", c->title);
        KEYWORDS_OF(&r->index, c->level, row)
        {
            bool is_ours = row->since != NULL && strcmp(row->since, "weir") == 0;
            if (keyword_is_idle(row) || is_ours)
                continue;
            fprintf(r->out, "%s`%s`", before, row->name);
            before = ", ";
            is_empty = false;
        }
        if (!is_empty)
            fputc('\n', r->out);
    }
    fputc('\n', r->out);
}

static void write_own_words(struct reference *r)
{
    fputs("### Words HAProxy does not have\n\n| word | in | does |\n|---|---|---|\n", r->out);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r->index, c->level, row)
        {
            if (row->since != NULL && strcmp(row->since, "weir") == 0)
                fprintf(r->out, "| `%s` | %s | %s |\n", row->name, c->title, row->doc);
        }
    }
    fputc('\n', r->out);
}

static void write_decisions(struct reference *r)
{
    fputs("## What differs\n\n| | HAProxy | weir | because |\n|---|---|---|---|\n", r->out);
    for (const struct decision *d = decisions; d->about != NULL; d++)
        fprintf(r->out, "| %s | %s | %s | %s |\n", d->about, d->haproxy, d->weir, d->why);
    fputc('\n', r->out);
}

static const char *words(struct reference *r, const char *first, const char *second)
{
    return second != NULL ? arena_printf(r->arena, "%s %s", first, second) : first;
}

static void write_olds(struct reference *r)
{
    fputs("### Former spellings\n\nThey work, with a warning.\n\n| was | write |\n|---|---|\n"
          "| `reqadd`, `rspadd` | `http-request add-header`, `http-response add-header` |\n"
          "| an address on the `listen` or `frontend` line | `bind` |\n"
          "| headers behind the version of `option httpchk` | `http-check send` |\n",
          r->out);
    for (const struct haproxy_old *old = haproxy_olds; old->first != NULL; old++) {
        fprintf(r->out, "| `%s` | ", words(r, old->first, old->second));
        if (old->now_first != NULL)
            fprintf(r->out, "`%s` |\n", words(r, old->now_first, old->now_second));
        else
            fprintf(r->out, "%s |\n", old->help);
    }
    fputc('\n', r->out);
}

/* The words of one kind; those of one note in one line, since they come in families. */
static void write_kind(struct reference *r, enum keyword_kind kind)
{
    struct name_map written = {0};
    fputs("| words | in | |\n|---|---|---|\n", r->out);
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r->index, c->level, row)
        {
            const char *key =
                row->kind != kind ? "" : arena_printf(r->arena, "%d %s", (int)c->level, row->note);
            if (row->kind != kind || names_add(r->arena, &written, key, row) != NULL)
                continue;
            const char *comma = "| ";
            for (const struct keyword *like = row; like->name != NULL; like++) {
                if (like->kind != kind || strcmp(like->note, row->note) != 0)
                    continue;
                fprintf(r->out, "%s`%s`", comma, like->name);
                comma = ", ";
            }
            fprintf(r->out, " | %s | %s |\n", c->title, row->note);
        }
    }
}

static void write_sections(struct reference *r, bool is_refused)
{
    for (const struct section_kind *s = section_kinds; s->name != NULL; s++) {
        if (s->keywords != NULL && s->is_refused == is_refused)
            fprintf(r->out, "| sections `%s` | | %s |\n", s->name, s->note);
    }
    fputc('\n', r->out);
}

/* "balance source": a known value that cannot be chosen yet. */
static void write_refused_choices(struct reference *r)
{
    for (const struct reference_chapter *c = reference_chapters; c->title != NULL; c++) {
        KEYWORDS_OF(&r->index, c->level, row)
        {
            struct keyword_choice choice;
            struct name_map offered = {0};
            if (row->kind != KW_CHOICE && row->kind != KW_NAME)
                continue;
            for (size_t i = 0; keyword_choice_at(row, i, &choice); i++) {
                if (names_add(r->arena, &offered, choice.name, row) == NULL &&
                    choice.refused != NULL)
                    fprintf(r->out, "| `%s %s` | %s | %s |\n", row->name, choice.name, c->title,
                            choice.refused);
            }
        }
    }
}

void reference_write_haproxy(FILE *out, const struct keyword_table *const *tables)
{
    struct reference r;
    reference_start(&r, out, tables);
    fputs(opening, out);
    write_working(&r);
    write_decisions(&r);
    write_olds(&r);
    write_own_words(&r);
    fputs("## What is not supported yet\n\nA file with one of these words is refused, with its "
          "place, because it would not do what it says.\n\n",
          out);
    write_kind(&r, KW_REFUSED);
    write_refused_choices(&r);
    write_sections(&r, true);
    fputs("These are accepted with a warning, because the rest does its work without them.\n\n",
          out);
    write_kind(&r, KW_LATER);
    fputs("\n## What is accepted without effect\n\nWith a note under `-V`.\n\n", out);
    write_kind(&r, KW_NOTHING);
    write_sections(&r, false);
    reference_end(&r);
}
