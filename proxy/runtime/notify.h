/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service manager is told (sd_notify(3)), by the datagram socket that NOTIFY_SOCKET names.
 * We speak its few lines ourselves; the library would be larger than this.
 *
 * Errors:  none are told: who supervises us is not needed to serve.
 * Thread:  the monitor, or the control thread of whoever serves without one.
 */
#ifndef WEIR_RUNTIME_NOTIFY_H
#define WEIR_RUNTIME_NOTIFY_H

/* Connects if there is a NOTIFY_SOCKET; before a chroot hides it. Without it all else does nothing.
 */
void notify_open(void);
/* "READY=1" and so on; lines separated by newlines. */
void notify_send(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* RELOADING=1, with the time that systemd 253 wants along. */
void notify_reloading(void);
/* In children that are not to speak. */
void notify_close(void);

#endif
