/* SPDX-License-Identifier: Apache-2.0 */
/* `weir convert` and `weir show config`: configurations as text. Each returns the exit code. */
#ifndef WEIR_RUNTIME_CONVERT_H
#define WEIR_RUNTIME_CONVERT_H

#include <stdbool.h>
#include <stddef.h>

struct option_words; /* proxy/runtime/options.h */

int convert_command(int argc, char **argv);
int show_command(int argc, char **argv);
/* What each takes besides files, as options_at(). */
bool convert_option_at(size_t i, struct option_words *option_out);
bool show_option_at(size_t i, struct option_words *option_out);

#endif
