#include "shim/sites/walk.h"

#if ARCH_WALKS

#	include <dlfcn.h>
#	include <link.h>
#	include <stdbool.h>

#	include "shim/sites/cfi.h"
#	include "shim/sites/image.h"
#	include "shim/sites/objects.h"
#	include "shim/sites/rules.h"

#	define WORD sizeof(uintptr_t)

/* A thread's own stack is not larger.  The kernel keeps that much free below the main stack. */
#	define MAIN_STACK ((uintptr_t)128 << 20)
#	define THREAD_STACK ((uintptr_t)16 << 20)

/* A larger frame is not believed on a stack whose end is unknown. */
#	define FOREIGN_FRAME ((uintptr_t)1 << 20)

/* A function may use so much below the stack pointer. */
#	define RED_ZONE 128

/* Frames of this library, which are left out. */
#	define OWN_FRAMES 32

/* Weak: glibc 2.35 and later. */
#	pragma weak _dl_find_object

extern void *__libc_stack_end;

struct walker {
	struct arch_registers r;
	uintptr_t end;	     /* of the stack */
	bool is_foreign;     /* the end is unknown */
	bool is_interrupted; /* pc is the next instruction, not that behind a call */
	enum walk_end why;
};

/* The end of the thread's own stack, if sp is on it. */
static void find_end(struct walker *w)
{
	uintptr_t main_end = (uintptr_t)__libc_stack_end, own_end = arch_thread_pointer();

	w->is_foreign = false;
	if (main_end - w->r.sp < MAIN_STACK) {
		w->end = main_end;
	} else if (own_end - w->r.sp < THREAD_STACK) {
		w->end = own_end;
	} else {
		w->end = UINTPTR_MAX;
		w->is_foreign = true;
	}
}

static uintptr_t word_at(uintptr_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register of the program */
	return *(const uintptr_t *)address;
}

static bool stop(struct walker *w, enum walk_end why)
{
	w->why = why;
	return false;
}

/* Return whether the word at ${address} is in the frame that ends at ${cfa}. */
static bool is_in_frame(const struct walker *w, uintptr_t address, uintptr_t cfa)
{
	return address % WORD == 0 && address >= w->r.sp - RED_ZONE && address <= cfa - WORD;
}

/* Return whether a frame can reach from sp to ${cfa}. */
static bool is_frame(const struct walker *w, uintptr_t cfa)
{
	return cfa % WORD == 0 && cfa > w->r.sp && cfa <= w->end &&
	       (!w->is_foreign || cfa - w->r.sp <= FOREIGN_FRAME);
}

static bool leave(struct walker *w, uintptr_t cfa, uintptr_t fp_at, uintptr_t ra_at)
{
	if (!is_frame(w, cfa) || !is_in_frame(w, ra_at, cfa) ||
	    (fp_at && !is_in_frame(w, fp_at, cfa)))
		return stop(w, WALK_BOUNDS);
	if (fp_at)
		w->r.fp = word_at(fp_at);
	w->r.pc = word_at(ra_at);
	w->r.sp = cfa;
	w->is_interrupted = false;
	return w->r.pc ? true : stop(w, WALK_WHOLE);
}

static bool leave_realigned(struct walker *w, rule r)
{
	uintptr_t cfa_at = w->r.fp + (uintptr_t)rule_cfa(r), cfa;

	/* The frame pointer is in the frame, and the frame ends above it. */
	if (!is_frame(w, w->r.fp + WORD) || !is_in_frame(w, cfa_at, w->r.fp + WORD))
		return stop(w, WALK_BOUNDS);
	cfa = word_at(cfa_at);
	return leave(w, cfa, w->r.fp + (uintptr_t)rule_fp(r), cfa + (uintptr_t)rule_ra(r));
}

/* The kernel has put all registers on the stack; the code that it interrupted may have another
 * stack. */
static bool leave_signal(struct walker *w)
{
	uintptr_t sp = w->r.sp;

	if (sp % WORD || !is_frame(w, sp + ARCH_SIGNAL_PC + WORD))
		return stop(w, WALK_BOUNDS);
	w->r.fp = word_at(sp + ARCH_SIGNAL_FP);
	w->r.sp = word_at(sp + ARCH_SIGNAL_SP);
	w->r.pc = word_at(sp + ARCH_SIGNAL_PC);
	w->is_interrupted = true;
	find_end(w);
	return true;
}

/* Code that no table describes: only a frame pointer may lead to the caller. */
static bool leave_unknown(struct walker *w)
{
	if (w->is_foreign)
		return stop(w, WALK_NO_RULE);
	if (w->r.fp < w->r.sp)
		return stop(w, WALK_BOUNDS);
	return leave(w, w->r.fp + 2 * WORD, w->r.fp, w->r.fp + WORD);
}

static bool leave_by(struct walker *w, rule r)
{
	uintptr_t cfa;

	if (r == 0)
		return leave_unknown(w);
	switch (rule_kind(r)) {
	case RULE_SP:
	case RULE_FP:
		cfa = (rule_kind(r) == RULE_SP ? w->r.sp : w->r.fp) + (uintptr_t)rule_cfa(r);
		return leave(w, cfa, rule_fp(r) ? cfa + (uintptr_t)rule_fp(r) : 0,
			     cfa + (uintptr_t)rule_ra(r));
	case RULE_FP_DEREF:
		return leave_realigned(w, r);
	case RULE_SIGNAL:
		return leave_signal(w);
	case RULE_OUTERMOST:
		return stop(w, WALK_WHOLE);
	case RULE_BAD:
		return stop(w, WALK_BAD_CFI);
	default:
		return leave_unknown(w);
	}
}

static bool find_object(uintptr_t address, struct dl_find_object *found)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register of the program */
	return _dl_find_object && _dl_find_object((void *)address, found) == 0;
}

/* Make the rule for the code at ${address}; 0 if it is in no object. */
static __attribute__((noinline)) rule make_rule(uintptr_t address)
{
	struct dl_find_object found;
	struct image image;
	unsigned object = OBJECTS_OTHER;
	rule r = rule_make(RULE_NONE, 0, 0, 0);

	if (!find_object(address, &found))
		return 0;
	if (image_open(&image, &found)) {
		object = objects_find_or_add(&image, &found);
		if (found.dlfo_eh_frame)
			r = cfi_rule(&image, (uintptr_t)found.dlfo_eh_frame, address);
	}
	r = rule_of(r, object);
	rules_add(address, r);
	return r;
}

/*
 * Return whether the rule still is of the object at ${address}.  A rule of an object that was
 * unloaded a moment ago must not lead out of a stack whose end is unknown.
 */
static bool is_current(rule r, uintptr_t address)
{
	struct dl_find_object found;

	return find_object(address, &found) && objects_is_at(rule_object(r), &found);
}

static rule rule_at(const struct walker *w, uintptr_t address)
{
	rule r = rules_find(address);

	if (r == 0 || (w->is_foreign && !is_current(r, address)))
		r = make_rule(address);
	return r;
}

static uint64_t frame_of(rule r, uintptr_t address)
{
	unsigned object = r ? rule_object(r) : 0;

	return (uint64_t)object << WALK_OBJECT_SHIFT | (address - objects_bias(object));
}

/* Walk, leaving out the first frames while they are of ${skipped}. */
static size_t run(struct walker *w, uint64_t *frames, size_t max, bool is_skipping)
{
	unsigned own = 0, skipped = 0;
	size_t n = 0;

	find_end(w);
	for (;;) {
		uintptr_t address = w->r.pc - !w->is_interrupted;
		rule r;

		if (address >> (RULES_ADDRESS_BITS - 1)) {
			w->why = WALK_BOUNDS;
			break;
		}
		r = rule_at(w, address);
		if (is_skipping && own == 0 && r)
			own = rule_object(r);
		if (is_skipping && r && rule_object(r) == own && skipped < OWN_FRAMES) {
			skipped++;
		} else if (n == max) {
			w->why = WALK_DEPTH;
			break;
		} else {
			is_skipping = false;
			frames[n++] = frame_of(r, address);
		}
		if (!leave_by(w, r))
			break;
	}
	return n;
}

size_t walk_from(struct arch_registers registers, uint64_t *frames, size_t max, enum walk_end *end)
{
	struct walker w = {.r = registers};
	size_t n = run(&w, frames, max, false);

	*end = w.why;
	return n;
}

size_t walk(uint64_t *frames, size_t max, enum walk_end *end)
{
	struct walker w = {.r = arch_caller()};
	size_t n = run(&w, frames, max, true);

	*end = w.why;
	return n;
}

#else

size_t walk_from(struct arch_registers registers, uint64_t *frames, size_t max, enum walk_end *end)
{
	(void)registers;
	(void)frames;
	(void)max;
	*end = WALK_NO_RULE;
	return 0;
}

size_t walk(uint64_t *frames, size_t max, enum walk_end *end)
{
	return walk_from((struct arch_registers){.pc = 0}, frames, max, end);
}

#endif
