#include "shim/sites/walk.h"

#include "shim/cc.h"
#include "shim/sites/image.h"

static const struct walk_stack none = {.end = WALK_NO_RULE};

#if ARCH_WALKS

#	include <stdbool.h>

#	include "shim/sites/cfi.h"
#	include "shim/sites/objects.h"
#	include "shim/sites/rules.h"
#	include "shim/sites/stack.h"

#	define WORD sizeof(uintptr_t)

/* A larger frame is taken for corrupt on a stack whose end is unknown. */
#	define FOREIGN_FRAME ((uintptr_t)1 << 20)

/* A function may use so much below its stack pointer. */
#	define RED_ZONE 128

/* At most so many frames of this library are left out. */
#	define OWN_FRAMES 32

struct walker {
	struct arch_registers r;
	uintptr_t largest;   /* frame that is possible */
	bool is_foreign;     /* the stack's end is unknown */
	bool is_interrupted; /* pc is the next instruction, not the one after a call */
	struct readable readable;
	enum walk_end end;
};

static void find_stack(struct walker *w)
{
	uintptr_t end = stack_end(w->r.sp);

	w->is_foreign = end == 0;
	w->largest = end ? end - w->r.sp : FOREIGN_FRAME;
}

/* Make the rule for the code at ${address}.  Return 0 if that is in no object. */
static COLD rule make_rule(struct walker *w, uintptr_t address)
{
	struct image image;
	unsigned object = OBJECTS_OTHER;
	rule r = rule_make(RULE_NONE, 0, 0, 0);

	if (!image_find(&image, address))
		return 0;
	if (image_open(&image, &w->readable)) {
		object = objects_find_or_add(&image);
		if (image.unwind_table)
			r = cfi_rule(&image, image.unwind_table, address);
	}
	r = rule_of(r, object);
	rules_add(address, r);
	return r;
}

/* Return whether the object of the rule for ${address} is still loaded. */
static COLD bool is_current(uintptr_t address, rule r)
{
	struct image image;

	return image_find(&image, address) && objects_is_at(rule_object(r), &image);
}

/*
 * On a stack whose end is unknown, a rule of an object that was unloaded a moment ago might lead
 * out of the stack.
 */
INLINE rule rule_at(struct walker *w, uintptr_t address)
{
	rule r = rules_find(address);

	if (UNLIKELY(w->is_foreign) && r && !is_current(address, r))
		r = 0;
	return LIKELY(r) ? r : make_rule(w, address);
}

/* AddressSanitizer does not let others read between variables. */
static __attribute__((no_sanitize("address"))) uintptr_t word_at(uintptr_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register of the program */
	return *(const uintptr_t *)address;
}

static bool stop(struct walker *w, enum walk_end end)
{
	w->end = end;
	return false;
}

/* Return whether the frame can end at ${cfa}. */
static bool is_frame(const struct walker *w, uintptr_t cfa)
{
	return cfa % WORD == 0 && cfa - w->r.sp - 1 < w->largest;
}

/* Return whether ${size} bytes at ${address}, in the frame, can be read. */
INLINE bool can_read(struct walker *w, uintptr_t address, size_t size)
{
	return LIKELY(!w->is_foreign) || readable_bytes(&w->readable, address, size);
}

/* Return whether the frame that ends at ${cfa} has a word at ${address}. */
static bool has_word(struct walker *w, uintptr_t cfa, uintptr_t address)
{
	uintptr_t lowest = w->r.sp - RED_ZONE;

	return address - lowest < cfa - lowest && address % WORD == 0 && can_read(w, address, WORD);
}

/* Go to the caller's frame.  ${fp_at} is where its frame pointer is saved, or 0. */
INLINE bool leave(struct walker *w, uintptr_t cfa, uintptr_t fp_at, uintptr_t ra_at)
{
	if (!is_frame(w, cfa) || !has_word(w, cfa, ra_at) || (fp_at && !has_word(w, cfa, fp_at)))
		return stop(w, WALK_BOUNDS);
	if (fp_at)
		w->r.fp = word_at(fp_at);
	w->r.pc = arch_code_address(word_at(ra_at));
	if (!w->is_foreign)
		w->largest -= cfa - w->r.sp;
	w->r.sp = cfa;
	w->is_interrupted = false;
	return w->r.pc ? true : stop(w, WALK_WHOLE);
}

#	if ARCH_HAS_LINK
/*
 * A function that a signal interrupted may have no frame, and no call has changed the link
 * register.
 */
static COLD bool leave_leaf(struct walker *w, uintptr_t cfa)
{
	if (!w->is_interrupted || (cfa != w->r.sp && !is_frame(w, cfa)))
		return stop(w, WALK_BOUNDS);
	if (!w->is_foreign)
		w->largest -= cfa - w->r.sp;
	w->r.sp = cfa;
	w->r.pc = arch_code_address(w->r.link);
	w->is_interrupted = false;
	return w->r.pc ? true : stop(w, WALK_WHOLE);
}
#	endif

/* The function has aligned its stack; fp is in the frame, and near it is the address of the end. */
static COLD bool leave_aligned(struct walker *w, rule r)
{
	uintptr_t inner_end = w->r.fp + WORD, cfa_at = w->r.fp + (uintptr_t)rule_cfa(r), cfa;

	if (!is_frame(w, inner_end) || !has_word(w, inner_end, cfa_at))
		return stop(w, WALK_BOUNDS);
	cfa = word_at(cfa_at);
	return leave(w, cfa, w->r.fp - rule_fp(r), cfa - rule_ra(r));
}

/* The kernel has saved all registers there.  The interrupted code may use another stack. */
static COLD bool leave_signal(struct walker *w)
{
	uintptr_t sp = w->r.sp;

	if (!is_frame(w, sp + ARCH_SIGNAL_PC + WORD) || !can_read(w, sp, ARCH_SIGNAL_PC + WORD))
		return stop(w, WALK_BOUNDS);
	w->r.fp = word_at(sp + ARCH_SIGNAL_FP);
	w->r.sp = word_at(sp + ARCH_SIGNAL_SP);
	w->r.pc = word_at(sp + ARCH_SIGNAL_PC);
#	if ARCH_HAS_LINK
	w->r.link = word_at(sp + ARCH_SIGNAL_LINK);
#	endif
	w->is_interrupted = true;
	find_stack(w);
	return true;
}

/* Return whether a call may return to ${pc}.  Code without an object is not read. */
static __attribute__((no_sanitize("address"))) bool is_after_call(struct walker *w, uintptr_t pc)
{
	struct image image;
	struct bytes code;

	if (!image_find(&image, pc))
		return true;
	if (!image_open(&image, &w->readable))
		return false;
	code = image_bytes(&image, pc - ARCH_CALL_BYTES, ARCH_CALL_BYTES);
	return code.end - code.at >= ARCH_CALL_BYTES && arch_is_call(code.at + ARCH_CALL_BYTES);
}

static bool is_in_object(uintptr_t address)
{
	struct image image;

	return image_find(&image, address);
}

#	if !ARCH_SIGNAL_IN_CFI
/*
 * Return whether this is the kernel's frame: fp points behind it, to copies of two of its
 * registers.
 */
static bool is_signal(const struct walker *w)
{
	uintptr_t sp = w->r.sp, fp = w->r.fp;

	return fp - sp >= ARCH_SIGNAL_BYTES && is_frame(w, fp + 2 * WORD) &&
	       word_at(fp) == word_at(sp + ARCH_SIGNAL_FP) &&
	       word_at(fp + WORD) == word_at(sp + ARCH_SIGNAL_LINK);
}
#	endif

/*
 * Return whether the function has no caller, because it is the first of a coroutine.  Then its
 * return address is the start of another function (makecontext), or in code that no table describes
 * (PHP's fibers).
 */
static bool is_first(struct walker *w)
{
	rule next;

	if (w->is_interrupted || is_after_call(w, w->r.pc))
		return false;
	next = rule_at(w, w->r.pc);
	return w->is_foreign || (next && rule_kind(next) != RULE_NONE);
}

/* No table describes the code, so it needs a frame pointer. */
static COLD bool leave_undescribed(struct walker *w)
{
	uintptr_t fp = w->r.fp, cfa = fp + 2 * WORD, ra_at = fp + WORD;

	if (is_first(w))
		return stop(w, WALK_WHOLE);
	/* If a signal interrupted it, it may have no frame yet; but JIT code mostly has one. */
	if (w->is_foreign || (w->is_interrupted && is_in_object(w->r.pc)))
		return stop(w, WALK_NO_RULE);
#	if !ARCH_SIGNAL_IN_CFI
	if (is_signal(w))
		return leave_signal(w);
#	endif
	if (fp < w->r.sp || !is_frame(w, cfa) ||
	    !is_after_call(w, arch_code_address(word_at(ra_at))))
		return stop(w, WALK_BOUNDS);
	return leave(w, cfa, fp, ra_at);
}

static COLD bool leave_rarely(struct walker *w, rule r)
{
	switch (r ? rule_kind(r) : RULE_NONE) {
	case RULE_FP_DEREF:
		return leave_aligned(w, r);
	case RULE_SIGNAL:
		return leave_signal(w);
	case RULE_OUTERMOST:
		return stop(w, WALK_WHOLE);
	case RULE_NONE:
		return leave_undescribed(w);
	default:
		return stop(w, WALK_BAD_CFI);
	}
}

INLINE bool leave_by(struct walker *w, rule r)
{
	uintptr_t cfa = w->r.sp;

	if (UNLIKELY(r == 0 || rule_kind(r) > RULE_FP))
		return leave_rarely(w, r);
	if (rule_kind(r) == RULE_FP)
		cfa = w->r.fp;
	cfa += (uintptr_t)rule_cfa(r);
#	if ARCH_HAS_LINK
	if (UNLIKELY(rule_ra(r) == 0))
		return leave_leaf(w, cfa);
#	endif
	return leave(w, cfa, rule_fp(r) ? cfa - rule_fp(r) : 0, cfa - rule_ra(r));
}

static uint64_t frame_of(rule r, uintptr_t address)
{
	unsigned object = r ? rule_object(r) : 0;

	return (uint64_t)object << WALK_OBJECT_SHIFT | (address - objects_bias(object));
}

INLINE void note(struct walk_stack *stack, uint64_t frame, struct walk_copy copy)
{
	stack->hash = walk_hash(stack->hash, frame);
	if (stack->n - copy.first < copy.count)
		copy.to[stack->n - copy.first] = frame;
	stack->n++;
}

/* Walk, leaving out the first frames while they are of object ${own}. */
INLINE struct walk_stack run(struct walker *w, size_t max, struct walk_copy copy, unsigned own)
{
	struct walk_stack stack = {.n = 0};
	unsigned skipped = 0;
	rule r;

	find_stack(w);
	do {
		uintptr_t address = w->r.pc - !w->is_interrupted;

		if (address >> RULES_ADDRESS_BITS) {
			w->end = WALK_BOUNDS;
			break;
		}
		r = rule_at(w, address);
		if (own && rule_object(r) == own && skipped < OWN_FRAMES) {
			skipped++;
			continue;
		}
		own = 0;
		if (stack.n == max) {
			w->end = WALK_DEPTH;
			break;
		}
		note(&stack, frame_of(r, address), copy);
	} while (leave_by(w, r));
	stack.hash = walk_hash(stack.hash, w->end);
	stack.end = w->end;
	return stack;
}

struct walk_stack walk_from(struct arch_registers registers, size_t max, struct walk_copy copy)
{
	struct walker w = {.r = registers};

	return image_can_find() ? run(&w, max, copy, 0) : none;
}

struct walk_stack walk(size_t max, struct walk_copy copy)
{
	struct walker w = {.r = arch_caller()};
	rule r = rule_at(&w, w.r.pc - 1);

	return r ? run(&w, max, copy, rule_object(r)) : none;
}

#else

struct walk_stack walk_from(struct arch_registers registers, size_t max, struct walk_copy copy)
{
	(void)registers;
	(void)max;
	(void)copy;
	return none;
}

struct walk_stack walk(size_t max, struct walk_copy copy)
{
	return walk_from((struct arch_registers){.pc = 0}, max, copy);
}

#endif
