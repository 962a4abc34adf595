/* SPDX-License-Identifier: Apache-2.0 */
/* Files, hosts and users that exist only in a test. */
#ifndef WEIR_TEST_CONFIG_MEMORY_SOURCE_H
#define WEIR_TEST_CONFIG_MEMORY_SOURCE_H

#include "config/load.h"

struct memory_file {
    const char *path; /* the file without a path ends a list of them */
    const char *bytes;
    size_t len; /* 0 = up to the NUL */
};

/* A source of those files; the hosts "app.test" (10.9.8.7) and "six.test" (2001:db8::7), the users
 * and groups "root" (0) and "web" (33). */
struct conf_source memory_source(const struct memory_file *files);

/* Loads one text under a name. The report must be initialised. */
struct config *load_named(const char *name, const char *text, struct conf_report *report);

/* Loads one text under the name "weir.conf". The report must be initialised. */
struct config *load_text(const char *text, struct conf_report *report);

#endif
