// SPDX-License-Identifier: BSD-3-Clause
#include "tests/support/fake_nouns.h"

#include <stdlib.h>
#include <string.h>

#include "control/spine/later.h"
#include "control/spine/rpc.h"

static json_t *made;

json_t *fake_system(void)
{
	if (!made)
		made = json_object();
	return made;
}

void fake_system_clear(void)
{
	json_decref(made);
	made = NULL;
}

static json_t *part_of(const char *noun)
{
	json_t *part = json_object_get(fake_system(), noun);

	if (!part) {
		part = json_object();
		json_object_set_new(fake_system(), noun, part);
	}
	return part;
}

#define HOOKS(noun)                                                                          \
	static int noun##_add(const char *name, const json_t *value, struct errors *errors)  \
	{                                                                                    \
		if (!strcmp(name, "broken"))                                                 \
			return errors_add(errors, "", "%s cannot be made", name);            \
		return json_object_set_new(part_of(#noun), name, json_deep_copy(value));     \
	}                                                                                    \
	static int noun##_change(const char *name, const json_t *old, const json_t *value,   \
				 struct errors *errors)                                      \
	{                                                                                    \
		return noun##_add(name, value, errors);                                      \
	}                                                                                    \
	static int noun##_remove(const char *name, const json_t *old, struct errors *errors) \
	{                                                                                    \
		return json_object_del(part_of(#noun), name);                                \
	}

HOOKS(port)
HOOKS(bridge)

static const struct field system_fields[] = {
	{.name = "workers",
	 .type = F_INT,
	 .flags = FIELD_OR_AUTO,
	 .min = 1,
	 .max = 64,
	 .def = "auto",
	 .help = "Number of workers"},
	{.name = "idle",
	 .type = F_ENUM,
	 .choices = (const char *const[]){"adaptive", "poll", NULL},
	 .def = "adaptive",
	 .help = "What a worker without work does"},
	{0},
};

static const struct noun noun_system = {
	.name = "system",
	.key = "system",
	.help = "The daemon as a whole",
	.shape = NOUN_SINGLE,
	.fields = system_fields,
	.columns = (const struct column[]){{"workers", NULL, "Number of workers"}, {0}},
};

static const struct field port_fields[] = {
	{.name = "type",
	 .type = F_ENUM,
	 .flags = FIELD_REQUIRED | FIELD_FIXED,
	 .choices = (const char *const[]){"tap", "vhost-user", "none", NULL},
	 .help = "Kind of port"},
	{.name = "device", .type = F_STRING, .max = 15, .help = "Name of the device"},
	{.name = "mtu",
	 .type = F_INT,
	 .min = 68,
	 .max = 9000,
	 .def = "1500",
	 .unit = "bytes",
	 .help = "Longest packet"},
	{0},
};

/* What a port named "slow…" has to know before it is sound, for one request. */
struct slow {
	struct later_item item;
	struct slow *next;
};

static const char slow_kind;
static struct slow *slow;

static void slow_drop(struct later_item *item)
{
	struct slow **at = &slow;

	while (*at && &(*at)->item != item)
		at = &(*at)->next;
	if (*at)
		*at = (*at)->next;
	free(item);
}

bool fake_port_come(void)
{
	struct slow *first = slow;

	if (!first)
		return false;
	slow = first->next;
	later_come(&first->item);
	return true;
}

static int port_check(const char *name, const json_t *value, const json_t *candidate,
		      const char *path, struct errors *errors)
{
	const struct later_item *item = errors->later ? errors->later->items : NULL;
	struct slow *new;

	if (json_object_get(part_of("port"), name))
		return 0; /* it is known */
	if (strncmp(name, "slow", 4) != 0 || !later_may_wait(errors->later) || item)
		return item && item->is_missing ? -1 : 0;
	new = calloc(1, sizeof(*new));
	new->item = (struct later_item){.kind = &slow_kind, .is_missing = true, .drop = slow_drop};
	new->next = slow;
	slow = new;
	later_add(errors->later, &new->item);
	return -1;
}

static json_t *port_show(struct call *call)
{
	json_t *rows = json_array(), *value;
	const char *name;

	json_object_foreach(part_of("port"), name, value) {
		json_t *row =
			json_pack("{s:s, s:s, s:i, s:s}", "name", name, "state", "up", "rx_packets",
				  (int)strlen(name), "mac", "02:00:00:00:00:01");

		json_object_update(row, value);
		if (!call->name || !strcmp(call->name, name))
			json_array_append(rows, row);
		json_decref(row);
	}
	return rows;
}

static const struct noun noun_port = {
	.name = "port",
	.key = "ports",
	.help = "Where packets come in and go out",
	.shape = NOUN_MAP,
	.fields = port_fields,
	.columns = (const struct column[]){{"name", NULL, "Its name"},
					   {"type", NULL, "Its kind"},
					   {"state", NULL, "up or down"},
					   {"rx_packets", NULL, "Packets received"},
					   {"mac", NULL, "Its address", true},
					   {0}},
	.check = port_check,
	.add = port_add,
	.change = port_change,
	.remove = port_remove,
	.show = port_show,
};

static const struct field member_fields[] = {
	{.name = "vlan", .type = F_INT, .min = 1, .max = 4094, .help = "VLAN of an access port"},
	{.name = "trunk", .type = F_VLANS, .help = "VLANs of a trunk"},
	{0},
};

static const struct field mac_field = {.name = "mac", .type = F_MAC};

static const struct field bridge_fields[] = {
	{.name = "ports",
	 .type = F_MAP,
	 .ref = "port",
	 .fields = member_fields,
	 .help = "Its ports"},
	{.name = "aging",
	 .type = F_INT,
	 .min = 1,
	 .max = 1000000,
	 .def = "300",
	 .unit = "s",
	 .help = "After how long an address is forgotten"},
	{.name = "macs", .type = F_LIST, .elem = &mac_field, .help = "Addresses of its own"},
	{0},
};

static const struct noun noun_bridge = {
	.name = "bridge",
	.key = "bridges",
	.help = "A switch between ports",
	.shape = NOUN_MAP,
	.fields = bridge_fields,
	.columns = (const struct column[]){{"name", NULL, "Its name"},
					   {"ports", NULL, "Its ports"},
					   {"aging", "s", "Until an address is forgotten"},
					   {0}},
	.add = bridge_add,
	.change = bridge_change,
	.remove = bridge_remove,
};

static const struct field hop_fields[] = {
	{.name = "gateway", .type = F_IP, .help = "The next router"},
	{.name = "weight", .type = F_INT, .min = 1, .max = 255, .def = "1", .help = "Its share"},
	{0},
};

/* "192.0.2.1" is {gateway: 192.0.2.1}; what has a slash is nothing. */
static json_t *hop_from_text(const char *text)
{
	return strchr(text, '/') ? NULL : json_pack("{s:s}", "gateway", text);
}

static const struct field hop_field = {.name = "hop",
				       .type = F_OBJECT,
				       .fields = hop_fields,
				       .from_text = hop_from_text,
				       .text_form = "a gateway"};

static const struct field route_fields[] = {
	{.name = "prefix", .type = F_PREFIX, .flags = FIELD_REQUIRED, .help = "Where to"},
	{.name = "via", .type = F_LIST, .elem = &hop_field, .help = "By which routers"},
	{0},
};

static const struct noun noun_route = {
	.name = "route",
	.key = "routes",
	.help = "Static routes",
	.shape = NOUN_LIST,
	.list_key = "prefix",
	.fields = route_fields,
	.columns = (const struct column[]){{"prefix", NULL, "Where to"}, {0}},
};

static const struct field apply_args[] = {
	{.name = "file", .type = F_STRING, .help = "The file"},
	{.name = "text", .type = F_STRING, .flags = FIELD_REQUIRED, .help = "Its contents"},
	{.name = "check", .type = F_BOOL, .help = "Change nothing"},
	{.name = "confirm",
	 .type = F_INT,
	 .min = 1,
	 .max = 3600,
	 .unit = "s",
	 .help = "Go back after"},
	{0},
};

static const struct field clear_args[] = {
	{.name = "port", .type = F_REF, .ref = "port", .help = "Only this one's"},
	{.name = "count", .type = F_INT, .min = 0, .max = 10, .def = "3", .help = "How often"},
	{0},
};

static const struct field big_args[] = {
	{.name = "size",
	 .type = F_INT,
	 .flags = FIELD_REQUIRED,
	 .min = 0,
	 .max = 1 << 28,
	 .help = "Bytes of the answer"},
	{0},
};

/* What it was called with. */
static json_t *job_echo(struct call *call)
{
	return json_pack("{s:s?, s:O}", "name", call->name, "args", call->args);
}

static json_t *job_fail(struct call *call)
{
	errors_add_at(call->errors, 3, 5, "%s is not to be", call->name);
	errors_add(call->errors, "ports.x", "nor is this");
	return NULL;
}

static json_t *job_big(struct call *call)
{
	size_t size = conf_int(call->args, "size");
	char *text = malloc(size + 1);
	json_t *result;

	memset(text, 'x', size);
	result = json_stringn(text, size);
	free(text);
	return result;
}

/* Opens a stream, sends "one" and "two", and then its end: "done", or the reason why not. */
static struct rpc_stream *stream;
static int stream_steps;

static void stream_gone(void *arg)
{
	stream = NULL;
}

bool fake_stream_step(void)
{
	struct errors errors;

	if (!stream)
		return false;
	if (stream_steps++ < 2)
		return rpc_stream_row(stream, json_string(stream_steps == 1 ? "one" : "two"));
	errors_init(&errors);
	errors_add(&errors, "", "nothing answered");
	rpc_stream_end(stream, stream_steps == 3 ? json_string("done") : NULL, &errors);
	errors_fini(&errors);
	stream = NULL;
	return true;
}

static json_t *job_stream(struct call *call)
{
	stream_steps = conf_bool(call->args, "refused") ? 3 : 0;
	stream = rpc_stream_open(call, stream_gone, NULL);
	return NULL;
}

static const struct field stream_args[] = {
	{.name = "refused", .type = F_BOOL, .help = "End badly"},
	{0},
};

static const struct verb job_verbs[] = {
	{.name = "apply",
	 .help = "Apply a file",
	 .args = apply_args,
	 .positional = "file",
	 .run = job_echo},
	{.name = "clear",
	 .help = "Begin at zero",
	 .args = clear_args,
	 .positional = "port",
	 .run = job_echo},
	{.name = "fail", .help = "Be refused", .takes_name = true, .run = job_fail},
	{.name = "big",
	 .help = "Answer at length",
	 .args = big_args,
	 .positional = "size",
	 .run = job_big},
	{.name = "stream", .help = "Answer bit by bit", .args = stream_args, .run = job_stream},
	{0},
};

static const struct field readable_args[] = {
	{.name = "readable", .type = F_BOOL, .def = "false", .help = "As text"},
	{0},
};

static json_t *job_show(struct call *call)
{
	return conf_bool(call->args, "readable") ? json_string("jobs:\n  none\n") : json_array();
}

static const struct noun noun_job = {
	.name = "job",
	.help = "Things to do",
	.shape = NOUN_VIEW,
	.verbs = job_verbs,
	.show_args = readable_args,
	.show = job_show,
};

static const struct field area_args[] = {
	{.name = "area", .type = F_IP, .help = "Only those of this area"},
	{0},
};

static json_t *neighbor_show(struct call *call)
{
	return json_pack("[{s:s, s:s}]", "router_id", "192.0.2.1", "area",
			 conf_str(call->args, "area") ? conf_str(call->args, "area") : "0.0.0.0");
}

static const struct noun noun_neighbor = {
	.name = "ospf neighbor",
	.help = "Routers that speak OSPF with us",
	.shape = NOUN_VIEW,
	.columns = (const struct column[]){{"router_id", NULL, "Its identifier"},
					   {"area", NULL, "The area"},
					   {0}},
	.show_args = area_args,
	.show_positional = "area",
	.show = neighbor_show,
};

static const struct noun *const list[] = {
	&noun_system, &noun_port, &noun_bridge, &noun_route, &noun_job, &noun_neighbor,
};

const struct registry fake_nouns = {.list = list, .n = sizeof(list) / sizeof(list[0])};
