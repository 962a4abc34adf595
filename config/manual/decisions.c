/* SPDX-License-Identifier: Apache-2.0 */
/* A row for each decision. One that is taken back loses its row; the page is made from here. */
#include "config/manual/decisions.h"

#include <stddef.h>

/* clang-format off */
const struct decision decisions[] = {
    {"a missing `timeout client`, `server` or `connect`", "warns, and waits for ever", "warns, and uses 60s, 60s and 5s; in mode tcp a day for the first two", "every wait ends"},
    {"a word where a number is expected (`retries x`)", "reads it as 0", "refuses it", "0 was hardly meant"},
    {"a last line without a line feed, CR LF", "refuses the file", "a warning", "an editor forgot it"},
    {"former spellings (`contimeout`, `reqadd`, `nbproc`, an address on the `listen` line)", "refuses most of them", "a warning with the line to write today", "files outlive versions"},
    {"two servers of one name in a section", "refuses them today", "a warning; the second is called `name.2`", "files outlive versions"},
    {"`no` before an option that has no opposite (`no option httplog`)", "refuses it", "takes it for off", "what it says is clear"},
    {"problems of a file", "each with file and line, warnings first", "all at once, with line, column, caret and what would be right", "one run is enough"},
    {"two binds on one address", "lets the kernel deal the connections out, without a word", "the same, with a warning", "it is hardly meant"},
    {"an address on which another process listens", "shares it if that process allows it", "refused at the start, unless `-sf` or `-st` names that process", "half the clients would meet the other one"},
    {"a reload (`SIGUSR2`, `systemctl reload`)", "a new worker; counters, health and idle connections begin anew", "within the running worker; counters, health, idle connections, tickets and cached TLS sessions go on", "no request is lost, no graph drops to zero"},
    {"a reload of a wrong file", "the master waits without a worker that is new", "nothing changes; the reason is in the log, in the statistics and in the metrics", "the running configuration is the good one"},
    {"`-sf`, `-st`, `-x`", "hand sockets over between processes", "`-sf` and `-st` do the same, `-x` is not needed", "sockets are shared until the old process has left"},
    {"the master's command line (`-S`): `show proc`", "lists old workers until they have left", "lists the worker, which stays", "a reload happens within it"},
    {"`nbthread`, `cpu-map`, `process`, `shards`", "bind threads to processors and sockets", "`nbthread` counts; the others have no effect", "each thread has a socket of its own on every bind"},
    {"header names", "written in lower case", "go on as they came", "scripts that look for them still find them"},
    {"fields that `Connection` names", "passed on", "dropped", "RFC 9110 7.6.1"},
    {"bare LF, folded lines, several blanks in a request line, no Host or several, Content-Length beside Transfer-Encoding, malformed chunks", "mends or passes most of them on", "answers 400", "two readers may differ about where a request ends"},
    {"chunked bodies", "passed on as they come", "framed anew", "a bad chunk never reaches the other side"},
    {"a failed connection", "tried again on the same server, after a second", "tried again on the server whose turn it is", "nothing was sent yet that would bind it to the first"},
    {"a request on an idle connection that the server had just closed", "502, unless `retry-on` says otherwise", "sent once more if its method is idempotent or none of it was sent", "it cannot have counted"},
    {"`maxqueue` of a server", "bounds the streams that wait for it", "bounds only those that must have this very server", "the others wait for any"},
    {"`option redispatch` with `hash-type map-based`", "asks the same server again", "asks the next one of the map", "it has just failed"},
    {"`balance random` that draws a full server", "waits in the queue", "takes the next one that has room", "nobody need wait"},
    {"streams that wait for a server when it goes down", "wait on, unless `option redispatch` is set", "wait for any server, unless a cookie binds them", "the key of a hash is served elsewhere by then"},
    {"`hash-key addr`, `addr-port`", "places on the ring of HAProxy 3", "places of our own", "the order of servers does not matter, but keys do not stay where 3.x has them"},
    {"`stats admin` without `stats auth`", "accepted", "a warning", "everybody could take servers out"},
    {"a server without `check` beside checked ones", "accepted", "a warning", "it counts as up for ever"},
    {"a name whose records live for less than `hold valid`", "asks again after `hold valid`", "asks again when they end, though not within half a second", "an address that has moved is known in time"},
    {"idle connections to an address that a server has left", "used for as long as they last", "closed", "the old address may be somebody else's"},
    {"`check-reuse-pool`", "probes use idle connections of requests", "a probe keeps a connection of its own, for a minute at most", "whether the server accepts must be seen now and then"},
    {"a reload with `resolvers`", "begins without what was resolved", "servers keep their addresses until an answer says otherwise", "name servers may be slow just then"},
    {"log lines that cannot be sent", "dropped", "dropped and counted", "a hole in a log should be known"},
    {"certificates that expire within 14 days", "served", "served; a warning of `-c`, an alert in the log every day, a metric", "it is always a Sunday"},
    {NULL, NULL, NULL, NULL},
};
/* clang-format on */
