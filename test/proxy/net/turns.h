/* SPDX-License-Identifier: Apache-2.0 */
/* A loop turned by hand, on the test's own thread. */
#ifndef TEST_NET_TURNS_H
#define TEST_NET_TURNS_H

#include "proxy/net/loop.h"

/* One turn, without sleeping. */
void turns_one(struct loop *loop);
/* Turns as long as something happens: loopback delivers within the call, so little patience is
 * enough. */
void turns_settle(struct loop *loop);
/* Turns for so long. */
void turns_wait(struct loop *loop, unsigned ms);
uint64_t turns_clock_ms(void);

#endif
