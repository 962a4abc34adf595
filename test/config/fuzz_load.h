/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a configuration file: they must load or be explained, and every message must have a
 * place inside the text. Two small files are there to be named in it.
 */
#ifndef WEIR_TEST_CONFIG_FUZZ_LOAD_H
#define WEIR_TEST_CONFIG_FUZZ_LOAD_H

#include <stddef.h>
#include <stdint.h>

void fuzz_load(const char *name, const uint8_t *data, size_t size);

#endif
