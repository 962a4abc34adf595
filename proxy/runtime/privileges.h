/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving up root, for good: group and user of the configuration, chroot. Afterwards no exec can
 * bring anything back (no_new_privs) and core dumps stay off, since memory holds private keys.
 */
#ifndef WEIR_RUNTIME_PRIVILEGES_H
#define WEIR_RUNTIME_PRIVILEGES_H

#include <stdbool.h>
#include <stddef.h>

struct conf_global;

/* Whether privileges_drop() will take away what a later reload may need. */
bool privileges_will_drop(const struct conf_global *global);
/* Before any thread is started. 0, or -1 with the reason. */
MUST_CHECK int privileges_drop(const struct conf_global *global, char *error_out,
                               size_t error_bytes);

#endif
