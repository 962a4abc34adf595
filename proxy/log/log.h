/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the operator reads: one access line for each stream, and event lines for servers, reloads,
 * start and stop. Lines are HAProxy's, byte for byte.
 *
 *   data thread 0 --> ring --.
 *   data thread 1 --> ring ---+--> control thread: header of each target --> sinks
 *   any thread --> event ring'                                     |         (UDP, unix, stdout)
 *                                                                  '--> rings in memory --> readers,
 *                                                                                           servers
 *
 * A data thread formats the line straight into its ring and goes on: it makes no system call unless
 * the control thread sleeps, and it never waits. What finds no room is dropped, counted and
 * reported.
 *
 * Thread:    log_access() on the data threads; log_event(), log_console() and log_dropped() on any;
 *            all else on the control thread.
 * Ownership: a ring names the proxy of each line, so log_flush() must run before a config is freed.
 */
#ifndef WEIR_LOG_LOG_H
#define WEIR_LOG_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct access_record;
struct conf_proxy;
struct config;
struct loop;

/* syslog's severities, RFC 5424 6.2.1 */
enum log_level {
    LOG_LEVEL_EMERG,
    LOG_LEVEL_ALERT,
    LOG_LEVEL_CRIT,
    LOG_LEVEL_ERR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_NOTICE,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
};

/*
 * Before the data threads run; threads counts them. 0, or a negative libuv code when memory runs
 * out. Until then events go to stderr alone.
 */
MUST_CHECK int log_start(struct loop *control, unsigned threads);

/*
 * Makes the targets of this config the current ones. Opens what it names anew and keeps what is
 * open, so call it while paths outside of a chroot can still be reached. Targets that cannot be
 * opened yet are tried again as lines come.
 */
void log_adopt(const struct config *config);

/* Writes out what the rings hold: afterwards no line names a proxy of an older config. */
void log_flush(void);

/* After the data threads have ended: flushes and closes everything. */
void log_stop(void);

/* The line of a finished stream, to the targets of its frontend; nothing if there are none. */
void log_access(const struct access_record *record);

/*
 * One line without its end. To the targets of the proxy, or for NULL to those of the global
 * section; and to stderr unless it is quiet.
 */
void log_event(enum log_level level, const struct conf_proxy *proxy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* From now on what the state room tells about servers is logged; once, before the threads. */
void log_server_events(void);

/* "[NOTICE]   (pid) : text" on stderr and nowhere else. */
void log_console(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* After start with -D or -q stderr belongs to nobody. */
void log_console_quiet(bool quiet);

/* Lines lost since start because a ring or a sink was full or a target could not be reached. */
uint64_t log_dropped(void);

/* ---- rings, for who shows them: on any thread ---- */

/* Longer lines do not exist: a `len` is at most 65535. */
#define LOG_RING_LINE_MAX 65536
/* A ring may bear an address as its name. */
#define LOG_RING_NAME_MAX 256

struct log_ring_facts {
    char name[LOG_RING_NAME_MAX], description[LOG_RING_NAME_MAX]; /* cut where they are longer */
    uint64_t dropped;                                             /* lines that found no room */
};

/* The i-th ring, in the order of the file; false behind the last. */
bool log_ring_at(size_t i, struct log_ring_facts *facts_out);

/*
 * Reads one line of a ring, without its end. *at is where the reader is: 0 is the oldest line, and
 * each call moves it on; who falls behind goes on with the oldest that is left. Copies up to `room`
 * bytes; len_out is the length of the whole line. 1, 0 if there is no more (yet), or UV_ENOENT if
 * there is no such ring (any more).
 */
MUST_CHECK int log_ring_read(const char *name, uint64_t *at, char *out, size_t room,
                             size_t *len_out);

/* Where lines to come will be: a reader that starts there sees new ones alone. 0 or UV_ENOENT. */
MUST_CHECK int log_ring_end(const char *name, uint64_t *at_out);

#endif
