/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The servers of rings: each gets every line over a connection of its own, which is opened again a
 * second after it was lost. What a server does not take stays in the ring, until newer lines
 * overwrite it.
 *
 *   RESTING --timer--> CONNECTING --> FEEDING --closed, refused, stuck--> RESTING
 *
 * Thread: the control thread's.
 */
#ifndef WEIR_LOG_RING_FEED_H
#define WEIR_LOG_RING_FEED_H

struct config;
struct loop;

/* After memory_rings_adopt(): feeds go on whose server is still there, others begin or end. */
void ring_feeds_adopt(struct loop *control, const struct config *config);

/* There may be new lines. */
void ring_feeds_push(void);

/* Sends what can be sent at once, and closes. */
void ring_feeds_close(void);

#endif
