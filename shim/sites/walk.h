#ifndef MEMAGENT_WALK_H
#define MEMAGENT_WALK_H
/*
 * walk: finds the stack of the calling thread.
 *
 * Each frame is left by a rule (rules.h), which the first visit makes from the object's unwind
 * table (cfi.h).  Code without an object, which a JIT made, is left by its frame pointer.  Nothing
 * is read outside of the thread's own stack.  On any other stack (a coroutine's, sigaltstack's),
 * whose end is unknown, only unwind tables are used, and only what they say is part of the
 * frame is read.
 *
 * Layer    shim; needs cfi.h, objects.h, rules.h.
 * Threads  any; async-signal-safe, takes no lock, leaves errno alone.
 * Memory   never allocates; 300 bytes of stack, and 1,100 when it makes a rule.
 */
#include <stddef.h>
#include <stdint.h>

#include "shim/arch/arch.h"

/* How a walk ended.  Only the first gives the whole stack. */
enum walk_end {
	WALK_WHOLE,
	WALK_DEPTH,   /* there are more than ${max} frames */
	WALK_NO_RULE, /* no unwind table describes the code, and the stack's end is unknown */
	WALK_BAD_CFI, /* the unwind table is corrupt, or a rule cannot express it */
	WALK_BOUNDS,  /* the next frame is not on the stack */
	WALK_ENDS
};

/* The frames of a stack, innermost first, at most the ${max} of the walk. */
struct walk_stack {
	size_t n;
	uint64_t hash;
	enum walk_end end;
};

/* Which frames are to be copied: ${count} of them from number ${first} on, as far as they exist. */
struct walk_copy {
	uint64_t *to;
	size_t first, count;
};

/*
 * walk(max, copy):
 * Walk at most ${max} frames of the calling thread, without those of this library at the start.
 * Nobody on a small stack has room for all frames, so they are only hashed; a second walk copies
 * some.  A frame is
 *
 *   object << WALK_OBJECT_SHIFT | address
 *
 * ${object} is an index (objects.h); 0 is code without an object.  ${address} is the last byte of
 * the call instruction, or the instruction that a signal interrupted, as an address in the object's
 * file (for object 0, in memory).
 */
#define WALK_OBJECT_SHIFT 48

INLINE unsigned walk_object(uint64_t frame)
{
	return (unsigned)(frame >> WALK_OBJECT_SHIFT);
}

INLINE uint64_t walk_address(uint64_t frame)
{
	return frame & (((uint64_t)1 << WALK_OBJECT_SHIFT) - 1);
}

struct walk_stack walk(size_t max, struct walk_copy copy);

/* The same, but it begins with the frame that has ${registers}, and leaves nothing out. */
struct walk_stack walk_from(struct arch_registers registers, size_t max, struct walk_copy copy);

/* The hash of a stack begins with 0.  This adds a frame, and in the end how the walk ended. */
INLINE uint64_t walk_hash(uint64_t hash, uint64_t frame)
{
	hash = (hash ^ frame) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

#endif
