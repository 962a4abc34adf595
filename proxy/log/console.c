/* SPDX-License-Identifier: Apache-2.0 */
/* stderr for people. A line goes out with one write, so lines of several threads do not mix. */
#include "proxy/log/log_priv.h"

#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_BYTES 2048

static atomic_bool quiet;

/* HAProxy knows three words for syslog's eight levels. */
static const char *const words[] = {
    [LOG_LEVEL_EMERG] = "[ALERT]  ",   [LOG_LEVEL_ALERT] = "[ALERT]  ",
    [LOG_LEVEL_CRIT] = "[ALERT]  ",    [LOG_LEVEL_ERR] = "[ALERT]  ",
    [LOG_LEVEL_WARNING] = "[WARNING]", [LOG_LEVEL_NOTICE] = "[NOTICE] ",
    [LOG_LEVEL_INFO] = "[NOTICE] ",    [LOG_LEVEL_DEBUG] = "[NOTICE] ",
};

void console_write(enum log_level level, const char *format, va_list args)
{
    if (atomic_load_explicit(&quiet, memory_order_relaxed))
        return;
    char line[LINE_BYTES];
    int head = snprintf(line, sizeof(line), "%s  (%u) : ", words[level], (unsigned)getpid());
    int text = vsnprintf(line + head, sizeof(line) - (size_t)head - 1, format, args);
    if (text < 0)
        return;
    size_t len = (size_t)head + (size_t)text;
    if (len > sizeof(line) - 2)
        len = sizeof(line) - 2;
    line[len] = '\n';
    ssize_t written = write(STDERR_FILENO, line, len + 1);
    (void)written; /* nobody is left to be told */
}

void log_console(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    console_write(level, format, args);
    va_end(args);
}

void log_console_quiet(bool be_quiet)
{
    atomic_store(&quiet, be_quiet);
}
