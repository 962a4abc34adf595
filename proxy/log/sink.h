/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where log lines leave the process: a UDP socket, the unix datagram socket of a syslog daemon,
 * stdout, stderr or another descriptor. One sink for each address, however many proxies log there and over all reloads.
 *
 * Nothing here waits. Lines gather in a buffer and go out together; what the other end does not
 * take stays in the buffer until it is full, then new lines are dropped and counted.
 *
 * Thread: the control thread's.
 */
#ifndef WEIR_LOG_SINK_H
#define WEIR_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf_log_target;
struct sink;

/* Of all that are open; nothing is opened twice. NULL when memory runs out. */
struct sink *sink_open(const struct conf_log_target *target);
/* The sink of a target that was opened before, or NULL. */
struct sink *sink_find(const struct conf_log_target *target);
void sinks_close(void);

/* Queues header, text and line end as one line. False if it was dropped. */
bool sink_put(struct sink *sink, const char *header, size_t header_len, const char *text,
              size_t text_len);

/* Sends what the sinks hold. True if something is left that could not be sent now. */
bool sinks_flush(void);

/* Lines that were dropped by sinks since start. */
uint64_t sinks_dropped(void);

#endif
