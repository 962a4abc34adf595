/* SPDX-License-Identifier: Apache-2.0 */
/* SOCKS4 messages; see socks4.h. */
#include "proxy/net/socks4.h"

#include <netinet/in.h>
#include <string.h>

enum { VERSION = 4, CONNECT = 1, GRANTED = 0x5a };

int socks4_format_ask(const struct sockaddr *to, uint8_t out[SOCKS4_ASK_BYTES_MAX])
{
    static const char user[] = "HAProxy"; /* with its zero; proxies may know the name */
    struct sockaddr_in in;
    if (to->sa_family != AF_INET)
        return 0;
    memcpy(&in, to, sizeof(in));
    out[0] = VERSION;
    out[1] = CONNECT;
    memcpy(out + 2, &in.sin_port, 2);
    memcpy(out + 4, &in.sin_addr, 4);
    memcpy(out + 8, user, sizeof(user));
    return 8 + (int)sizeof(user);
}

bool socks4_is_granted(const uint8_t answer[SOCKS4_ANSWER_BYTES])
{
    return answer[0] == 0 && answer[1] == GRANTED;
}
