/* SPDX-License-Identifier: Apache-2.0 */
/*
 * email-alert: a letter for each line about a server that is grave enough, to each mailer of the
 * backend's section.
 *
 *   220 > HELO > 250 > MAIL > 250 > RCPT > 250 > DATA > 354 > the letter > 250 > QUIT > 221
 *
 * A letter that cannot be delivered in `timeout mail` is tried twice more, after one second and after two; then an
 * event says why it was given up. Those beyond MAIL_LETTERS_MAX at a time are dropped, which an event says too, since
 * whoever gets so many reads none.
 *
 * Thread: the control thread.
 */
#ifndef WEIR_HEALTH_MAIL_H
#define WEIR_HEALTH_MAIL_H

#include <stddef.h>

#define MAIL_LETTERS_MAX 64

struct loop;
struct mailroom;
struct snapshot;
struct state_event;

/* NULL when memory runs out. */
struct mailroom *mailroom_new(struct loop *control);
/* Whose settings count from now on; the snapshot is borrowed until the next call. */
void mailroom_apply(struct mailroom *room, struct snapshot *snapshot);
void mailroom_tell(struct mailroom *room, const struct state_event *event);
/* Gives up all letters. NULL is fine. */
void mailroom_free(struct mailroom *room);

#endif
