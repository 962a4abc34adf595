/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A loop turned by hand, on the test's own thread, and a clock that does as the test says.
 *
 * A program that links this library reads its clock through turns.c: time goes on as anywhere, and
 * turns_skip() adds to it. So a test that is about a deadline gives it minutes, which no busy machine
 * uses up, and waits for none of them.
 */
#ifndef WEIR_TEST_NET_TURNS_H
#define WEIR_TEST_NET_TURNS_H

#include "proxy/net/loop.h"

#define TURNS_PATIENCE_MS                                                                          \
    30000 /* for what comes at once on a machine that has nothing else to do */

/* One turn, without sleeping. */
void turns_one(struct loop *loop);
/* Turns as long as something happens: what was sent over loopback has arrived then. */
void turns_settle(struct loop *loop);
/* What was sent over loopback before has arrived. */
void turns_await_loopback(void);
/* Turns until it is so, or patience ends; whether it is. */
bool turns_until(struct loop *loop, bool (*is_so)(void));
/* So much time passes for all loops, at once. */
void turns_skip(uint64_t ms);
/* Milliseconds that have passed really. */
uint64_t turns_clock_ms(void);

#endif
