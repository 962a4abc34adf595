/* SPDX-License-Identifier: Apache-2.0 */
/* The data threads: made before privileges go, started once there is a snapshot; see worker.h. */
#include "proxy/runtime/worker.h"

#include "proxy/http/thread.h"
#include "proxy/log/log.h"
#include "proxy/state/events.h"
#include "proxy/tcp/tcp_stream.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static void on_drained_told(struct loop_message *message)
{
    struct worker *worker = LIST_ITEM(message, struct data_thread, drained)->worker;
    if (++worker->threads_drained == worker->thread_count)
        loop_stop(&worker->control);
}

/* On the data thread. */
static void on_drained(struct http_thread *http)
{
    struct data_thread *thread = LIST_ITEM(http->loop, struct data_thread, loop);
    if (thread->drained.run != NULL)
        return; /* told already */
    thread->drained.run = on_drained_told;
    loop_post(&thread->worker->control, &thread->drained);
}

/* To the proxy's targets if it has any. */
static void on_told(int level, const struct conf_proxy *proxy, const char *line)
{
    log_event((enum log_level)level, proxy->log_count > 0 ? proxy : NULL, "%s", line);
}

static const struct http_hooks http_hooks = {
    .access_log = log_access, .begin_tcp = tcp_begin, .drained = on_drained, .told = on_told};
static const struct state_hooks state_hooks = {.server_notice = http_server_notice};

int threads_create(struct worker *worker, const struct conf_global *global)
{
    unsigned count = worker->thread_count;
    worker->threads = calloc(count, sizeof(*worker->threads));
    worker->loops = calloc(count, sizeof(*worker->loops));
    if (worker->threads == NULL || worker->loops == NULL)
        return -1;
    for (unsigned i = 0; i < count; i++) {
        struct data_thread *thread = &worker->threads[i];
        if (loop_init(&thread->loop, i) != 0) {
            worker->thread_count = i;
            return -1;
        }
        worker->loops[i] = &thread->loop;
        thread->worker = worker;
        thread->http =
            http_thread_create(&thread->loop, &http_hooks, global->bufsize, global->maxrewrite);
        if (thread->http == NULL) {
            worker->thread_count = i + 1;
            return -1;
        }
    }
    state_set_hooks(&state_hooks, worker->loops, count);
    return 0;
}

static void thread_main(void *arg)
{
    struct data_thread *thread = arg;
    char name[16];
    snprintf(name, sizeof(name), "weir/%u", thread->loop.index);
    pthread_setname_np(pthread_self(), name);
    loop_run(&thread->loop);
}

/* Signals are the control thread's business: the new threads inherit a full mask. */
int threads_start(struct worker *worker)
{
    sigset_t all, before;
    int rc = 0;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (unsigned i = 0; i < worker->thread_count && rc == 0; i++) {
        struct data_thread *thread = &worker->threads[i];
        rc = uv_thread_create(&thread->id, thread_main, thread);
        thread->is_running = rc == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

/* ---- waiting for all of them ----------------------------------------------------------------- */

static void on_answered(struct loop_message *message)
{
    struct worker *worker = LIST_ITEM(message, struct data_thread, answer)->worker;
    if (--worker->threads_awaited == 0)
        worker->threads_arrived(worker);
}

/* On the data thread: whatever was posted before has been done. */
static void on_asked(struct loop_message *message)
{
    struct data_thread *thread = LIST_ITEM(message, struct data_thread, question);
    loop_post(&thread->worker->control, &thread->answer);
}

void threads_await(struct worker *worker, void (*arrived)(struct worker *worker))
{
    worker->threads_awaited = worker->thread_count;
    worker->threads_arrived = arrived;
    for (unsigned i = 0; i < worker->thread_count; i++) {
        struct data_thread *thread = &worker->threads[i];
        thread->question.run = on_asked;
        thread->answer.run = on_answered;
        loop_post(&thread->loop, &thread->question);
    }
}

void threads_stop(struct worker *worker)
{
    if (worker->threads == NULL) /* the start did not get so far */
        return;
    for (unsigned i = 0; i < worker->thread_count; i++)
        if (worker->threads[i].is_running)
            loop_stop(&worker->threads[i].loop);
    for (unsigned i = 0; i < worker->thread_count; i++) {
        struct data_thread *thread = &worker->threads[i];
        if (thread->is_running)
            uv_thread_join(&thread->id);
        thread->is_running = false;
        if (thread->http != NULL)
            http_thread_free(thread->http);
        thread->http = NULL;
    }
}

void threads_free(struct worker *worker)
{
    for (unsigned i = 0; worker->threads != NULL && i < worker->thread_count; i++)
        loop_destroy(&worker->threads[i].loop);
    free(worker->threads);
    free(worker->loops);
    worker->threads = NULL;
    worker->loops = NULL;
}
