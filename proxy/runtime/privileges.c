/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up root; see privileges.h. Chroot needs root, groups need root, so the user goes last. */
#include "proxy/runtime/privileges.h"

#include "config/model.h"

#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static const uid_t no_uid = (uid_t)-1;
static const gid_t no_gid = (gid_t)-1;

static bool has_uid(const struct conf_global *global)
{
    return global->uid != no_uid;
}

static bool has_gid(const struct conf_global *global)
{
    return global->gid != no_gid;
}

bool privileges_will_drop(const struct conf_global *global)
{
    bool leaves_root = has_uid(global) && global->uid != 0;
    return geteuid() == 0 && (leaves_root || global->chroot != NULL);
}

static int fail(char *error_out, size_t error_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(char *error_out, size_t error_bytes, const char *format, ...)
{
    int error = errno;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(error_out, error_bytes, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < error_bytes)
        snprintf(error_out + len, error_bytes - (size_t)len, ": %s", strerror(error));
    return -1;
}

static int enter_chroot(const char *path, char *error_out, size_t error_bytes)
{
    tzset(); /* reads the time zone while /etc can be seen */
    if (chroot(path) != 0 || chdir("/") != 0)
        return fail(error_out, error_bytes, "cannot chroot to %s", path);
    return 0;
}

static int drop_group(const struct conf_global *global, char *error_out, size_t error_bytes)
{
    if (geteuid() == 0 && (has_uid(global) || has_gid(global)) && setgroups(0, NULL) != 0)
        return fail(error_out, error_bytes, "cannot drop supplementary groups");
    if (has_gid(global) && setgid(global->gid) != 0)
        return fail(error_out, error_bytes, "cannot set gid %u", (unsigned)global->gid);
    return 0;
}

/* That the kernel said yes is not enough: what we no longer want must now be refused. */
static int verify(const struct conf_global *global, char *error_out, size_t error_bytes)
{
    bool is_kept = (has_uid(global) && (getuid() != global->uid || geteuid() != global->uid)) ||
                   (has_gid(global) && (getgid() != global->gid || getegid() != global->gid));
    if (has_uid(global) && global->uid != 0 && setuid(0) == 0)
        is_kept = true;
    errno = EPERM;
    return is_kept ? fail(error_out, error_bytes, "privileges were not dropped") : 0;
}

int privileges_drop(const struct conf_global *global, char *error_out, size_t error_bytes)
{
    if (global->chroot != NULL && enter_chroot(global->chroot, error_out, error_bytes) != 0)
        return -1;
    if (drop_group(global, error_out, error_bytes) != 0)
        return -1;
    if (has_uid(global) && setuid(global->uid) != 0)
        return fail(error_out, error_bytes, "cannot set uid %u", (unsigned)global->uid);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return fail(error_out, error_bytes, "cannot forbid new privileges");
    return verify(global, error_out, error_bytes);
}
