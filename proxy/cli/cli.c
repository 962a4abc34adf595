/* SPDX-License-Identifier: Apache-2.0 */
/* The admin sockets that are listened to, and the list of their clients; see cli.h. */
#include "proxy/cli/cli_priv.h"

#include "proxy/log/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAXCONN_DEFAULT 10 /* until the first load */
#define TIMEOUT_DEFAULT_MS 10000

static bool on_admit(struct listener *listener)
{
    const struct cli *cli = LIST_ITEM(listener, struct cli_listener, listener)->cli;
    return cli->session_count < cli->maxconn;
}

static void on_accepted(struct listener *listener, int fd, const struct sockaddr *from)
{
    struct cli_listener *l = LIST_ITEM(listener, struct cli_listener, listener);
    (void)from;
    cli_session_open(l->cli, fd, &l->conf);
}

static const struct listener_owner listener_owner = {.admit = on_admit, .accepted = on_accepted};

static void free_listener(struct loop_garbage *garbage)
{
    struct cli_listener *l = LIST_ITEM(garbage, struct cli_listener, garbage);
    free(l->text);
    free(l);
}

static void stop_listener(struct cli_listener *l)
{
    listener_stop(&l->listener);
    list_remove(&l->node);
    loop_free_later(l->cli->host.control, &l->garbage, free_listener);
}

static struct cli_listener *find_listener(struct cli *cli, const struct bind_socket *socket)
{
    for (struct list *node = cli->listeners.next; node != &cli->listeners; node = node->next) {
        struct cli_listener *l = LIST_ITEM(node, struct cli_listener, node);
        if (l->socket == socket)
            return l;
    }
    return NULL;
}

static struct cli_listener *start_listener(struct cli *cli, const struct bind_socket *socket)
{
    struct cli_listener *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return NULL;
    l->cli = cli;
    l->socket = socket;
    if (listener_start(&l->listener, cli->host.control, socket->fds[0], &listener_owner) != 0) {
        free(l);
        return NULL;
    }
    list_push_back(&cli->listeners, &l->node);
    return l;
}

static void listen_on(struct cli *cli, const struct conf_bind *bind,
                      const struct bind_socket *socket)
{
    struct cli_listener *l = find_listener(cli, socket);
    if (l == NULL)
        l = start_listener(cli, socket);
    char *text = strdup(bind->addr.text);
    if (l == NULL || text == NULL) {
        free(text);
        log_event(LOG_LEVEL_CRIT, NULL, "The admin socket [%s] cannot be listened to.",
                  bind->addr.text);
        return;
    }
    free(l->text);
    l->text = text;
    l->conf = bind->admin;
}

static bool is_wanted(const struct cli_listener *l, size_t count, cli_socket_at *socket_at,
                      void *owner)
{
    for (size_t i = 0; i < count; i++)
        if (socket_at(owner, i) == l->socket)
            return true;
    return false;
}

void cli_apply(struct cli *cli, const struct conf_global *global, cli_socket_at *socket_at,
               void *owner)
{
    const struct conf_proxy *admin = &global->admin;
    ssl_shelf_clear(&cli->shelf); /* the files have been read anew */
    cli->maxconn = admin->maxconn;
    cli->timeout_ms = global->admin_timeout_ms;
    for (struct list *node = cli->listeners.next, *next; node != &cli->listeners; node = next) {
        struct cli_listener *l = LIST_ITEM(node, struct cli_listener, node);
        next = node->next;
        if (!is_wanted(l, admin->bind_count, socket_at, owner))
            stop_listener(l);
    }
    for (size_t i = 0; i < admin->bind_count; i++)
        listen_on(cli, &admin->binds[i], socket_at(owner, i));
}

void cli_adopt(struct cli *cli, int fd, unsigned level)
{
    const struct conf_admin_bind conf = {.level =
                                             level <= CONF_ADMIN_ADMIN ? level : CONF_ADMIN_USER};
    cli_session_open(cli, fd, &conf);
}

struct cli *cli_new(const struct cli_host *host)
{
    struct cli *cli = calloc(1, sizeof(*cli));
    if (cli == NULL)
        return NULL;
    cli->host = *host;
    cli->maxconn = MAXCONN_DEFAULT;
    cli->timeout_ms = TIMEOUT_DEFAULT_MS;
    list_init(&cli->listeners);
    list_init(&cli->sessions);
    return cli;
}

void cli_stop_listening(struct cli *cli)
{
    while (!list_is_empty(&cli->listeners))
        stop_listener(LIST_ITEM(cli->listeners.next, struct cli_listener, node));
}

void cli_free(struct cli *cli)
{
    if (cli == NULL)
        return;
    cli_stop_listening(cli);
    for (struct list *node = cli->sessions.next, *next; node != &cli->sessions; node = next) {
        struct cli_session *session = LIST_ITEM(node, struct cli_session, node);
        next = node->next;
        session->state = CLI_ANSWERING; /* data threads have ended: nobody answers any more */
        cli_session_close(session);
    }
    ssl_shelf_clear(&cli->shelf);
    free(cli);
}
