/* SPDX-License-Identifier: Apache-2.0 */
/* Times are in UTC: who compares logs of several machines wants no other. */
#include "proxy/admin/transitions.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TIME_BYTES = 40 };

static void format_time(int64_t wall_us, char text[TIME_BYTES])
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t len = strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + len, TIME_BYTES - len, ".%03dZ", (int)(wall_us / 1000 % 1000));
}

/* The page's class for a state, which gives its colour. */
static const char *class_of(const char *state)
{
    static const struct {
        const char *state, *class;
    } rows[] = {
        {"UP", "up"}, {"DOWN", "down"}, {"MAINT", "maint"}, {"DRAIN", "drain"}, {"NOLB", "drain"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].state, state) == 0)
            return rows[i].class;
    }
    return "nocheck";
}

void transitions_html(struct text *text, const struct server *server)
{
    struct server_transition notes[SERVER_TRANSITIONS];
    char time[TIME_BYTES];
    unsigned count = server_read_transitions(server, notes);
    if (count == 0)
        return;
    text_put(text, "<span class=strip>");
    for (unsigned i = count; i-- > 0;) {
        format_time(notes[i].wall_us, time);
        text_printf(text, "<i class=%s title=\"%s %s: ", class_of(notes[i].state), time,
                    notes[i].state);
        text_html(text, notes[i].reason);
        text_put(text, "\"></i>");
    }
    text_put(text, "</span>");
}

void transitions_json(struct text *text, const struct server *server)
{
    struct server_transition notes[SERVER_TRANSITIONS];
    char time[TIME_BYTES];
    unsigned count = server_read_transitions(server, notes);
    text_char(text, '[');
    for (unsigned i = 0; i < count; i++) {
        format_time(notes[i].wall_us, time);
        text_printf(text, "%s{\"time\":\"%s\",\"state\":\"%s\",\"reason\":", i > 0 ? "," : "", time,
                    notes[i].state);
        text_json(text, notes[i].reason);
        text_char(text, '}');
    }
    text_char(text, ']');
}
