/* SPDX-License-Identifier: Apache-2.0 */
/* What -v and -vv show: who we are and what we are made of. */
#include "proxy/runtime/options.h"

#include <sys/utsname.h>
#include <uv.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define SANITIZER "thread"
#else
#define SANITIZER "none"
#endif

void options_version(FILE *out, bool details)
{
    fprintf(out, "weir version %s\n", WEIR_VERSION);
    if (!details)
        return;
    struct utsname host;
    if (uname(&host) == 0)
        fprintf(out, "Running on: %s %s %s %s\n", host.sysname, host.release, host.version,
                host.machine);
    fprintf(out, "Compiler: %s\n", __VERSION__);
    fprintf(out, "Sanitizers: %s\n", SANITIZER);
    fprintf(out, "Event loop: epoll, with libuv %s\n", uv_version_string());
    fprintf(out, "Threads: one event loop each, by default one for each CPU\n");
}
