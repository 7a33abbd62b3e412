// SPDX-License-Identifier: BSD-3-Clause
/*
 * Neighbours that are watched for whoever asks: BFD, for engines (env_ops.watch)
 * and for static routes.
 *
 * Control thread.
 */
#ifndef WEFT_CONTROL_WATCHES_H
#define WEFT_CONTROL_WATCHES_H

#include "routing/bfd/bfd.h"
#include "routing/env.h"

/* 0 or -errno. */
int watches_start(struct env *env);
void watches_stop(void); /* nobody watches any more */

struct bfd *watches_bfd(void);

/* As env_ops have them. */
struct env_watch *watches_add(struct env *env, uint32_t iface, const struct addr *peer,
			      env_watched *fn, void *arg);
void watches_del(struct env *env, struct env_watch *watch);

#endif
