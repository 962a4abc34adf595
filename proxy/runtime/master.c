/* SPDX-License-Identifier: Apache-2.0 */
/* The listener and the clients of the master socket; see master.h. */
#include "proxy/runtime/master_priv.h"

#include "config/address.h"
#include "config/arena.h"
#include "proxy/runtime/socket_open.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 10

/* ---- the option ------------------------------------------------------------------------------ */

static bool read_level(const char *word, enum conf_admin_level *level_out)
{
    static const char *const names[] = {[CONF_ADMIN_USER] = "user",
                                        [CONF_ADMIN_OPERATOR] = "operator",
                                        [CONF_ADMIN_ADMIN] = "admin"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], word) == 0) {
            *level_out = (enum conf_admin_level)i;
            return true;
        }
    }
    return false;
}

static bool read_user(const char *name, uid_t *uid_out)
{
    const struct passwd *user = getpwnam(name);
    if (user != NULL)
        *uid_out = user->pw_uid;
    return user != NULL;
}

static bool read_group(const char *name, gid_t *gid_out)
{
    const struct group *group = getgrnam(name);
    if (group != NULL)
        *gid_out = group->gr_gid;
    return group != NULL;
}

/* One pair of words behind the address: "mode", "600". */
static bool read_setting(struct conf_bind *bind, const char *name, const char *value)
{
    if (strcmp(name, "mode") == 0)
        bind->mode = (mode_t)strtoul(value, NULL, 8);
    else if (strcmp(name, "uid") == 0)
        bind->uid = (uid_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "gid") == 0)
        bind->gid = (gid_t)strtoul(value, NULL, 10);
    else if (strcmp(name, "user") == 0)
        return read_user(value, &bind->uid);
    else if (strcmp(name, "group") == 0)
        return read_group(value, &bind->gid);
    else
        return strcmp(name, "level") == 0 && read_level(value, &bind->admin.level);
    return true;
}

static bool read_address(struct conf_arena *arena, const char *text, struct conf_bind *bind)
{
    struct address_parts parts;
    bind->addr = (struct conf_addr){.text = text, .fd = -1};
    return address_split(arena, text, &parts) == 0 &&
           address_fill(&parts, parts.first_port, &bind->addr) == 0;
}

/* "ADDRESS,name,value,..."; false with a reason. */
static bool read_option(struct conf_arena *arena, char *option, struct conf_bind *bind_out,
                        char *reason, size_t reason_bytes)
{
    char *rest = option, *address = strsep(&rest, ",");
    *bind_out = (struct conf_bind){.uid = (uid_t)-1, .gid = (gid_t)-1};
    bind_out->admin = (struct conf_admin_bind){.is_admin = true, .level = CONF_ADMIN_ADMIN};
    if (!read_address(arena, address, bind_out)) {
        snprintf(reason, reason_bytes, "-S: '%s' is no address", address);
        return false;
    }
    while (rest != NULL) {
        const char *name = strsep(&rest, ","), *value = strsep(&rest, ",");
        if (value == NULL || !read_setting(bind_out, name, value)) {
            snprintf(reason, reason_bytes, "-S: '%s' cannot be set to '%s'", name,
                     value != NULL ? value : "");
            return false;
        }
    }
    return true;
}

struct master *master_open(const char *option, char *reason_out, size_t reason_bytes)
{
    struct conf_bind bind;
    struct master *master = calloc(1, sizeof(*master));
    struct conf_arena *arena = arena_new();
    char *copy = strdup(option);
    snprintf(reason_out, reason_bytes, "-S: out of memory");
    bool is_open = master != NULL && arena != NULL && copy != NULL &&
                   read_option(arena, copy, &bind, reason_out, reason_bytes) &&
                   socket_open(&bind, BACKLOG, &master->listener, 1, reason_out, reason_bytes) == 0;
    if (is_open && socket_publish(&bind, reason_out, reason_bytes) != 0) {
        close(master->listener);
        is_open = false;
    }
    if (is_open)
        master->level = bind.admin.level;
    for (unsigned i = 0; i < MASTER_CLIENTS && master != NULL; i++)
        master->clients[i].fd = master->clients[i].worker = -1;
    free(copy);
    arena_free(arena);
    if (is_open)
        return master;
    free(master);
    return NULL;
}

/* ---- clients --------------------------------------------------------------------------------- */

static void client_close(struct master_client *client)
{
    close(client->fd);
    if (client->worker >= 0)
        close(client->worker);
    client->fd = client->worker = -1;
}

void master_close(struct master *master)
{
    for (unsigned i = 0; master != NULL && i < MASTER_CLIENTS; i++)
        if (master->clients[i].fd >= 0)
            client_close(&master->clients[i]);
    if (master != NULL)
        close(master->listener);
    free(master);
}

static struct master_client *find_place(struct master *master)
{
    for (unsigned i = 0; i < MASTER_CLIENTS; i++)
        if (master->clients[i].fd < 0)
            return &master->clients[i];
    return NULL;
}

static void accept_client(struct master *master)
{
    struct master_client *client = find_place(master);
    int fd =
        client != NULL ? accept4(master->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
    if (fd < 0)
        return;
    memset(client, 0, offsetof(struct master_client, in));
    client->fd = fd;
    client->worker = -1;
    client->level = master->level;
}

static void put(struct master_client *client, const char *text)
{
    size_t len = strlen(text);
    if (len <= sizeof(client->out) - client->out_len) {
        memcpy(client->out + client->out_len, text, len);
        client->out_len += len;
    }
}

static void put_prompt(struct master_client *client)
{
    char prompt[32];
    snprintf(prompt, sizeof(prompt), client->target != 0 ? "%d> " : "master> ",
             (int)client->target);
    if (client->is_interactive && !client->is_leaving)
        put(client, prompt);
}

/* False: the client is gone. */
static bool flush(struct master_client *client)
{
    while (client->out_sent < client->out_len) {
        ssize_t n = send(client->fd, client->out + client->out_sent,
                         client->out_len - client->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        client->out_sent += (size_t)n;
    }
    client->out_len = client->out_sent = 0;
    return true;
}

/* A part of the worker's answer, or its end. */
static void relay(struct master_client *client)
{
    ssize_t n = recv(client->worker, client->out, sizeof(client->out), MSG_DONTWAIT);
    if (n > 0)
        client->out_len = (size_t)n;
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    close(client->worker);
    client->worker = -1;
    put_prompt(client);
}

/* The next command of what has been read. False: it is not there yet. */
static bool take_command(struct master *master, struct master_client *client,
                         const struct master_facts *facts, bool *reload_out)
{
    struct cli_text found;
    enum cli_found result = cli_text_find(client->in, client->in_len, &found);
    for (; result != CLI_INCOMPLETE && client->is_interactive &&
           client->payload_lines < found.payload_lines;
         client->payload_lines++)
        put(client, "+ ");
    if (result != CLI_COMMAND)
        return false;
    client->payload_lines = 0;
    *reload_out |= master_command(master, client, &found, facts);
    if (client->worker < 0)
        put_prompt(client);
    memmove(client->in, client->in + found.taken, client->in_len - found.taken);
    client->in_len -= found.taken;
    return true;
}

/* False: nothing comes now. */
static bool read_more(struct master_client *client)
{
    ssize_t n = recv(client->fd, client->in + client->in_len, sizeof(client->in) - client->in_len,
                     MSG_DONTWAIT);
    if (n > 0)
        client->in_len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        client->is_ended = true;
    return n >= 0 || client->is_ended;
}

/* One step of what there is to do. False: that is all for now; the client may have been closed. */
static bool step(struct master *master, struct master_client *client,
                 const struct master_facts *facts, bool *reload_out)
{
    bool is_done = client->is_leaving;
    if (!flush(client)) {
        client_close(client);
        return false;
    }
    if (client->out_len > 0)
        return false;
    if (client->worker >= 0) {
        relay(client);
        return client->out_len > 0 || client->worker < 0;
    }
    if (!is_done && take_command(master, client, facts, reload_out))
        return true;
    if (client->out_len > 0) /* a prompt */
        return true;
    if (is_done || client->is_ended || client->in_len == sizeof(client->in)) {
        client_close(client);
        return false;
    }
    return read_more(client);
}

/* ---- for the monitor ------------------------------------------------------------------------- */

static bool has_place(const struct master *master)
{
    for (unsigned i = 0; i < MASTER_CLIENTS; i++)
        if (master->clients[i].fd < 0)
            return true;
    return false;
}

unsigned master_poll(const struct master *master, struct pollfd fds_out[MASTER_POLLS])
{
    unsigned count = 0;
    if (master == NULL)
        return 0;
    fds_out[count++] =
        (struct pollfd){.fd = has_place(master) ? master->listener : -1, .events = POLLIN};
    for (unsigned i = 0; i < MASTER_CLIENTS; i++) {
        const struct master_client *client = &master->clients[i];
        if (client->fd < 0)
            continue;
        bool sends = client->out_len > 0, relays = !sends && client->worker >= 0;
        fds_out[count++] = (struct pollfd){.fd = relays ? client->worker : client->fd,
                                           .events = sends ? POLLOUT : POLLIN};
    }
    return count;
}

bool master_handle(struct master *master, const struct master_facts *facts)
{
    bool reload = false;
    if (master == NULL)
        return false;
    for (unsigned i = 0; i < MASTER_CLIENTS; i++)
        while (master->clients[i].fd >= 0 && step(master, &master->clients[i], facts, &reload))
            continue;
    accept_client(master);
    return reload;
}
