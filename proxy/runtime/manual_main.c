/* SPDX-License-Identifier: Apache-2.0 */
/* weir_manual FORM DATE [FILE]: writes one form of the manual to the file or to standard output. */
#include "proxy/runtime/manual.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: weir_manual FORM DATE [FILE]\n");
        return 1;
    }
    for (const struct manual_form *form = manual_forms; form->name != NULL; form++) {
        if (strcmp(form->name, argv[1]) != 0)
            continue;
        FILE *out = argc > 3 ? fopen(argv[3], "w") : stdout;
        if (out == NULL) {
            perror(argv[3]);
            return 1;
        }
        form->write(out, argv[2]);
        return fclose(out) == 0 ? 0 : 1;
    }
    fprintf(stderr, "weir_manual: no form '%s'\n", argv[1]);
    return 1;
}
