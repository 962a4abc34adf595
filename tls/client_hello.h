/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the ClientHello of a connection that is not ours to decrypt: who is asked for, in which protocols.
 *
 *   record: 16 03 01 length | record: ...       the message may lie in any number of records,
 *           `--- 01 length version random ... extensions ---'  cut anywhere, and come in any number of pieces
 *
 * Pure: bytes in, values out; nothing is kept between calls, so the caller offers all bytes from the start each
 * time. What lies in two records is put together, hence the copies.
 *
 * Thread:  none of its own.
 */
#ifndef WEIR_TLS_CLIENT_HELLO_H
#define WEIR_TLS_CLIENT_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer messages are none of a client's: the largest with padding have 16 KB, and post-quantum keys 2 KB. */
#define CLIENT_HELLO_BYTES_MAX (64 * 1024)

enum client_hello_status {
    CLIENT_HELLO_MORE = 0, /* it begins like one and is not whole */
    CLIENT_HELLO_WHOLE = 1,
    CLIENT_HELLO_NOT = -1, /* it is no handshake of TLS, or is malformed */
};

#define CLIENT_HELLO_NAME_BYTES 256
#define CLIENT_HELLO_ALPN_BYTES 256

/* Numbers of two bytes, as they came; more than there is room for are cut off. */
#define CLIENT_HELLO_LIST_BYTES 512
enum client_hello_list {
    CLIENT_HELLO_CIPHERS,
    CLIENT_HELLO_GROUPS,
    CLIENT_HELLO_SIGNATURES,
    CLIENT_HELLO_KEY_SHARES, /* their groups */
    CLIENT_HELLO_LISTS,
};
enum client_hello_ticket { CLIENT_HELLO_NO_TICKETS, CLIENT_HELLO_ASKS_TICKET, CLIENT_HELLO_TICKET };

struct client_hello {
    uint16_t record_version; /* of the first record: 0x0301 mostly */
    uint16_t version;        /* of the hello itself: 0x0303 at most */
    uint16_t newest_version; /* of supported_versions: 0x0304; as `version` without it */
    uint8_t
        type; /* of the handshake message: 1 = ClientHello, 2 = ServerHello; 0 = not known yet */
    bool has_groups; /* elliptic curves, or the like, are offered */
    uint8_t ticket;  /* enum client_hello_ticket */
    bool has_sni;
    char sni[CLIENT_HELLO_NAME_BYTES]; /* the host name asked for, as it came; ends in NUL */
    uint8_t sni_len;
    uint16_t alpn_len;
    uint8_t alpn[CLIENT_HELLO_ALPN_BYTES]; /* as it came: length and name of each protocol */
    uint16_t list_len[CLIENT_HELLO_LISTS]; /* in bytes */
    uint8_t list[CLIENT_HELLO_LISTS][CLIENT_HELLO_LIST_BYTES];
};

/*
 * data: all bytes of the connection so far. hello_out is only complete with CLIENT_HELLO_WHOLE; with the others
 * it holds what was found before. A whole ServerHello is CLIENT_HELLO_WHOLE with its type and versions.
 */
MUST_CHECK int client_hello_parse(const uint8_t *data, size_t len, struct client_hello *hello_out);

/* The i-th protocol, not ended by NUL; NULL beyond the last. */
const char *client_hello_alpn(const struct client_hello *hello, size_t i, size_t *len_out);

#endif
