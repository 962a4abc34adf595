/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first packet of an MQTT session: CONNECT of a client, CONNACK of a server, of versions 3.1, 3.1.1 and
 * 5.0. A packet is read as a whole, since whatever is behind a mistake cannot be trusted; fields then are
 * looked up in what was read.
 *
 * Owner:   texts of a packet point into the bytes it was read from.
 * Thread:  any; nothing here is shared but constant rows.
 */
#ifndef WEIR_RULES_MQTT_PACKET_H
#define WEIR_RULES_MQTT_PACKET_H

#include "proxy/rules/sample.h"

enum mqtt_packet_type { MQTT_CONNECT = 1, MQTT_CONNACK = 2 };
enum mqtt_verdict { MQTT_INVALID, MQTT_VALID, MQTT_INCOMPLETE };
enum { MQTT_FIELDS = 35 }; /* and properties */

struct mqtt_field; /* a field or property that packets may have: a row */

struct mqtt_value {
    bool is_there;
    uint32_t number;
    struct sample_text text; /* of fields that are texts; its data is NULL in all others */
};

struct mqtt_packet {
    enum mqtt_packet_type type;
    unsigned places; /* which parts it has, so that numbers left out of them are 0 */
    struct mqtt_value values[MQTT_FIELDS];
};

/* The packet is there only with MQTT_VALID. */
MUST_CHECK enum mqtt_verdict mqtt_packet_read(struct sample_text bytes,
                                              struct mqtt_packet *packet_out);
/* By its name in any case, or by the number of a property; NULL: packets of the type have none such. */
const struct mqtt_field *mqtt_field_find(struct sample_text name, enum mqtt_packet_type type);
/* False if the packet has no value there, or one that is no text for rules. */
MUST_CHECK bool mqtt_packet_value(const struct mqtt_packet *packet, const struct mqtt_field *field,
                                  struct mqtt_value *value_out);

#endif
