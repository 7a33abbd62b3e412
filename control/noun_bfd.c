// SPDX-License-Identifier: BSD-3-Clause
/* bfd: how neighbours are watched; the sessions are made by what wants them. */
#include <string.h>

#include "control/engines.h"
#include "control/interfaces.h"
#include "control/spine/noun.h"
#include "control/watches.h"

static const char *const types[] = {"password", "sha1", "meticulous-sha1", NULL};
static const uint8_t type_values[] = {BFD_AUTH_PASSWORD, BFD_AUTH_SHA1, BFD_AUTH_SHA1_METICULOUS};

static const struct field auth_fields[] = {
	{.name = "key",
	 .type = F_STRING,
	 .min = 1,
	 .max = BFD_KEY_MAX,
	 .flags = FIELD_REQUIRED,
	 .help = "the secret; of password 16 bytes at most"},
	{.name = "algorithm",
	 .type = F_ENUM,
	 .choices = types,
	 .def = "meticulous-sha1",
	 .help = "password goes over the wire as it is"},
	{.name = "key-id",
	 .type = F_INT,
	 .min = 0,
	 .max = 255,
	 .def = "1",
	 .help = "by which the neighbours know the key"},
	{.name = NULL},
};

static const struct field fields[] = {
	{.name = "interval",
	 .type = F_DURATION,
	 .min = 10,
	 .max = 60000,
	 .def = "300ms",
	 .help = "between two packets, sent and wanted; the neighbour may ask for fewer"},
	{.name = "multiplier",
	 .type = F_INT,
	 .min = 1,
	 .max = 255,
	 .def = "3",
	 .help = "packets missed before the neighbour takes us for dead"},
	{.name = "hold",
	 .type = F_DURATION,
	 .min = 0,
	 .max = 600000,
	 .def = "1s",
	 .help = "that a session has to be up after a failure before its neighbour is used again; "
		 "a "
		 "failure counts at once"},
	{.name = "admin-down",
	 .type = F_BOOL,
	 .def = "false",
	 .help = "hold all sessions down: neighbours are told, and take it for no failure"},
	{.name = "auth", .type = F_OBJECT, .fields = auth_fields, .help = "of all sessions"},
	{.name = NULL},
};

static const struct column columns[] = {
	{"peer", NULL, "the neighbour that is watched"},
	{"interface", NULL, "on whose wire it is"},
	{"state", NULL, "up, down, init, admin-down"},
	{"remote_state", NULL, "what the neighbour says"},
	{"detect_us", "us", "of silence, and it goes down; 0: nothing heard yet"},
	{"tx_us", "us", "between two packets of ours"},
	{"transitions", NULL, "times that it was lost"},
	{"age", "s", "since it got into its state"},
	{"diag", NULL, "why it went down last"},
	{"local", NULL, "our address", true},
	{"sent", NULL, "packets", true},
	{"received", NULL, "packets that were believed", true},
	{"late", NULL, "of these, more than one and a half intervals after the one before", true},
	{"longest_us", "us", "without a packet while it was up, since stats clear", true},
	{"refused", NULL, "packets that were not", true},
	{"refused_by", NULL, "how many of these, by reason", true},
	{"last_refused", NULL, "why, the last time", true},
	{"users", NULL, "that want it", true},
	{"held", "s", "until the neighbour is used again", true},
	{NULL},
};

static int check(const char *name, const json_t *value, const json_t *candidate, const char *path,
		 struct errors *errors)
{
	const json_t *auth = json_object_get(value, "auth");
	const char *type = conf_str(auth, "algorithm"), *key = conf_str(auth, "key");
	char at[FIELD_PATH_MAX];

	if (!type || strcmp(type, "password") != 0 || !key || strlen(key) <= 16)
		return 0;
	field_path(at, path, "auth");
	return errors_add(errors, at, "a password of %zu bytes is too long: 16 at most",
			  strlen(key));
}

static void auth_make(const json_t *auth, struct bfd_auth *out)
{
	const char *key = conf_str(auth, "key"), *type = conf_str(auth, "algorithm");

	for (size_t i = 0; types[i]; i++)
		if (strcmp(types[i], type) == 0)
			out->type = type_values[i];
	out->key_id = (uint8_t)conf_int(auth, "key-id");
	out->key_size = (uint8_t)strlen(key);
	memcpy(out->key, key, out->key_size);
}

/* value NULL: as if nothing were configured. */
static int apply(const json_t *value, struct errors *errors)
{
	struct bfd_conf conf = {.tx_us = 300000,
				.rx_us = 300000,
				.multiplier = 3,
				.hold_us = 1000000};
	int r;

	if (value) {
		conf.tx_us = conf.rx_us = (uint32_t)conf_ms(value, "interval") * 1000;
		conf.multiplier = (uint8_t)conf_int(value, "multiplier");
		conf.hold_us = (uint32_t)conf_ms(value, "hold") * 1000;
		conf.admin_down = conf_bool(value, "admin-down");
		if (json_object_get(value, "auth"))
			auth_make(json_object_get(value, "auth"), &conf.auth);
	}
	engines_now();
	r = bfd_configure(watches_bfd(), &conf);
	engines_kick();
	return r < 0 ? errors_add(errors, "", "%s", strerror(-r)) : 0;
}

static int add(const char *name, const json_t *value, struct errors *errors)
{
	return apply(value, errors);
}

static int change(const char *name, const json_t *old, const json_t *value, struct errors *errors)
{
	return apply(value, errors);
}

static int del(const char *name, const json_t *old, struct errors *errors)
{
	return apply(NULL, errors);
}

static json_t *refused_by(const struct bfd_info *info, uint64_t *sum)
{
	json_t *out = json_object();

	*sum = 0;
	for (int why = 0; why < BFD_REFUSALS; why++) {
		*sum += info->refused[why];
		if (info->refused[why])
			json_object_set_new(out, bfd_refused_names[why],
					    json_integer((json_int_t)info->refused[why]));
	}
	return out;
}

static json_t *row_of(const struct bfd_session *session)
{
	char peer[ADDR_TEXT_MAX], local[ADDR_TEXT_MAX] = "";
	struct iface_entry *iface;
	struct bfd_info info;
	uint64_t refused;
	json_t *by;

	bfd_info(session, &info);
	by = refused_by(&info, &refused);
	iface = interfaces_by_id(info.iface);
	if (info.local.family)
		addr_print(&info.local, local);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:f, s:s, s:s, s:I, s:I, s:I, s:I, "
			 "s:I, s:I, s:f, s:o, s:s}",
			 "peer", addr_print(&info.peer, peer), "interface",
			 iface ? iface->iface.name : "", "state", bfd_state_names[info.state],
			 "remote_state", bfd_state_names[info.remote_state], "detect_us",
			 (json_int_t)info.detect_us, "tx_us", (json_int_t)info.tx_us, "transitions",
			 (json_int_t)info.transitions, "age",
			 (double)(engines_clock_us() - info.since_us) / 1e6, "diag",
			 bfd_diag_names[info.diag], "local", local, "sent", (json_int_t)info.sent,
			 "received", (json_int_t)info.received, "late", (json_int_t)info.late,
			 "longest_us", (json_int_t)info.longest_us, "refused", (json_int_t)refused,
			 "users", (json_int_t)info.users, "held", (double)info.held_us / 1e6,
			 "refused_by", by, "last_refused",
			 info.last_refused == BFD_REFUSALS ? ""
							   : bfd_refused_names[info.last_refused]);
}

static json_t *show(struct call *call)
{
	const struct bfd_session *session = NULL;
	json_t *rows = json_array();

	while ((session = bfd_next(watches_bfd(), session)))
		json_array_append_new(rows, row_of(session));
	return rows;
}

static json_t *counters(struct call *call)
{
	json_t *rows = json_array();

	for (int why = 0; why < BFD_REFUSALS; why++)
		json_array_append_new(rows, json_pack("{s:s, s:I}", "counter",
						      bfd_refused_names[why], "count",
						      (json_int_t)bfd_refused(watches_bfd(), why)));
	return rows;
}

static const struct verb verbs[] = {
	{.name = "counters",
	 .help = "packets that were refused, by reason, of strangers too",
	 .run = counters},
	{.name = NULL},
};

const struct noun noun_bfd = {
	.name = "bfd",
	.key = "bfd",
	.help = "neighbours that are watched, and how (RFC 5880)",
	.shape = NOUN_SINGLE,
	.fields = fields,
	.columns = columns,
	.verbs = verbs,
	.check = check,
	.add = add,
	.change = change,
	.remove = del,
	.show = show,
};
