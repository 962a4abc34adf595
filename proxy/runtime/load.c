/* SPDX-License-Identifier: Apache-2.0 */
/* The course of a load; see load.h. Each part reports its own problems, so that one run shows them
 * all. */
#include "proxy/runtime/load.h"

#include "config/load.h"
#include "config/report_formats.h"
#include "proxy/health/script.h"
#include "proxy/runtime/check_binds.h"
#include "proxy/runtime/limits.h"
#include "proxy/runtime/rule_tables.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

static unsigned usable_cpus(void)
{
    cpu_set_t cpus;
    int count = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? CPU_COUNT(&cpus) : 1;
    return count > 0 ? (unsigned)count : 1;
}

static int report_memory(struct load *load)
{
    conf_report_add(&load->report, CONF_ERROR, (struct conf_span){0}, NULL, "out of memory");
    return -1;
}

/*
 * A configuration in which nobody listens is refused, as in HAProxy: on a reload it is more likely
 * a file that is just being written than what anybody wants. A stats socket counts, also as in HAProxy:
 * with the file that distributions install the service starts, and waits for a site.
 */
static int require_listener(struct load *load)
{
    for (size_t i = 0; i < config_binder_count(load->config); i++) {
        const struct conf_proxy *binder = config_binder(load->config, i);
        if (binder->bind_count > 0 && !binder->disabled)
            return 0;
    }
    conf_report_add(&load->report, CONF_ERROR, (struct conf_span){0},
                    "a frontend or listen needs a bind, and not to be disabled",
                    "No enabled listener found (check for 'bind' directives)");
    return -1;
}

static int load_config(struct load *load, const struct load_input *input)
{
    const struct options *options = input->options;
    struct conf_input conf_input = {
        .paths = options->files,
        .path_count = options->file_count,
        .source = input->outside->source,
        .cpus = usable_cpus(),
        .maxconn = options->maxconn,
        .log_tag = options->program,
        .compile = rule_tables_compile,
        .regex_is_good = script_regex_is_good,
    };
    load->config = config_load(&conf_input, &load->report);
    if (load->config == NULL)
        return -1;
    if (limits_complete(load->config) != 0)
        return report_memory(load);
    for (size_t i = 0; i < config_binder_count(load->config); i++)
        load->bind_count += config_binder(load->config, i)->bind_count;
    load->admin_bind_count = load->config->global.admin.bind_count;
    load->bind_tls = calloc(load->bind_count + 1, sizeof(*load->bind_tls));
    load->claims = calloc(load->bind_count + 1, sizeof(*load->claims));
    if (load->bind_tls == NULL || load->claims == NULL)
        return report_memory(load);
    return require_listener(load);
}

static int add_server_tls(struct load *load, const struct conf_proxy *proxy,
                          const struct conf_server *server, const struct tls_files *files)
{
    struct tls_error_text error = {.text = ""};
    struct tls_client_context *tls = NULL;
    bool has_tls = conf_server_needs_tls(proxy, server);
    bool is_read = has_tls && server->tls.verify != CONF_VERIFY_NONE;
    if (!is_read && load_look_for_server_files(server, files, &error) != 0)
        tls = NULL;
    else if (has_tls)
        tls = load_server_tls(server, load->server_tls, load->server_tls_count, files, &error);
    else
        return 0;
    if (tls != NULL) {
        load->server_tls[load->server_tls_count++] = (struct server_tls){server, tls};
        return 0;
    }
    conf_report_add(&load->report, CONF_ERROR,
                    (struct conf_span){.place = server->place, .width = 1},
                    "look at crt, ca-file, crl-file and ciphers of the line", "server %s/%s: %s",
                    proxy->name, server->name, error.text);
    return -1;
}

static int load_all_server_tls(struct load *load, const struct tls_files *files)
{
    const struct config *config = load->config;
    size_t total = 0;
    int rc = 0;
    for (size_t i = 0; i < config->proxy_count; i++)
        total += config->proxies[i].server_count;
    load->server_tls = calloc(total + 1, sizeof(*load->server_tls));
    if (load->server_tls == NULL)
        return report_memory(load);
    for (size_t i = 0; i < config->proxy_count; i++)
        for (size_t s = 0; s < config->proxies[i].server_count; s++) {
            const struct conf_server *server = &config->proxies[i].servers[s];
            if (add_server_tls(load, &config->proxies[i], server, files) != 0)
                rc = -1;
        }
    return rc;
}

static int load_tls(struct load *load, const struct load_input *input)
{
    const struct config *config = load->config;
    if (input->has_clients && input->shared->keys == NULL &&
        tls_shared_init(input->shared, &config->global, time(NULL)) != 0)
        return report_memory(load);
    const struct tls_load tls = {config, input->shared, input->outside->files, input->is_check};
    int binds = load_bind_tls(&tls, load->bind_tls, &load->report);
    int servers = load_all_server_tls(load, input->outside->files);
    return binds == 0 && servers == 0 ? 0 : -1;
}

/* The problems themselves are in the report already. */
static int refuse_warnings(struct load *load, size_t warnings, const struct options *options)
{
    if (!options->zero_warning || warnings == 0)
        return 0;
    conf_report_add(&load->report, CONF_ERROR, (struct conf_span){0},
                    "mend what the warnings name, or start without -dW",
                    "Some warnings were found and -dW is set");
    return -1;
}

static int load_sockets(struct load *load, const struct load_input *input)
{
    struct socket_set *set = input->sockets;
    if (set == NULL)
        return 0;
    if (set->threads == 0)
        set->threads = load->config->global.nbthread;
    if (sockets_claim(set, load->config, input->origin, load->claims, &load->report) == 0)
        return 0;
    sockets_rollback(set);
    memset(load->claims, 0, load->bind_count * sizeof(*load->claims));
    return -1;
}

int load_run(struct load *load, const struct load_input *input)
{
    *load = (struct load){0};
    conf_report_init(&load->report);
    if (load_config(load, input) != 0)
        return -1;
    size_t warnings = load->report.warnings; /* later ones are no mistakes of the file */
    if (input->is_check)
        check_binds(load->config, &load->report);
    int tls = load_tls(load, input);
    conf_report_sort(&load->report);
    if (tls != 0 || refuse_warnings(load, warnings, input->options) != 0)
        return -1;
    return load_sockets(load, input);
}

void load_clear(struct load *load)
{
    for (size_t i = 0; i < load->bind_count && load->bind_tls != NULL; i++)
        if (load->bind_tls[i] != NULL)
            tls_context_free(load->bind_tls[i]);
    for (size_t i = 0; i < load->server_tls_count; i++)
        if (load->server_tls[i].tls != NULL)
            tls_client_context_free(load->server_tls[i].tls);
    free(load->bind_tls);
    free(load->server_tls);
    free(load->claims);
    config_free(load->config);
    conf_report_clear(&load->report);
    *load = (struct load){0};
}

void load_reason(const struct load *load, char reason_out[LOAD_REASON_BYTES])
{
    snprintf(reason_out, LOAD_REASON_BYTES, "unknown");
    for (size_t i = 0; i < load->report.count; i++) {
        const struct conf_problem *problem = &load->report.problems[i];
        if (problem->severity != CONF_ERROR)
            continue;
        const struct conf_place *place = &problem->place;
        if (place->file == NULL)
            snprintf(reason_out, LOAD_REASON_BYTES, "%s", problem->message);
        else if (place->line == 0)
            snprintf(reason_out, LOAD_REASON_BYTES, "%s: %s", place->file, problem->message);
        else
            snprintf(reason_out, LOAD_REASON_BYTES, "%s:%u:%u: %s", place->file, place->line,
                     place->column, problem->message);
        return;
    }
}

void load_show(const struct load *load, const struct options *options)
{
    if (options->json)
        conf_report_print_json(stdout, &load->report);
    if (options->sarif)
        conf_report_print_sarif(stdout, &load->report);
    if (options->json || options->sarif)
        return;
    enum conf_severity least = options->quiet                       ? CONF_ERROR
                               : options->verbose || options->debug ? CONF_NOTE
                                                                    : CONF_WARNING;
    conf_report_print(stderr, &load->report, least);
}

struct tls_client_context *load_take_server_tls(struct load *load, const struct conf_server *server)
{
    if (load->server_tls_taken == load->server_tls_count)
        return NULL;
    struct server_tls *entry = &load->server_tls[load->server_tls_taken];
    if (entry->server != server)
        return NULL;
    struct tls_client_context *tls = entry->tls;
    entry->tls = NULL;
    load->server_tls_taken++;
    return tls;
}
