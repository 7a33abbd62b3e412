// SPDX-License-Identifier: BSD-3-Clause
#include "tools/pktgen/flows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Rejection-inversion (Hörmann and Derflinger, 1996): draw from the area under x^-s, which has an
 * inverse, between 1/2 and n + 1/2, and take the nearest integer where it lies under its bar.
 */
struct zipf {
	double s, n;
	double low, high; /* areas at 3/2 less the first bar, and at n + 1/2 */
	double sure;      /* so near to an integer no test is needed */
};

static double area(const struct zipf *z, double x)
{
	double e = 1 - z->s, l = log(x);

	return fabs(e) < 1e-9 ? l : expm1(e * l) / e;
}

static double area_inverse(const struct zipf *z, double a)
{
	double e = 1 - z->s;

	return fabs(e) < 1e-9 ? exp(a) : exp(log1p(fmax(a * e, -1 + 1e-15)) / e);
}

static void zipf_init(struct zipf *z, double s, uint32_t n)
{
	z->s = s;
	z->n = n;
	z->low = area(z, 1.5) - 1;
	z->high = area(z, n + 0.5);
	z->sure = 2 - area_inverse(z, area(z, 2.5) - pow(2, -s));
}

static double uniform(struct flows *f)
{
	return (flows_random(f) + 0.5) / 4294967296.0;
}

static uint32_t zipf_draw(const struct zipf *z, struct flows *f)
{
	for (;;) {
		double a = z->low + uniform(f) * (z->high - z->low);
		double x = area_inverse(z, a);
		double k = fmin(fmax(floor(x + 0.5), 1), z->n);
		if (k - x <= z->sure || a >= area(z, k + 0.5) - pow(k, -z->s))
			return (uint32_t)k - 1;
	}
}

int flows_init(struct flows *f, enum flow_order order, uint32_t n, double exponent, uint64_t seed)
{
	struct zipf zipf;

	memset(f, 0, sizeof(*f));
	f->order = order;
	f->n = n;
	f->random = seed * UINT64_C(0x9E3779B97F4A7C15) ^ UINT64_C(0x5851F42D4C957F2D);
	if (f->random == 0)
		f->random = 1;
	for (int i = 0; i < 8; i++) /* away from seeds that are alike */
		flows_random(f);
	if (order != FLOW_ZIPF)
		return 0;
	f->drawn = malloc(FLOWS_DRAWN * sizeof(*f->drawn));
	if (!f->drawn)
		return -ENOMEM;
	zipf_init(&zipf, exponent, n);
	for (uint32_t i = 0; i < FLOWS_DRAWN; i++)
		f->drawn[i] = zipf_draw(&zipf, f);
	return 0;
}

void flows_fini(struct flows *f)
{
	free(f->drawn);
	f->drawn = NULL;
}
