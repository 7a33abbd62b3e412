// SPDX-License-Identifier: BSD-3-Clause
/*
 * A load on weftd's control socket. A client is a thread that speaks and waits
 * as one does who has nothing else to do; what it says is its role's. Answers are
 * judged: each request has to be answered once, in order, under its own id.
 */
#ifndef WEFT_TESTS_E2E_LOAD_H
#define WEFT_TESTS_E2E_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client {
	unsigned int number; /* of its role's clients */
	unsigned int random;
	int fd;      /* -1: not connected */
	uint64_t id; /* of its last request */
	char *heard; /* what was read, of which the first n_taken bytes are done with */
	size_t n_heard, n_taken, size;
};

/* What became of a request. */
enum outcome {
	ANSWERED,
	WRONG,       /* there came something else */
	UNANSWERED,  /* for PATIENCE_S */
	TURNED_AWAY, /* the connection has ended */
	N_OUTCOMES
};

#define PATIENCE_S 20
#define ANY_ERROR  0 /* in place of a code */

/* --- the run: main.c --- */

extern unsigned int amount; /* the role's own number, of the command line */
bool is_over(void);
/* Sleeps until a client's next time, `amount` times a second for all clients together, and returns
 * it: from then on an answer is waited for. 0: it is over. *due: 0 at first. */
int64_t pace(int64_t *due);
void sleep_ms(unsigned int ms);
void sleep_until_over(void);
int64_t now_ns(void);
/* Counts a request, and how long (unless 0) since `began`. */
void note(enum outcome outcome, int64_t began);

/* --- a connection: client.c; false, UNANSWERED or TURNED_AWAY where it has ended --- */

bool client_join(struct client *client);
void client_leave(struct client *client);
bool client_say(struct client *client, const char *text, size_t n);
/* A request of the mix, or of the method; *n: its length. The id is the client's next. */
const char *client_request(struct client *client, const char *method, size_t *n);
/* Is the next line the answer to request `id`: a result, or (code: not NULL) this error? */
enum outcome client_hear(struct client *client, uint64_t id, const int *code);
/* Is the next line an array with the answers to as many requests, in order? */
enum outcome client_hear_batch(struct client *client, uint64_t first, unsigned int n);
/* Says a request and hears the answer. The mix: method NULL. */
enum outcome client_ask(struct client *client, const char *method);

/* --- roles: they run until it is over --- */

void role_ask(struct client *client);
void role_fresh(struct client *client);
void role_flood(struct client *client);
void role_batch(struct client *client);
void role_half(struct client *client);
void role_deaf(struct client *client);
void role_garbage(struct client *client);
void role_storm(struct client *client);
void role_crowd(struct client *client);

#endif
