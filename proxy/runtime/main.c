/* SPDX-License-Identifier: Apache-2.0 */
/* What the command line asks for: show, check, or serve in the right arrangement of processes. */
#include "config/load.h"
#include "proxy/log/log.h"
#include "proxy/runtime/commands.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/limits.h"
#include "proxy/runtime/load.h"
#include "proxy/runtime/monitor.h"
#include "proxy/runtime/notify.h"
#include "proxy/runtime/options.h"
#include "proxy/runtime/rule_tables.h"
#include "proxy/runtime/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int check(const struct options *options)
{
    struct tls_shared nobody = {0};
    struct load load;
    struct load_input input = {
        .options = options, .outside = &outside_disk, .shared = &nobody, .is_check = true};
    int rc = load_run(&load, &input);
    load_show(&load, options);
    if (options->json || options->sarif)
        fflush(stdout);
    else if (rc != 0)
        log_console(LOG_LEVEL_CRIT, "Fatal errors found in configuration.");
    else if (!options->quiet)
        puts("Configuration file is valid");
    load_clear(&load);
    return rc == 0 ? 0 : 1;
}

/*
 * What the configuration says about processes must be known before the first fork. The file is read
 * for real by the process that serves; whether it is any good shows here, before anything is
 * started.
 */
static int merge_modes(struct options *options, char **pidfile_out)
{
    struct conf_input input = {.paths = options->files,
                               .path_count = options->file_count,
                               .cpus = 1,
                               .compile = rule_tables_compile};
    struct conf_report report;
    conf_report_init(&report);
    struct config *config = config_load(&input, &report);
    if (config != NULL) {
        const struct conf_global *global = &config->global;
        options->daemon |=
            global->daemon && !options->notifies; /* systemd wants to keep its child */
        options->monitored |= global->master_worker;
        if (options->pidfile == NULL && global->pidfile != NULL)
            options->pidfile = *pidfile_out = strdup(global->pidfile);
    } else {
        conf_report_print(stderr, &report, CONF_WARNING);
        log_console(LOG_LEVEL_CRIT, "config : Fatal errors found in configuration.");
    }
    conf_report_clear(&report);
    config_free(config);
    return config != NULL ? 0 : -1;
}

/* The launched process, or its heir in the background, is the worker itself. */
static int serve_alone(const struct options *options)
{
    struct keeper_link link = {.channel = -1, .handoff = -1, .clients = -1, .transcript = -1};
    struct socket_set sockets;
    sockets_init(&sockets);
    if (geteuid() == 0) { /* privileges may be dropped */
        int rc = opener_fork(options, &link);
        if (rc != 0) {
            log_console(LOG_LEVEL_CRIT, "cannot fork: %s", strerror(-rc));
            return 1;
        }
    }
    return worker_run(options, &link, &sockets);
}

/* Until somebody is there to take them: their default would end us in the middle of the start. */
static void hold_signals(void)
{
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGHUP);
    sigaddset(&held, SIGUSR1);
    sigaddset(&held, SIGUSR2);
    sigprocmask(SIG_BLOCK, &held, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static int serve(struct options *options)
{
    char *pidfile = NULL;
    hold_signals();
    limits_raise();
    if (options->foreground)
        options->daemon = false;
    else if (merge_modes(options, &pidfile) != 0)
        return 1;
    log_console_quiet(options->quiet);
    notify_open();
    if (options->daemon && daemon_fork() != 0) {
        log_console(LOG_LEVEL_CRIT, "cannot go to the background: %s", strerror(errno));
        return 1;
    }
    int exit_code = options->monitored ? monitor_run(options, worker_run) : serve_alone(options);
    free(pidfile);
    return exit_code;
}

/* -cc */
static int evaluate(const struct options *options)
{
    struct conf_report report;
    bool value = false;
    conf_report_init(&report);
    bool has_value = config_condition(options->condition, &report, &value);
    conf_report_print(stderr, &report, CONF_ERROR);
    conf_report_clear(&report);
    return !has_value ? 2 : value ? 0 : 1;
}

static int act(struct options *options)
{
    if (options->show_help) {
        options_usage(stdout, options->program);
        return 0;
    }
    if (options->show_version) {
        options_version(stdout, options->show_build);
        return 0;
    }
    if (options->condition != NULL)
        return evaluate(options);
    options_show_idle(options);
    if (options->folder != NULL && chdir(options->folder) != 0) {
        log_console(LOG_LEVEL_CRIT, "Could not change to directory %s : %s", options->folder,
                    strerror(errno));
        return 1;
    }
    char host[256] = "localhost";
    if (gethostname(host, sizeof(host) - 1) != 0 ||
        setenv("HAPROXY_LOCALPEER", options->local_name != NULL ? options->local_name : host, 1) !=
            0)
        return 1;
    return options->check ? check(options) : serve(options);
}

int main(int argc, char **argv)
{
    struct options options;
    const struct command *command = command_find(argc, argv);
    if (command != NULL)
        return command->run(argc - 2, argv + 2);
    if (options_parse(&options, argc, argv) != 0) {
        options_version(stderr, false);
        options_usage(stderr, options.program != NULL ? options.program : "weir");
        return 1;
    }
    int exit_code = act(&options);
    options_free(&options);
    return exit_code;
}
