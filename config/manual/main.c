/* SPDX-License-Identifier: Apache-2.0 */
/* weir_reference > docs/reference.md; with a keyword as argument, what is known about that one. */
#include "config/manual/reference.h"

int main(int argc, char **argv)
{
    if (argc < 2) {
        reference_write(stdout, config_tables);
        return 0;
    }
    if (reference_help(stdout, config_tables, argv[1]))
        return 0;
    fprintf(stderr, "weir_reference: no keyword '%s'\n", argv[1]);
    return 1;
}
