// SPDX-License-Identifier: BSD-3-Clause
/* load SOCKET SECONDS ROLE CLIENTS [AMOUNT]: see `roles` below; one line says what became of it. */
#include "tests/e2e/load/load.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#define TIME_STEP_NS 10000   /* of the histogram */
#define N_TIMES      1000000 /* steps: ten seconds, then "or more" */

static const struct role {
	const char *name;
	void (*run)(struct client *client);
	bool may_be_turned_away;
	const char *help;
} roles[] = {
	{"ask", role_ask, false,
	 "asks for this and that; AMOUNT: requests a second of all together"},
	{"sane", role_ask, false, "the same, by itself: whose times matter"},
	{"fresh", role_fresh, false, "the same, with a connection for each request"},
	{"flood", role_flood, false, "asks AMOUNT times before it reads an answer"},
	{"batch", role_batch, false, "asks AMOUNT times in one line, again and again"},
	{"half", role_half, true, "half a request, after AMOUNT blanks; the rest in the end"},
	{"hoard", role_half, true, "the same, of a line that is long"},
	{"deaf", role_deaf, true, "asks, and reads nothing; every other one reads in the end"},
	{"garbage", role_garbage, false, "all that is no request; each is followed by one that is"},
	{"storm", role_storm, true, "comes and goes, AMOUNT times a second"},
	{"crowd", role_crowd, true, "is there, and comes back when it was turned away"},
};

static const struct role *role;
static unsigned int n_clients;
static int64_t begins, ends; /* CLOCK_MONOTONIC */
static atomic_ullong outcomes[N_OUTCOMES];
static atomic_uint times[N_TIMES + 1];
unsigned int amount;
struct sockaddr_un load_address = {.sun_family = AF_UNIX};

int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

bool is_over(void)
{
	return now_ns() >= ends;
}

static void sleep_until(int64_t at)
{
	struct timespec t = {.tv_sec = at / 1000000000, .tv_nsec = at % 1000000000};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

void sleep_ms(unsigned int ms)
{
	sleep_until(now_ns() + ms * 1000000LL);
}

void sleep_until_over(void)
{
	sleep_until(ends);
}

int64_t pace(int64_t *due)
{
	int64_t interval = n_clients * 1000000000LL / amount, now = now_ns();

	*due += *due ? interval : begins + rand() % interval;
	if (*due < now)
		*due = now; /* it is late, which the one before has waited for already */
	sleep_until(*due < ends ? *due : ends);
	return is_over() ? 0 : *due;
}

void note(enum outcome outcome, int64_t began)
{
	int64_t step = (now_ns() - began) / TIME_STEP_NS;

	atomic_fetch_add(&outcomes[outcome], 1);
	if (began && outcome == ANSWERED)
		atomic_fetch_add(&times[step < N_TIMES ? step : N_TIMES], 1);
}

/* --- the run --- */

static void *live(void *arg)
{
	struct client *client = arg;

	role->run(client);
	client_leave(client);
	free(client->heard);
	return NULL;
}

static bool run(void)
{
	struct client *clients = calloc(n_clients, sizeof(*clients));
	pthread_t *threads = calloc(n_clients, sizeof(*threads));
	unsigned int n = 0;
	pthread_attr_t attr;

	if (!clients || !threads)
		return false;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	for (; n < n_clients; n++) {
		clients[n] = (struct client){.number = n, .random = n + 1, .fd = -1};
		if (pthread_create(&threads[n], &attr, live, &clients[n]))
			break;
	}
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	free(clients);
	free(threads);
	return n == n_clients;
}

/* Milliseconds within which so many of a thousand were answered. */
static double within(unsigned int permille, unsigned long long n)
{
	unsigned long long seen = 0;

	for (size_t i = 0; i <= N_TIMES; i++) {
		seen += times[i];
		if (seen * 1000 >= n * permille)
			return (i + 1) * (TIME_STEP_NS / 1e6);
	}
	return 0;
}

static bool report(void)
{
	unsigned long long n = 0, bad = outcomes[WRONG] + outcomes[UNANSWERED];

	printf("%s: %llu answered, %llu wrong, %llu unanswered, %llu turned away", role->name,
	       outcomes[ANSWERED], outcomes[WRONG], outcomes[UNANSWERED], outcomes[TURNED_AWAY]);
	for (size_t i = 0; i <= N_TIMES; i++)
		n += times[i];
	if (n)
		printf("; %.0f a second; ms: median %.2f, 99 of 100 %.2f, most %.2f",
		       n * 1e9 / (ends - begins), within(500, n), within(990, n), within(1000, n));
	printf("\n");
	if (!role->may_be_turned_away)
		bad += outcomes[TURNED_AWAY];
	return !bad;
}

/* --- the command line --- */

static void usage(void)
{
	fprintf(stderr, "usage: load SOCKET SECONDS ROLE CLIENTS [AMOUNT]\n");
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		fprintf(stderr, "  %-8s %s\n", roles[i].name, roles[i].help);
	exit(2);
}

static void raise_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
	if (argc < 5 || argc > 6 || strlen(argv[1]) >= sizeof(load_address.sun_path))
		usage();
	strcpy(load_address.sun_path, argv[1]);
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (!strcmp(argv[3], roles[i].name))
			role = &roles[i];
	n_clients = atoi(argv[4]);
	amount = argc > 5 ? atoi(argv[5]) : 1;
	if (!role || !n_clients || (!amount && role->run != role_half))
		usage();
	raise_limits();
	begins = now_ns();
	ends = begins + atoi(argv[2]) * 1000000000LL;
	if (!run()) {
		fprintf(stderr, "load: not as many threads\n");
		return 1;
	}
	return report() ? 0 : 1;
}
