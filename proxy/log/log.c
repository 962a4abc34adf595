/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log: takes lines from all threads, gives them to the sinks of their targets on the control
 * thread.
 *
 *   log_access() -> ring of the thread --.
 *   log_event()  -> event ring, mutex ----+-> log_drain() -> delivery_run() -> sinks, rings
 *
 * Lines go out in the order of time, whichever thread they are of.
 *
 * The control thread drains every DRAIN_MS while lines come. When a turn finds none it falls
 * asleep, and the next line wakes it: so a busy data thread never makes a system call to log, and
 * an idle process has no timer running.
 */
#include "proxy/log/log_priv.h"

#include "config/model.h"
#include "proxy/log/access_line.h"
#include "proxy/log/delivery.h"
#include "proxy/log/memory_ring.h"
#include "proxy/log/ring.h"
#include "proxy/log/ring_feed.h"
#include "proxy/log/sink.h"
#include "proxy/net/loop.h"
#include "proxy/state/access_record.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DRAIN_MS 32
/*
 * Lines wait so long before they go out in the order of time: else one that another thread is still
 * writing would come behind its consequences.
 */
#define SETTLE_US 10000
#define DROP_REPORT_MS 10000

/* HAProxy's buffer for a line, unless some target has a longer `len`. */
#define LINE_MAX_DEFAULT 1024

struct log_thread {
    struct ring ring;
    /* of the turn at hand, the control thread's */
    const struct ring_entry
        *head;     /* the oldest line, or NULL: there is none, or enough was taken */
    size_t budget; /* bytes that may yet be taken */
};

/*
 * The one log of the process. threads[thread_count] is the ring of events, for its producers
 * guarded by event_mutex. Everything else is the control thread's, but for the atomics.
 */
static struct {
    struct loop *loop;
    struct log_thread *threads; /* owned */
    unsigned thread_count;
    pthread_mutex_t event_mutex;
    const struct config *config; /* borrowed: adopted last */
    atomic_size_t line_max;      /* longest line that any target takes */
    struct wheel_timer timer;
    struct loop_message wakeup;
    atomic_bool asleep;  /* no drain is due: whoever adds a line must wake us */
    atomic_bool wakened; /* the message is under way */
    uint64_t dropped_reported, report_due_ms;
} logger = {.event_mutex = PTHREAD_MUTEX_INITIALIZER, .line_max = LINE_MAX_DEFAULT};

static void wake(void)
{
    if (!atomic_exchange(&logger.wakened, true))
        loop_post(logger.loop, &logger.wakeup);
}

/* Either the drain sees the line or we see that it sleeps: all four accesses are in one total
 * order. */
static void submit(struct ring *ring, const struct ring_entry *entry)
{
    bool half_full = ring_commit(ring, entry);
    if (half_full || atomic_load(&logger.asleep))
        wake();
}

static enum log_level level_of(const struct access_record *record)
{
    if (record->line.data == NULL) /* the short line, which tells of no end */
        return LOG_LEVEL_INFO;
    if (record->log_level > 0) /* set-log-level */
        return (enum log_level)(record->log_level - 1);
    bool is_error = record->frontend->log_separate_errors && access_line_is_error(record);
    return is_error ? LOG_LEVEL_ERR : LOG_LEVEL_INFO;
}

void log_access(const struct access_record *record)
{
    const struct conf_proxy *frontend = record->frontend;
    if (frontend->log_count == 0 || !access_line_is_wanted(record))
        return;

    struct log_thread *thread = &logger.threads[record->thread];
    struct ring_entry *entry = ring_reserve(&thread->ring);
    if (entry == NULL)
        return;
    entry->proxy = frontend;
    entry->level = (uint16_t)level_of(record);
    entry->at_us = record->logged_us;
    size_t room = atomic_load_explicit(&logger.line_max, memory_order_relaxed) - 1;
    /* beyond that the line itself is worth more */
    size_t structured = record->structured.len < room / 2 ? record->structured.len : 0;
    entry->structured_len = (uint16_t)structured;
    entry->len = (uint32_t)access_line_render(record, structured > 0, entry->text, room);
    submit(&thread->ring, entry);
}

static void event_submit(enum log_level level, const struct conf_proxy *proxy, const char *format,
                         va_list args)
{
    if (logger.threads == NULL)
        return; /* not started: stderr has it */
    pthread_mutex_lock(&logger.event_mutex);
    struct ring *ring = &logger.threads[logger.thread_count].ring;
    struct ring_entry *entry = ring_reserve(ring);
    if (entry != NULL) {
        size_t room = atomic_load_explicit(&logger.line_max, memory_order_relaxed);
        int len = vsnprintf(entry->text, room, format, args);
        entry->proxy = proxy;
        entry->level = (uint16_t)level;
        entry->at_us = uv_hrtime() / 1000;
        entry->structured_len = 0;
        entry->len = len < 0 ? 0 : (uint32_t)((size_t)len < room ? (size_t)len : room - 1);
        submit(ring, entry);
    }
    pthread_mutex_unlock(&logger.event_mutex);
}

void log_event(enum log_level level, const struct conf_proxy *proxy, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    console_write(level, format, args);
    va_end(args);
    va_start(args, format);
    event_submit(level, proxy, format, args);
    va_end(args);
}

void log_to_targets(enum log_level level, const struct conf_proxy *proxy, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    event_submit(level, proxy, format, args);
    va_end(args);
}

const struct config *log_config(void)
{
    return logger.config;
}

/* The thread whose oldest line was logged first, if that was not after `until_us`; or NULL. */
static struct log_thread *thread_of_oldest(uint64_t until_us)
{
    struct log_thread *oldest = NULL;
    for (unsigned i = 0; i <= logger.thread_count; i++) {
        struct log_thread *thread = &logger.threads[i];
        if (thread->head == NULL || thread->head->at_us > until_us)
            continue;
        if (oldest == NULL || thread->head->at_us < oldest->head->at_us)
            oldest = thread;
    }
    return oldest;
}

/* No more than a ring holds in one turn, however many come while we are at it. */
static void take_head(struct log_thread *thread)
{
    size_t bytes = sizeof(*thread->head) + thread->head->len;
    ring_drop(&thread->ring, thread->head);
    thread->head = NULL;
    if (bytes < thread->budget) {
        thread->budget -= bytes;
        thread->head = ring_peek(&thread->ring);
    }
}

/* Writes out what was logged until then, in the order of time. True if there were lines, or are. */
static bool log_drain(uint64_t until_us)
{
    struct delivery delivery = {.config = logger.config,
                                .origin = {
                                    .host = logger.config->global.log_send_hostname,
                                    .pid = (unsigned)getpid(),
                                    .now_us = loop_wall_us(logger.loop),
                                }};
    bool found = false;
    for (unsigned i = 0; i <= logger.thread_count; i++) {
        logger.threads[i].head = ring_peek(&logger.threads[i].ring);
        logger.threads[i].budget = RING_BYTES;
        found = found || logger.threads[i].head != NULL;
    }
    for (struct log_thread *next; (next = thread_of_oldest(until_us)) != NULL; take_head(next))
        delivery_run(&delivery, next->head);
    ring_feeds_push();
    return sinks_flush() || found;
}

static void report_dropped(void)
{
    uint64_t dropped = log_dropped();
    if (dropped == logger.dropped_reported || logger.loop->now_ms < logger.report_due_ms)
        return;
    logger.report_due_ms = logger.loop->now_ms + DROP_REPORT_MS;
    log_event(LOG_LEVEL_WARNING, NULL, "%llu log messages dropped.",
              (unsigned long long)(dropped - logger.dropped_reported));
    logger.dropped_reported = dropped;
}

/* One turn; then either the next one is due, or we sleep. */
static void drain_and_rest(uint64_t until_us)
{
    bool busy = log_drain(until_us);
    report_dropped();
    if (!busy) {
        atomic_store(&logger.asleep, true);
        busy = log_drain(until_us); /* a line that came before it could see us asleep */
    }
    if (busy) {
        atomic_store(&logger.asleep, false);
        loop_arm(logger.loop, &logger.timer, DRAIN_MS);
    }
}

static uint64_t settled_us(void)
{
    return logger.loop->now_us - SETTLE_US;
}

static void on_timer(struct wheel_timer *timer)
{
    (void)timer;
    drain_and_rest(settled_us());
}

static void on_wakeup(struct loop_message *message)
{
    (void)message;
    atomic_store(&logger.wakened, false);
    /* wakened while no drain is overdue: by a ring that fills up */
    drain_and_rest(atomic_load(&logger.asleep) ? settled_us() : UINT64_MAX);
}

int log_start(struct loop *control, unsigned threads)
{
    logger.threads = calloc(threads + 1, sizeof(*logger.threads));
    if (logger.threads == NULL)
        return UV_ENOMEM;
    logger.loop = control;
    logger.thread_count = threads;
    logger.wakeup.run = on_wakeup;
    wheel_timer_init(&logger.timer, on_timer);
    for (unsigned i = 0; i <= threads; i++) {
        int error = ring_init(&logger.threads[i].ring);
        if (error != 0) {
            log_stop();
            return error;
        }
    }
    atomic_store(&logger.asleep, true);
    return 0;
}

static size_t longest_line(const struct conf_log_target *targets, size_t count, size_t longest)
{
    for (size_t i = 0; i < count; i++) {
        if (targets[i].kind != CONF_LOG_RING)
            (void)sink_open(&targets[i]); /* out of memory: lines for it will be passed over */
        if (targets[i].max_len > longest)
            longest = targets[i].max_len;
    }
    return longest;
}

void log_adopt(const struct config *config)
{
    size_t longest = LINE_MAX_DEFAULT;
    longest = longest_line(config->global.logs, config->global.log_count, longest);
    for (size_t i = 0; i < config->proxy_count; i++)
        longest = longest_line(config->proxies[i].logs, config->proxies[i].log_count, longest);
    if (longest > RING_LINE_MAX)
        longest = RING_LINE_MAX;
    atomic_store(&logger.line_max, longest);
    log_flush(); /* while the rings of the lines under way are still there */
    logger.config = config;
    delivery_adopt(config);
    memory_rings_adopt(config);
    ring_feeds_adopt(logger.loop, config);
}

void log_flush(void)
{
    if (logger.config != NULL)
        (void)log_drain(UINT64_MAX);
}

void log_stop(void)
{
    if (logger.threads == NULL)
        return;
    log_flush();
    ring_feeds_close();
    memory_rings_close();
    delivery_stop();
    wheel_forget(&logger.loop->wheel, &logger.timer);
    for (unsigned i = 0; i <= logger.thread_count; i++)
        ring_destroy(&logger.threads[i].ring);
    free(logger.threads);
    logger.threads = NULL;
    logger.config = NULL;
    sinks_close();
}

uint64_t log_dropped(void)
{
    uint64_t sum = sinks_dropped();
    for (unsigned i = 0; logger.threads != NULL && i <= logger.thread_count; i++)
        sum += atomic_load_explicit(&logger.threads[i].ring.dropped, memory_order_relaxed);
    return sum;
}
