/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to whoever started the process: "[WARNING]  (pid) : text" on stderr, as HAProxy writes them.
 *
 * Thread: any.
 */
#ifndef WEIR_PROXY_LOG_CONSOLE_H
#define WEIR_PROXY_LOG_CONSOLE_H

#include "proxy/log/log.h"

#include <stdarg.h>

void console_write(enum log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
