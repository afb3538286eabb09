#ifndef MEMAGENT_FNV_H
#define MEMAGENT_FNV_H
/*
 * fnv: the FNV-1a hash of 64 bits.  It finds equal texts; it is no protection against an attacker.
 *
 * Layer    agent, leaf; pure.
 * Source   Fowler, Noll and Vo, "The FNV Non-Cryptographic Hash Algorithm" (IETF draft).
 */
#include <stddef.h>
#include <stdint.h>

/* The hash of no bytes. */
#define FNV_START UINT64_C(0xcbf29ce484222325)

/*
 * fnv_add(hash, bytes, len):
 * Return the hash of the bytes that ${hash} stands for, followed by the ${len} ${bytes}.
 */
uint64_t fnv_add(uint64_t hash, const void *bytes, size_t len);

#endif
