/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands. */
#include "proxy/runtime/commands.h"

#include "proxy/runtime/convert.h"

#include <stddef.h>
#include <string.h>

const struct command commands[] = {
    {"convert", "FILE", "write a configuration in the other syntax, comments kept", false,
     convert_command},
    {"show", "config FILE", "print what counts of a configuration in the end", false, show_command},
    {NULL, NULL, NULL, false, NULL},
};

const struct command *command_find(int argc, char **argv)
{
    for (const struct command *c = commands; c->name != NULL && argc > 1; c++)
        if (strcmp(c->name, argv[1]) == 0)
            return c;
    return NULL;
}
