/* SPDX-License-Identifier: Apache-2.0 */
/* The course of `weir explain`; explain.h names the files it is made of. */
#include "proxy/runtime/explain.h"

#include "proxy/runtime/explain_priv.h"
#include "proxy/state/proxy_state.h"
#include "proxy/state/server_state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int complain(const char *what, const char *word)
{
    fprintf(stderr, "weir explain: %s%s%s\n", what, word != NULL ? " " : "",
            word != NULL ? word : "");
    return -1;
}

/* ---- where the client arrives -------------------------------------------------------------------------- */

static bool is_named(const struct conf_bind *bind, const char *name)
{
    return (bind->addr.text != NULL && strcmp(bind->addr.text, name) == 0) ||
           (bind->name != NULL && strcmp(bind->name, name) == 0);
}

/* TLS is spoken with the bind; or, of a TCP frontend, with a server behind it. */
static bool can_speak_tls(const struct bind *bind)
{
    return bind->tls != NULL || bind->proxy->conf->mode == CONF_MODE_TCP;
}

/* How well it fits to what was asked for; 0: not at all. */
static unsigned fitness(const struct bind *bind, const struct explain_words *words)
{
    const struct conf_proxy *fe = bind->proxy->conf;
    unsigned port = addr_port(&words->destination);
    if ((words->frontend != NULL && strcmp(words->frontend, fe->name) != 0) ||
        (words->bind != NULL && !is_named(bind->conf, words->bind)) ||
        (words->tls && !can_speak_tls(bind)) || fe->disabled)
        return 0;
    bool is_port = words->destination.family != AF_UNSPEC && port == bind->conf->addr.port;
    bool is_tls = (bind->tls != NULL) == words->tls;
    bool is_http = words->line == NULL || fe->mode == CONF_MODE_HTTP;
    return 1 + 4 * is_port + 2 * is_tls + is_http;
}

static int choose_bind(struct explain_run *run)
{
    const struct snapshot *snapshot = run->chain.current;
    const struct explain_words *words = run->words;
    unsigned best = 0;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        for (size_t j = 0; j < proxy->conf->bind_count; j++) {
            unsigned fits = fitness(&proxy->binds[j], words);
            if (fits > best)
                run->bind = &proxy->binds[j];
            best = fits > best ? fits : best;
        }
    }
    if (run->bind == NULL)
        return complain(words->tls ? "no such bind speaks TLS:" : "there is no such bind:",
                        words->bind != NULL       ? words->bind
                        : words->frontend != NULL ? words->frontend
                                                  : "none at all");
    if (words->line == NULL && run->bind->proxy->conf->mode == CONF_MODE_HTTP)
        return complain("give a request, such as 'GET / HTTP/1.1', to the HTTP frontend",
                        run->bind->proxy->conf->name);
    run->speaks_tls = run->bind->tls != NULL || words->tls;
    return 0;
}

/* ---- servers that are said to be down ------------------------------------------------------------------ */

static int take_down(struct explain_run *run, const char *name)
{
    const struct snapshot *snapshot = run->chain.current;
    const char *slash = strchr(name, '/');
    size_t be_len = slash != NULL ? (size_t)(slash - name) : 0;
    bool found = false;
    for (size_t i = 0; i < snapshot->config->proxy_count; i++) {
        const struct proxy *proxy = &snapshot->proxies[i];
        if (slash != NULL &&
            (strncmp(proxy->conf->name, name, be_len) != 0 || proxy->conf->name[be_len] != '\0'))
            continue;
        struct server *server = proxy_find_server(proxy, slash != NULL ? slash + 1 : name);
        if (server != NULL)
            server_set_health(server, false, &run->control);
        found = found || server != NULL;
    }
    return found ? 0 : complain("no server is called", name);
}

static int take_all_down(struct explain_run *run)
{
    for (size_t i = 0; i < run->words->down.count; i++)
        if (take_down(run, run->words->down.items[i]) != 0)
            return -1;
    return 0;
}

/* ---- the course ---------------------------------------------------------------------------------------- */

static int perform(struct explain_run *run, struct load *load)
{
    if (explain_stage_open(run, load) != 0 || choose_bind(run) != 0 || take_all_down(run) != 0 ||
        explain_client_send(run) != 0)
        return -1;
    explain_stage_settle(run);
    if (run->words->json)
        explain_show_json(run);
    else
        explain_show(run);
    return 0;
}

static int explain(const struct explain_words *words)
{
    struct tls_shared nobody = {0};
    struct load load;
    struct load_input input = {.options = &words->options,
                               .outside = &outside_disk,
                               .shared = &nobody,
                               .is_check = true}; /* no file is written */
    int rc = load_run(&load, &input);
    conf_report_print(stderr, &load.report, CONF_ERROR);
    if (rc == 0) {
        struct explain_run run = {.words = words};
        rc = perform(&run, &load);
        explain_stage_close(&run);
    }
    load_clear(&load);
    return rc == 0 && fflush(stdout) == 0 ? 0 : 1;
}

/* Rules may ask for the names and processes that a start sets. */
static int prepare(void)
{
    char host[256] = "localhost";
    signal(SIGPIPE, SIG_IGN);
    return gethostname(host, sizeof(host) - 1) == 0 ? setenv("HAPROXY_LOCALPEER", host, 1) : -1;
}

int explain_command(int argc, char **argv)
{
    struct explain_words words;
    int code = explain_words_read(&words, argc, argv);
    if (code < 0)
        code = prepare() == 0 ? explain(&words) : 1;
    explain_words_clear(&words);
    return code;
}
