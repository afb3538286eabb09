#ifndef MEMAGENT_READABLE_H
#define MEMAGENT_READABLE_H
/*
 * readable: whether memory can be read.  The kernel tries, so nothing crashes.
 *
 * Layer    shim; needs syscall.c, or libc's syscall(2).
 * Threads  any; async-signal-safe, leaves errno alone.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

/* Return whether the 8 bytes at ${address} can be read: one system call. */
bool readable_word(uintptr_t address) INTERNAL;

/* Pages that were found readable a moment ago, or 0.  More are rare in one walk. */
struct readable {
	uintptr_t pages[8];
};

/*
 * readable_bytes(known, address, size):
 * Return whether ${size} bytes at ${address} can be read: one system call for each page that is not
 * ${known}.
 */
bool readable_bytes(struct readable *known, uintptr_t address, size_t size) INTERNAL;

#endif
