// SPDX-License-Identifier: BSD-3-Clause
/* Topologies by chance, as files that can be kept, read and played again. */
#ifndef WEFT_TESTS_SIM_RANDOM_TOPO_H
#define WEFT_TESTS_SIM_RANDOM_TOPO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum shape { SHAPE_RANDOM, SHAPE_CHAIN, SHAPE_RING, SHAPE_GRID, SHAPE_STAR, SHAPES };

extern const char *const shape_names[SHAPES + 1]; /* ends with NULL */

/* How much goes wrong. */
enum weather {
	WEATHER_STILL, /* nothing */
	WEATHER_FAIR,  /* links and routers fail, and whoever is concerned is told */
	WEATHER_ROUGH, /* silently too, and packets are lost, doubled and late */
};

struct random_conf {
	uint64_t seed;
	uint32_t routers; /* 0: 3 to 14, by chance */
	enum shape shape;
	enum weather weather;
};

void random_topo_write(const struct random_conf *conf, FILE *out);

#endif
