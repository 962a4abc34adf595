/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collecting and printing problems. The source line is copied when a problem is added, because the
 * texts are gone when the report is printed.
 */
#include "config/report.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "config/arena.h"

static const char *const severity_names[] = {
    [CONF_NOTE] = "note",
    [CONF_WARNING] = "warning",
    [CONF_ERROR] = "error",
};

const char *conf_severity_name(enum conf_severity severity)
{
    return severity_names[severity];
}

void conf_report_init(struct conf_report *report)
{
    *report = (struct conf_report){0};
}

void conf_report_clear(struct conf_report *report)
{
    arena_free(report->arena);
    conf_report_init(report);
}

static struct conf_arena *arena_of(struct conf_report *report)
{
    if (report->arena == NULL)
        report->arena = arena_new();
    return report->arena;
}

/* Where the line behind the one at `at` begins; NULL where there is none. */
static const char *next_line(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed != NULL && feed + 1 < end ? feed + 1 : NULL;
}

const struct conf_text *conf_report_add_text(struct conf_report *report, const char *file,
                                             const char *bytes, size_t len)
{
    struct conf_arena *arena = arena_of(report);
    struct conf_text *text = arena_alloc(arena, sizeof *text);
    size_t lines = 0, line = 0;
    for (const char *at = bytes; at != NULL; at = next_line(at, bytes + len))
        lines++;
    size_t *starts = arena_alloc(arena, (lines + 1) * sizeof *starts);
    for (const char *at = bytes; at != NULL && line < lines; at = next_line(at, bytes + len))
        starts[line++] = (size_t)(at - bytes);
    if (len == 0)
        lines = 0;
    *text = (struct conf_text){
        .file = arena_copy(arena, file),
        .bytes = arena_copy_bytes(arena, bytes, len),
        .len = len,
        .line_starts = starts,
        .line_count = lines,
        .next = report->texts,
        .rank = report->texts != NULL ? report->texts->rank + 1 : 1,
    };
    report->texts = text;
    return text;
}

/* The text a place lies in, NULL if it was never read. */
static const struct conf_text *text_of(const struct conf_report *report, const char *file)
{
    for (const struct conf_text *text = report->texts; text != NULL; text = text->next) {
        if (file != NULL && strcmp(text->file, file) == 0)
            return text;
    }
    return NULL;
}

/* A copy of the line, without its end; NULL where there is no such line. */
static const char *copy_line(struct conf_arena *arena, const struct conf_text *text, unsigned line)
{
    if (text == NULL || line == 0 || line > text->line_count)
        return NULL;
    const char *start = text->bytes + text->line_starts[line - 1];
    return arena_copy_bytes(arena, start, strcspn(start, "\r\n"));
}

static void count_problem(struct conf_report *report, enum conf_severity severity)
{
    report->errors += severity == CONF_ERROR;
    report->warnings += severity == CONF_WARNING;
    report->notes += severity == CONF_NOTE;
}

/* What defaults say is looked at once for each proxy that inherits it. */
static bool is_known(const struct conf_report *report, const struct conf_problem *problem)
{
    const struct conf_place *place = &problem->place;
    for (size_t i = 0; i < report->count; i++) {
        const struct conf_problem *other = &report->problems[i];
        if (other->place.line == place->line && other->place.column == place->column &&
            other->rank == problem->rank && place->file != NULL &&
            strcmp(other->message, problem->message) == 0)
            return true;
    }
    return false;
}

void conf_report_add(struct conf_report *report, enum conf_severity severity, struct conf_span span,
                     const char *help, const char *format, ...)
{
    if (report->count >= CONF_REPORT_MAX) {
        count_problem(report, severity);
        return;
    }
    struct conf_arena *arena = arena_of(report);
    const struct conf_text *text = text_of(report, span.place.file);
    va_list args;
    va_start(args, format);
    struct conf_problem problem = {
        .severity = severity,
        .place = span.place,
        .width = span.width > 0 ? span.width : 1,
        .message = arena_vprintf(arena, format, args),
        .help = help != NULL ? arena_copy(arena, help) : NULL,
        .source_line = copy_line(arena, text, span.place.line),
        .rank = text != NULL ? text->rank : UINT_MAX, /* what has no text comes last */
    };
    va_end(args);
    if (is_known(report, &problem))
        return;
    count_problem(report, severity);
    if (span.place.file != NULL)
        problem.place.file = arena_copy(arena, span.place.file);
    report->problems = arena_list_grow(arena, report->problems, report->count, sizeof problem);
    report->problems[report->count++] = problem;
}

static int compare_places(const void *left, const void *right)
{
    const struct conf_problem *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.column != b->place.column)
        return a->place.column < b->place.column ? -1 : 1;
    return (int)b->severity - (int)a->severity;
}

void conf_report_sort(struct conf_report *report)
{
    if (report->count > 1)
        qsort(report->problems, report->count, sizeof *report->problems, compare_places);
}

/* A byte that only goes on with a character of several has no column of its own (UTF-8). */
static bool has_column(const char *line, size_t len, size_t at)
{
    return at >= len || ((unsigned char)line[at] & 0xc0) != 0x80;
}

/* The line and a caret under the word; tabs stay tabs so that the caret lines up. */
static void print_excerpt(FILE *out, const struct conf_problem *problem)
{
    const char *line = problem->source_line;
    size_t len = strlen(line);
    size_t column = problem->place.column > 0 ? problem->place.column - 1 : 0;
    fprintf(out, "%5u | %s\n      | ", problem->place.line, line);
    for (size_t i = 0; i < column; i++) {
        if (has_column(line, len, i))
            fputc(i < len && line[i] == '\t' ? '\t' : ' ', out);
    }
    fputc('^', out);
    for (size_t i = 1; i < problem->width && column + i < len; i++) {
        if (has_column(line, len, column + i))
            fputc('~', out);
    }
    fputc('\n', out);
}

static void print_problem(FILE *out, const struct conf_problem *problem)
{
    const struct conf_place *place = &problem->place;
    if (place->file != NULL)
        fprintf(out, "%s:", place->file);
    if (place->file != NULL && place->line > 0)
        fprintf(out, "%u:%u:", place->line, place->column);
    fprintf(out, "%s%s: %s\n", place->file != NULL ? " " : "",
            conf_severity_name(problem->severity), problem->message);
    if (problem->source_line != NULL)
        print_excerpt(out, problem);
    if (problem->help != NULL)
        fprintf(out, "      = help: %s\n", problem->help);
}

static void print_all(FILE *out, const struct conf_report *report, enum conf_severity least)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->problems[i].severity >= least)
            print_problem(out, &report->problems[i]);
    }
    size_t all = report->errors + report->warnings + report->notes;
    if (all > report->count)
        fprintf(out, "... and %zu more\n", all - report->count);
}

/* In one piece: stderr has no buffer, and a thousand warnings would be ten thousand system calls. */
void conf_report_print(FILE *out, const struct conf_report *report, enum conf_severity least)
{
    char *text = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&text, &len);
    print_all(memory != NULL ? memory : out, report, least);
    if (memory == NULL)
        return;
    if (fclose(memory) == 0)
        fwrite(text, 1, len, out);
    free(text);
}
