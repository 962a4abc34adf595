/* SPDX-License-Identifier: Apache-2.0 */
/* The process that keeps root; see keeper.h. Its loop is in monitor.c and opener.c. */
#include "proxy/runtime/keeper.h"

#include "proxy/log/log.h"
#include "proxy/runtime/channel.h"
#include "proxy/runtime/daemon.h"
#include "proxy/runtime/notify.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LOADER_DEADLINE_S 120 /* a name server may be slow; for ever is no answer */

void keeper_init(struct keeper *keeper, const struct options *options)
{
    *keeper = (struct keeper){
        .options = options, .channel = -1, .handoff = -1, .offered = -1, .good = -1};
    sockets_init(&keeper->sockets);
}

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

int keeper_link(struct keeper *keeper, struct keeper_link *link_out)
{
    int channel[2], handoff[2];
    int rc = channel_open(channel, LOADER_DEADLINE_S);
    if (rc != 0)
        return rc;
    rc = channel_open(handoff, LOADER_DEADLINE_S);
    if (rc != 0) {
        close(channel[0]);
        close(channel[1]);
        return rc;
    }
    keeper->channel = channel[0];
    keeper->handoff = handoff[0];
    *link_out = (struct keeper_link){.channel = channel[1],
                                     .handoff = handoff[1],
                                     .clients = -1,
                                     .keeper = getpid(),
                                     .transcript = -1,
                                     .is_refused = keeper->is_refused};
    sockets_begin(&keeper->sockets);
    return 0;
}

void keeper_link_forget(struct keeper_link *link)
{
    close_end(&link->transcript);
}

void keeper_link_close(struct keeper_link *link)
{
    keeper_link_forget(link);
    close_end(&link->channel);
    close_end(&link->handoff);
    close_end(&link->clients);
}

void keeper_detach(struct keeper *keeper)
{
    close_end(&keeper->channel);
    close_end(&keeper->handoff);
    close_end(&keeper->offered);
}

void keeper_destroy(struct keeper *keeper)
{
    keeper_detach(keeper);
    close_end(&keeper->good);
    sockets_destroy(&keeper->sockets);
}

/* ---- the loader ------------------------------------------------------------------------------ */

static int send_sockets(int end, const struct socket_set *set)
{
    for (const struct list *node = set->entries.next; node != &set->entries; node = node->next) {
        const struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        struct channel_message message = {.kind = CHANNEL_SOCKET, .fd_count = entry->unique_count};
        if (!entry->is_new)
            continue;
        memcpy(message.text, entry->key, strlen(entry->key) + 1);
        memcpy(message.fds, entry->unique, entry->unique_count * sizeof(int));
        int rc = channel_send(end, &message);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int send_transcript(int end, const struct transcript *transcript)
{
    struct channel_message loaded = {.kind = CHANNEL_LOADED, .fd_count = 1};
    int rc = transcript_write(transcript, &loaded.fds[0]);
    if (rc != 0)
        return rc;
    rc = channel_send(end, &loaded);
    channel_drop_fds(&loaded);
    return rc;
}

int handoff_send(int handoff, const struct socket_set *set, const struct transcript *transcript)
{
    int rc = send_sockets(handoff, set);
    for (const struct list *node = set->entries.next; node != &set->entries && rc == 0;
         node = node->next) {
        const struct socket_entry *entry = LIST_ITEM(node, struct socket_entry, node);
        if (entry->is_claimed)
            rc = channel_tell(handoff, CHANNEL_WANTED, entry->key);
    }
    return rc != 0 || transcript == NULL ? rc : send_transcript(handoff, transcript);
}

/* The keeper must know the new sockets before the worker can say what becomes of them. */
static int hand_over(const struct keeper *keeper, int *handoff, const struct transcript *transcript)
{
    bool is_kept = keeper->options->monitored;
    int rc = handoff_send(*handoff, &keeper->sockets, is_kept ? transcript : NULL);
    close_end(handoff); /* the keeper reads up to this end before it hears the worker's verdict */
    if (rc == 0)
        rc = send_sockets(keeper->channel, &keeper->sockets);
    return rc != 0 ? rc : send_transcript(keeper->channel, transcript);
}

/* Returns 0 once the worker has been told anything. */
static int loader_main(struct keeper *keeper, int handoff)
{
    struct transcript transcript;
    struct tls_shared nobody = {0};
    struct load load;
    char reason[LOAD_REASON_BYTES];
    struct load_input input = {.options = keeper->options,
                               .outside = &transcript.outside,
                               .shared = &nobody,
                               .sockets = &keeper->sockets,
                               .origin = SOCKETS_OPEN};
    alarm(LOADER_DEADLINE_S);
    transcript_record(&transcript);
    sockets_begin(&keeper->sockets);
    int rc = load_run(&load, &input);
    load_show(&load, keeper->options);
    load_reason(&load, reason);
    if (rc == 0) {
        rc = hand_over(keeper, &handoff, &transcript);
        if (rc != 0)
            snprintf(reason, sizeof(reason), "the configuration cannot be handed over: %s",
                     strerror(-rc));
    }
    close_end(&handoff);
    if (rc != 0)
        rc = channel_tell(keeper->channel, CHANNEL_FAILED, reason);
    load_clear(&load);
    transcript_clear(&transcript);
    return rc == 0 ? 0 : 1;
}

static void refuse(struct keeper *keeper, const char *what)
{
    char reason[LOAD_REASON_BYTES];
    snprintf(reason, sizeof(reason), "%s: %s", what, strerror(errno));
    if (channel_tell(keeper->channel, CHANNEL_FAILED, reason) != 0)
        log_console(LOG_LEVEL_CRIT, "reload: %s", reason);
}

static void start_loader(struct keeper *keeper)
{
    int ends[2];
    keeper->is_asked = keeper->loader != 0;
    if (keeper->is_asked)
        return; /* it has done its work and is about to end */
    if (channel_open(ends, LOADER_DEADLINE_S) != 0) {
        refuse(keeper, "no channel for the loader");
        return;
    }
    close_end(&keeper->handoff);
    keeper->is_asked = false;
    sockets_begin(&keeper->sockets);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t held; /* signals are for others; only the deadline may end it */
        sigfillset(&held);
        sigdelset(&held, SIGALRM);
        sigprocmask(SIG_SETMASK, &held, NULL);
        notify_close();
        daemon_forget();
        close(ends[0]);
        _exit(loader_main(keeper, ends[1]));
    }
    close(ends[1]);
    keeper->handoff = ends[0];
    keeper->loader = pid > 0 ? pid : 0;
    if (pid < 0)
        refuse(keeper, "no process for the loader");
}

bool keeper_on_exit(struct keeper *keeper, pid_t pid, int status)
{
    if (pid != keeper->loader || pid == 0)
        return false;
    keeper->loader = 0;
    errno = ETIMEDOUT;
    if (status != 0 && keeper->channel >= 0)
        refuse(keeper, "the loader has died");
    if (keeper->is_asked && keeper->channel >= 0)
        start_loader(keeper);
    return true;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* One message of the loader; false at the end. */
static bool take_handoff(struct keeper *keeper)
{
    struct channel_message message;
    if (keeper->handoff < 0)
        return false;
    if (channel_receive(keeper->handoff, &message) != 0) {
        close_end(&keeper->handoff);
        return false;
    }
    if (message.kind == CHANNEL_SOCKET) {
        if (sockets_adopt(&keeper->sockets, message.text, message.fds, message.fd_count) != 0)
            log_console(LOG_LEVEL_CRIT, "out of memory: a listening socket is not kept");
        return true;
    }
    if (message.kind == CHANNEL_WANTED)
        sockets_claim_key(&keeper->sockets, message.text);
    if (message.kind == CHANNEL_LOADED && message.fd_count == 1) {
        close_end(&keeper->offered);
        keeper->offered = message.fds[0];
        return true;
    }
    channel_drop_fds(&message);
    return true;
}

void keeper_on_handoff(struct keeper *keeper)
{
    take_handoff(keeper);
}

/* The loader wrote all of it before the worker could answer, so nothing is waited for here. */
static void finish_handoff(struct keeper *keeper)
{
    while (take_handoff(keeper))
        continue;
}

/* What the worker has put to use is kept, all else is given up. */
static void commit(struct keeper *keeper)
{
    sockets_commit(&keeper->sockets);
    sockets_close_retired(&keeper->sockets);
    if (keeper->offered < 0)
        return; /* the worker was given what is kept */
    close_end(&keeper->good);
    keeper->good = keeper->offered;
    keeper->offered = -1;
    keeper->is_refused = false;
}

static void rollback(struct keeper *keeper)
{
    sockets_rollback(&keeper->sockets);
    close_end(&keeper->offered);
    keeper->is_refused = true;
}

static enum keeper_news on_verdict(struct keeper *keeper, bool is_commit)
{
    finish_handoff(keeper);
    if (is_commit)
        commit(keeper);
    else
        rollback(keeper);
    if (channel_tell(keeper->channel, CHANNEL_DONE, NULL) != 0)
        return KEEPER_NOTHING; /* the channel's end will be seen */
    return is_commit ? KEEPER_RELOADED : KEEPER_RELOAD_FAILED;
}

enum keeper_news keeper_on_channel(struct keeper *keeper)
{
    struct channel_message message;
    int rc = channel_receive(keeper->channel, &message);
    if (rc == -EPIPE) {
        keeper_detach(keeper);
        return KEEPER_WORKER_GONE;
    }
    if (rc != 0)
        return KEEPER_NOTHING;
    channel_drop_fds(&message); /* nobody sends us any here */
    switch (message.kind) {
    case CHANNEL_RELOAD:
        start_loader(keeper);
        return KEEPER_NOTHING;
    case CHANNEL_COMMIT:
        return on_verdict(keeper, true);
    case CHANNEL_ROLLBACK:
        return on_verdict(keeper, false);
    case CHANNEL_READY:
        finish_handoff(keeper);
        commit(keeper);
        return KEEPER_READY;
    default:
        return KEEPER_NOTHING;
    }
}
