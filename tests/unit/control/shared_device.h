// SPDX-License-Identifier: BSD-3-Clause
/* A device v0 that a port shares with its host, the cable v0 - v1, and frames sent into v1. */
#ifndef WEFT_TESTS_UNIT_CONTROL_SHARED_DEVICE_H
#define WEFT_TESTS_UNIT_CONTROL_SHARED_DEVICE_H

#include <jansson.h>

#include "control/port_kind.h"

#define SHARED "{'device': 'v0', 'share': true}"
#define TYPE   0x88b5 /* of the frames: for experiments */

enum { SOCKET, SIDE }; /* queues of the port */

extern const uint8_t all[6], nic[6], guest[6]; /* MAC addresses; nic is v0's */
extern struct errors errors;                   /* of the last open_port */

void make_cable(void);
void cut_cable(void);
/* Has both ends of a cable that is made by other means. */
void take_cable(void);

/* text: JSON with ' for ". */
json_t *conf_of(const char *text);
struct port *open_port(const char *text); /* NULL with errors */
void assert_error(const char *part);
struct port *open_well(void); /* shared, attached */
void close_port(struct port *port);

/* What was put off to the end of the loop's turn is done. */
void turn(void);

/* type: what follows the addresses. */
void send_frame(const uint8_t dst[6], const uint8_t *type, size_t type_len);
void send_to(const uint8_t dst[6]);
/* Takes what waits in a queue; how many. The last one's beginning is left in head. */
int queue_got(struct port *port, uint16_t queue, uint8_t head[20]);
/* Waits until so many came in all, and a little more for any that should not. */
void expect(struct port *port, int n_socket, int n_side, int n_host);

/* Packets of a class, as users are shown; -1: no such class. */
json_int_t counted(struct port *port, const char *class);

/* Starts all that is needed, runs the tests, and ends it: main's result. */
int shared_device_main(int (*run)(void));

#endif
