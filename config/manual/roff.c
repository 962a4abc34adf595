/* SPDX-License-Identifier: Apache-2.0 */
/* The man macros, as groff and mandoc both take them. */
#include "config/manual/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { COLUMNS = 72 };

/* Returns how many columns of the source it took. */
static int put_escaped(FILE *out, char c)
{
    if (c == '\\')
        return fprintf(out, "\\e");
    if (c == '-')
        return fprintf(out, "\\-"); /* else typeset as a hyphen, which cannot be pasted */
    return fprintf(out, "%c", c);
}

/* Short lines, since mandoc wants them so; none may begin as a macro does. */
static void put_text(FILE *out, const char *text)
{
    bool is_bold = false;
    for (int column = 0; *text != '\0'; text++) {
        if (*text == ' ' && column + (int)strcspn(text + 1, " ") >= COLUMNS) {
            fputc('\n', out);
            column = 0;
            continue;
        }
        if (column == 0 && (*text == '.' || *text == '\''))
            column += fprintf(out, "\\&");
        if (*text == '`') {
            column += fprintf(out, is_bold ? "\\fP" : "\\fB");
            is_bold = !is_bold;
        } else
            column += put_escaped(out, *text);
    }
    fputc('\n', out);
}

void roff_head(FILE *out, const char *name, int section, const char *date)
{
    fprintf(out, ".\\\" Made by weir_manual from the tables of the program. Do not edit.\n.TH ");
    for (; *name != '\0'; name++)
        fputc(toupper((unsigned char)*name), out);
    fprintf(out, " %d \"%s\" \"weir " WEIR_VERSION "\" \"weir\"\n", section, date);
}

void roff_line(FILE *out, const char *text)
{
    put_text(out, text);
}

void roff_entry(FILE *out, const char *name, const char *text)
{
    fputs(".TP\n\\fB", out);
    for (; *name != '\0'; name++)
        put_escaped(out, *name);
    fputs("\\fP\n", out);
    put_text(out, text);
}
