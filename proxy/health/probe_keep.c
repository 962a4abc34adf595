/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a probe's connection between two tries. With check-reuse-pool:
 *
 *   the answer is whole, and says that the connection stays ----------> kept: the next try begins with its request
 *   the verdict came before the end of the answer --> the rest is read while the probe sleeps --^
 *   anything else, or anything that comes while it sleeps ------------> given up: the next try connects
 *
 * A server may close a kept connection at any time, also while our request is on its way. So a try that gets no byte of
 * an answer on one says nothing of the server: it is made once more on a connection of its own.
 *
 * What a kept connection cannot show is that the server still accepts, so none is used for longer than
 * PROBE_CONNECTION_MS; and a reload, which may bring other certificates, lets each be used no more.
 *
 * Besides, a try that ends with the handshake of TLS 1.3 ends before the ticket has come that would let the next one
 * resume the session, which costs both sides half as much. So its connection stays for that long; but not where the
 * certificate is verified, since looking at it is all that such a try does.
 */
#include "proxy/health/probe_priv.h"
#include "proxy/health/response.h"

#define STATUS_REQUEST_TIMEOUT 408

bool probe_may_keep(const struct probe *probe)
{
    return probe->reuse && probe->script->is_exchange &&
           probe->loop->now_ms + probe->inter_ms <= probe->renew_ms;
}

void probe_let_go(struct probe *probe)
{
    probe->awaits_ticket = false;
    probe_disconnect(probe);
    script_forget(probe);
}

void probe_rest(struct probe *probe)
{
    bool is_wanted = probe->keeps && probe->unsent == NULL && conn_is_open(&probe->conn);
    enum response_end end = is_wanted ? response_end(probe) : RESPONSE_CLOSES;
    probe->awaits_ticket = probe->result.status == HEALTH_L6_OK && !probe->is_ticketless &&
                           conn_is_open(&probe->conn) && conn_awaits_ticket(&probe->conn);
    if (probe->awaits_ticket)
        return;
    if (end == RESPONSE_CLOSES || (end == RESPONSE_GOES_ON && !script_hold(probe)))
        probe_let_go(probe);
    else if (end == RESPONSE_KEEPS)
        script_forget(probe);
}

void probe_guard(struct probe *probe)
{
    if (!conn_is_open(&probe->conn))
        return;
    bool is_soon = probe->due_ms <= probe->loop->now_ms + PROBE_TICKET_MS;
    if (probe->awaits_ticket && !is_soon)
        loop_arm(probe->loop, &probe->timer, PROBE_TICKET_MS);
    else if (probe->due_ms > probe->renew_ms) /* it would only lie idle */
        probe_let_go(probe);
    if (conn_is_open(&probe->conn) && conn_can_read(&probe->conn))
        (void)probe_step_asleep(probe);
}

/* The timer goes back to the next try. */
static void end_wait_for_ticket(struct probe *probe)
{
    uint64_t now_ms = probe->loop->now_ms;
    probe_let_go(probe);
    loop_arm(probe->loop, &probe->timer,
             probe->due_ms > now_ms ? (unsigned)(probe->due_ms - now_ms) : 0);
}

bool probe_gives_up_ticket(struct probe *probe)
{
    if (!probe->awaits_ticket)
        return false;
    probe->is_ticketless = true;
    end_wait_for_ticket(probe);
    return probe->due_ms > probe->loop->now_ms;
}

/* Tickets of TLS come and are none of ours; but neither bytes that nobody asked for nor the end are. */
enum probe_step probe_step_asleep(struct probe *probe)
{
    bool has_rest = probe->answer_len > 0;
    enum response_end end = RESPONSE_CLOSES;
    enum probe_step step = PROBE_NEXT;
    do {
        step = script_receive(probe);
        if (step == PROBE_NEXT && has_rest)
            end = response_end(probe);
    } while (step == PROBE_NEXT && end == RESPONSE_GOES_ON);
    if (probe->awaits_ticket && (step != PROBE_WAIT || !conn_awaits_ticket(&probe->conn)))
        end_wait_for_ticket(probe);
    else if (step == PROBE_NEXT && end == RESPONSE_KEEPS)
        script_forget(probe);
    else if (step != PROBE_WAIT)
        probe_let_go(probe);
    return PROBE_WAIT;
}

bool probe_can_reuse(const struct probe *probe)
{
    return probe->state == PROBE_ASLEEP && conn_is_open(&probe->conn) && !probe->awaits_ticket &&
           probe->answer_len == 0 && probe->loop->now_ms <= probe->renew_ms;
}

enum probe_step probe_reuse(struct probe *probe)
{
    probe->state = PROBE_EXCHANGING;
    probe->is_reused = true;
    probe->step++;
    loop_arm(probe->loop, &probe->timer, probe->check_ms > 0 ? probe->check_ms : probe->inter_ms);
    return script_run(probe);
}

bool probe_must_repeat(const struct probe *probe)
{
    /* RFC 9110 15.5.9: it was sent before our request had come */
    return probe->is_reused && (probe->answer_len == 0 || probe->code == STATUS_REQUEST_TIMEOUT);
}
