/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share. */
#ifndef WEIR_LOG_LOG_PRIV_H
#define WEIR_LOG_LOG_PRIV_H

#include "proxy/log/log.h"

#include <stdarg.h>

/* The config adopted last, or NULL; the control thread's. */
const struct config *log_config(void);

/* As log_event(), without stderr. */
void log_to_targets(enum log_level level, const struct conf_proxy *proxy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As log_console(). */
void console_write(enum log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
