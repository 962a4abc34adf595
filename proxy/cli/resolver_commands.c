/* SPDX-License-Identifier: Apache-2.0 */
/* show resolvers: what became of the questions to each name server (proxy/discovery/counts.h). */
#include "proxy/cli/cli_priv.h"
#include "proxy/discovery/discovery.h"

#include <string.h>

static void write_nameserver(const struct cli_call *call, const struct conf_resolvers *section,
                             const struct conf_nameserver *nameserver, struct text *out)
{
    const struct dns_counts *counts =
        discovery_counts(call->cli->host.discovery, section->name, nameserver->name);
    text_printf(out, " nameserver %s:\n", nameserver->name);
    for (size_t i = 0; i < DNS_COUNTS; i++)
        text_printf(out, "  %s:%*s%llu\n", dns_count_names[i],
                    (int)(sizeof("cname_error: ") - 2 - strlen(dns_count_names[i])), "",
                    counts != NULL ? (unsigned long long)counts->of[i] : 0);
}

/* call->at counts sections, call->sub lines of one: its head, then its name servers. */
static enum cli_progress more_resolvers(struct cli_call *call, struct text *out)
{
    const struct config *config = call->snapshot->config;
    const char *wanted = call->words[2];
    for (; call->at < config->resolvers_count; call->at++, call->sub = 0) {
        const struct conf_resolvers *section = &config->resolvers[call->at];
        if (*wanted != '\0' && strcmp(wanted, section->name) != 0)
            continue;
        if (call->sub > section->nameserver_count)
            continue;
        if (call->sub++ == 0)
            text_printf(out, "Resolvers section %s\n", section->name);
        else
            write_nameserver(call, section, &section->nameservers[call->sub - 2], out);
        return CLI_MORE;
    }
    text_char(out, '\n');
    return CLI_DONE;
}

static void run_resolvers(struct cli_call *call)
{
    const struct config *config = call->snapshot->config;
    const char *wanted = call->words[2];
    size_t i = 0;
    while (*wanted != '\0' && i < config->resolvers_count &&
           strcmp(config->resolvers[i].name, wanted) != 0)
        i++;
    if (*wanted != '\0' && i == config->resolvers_count)
        cli_fail(call, "Can't find that resolvers section\n");
    else
        call->more = more_resolvers;
}

/* clang-format off */
const struct cli_command cli_resolver_commands[] = {
    {"show resolvers", CONF_ADMIN_USER, "show resolvers [id]", "dumps counters from all resolvers section and associated name servers", run_resolvers, NULL},
    {0},
};
/* clang-format on */
