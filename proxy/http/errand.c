/* SPDX-License-Identifier: Apache-2.0 */
/* There and back; errand.h draws it. */
#include "proxy/http/errand.h"

#include "proxy/http/stream.h"

void errand_send(struct errand *errand, struct stream *stream, struct loop *to,
                 void (*run)(struct loop_message *message))
{
    errand->home = stream->thread->loop;
    errand->stream = stream;
    errand->message.run = run;
    stream->rules.errand = errand;
    loop_post(to, &errand->message);
}

/* On the data thread. */
static void on_back(struct loop_message *message)
{
    struct errand *errand = LIST_ITEM(message, struct errand, message);
    errand->is_back = true;
    if (errand->stream != NULL)
        stream_handle(errand->stream, STREAM_PREPARED);
    else
        errand->free(errand);
}

void errand_return(struct errand *errand)
{
    errand->message.run = on_back;
    loop_post(errand->home, &errand->message);
}

void errand_leave(struct errand *errand)
{
    if (errand == NULL)
        return;
    if (errand->is_back)
        errand->free(errand);
    else
        errand->stream = NULL;
}
