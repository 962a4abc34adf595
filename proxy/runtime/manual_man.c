/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for man: weir(8), weir.conf(5), weir-rules(7). */
#include "proxy/runtime/manual_priv.h"

#include "config/manual/reference.h"
#include "config/manual/roff.h"
#include "proxy/runtime/commands.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_words.h"

#include <stdbool.h>

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

void manual_weir_8(FILE *out, const char *date)
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

void manual_weir_conf_5(FILE *out, const char *date)
{
    reference_write_man(out, config_tables, date);
}

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

void manual_weir_rules_7(FILE *out, const char *date)
{
    roff_head(out, "weir-rules", 7, date);
    fputs(rules_opening, out);
    for (int kind = 0; kind < WORD_KINDS; kind++) {
        fprintf(out, ".SH %s\n", rule_word_kinds[kind]);
        rule_words_each((enum rule_word_kind)kind, write_man_word, out);
    }
    fputs(".SH SEE ALSO\n.BR weir (8),\n.BR weir.conf (5)\n", out);
}
