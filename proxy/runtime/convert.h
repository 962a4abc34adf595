/* SPDX-License-Identifier: Apache-2.0 */
/* `weir convert` and `weir show config`: configurations as text. Each returns the exit code. */
#ifndef WEIR_RUNTIME_CONVERT_H
#define WEIR_RUNTIME_CONVERT_H

int convert_command(int argc, char **argv);
int show_command(int argc, char **argv);

#endif
