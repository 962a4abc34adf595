/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the master socket, in the words of HAProxy 2.6. */
#include "proxy/runtime/master_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct order {
    struct master *master;
    struct master_client *client;
    const struct master_facts *facts;
    char *words[CLI_WORDS_MAX + 1];
    unsigned count;
    struct text out;
    bool reloads;
};

static const char *const level_names[] = {
    [CONF_ADMIN_USER] = "user", [CONF_ADMIN_OPERATOR] = "operator", [CONF_ADMIN_ADMIN] = "admin"};

static void lower(struct order *order, enum conf_admin_level level)
{
    if (order->client->level < level)
        text_put(&order->out, "Permission denied\n");
    else
        order->client->level = level;
}

static void run_user(struct order *order)
{
    lower(order, CONF_ADMIN_USER);
}

static void run_operator(struct order *order)
{
    lower(order, CONF_ADMIN_OPERATOR);
}

static void run_prompt(struct order *order)
{
    order->client->is_interactive = !order->client->is_interactive;
}

static void run_quit(struct order *order)
{
    order->client->is_leaving = true;
}

/* As HAProxy, which starts itself anew: the connection ends. */
static void run_reload(struct order *order)
{
    order->reloads = true;
    order->client->is_leaving = true;
}

static void run_level(struct order *order)
{
    text_printf(&order->out, "%s\n", level_names[order->client->level]);
}

static void run_version(struct order *order)
{
    text_put(&order->out, WEIR_VERSION "\n");
}

static void put_process(struct text *out, pid_t pid, const char *type, const char *reloads,
                        int64_t age_s)
{
    char uptime[32];
    snprintf(uptime, sizeof(uptime), "%dd%02dh%02dm%02ds", (int)(age_s / 86400),
             (int)(age_s / 3600 % 24), (int)(age_s / 60 % 60), (int)(age_s % 60));
    text_printf(out, "%-15d %-15s %-15s %-15s %-15s\n", (int)pid, type, reloads, uptime,
                WEIR_VERSION);
}

static void run_proc(struct order *order)
{
    const struct master_facts *facts = order->facts;
    char reloads[48];
    snprintf(reloads, sizeof(reloads), "%u [failed: %u]", facts->reloads, facts->failed_reloads);
    text_printf(&order->out, "%-15s %-15s %-15s %-15s %-15s\n", "#<PID>", "<type>", "<reloads>",
                "<uptime>", "<version>");
    put_process(&order->out, getpid(), "master", reloads, facts->age_s);
    text_put(&order->out, "# workers\n");
    if (facts->worker != 0)
        put_process(&order->out, facts->worker, "worker", "0", facts->worker_age_s);
    text_put(&order->out, "# programs\n");
}

static void run_sockets(struct order *order)
{
    text_put(&order->out, "# socket lvl processes\n");
}

static void run_help(struct order *order);

static const struct {
    const char *words[3]; /* end in NULL */
    enum conf_admin_level level;
    const char *usage, *help;
    void (*run)(struct order *order);
} commands[] = {
    {{NULL}, 0, "@!<pid>", "send a command to the <pid> process", NULL},
    {{NULL}, 0, "@<relative pid>", "send a command to the <relative pid> process", NULL},
    {{NULL}, 0, "@master", "send a command to the master process", NULL},
    {{"operator"},
     0,
     "operator",
     "lower the level of the current CLI session to operator",
     run_operator},
    {{"reload"}, CONF_ADMIN_ADMIN, "reload", "reload weir", run_reload},
    {{"show", "cli"},
     0,
     "show cli level",
     "display the level of the current CLI session",
     run_level},
    {{"show", "proc"}, 0, "show proc", "show processes status", run_proc},
    {{"show", "version"}, 0, "show version", "show version of the current process", run_version},
    {{"user"}, 0, "user", "lower the level of the current CLI session to user", run_user},
    {{"help"}, 0, "help [<command>]", "list matching or all commands", run_help},
    {{"prompt"}, 0, "prompt", "toggle interactive mode with prompt", run_prompt},
    {{"quit"}, 0, "quit", "disconnect", run_quit},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void run_help(struct order *order)
{
    for (size_t i = 0; i < COMMANDS; i++)
        text_printf(&order->out, "  %-40s: %s\n", commands[i].usage, commands[i].help);
}

static bool is_meant(size_t i, const struct order *order)
{
    const char *const *words = commands[i].words;
    for (unsigned w = 0; w < 3 && words[w] != NULL; w++)
        if (w >= order->count || strcmp(words[w], order->words[w]) != 0)
            return false;
    return words[0] != NULL;
}

static void run(struct order *order)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (!is_meant(i, order))
            continue;
        if (order->client->level < commands[i].level)
            text_put(&order->out, "Permission denied\n");
        else if (commands[i].run == run_level && order->count > 2 &&
                 strcmp(order->words[2], "sockets") == 0)
            run_sockets(order);
        else {
            if (commands[i].run == run_help)
                text_put(&order->out, "The following commands are valid at this level:\n");
            commands[i].run(order);
        }
        return;
    }
    text_put(&order->out, "Unknown command. Please enter one of the following commands only:\n");
    run_help(order);
}

/* ---- to the worker --------------------------------------------------------------------------- */

static int send_client(int channel, int fd, unsigned char level)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec byte = {&level, 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(&message);
    cmsg->cmsg_level = SOL_SOCKET;
    cmsg->cmsg_type = SCM_RIGHTS;
    cmsg->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(cmsg), &fd, sizeof(int));
    return sendmsg(channel, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1 ? 0 : -errno;
}

int master_take_client(int channel, unsigned char *level_out)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec byte = {level_out, 1};
    struct msghdr message = {.msg_iov = &byte,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    int fd = -1;
    if (recvmsg(channel, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1)
        return -1;
    const struct cmsghdr *cmsg = CMSG_FIRSTHDR(&message);
    if (cmsg != NULL && cmsg->cmsg_type == SCM_RIGHTS)
        memcpy(&fd, CMSG_DATA(cmsg), sizeof(int));
    return fd;
}

/* The pair's buffer takes a whole command: it is smaller than any that the kernel gives. */
static bool write_command(int fd, const char *command, const char *payload)
{
    struct iovec parts[] = {
        {(char *)command, strlen(command)},
        {(char *)(payload != NULL ? " <<\n" : "\n"), payload != NULL ? 4 : 1},
        {(char *)(payload != NULL ? payload : ""), payload != NULL ? strlen(payload) : 0},
        {(char *)"\n", payload != NULL ? 1 : 0},
    };
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 4};
    size_t len = parts[0].iov_len + parts[1].iov_len + parts[2].iov_len + parts[3].iov_len;
    return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len &&
           shutdown(fd, SHUT_WR) == 0;
}

static void forward(struct order *order, const char *command, const char *payload)
{
    int ends[2];
    struct master_client *client = order->client;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        text_put(&order->out, "Can't connect to the target CLI!\n");
        return;
    }
    if (order->facts->channel >= 0 && write_command(ends[0], command, payload) &&
        send_client(order->facts->channel, ends[1], (unsigned char)client->level) == 0) {
        client->worker = ends[0];
    } else {
        text_put(&order->out, "Can't connect to the target CLI!\n");
        close(ends[0]);
    }
    close(ends[1]);
}

/* "@1", "@!1234", "@master"; false after a message. */
static bool find_target(struct order *order, const char *prefix, pid_t *target_out)
{
    pid_t worker = order->facts->worker;
    *target_out = 0;
    if (strcmp(prefix, "@") == 0 || strcmp(prefix, "@0") == 0 || strcmp(prefix, "@master") == 0)
        return true;
    *target_out = worker;
    if (worker != 0 && strcmp(prefix, "@1") == 0)
        return true;
    long pid = prefix[1] == '!' ? strtol(prefix + 2, NULL, 10) : 0;
    if (pid > 0 && (pid == worker || pid == getpid())) {
        *target_out = pid == worker ? worker : 0;
        return true;
    }
    text_printf(&order->out, "Can't find the target PID matching the prefix '%s'\n", prefix);
    order->client->is_leaving = true;
    return false;
}

/* Behind an answer that came from here. */
static void put_end(struct order *order)
{
    if (!order->client->is_leaving && text_len(&order->out) > 0)
        text_char(&order->out, '\n');
}

bool master_command(struct master *master, struct master_client *client,
                    const struct cli_text *found, const struct master_facts *facts)
{
    struct order order = {.master = master, .client = client, .facts = facts};
    char *command = found->command + strspn(found->command, " \t");
    pid_t target = client->target != 0 && client->target != facts->worker ? 0 : client->target;
    text_init(&order.out, client->out + client->out_len, sizeof(client->out) - client->out_len);
    bool is_known = true, is_switch = false;
    if (*command == '@') {
        char *end = command + strcspn(command, " \t"), *rest = end + strspn(end, " \t");
        *end = '\0';
        is_known = find_target(&order, command, &target);
        is_switch = is_known && *rest == '\0';
        command = rest;
    }
    if (is_switch) {
        client->target = target;
    } else if (is_known && target != 0 && strcmp(command, "prompt") != 0 &&
               strcmp(command, "quit") != 0) {
        forward(&order, command, found->payload);
    } else if (is_known) {
        order.count = cli_words_cut(command, order.words);
        run(&order);
    }
    put_end(&order);
    client->out_len += text_len(&order.out);
    return order.reloads;
}
