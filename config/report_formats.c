/* SPDX-License-Identifier: Apache-2.0 */
/* Two shapes of the same facts; written by hand, as they are a dozen fields. */
#include "config/report_formats.h"

#include <ctype.h>
#include <string.h>

/* Bytes of the UTF-8 character that begins here, 0 if none does. */
static size_t utf8_bytes(const unsigned char *c)
{
    size_t more = *c >= 0xf0 && *c < 0xf5 ? 3 : *c >= 0xe0 ? 2 : 1;
    if (*c < 0xc2 || *c >= 0xf5)
        return 0;
    for (size_t i = 1; i <= more; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    }
    return more + 1;
}

static void print_text(FILE *out, const char *text)
{
    if (text == NULL) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c >= 0x80 && utf8_bytes(c) > 0) {
            size_t bytes = utf8_bytes(c);
            fwrite(c, 1, bytes, out);
            c += bytes - 1;
        } else if (*c < 0x20 || *c > 0x7e) /* of another encoding: as Latin-1 has it */
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

static void print_field(FILE *out, const char *name, const char *text)
{
    fprintf(out, ", \"%s\": ", name);
    print_text(out, text);
}

void conf_report_print_json(FILE *out, const struct conf_report *report)
{
    fprintf(out, "{\n  \"errors\": %zu, \"warnings\": %zu, \"notes\": %zu,\n  \"problems\": [",
            report->errors, report->warnings, report->notes);
    for (size_t i = 0; i < report->count; i++) {
        const struct conf_problem *p = &report->problems[i];
        fprintf(out, "%s\n    {\"severity\": \"%s\"", i > 0 ? "," : "",
                conf_severity_name(p->severity));
        print_field(out, "file", p->place.file);
        fprintf(out, ", \"line\": %u, \"column\": %u, \"width\": %u", p->place.line,
                p->place.column, p->width);
        print_field(out, "message", p->message);
        print_field(out, "help", p->help);
        print_field(out, "source", p->source_line);
        fputc('}', out);
    }
    fputs(report->count > 0 ? "\n  ]\n}\n" : "]\n}\n", out);
}

/* A path as a URI reference, RFC 3986 2.3: letters, digits and few others stand for themselves. */
static void print_uri(FILE *out, const char *path)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *)path; *c != '\0'; c++) {
        if (isalnum(*c) || strchr("-._~/", *c) != NULL)
            fputc(*c, out);
        else
            fprintf(out, "%%%02X", *c);
    }
    fputc('"', out);
}

/* Columns count characters there, bytes with us. */
static unsigned column_in_characters(const char *line, unsigned column)
{
    unsigned characters = 1;
    if (line == NULL)
        return column;
    const unsigned char *c = (const unsigned char *)line, *end = c + column - 1;
    for (; c < end && *c != '\0'; characters++)
        c += utf8_bytes(c) > 0 ? utf8_bytes(c) : 1;
    return characters;
}

static void print_location(FILE *out, const struct conf_problem *p)
{
    fputs(", \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ", out);
    print_uri(out, p->place.file);
    fputc('}', out);
    if (p->place.line > 0)
        fprintf(out, ", \"region\": {\"startLine\": %u, \"startColumn\": %u, \"endColumn\": %u}",
                p->place.line, column_in_characters(p->source_line, p->place.column),
                column_in_characters(p->source_line, p->place.column + p->width));
    fputs("}}]", out);
}

static void print_result(FILE *out, const struct conf_problem *p)
{
    fprintf(out, "{\"level\": \"%s\", \"message\": {\"text\": ", conf_severity_name(p->severity));
    print_text(out, p->message);
    fputc('}', out);
    if (p->place.file != NULL)
        print_location(out, p);
    if (p->help != NULL) { /* SARIF has no place of its own for it */
        fputs(", \"properties\": {\"help\": ", out);
        print_text(out, p->help);
        fputc('}', out);
    }
    fputc('}', out);
}

void conf_report_print_sarif(FILE *out, const struct conf_report *report)
{
    fputs("{\n  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
          "  \"version\": \"2.1.0\",\n"
          "  \"runs\": [{\n    \"tool\": {\"driver\": {\"name\": \"weir\", \"version\": "
          "\"" WEIR_VERSION "\"}},\n    \"columnKind\": \"unicodeCodePoints\",\n    \"results\": [",
          out);
    for (size_t i = 0; i < report->count; i++) {
        fputs(i > 0 ? ",\n      " : "\n      ", out);
        print_result(out, &report->problems[i]);
    }
    fputs(report->count > 0 ? "\n    ]\n  }]\n}\n" : "]\n  }]\n}\n", out);
}
