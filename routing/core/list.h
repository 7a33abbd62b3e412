// SPDX-License-Identifier: BSD-3-Clause
/*
 * Doubly linked lists that are typed and live in their items:
 *
 *   struct peer { struct list_link link; … };
 *   LIST_DEFINE(peers, struct peer, link)
 *
 *   struct peers list;
 *   peers_init(&list);
 *   peers_add(&list, peer);                       at its end
 *   list_foreach (peers, &list, peer)             peer is declared by it
 *   list_foreach_safe (peers, &list, peer)        the body may take peer out
 *   peers_del(&list, peer);
 *
 * An item is in one list by one link at a time. A link of zeros is in none.
 */
#ifndef WEFT_ROUTING_CORE_LIST_H
#define WEFT_ROUTING_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/core/container_of.h"

struct list_link {
	struct list_link *next, *prev;
};

static inline void list_link_between(struct list_link *prev, struct list_link *link,
				     struct list_link *next)
{
	link->prev = prev;
	link->next = next;
	prev->next = link;
	next->prev = link;
}

static inline bool list_is_linked(const struct list_link *link)
{
	return link->next != NULL;
}

#define LIST_DEFINE(name, type, member)                                                            \
	struct name {                                                                              \
		struct list_link head;                                                             \
		uint32_t n;                                                                        \
	};                                                                                         \
	static inline void name##_init(struct name *list)                                          \
	{                                                                                          \
		list->head.next = list->head.prev = &list->head;                                   \
		list->n = 0;                                                                       \
	}                                                                                          \
	static inline bool name##_is_empty(const struct name *list)                                \
	{                                                                                          \
		return list->n == 0;                                                               \
	}                                                                                          \
	static inline type *name##_at_(const struct name *list, struct list_link *link)            \
	{                                                                                          \
		return link == &list->head ? NULL : container_of(link, type, member);              \
	}                                                                                          \
	__attribute__((unused)) static inline type *name##_first(const struct name *list)          \
	{                                                                                          \
		return name##_at_(list, list->head.next);                                          \
	}                                                                                          \
	__attribute__((unused)) static inline type *name##_last(const struct name *list)           \
	{                                                                                          \
		return name##_at_(list, list->head.prev);                                          \
	}                                                                                          \
	__attribute__((unused)) static inline type *name##_next(const struct name *list,           \
								const type *item)                  \
	{                                                                                          \
		return name##_at_(list, item->member.next);                                        \
	}                                                                                          \
	__attribute__((unused)) static inline type *name##_prev(const struct name *list,           \
								const type *item)                  \
	{                                                                                          \
		return name##_at_(list, item->member.prev);                                        \
	}                                                                                          \
	__attribute__((unused)) static inline void name##_add(struct name *list, type *item)       \
	{                                                                                          \
		list_link_between(list->head.prev, &item->member, &list->head);                    \
		list->n++;                                                                         \
	}                                                                                          \
	__attribute__((unused)) static inline void name##_add_first(struct name *list, type *item) \
	{                                                                                          \
		list_link_between(&list->head, &item->member, list->head.next);                    \
		list->n++;                                                                         \
	}                                                                                          \
	/* before NULL: at the end */                                                              \
	__attribute__((unused)) static inline void name##_add_before(struct name *list,            \
								     type *before, type *item)     \
	{                                                                                          \
		struct list_link *next = before ? &before->member : &list->head;                   \
                                                                                                   \
		list_link_between(next->prev, &item->member, next);                                \
		list->n++;                                                                         \
	}                                                                                          \
	__attribute__((unused)) static inline void name##_del(struct name *list, type *item)       \
	{                                                                                          \
		item->member.prev->next = item->member.next;                                       \
		item->member.next->prev = item->member.prev;                                       \
		item->member = (struct list_link){NULL, NULL};                                     \
		list->n--;                                                                         \
	}                                                                                          \
	/* The first, taken out; NULL: there is none. */                                           \
	__attribute__((unused)) static inline type *name##_take(struct name *list)                 \
	{                                                                                          \
		type *item = name##_first(list);                                                   \
                                                                                                   \
		if (item)                                                                          \
			name##_del(list, item);                                                    \
		return item;                                                                       \
	}                                                                                          \
	_Static_assert(sizeof(type) >= sizeof(struct list_link), #type " has a link")

#define list_foreach(name, list, item)                                       \
	for (__typeof__(name##_first(list)) item = name##_first(list); item; \
	     item = name##_next(list, item))

#define list_foreach_safe(name, list, item)                                                       \
	for (__typeof__(name##_first(list)) item = name##_first(list),                            \
					    item##_next_ = item ? name##_next(list, item) : NULL; \
	     item; item = item##_next_, item##_next_ = item ? name##_next(list, item) : NULL)

#endif
