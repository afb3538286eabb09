#include "agent/guest/privileges.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/base/fnv.h"
#include "agent/measure/proc.h"
#include "shim/capabilities.h"
#include "shim/shim.h"

static const struct {
	const char *key;
	size_t offset;
	unsigned base;
	unsigned count; /* of numbers */
	size_t size;	/* of each */
	bool optional;
} keys[] = {
    {"Uid:", offsetof(struct privileges, uid), 10, 4, 4, false},
    {"Gid:", offsetof(struct privileges, gid), 10, 4, 4, false},
    {"CapInh:", offsetof(struct privileges, inheritable), 16, 1, 8, false},
    {"CapPrm:", offsetof(struct privileges, permitted), 16, 1, 8, false},
    {"CapEff:", offsetof(struct privileges, effective), 16, 1, 8, false},
    {"CapBnd:", offsetof(struct privileges, bounding), 16, 1, 8, true},
    {"CapAmb:", offsetof(struct privileges, ambient), 16, 1, 8, true},
    {"NoNewPrivs:", offsetof(struct privileges, no_new_privs), 10, 1, 4, true},
    {"Seccomp:", offsetof(struct privileges, seccomp), 10, 1, 4, true},
    {"Seccomp_filters:", offsetof(struct privileges, seccomp_filters), 10, 1, 4, true},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static int digit(char c, unsigned base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	return value < (int)base ? value : -1;
}

/* Read a number after white space and move ${*p} behind it.  Return 0, or -1 if there is none. */
static int parse_number(const char **p, const char *end, unsigned base, uint64_t *out)
{
	uint64_t n = 0;
	bool any = false;

	while (*p < end && (**p == '\t' || **p == ' '))
		++*p;
	for (; *p < end && digit(**p, base) >= 0; ++*p, any = true)
		n = n * base + (uint64_t)digit(**p, base);
	*out = n;
	return any ? 0 : -1;
}

/* Parse the value of key ${i} in [p, end).  Return 0, or -1 when it is malformed. */
static int parse_value(size_t i, const char *p, const char *end, struct privileges *out)
{
	char *to = (char *)out + keys[i].offset;

	for (unsigned k = 0; k < keys[i].count; k++) {
		uint64_t n;
		uint32_t small;

		if (parse_number(&p, end, keys[i].base, &n))
			return -1;
		small = (uint32_t)n;
		memcpy(to + k * keys[i].size, keys[i].size == 8 ? (void *)&n : (void *)&small,
		       keys[i].size);
	}
	return 0;
}

static bool has_prefix(const char *text, size_t len, const char *key)
{
	return len >= strlen(key) && memcmp(text, key, strlen(key)) == 0;
}

int privileges_line(struct privileges *privileges, const char *text, size_t len)
{
	const char *end = text + len;

	for (size_t i = 0; i < KEYS; i++) {
		if (!has_prefix(text, len, keys[i].key))
			continue;
		privileges->lines |= 1U << i;
		return parse_value(i, text + strlen(keys[i].key), end, privileges);
	}
	/* A long list of groups comes in several pieces; later ones begin with a number. */
	if (has_prefix(text, len, "Groups:") || (len && digit(text[0], 10) >= 0))
		privileges->groups = fnv_add(privileges->groups, text, len);
	return 0;
}

bool privileges_can_change(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};
	uid_t user[3] = {0};
	gid_t group[3] = {0};

	if (getresuid(&user[0], &user[1], &user[2]) || getresgid(&group[0], &group[1], &group[2]) ||
	    syscall(SYS_capget, &header, data))
		return true;
	return user[0] != user[1] || user[1] != user[2] || group[0] != group[1] ||
	       group[1] != group[2] || data[0].permitted || data[1].permitted;
}

void privileges_open(struct privileges_watch *watch, int own_fd)
{
	watch->program_fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	watch->own_fd = own_fd;
	namespaces_open(&watch->namespaces);
}

static int take_line(void *arg, const char *text, size_t len)
{
	return privileges_line(arg, text, len);
}

static int read_privileges(int fd, struct privileges *out)
{
	memset(out, 0, sizeof(*out));
	if (fd < 0 || proc_each_line(fd, take_line, out))
		return -1;
	for (size_t i = 0; i < KEYS; i++)
		if (!keys[i].optional && !(out->lines & 1U << i))
			return -1;
	return 0;
}

static void set_capabilities(const struct privileges *to)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	for (unsigned i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(to->effective >> 32 * i);
		data[i].permitted = (uint32_t)(to->permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(to->inheritable >> 32 * i);
	}
	syscall(SYS_capset, &header, data);
}

/*
 * Make this thread's privileges those of the program, as far as possible.  Each step keeps the
 * privileges that the next one needs.  libc's functions would change all threads, so these are raw
 * system calls.  The caller compares again.
 */
static void drop_privileges(const struct privileges *from, const struct privileges *to)
{
	if (to->no_new_privs && !from->no_new_privs)
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	for (unsigned cap = 0; cap < 64; cap++)
		if (from->bounding & ~to->bounding & UINT64_C(1) << cap)
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (memcmp(from->gid, to->gid, sizeof(from->gid)) != 0) {
		syscall(SYS_setresgid, to->gid[0], to->gid[1], to->gid[2]);
		syscall(SYS_setfsgid, to->gid[3]);
	}
	/* Else a change of user may clear capabilities that set_capabilities needs. */
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (memcmp(from->uid, to->uid, sizeof(from->uid)) != 0) {
		syscall(SYS_setresuid, to->uid[0], to->uid[1], to->uid[2]);
		syscall(SYS_setfsuid, to->uid[3]);
	}
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
	set_capabilities(to);
	for (unsigned cap = 0; cap < 64; cap++)
		if (from->ambient & ~to->ambient & UINT64_C(1) << cap)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, cap, 0, 0);
}

/* A change of user clears the process's dumpable flag: set it again. */
static void drop_and_keep_dumpable(const struct privileges *from, const struct privileges *to)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);

	drop_privileges(from, to);
	if (dumpable >= 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != dumpable)
		prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

/*
 * The sidecar may have fewer capabilities than the program, which may keep some over a setuid.  But
 * if the program can still change ids, the sidecar must be able to: libc's setuid runs in all
 * threads and ends the process when one fails.
 */
static bool is_within(const struct privileges *own, const struct privileges *program)
{
	return memcmp(own->uid, program->uid, sizeof(own->uid)) == 0 &&
	       memcmp(own->gid, program->gid, sizeof(own->gid)) == 0 &&
	       own->groups == program->groups && own->no_new_privs >= program->no_new_privs &&
	       own->seccomp == program->seccomp &&
	       own->seccomp_filters == program->seccomp_filters &&
	       !(own->inheritable & ~program->inheritable) &&
	       !(own->permitted & ~program->permitted) && !(own->effective & ~program->effective) &&
	       !(own->bounding & ~program->bounding) && !(own->ambient & ~program->ambient) &&
	       !(program->permitted & ~own->permitted & CAPABILITIES_TO_CHANGE_IDS);
}

/* Return whether this thread has no more privileges than the program; true if unknown. */
static bool read_both(struct privileges_watch *watch, struct privileges *program,
		      struct privileges *own)
{
	return read_privileges(watch->program_fd, program) || read_privileges(watch->own_fd, own) ||
	       is_within(own, program);
}

#define STACK_BYTES ((size_t)512 << 10)

static void *end_at_once(void *nothing)
{
	return nothing;
}

/*
 * Wait until a running setuid or setgroups of libc has reached all threads.  It holds the lock of
 * libc's thread list, which pthread_create also takes.  The stack is ours, because libc would reuse
 * its own for a thread of the program.
 */
static void wait_for_setuid(void)
{
	void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	if (stack == MAP_FAILED)
		return;
	pthread_attr_init(&attr);
	if (pthread_attr_setstack(&attr, stack, STACK_BYTES) == 0 &&
	    shim_create_thread(&thread, &attr, end_at_once) == 0)
		pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	munmap(stack, STACK_BYTES);
}

/*
 * Return whether a running setuid of libc explains the difference between ${program} and ${own}.
 * Waiting for some time proves nothing, because a thread can be delayed for any time.  A difference
 * that remains after libc is done was made by the program.
 */
static bool is_changing(struct privileges_watch *watch, const struct privileges *program,
			const struct privileges *own)
{
	struct privileges program_now, own_now;

	if (program->seccomp != own->seccomp || program->seccomp_filters != own->seccomp_filters)
		return false; /* libc's setuid does not change these */
	wait_for_setuid();
	return read_both(watch, &program_now, &own_now) ||
	       memcmp(&program_now, program, sizeof(*program)) != 0 ||
	       memcmp(&own_now, own, sizeof(*own)) != 0;
}

/* Filters cannot be copied, and groups are known only as a hash. */
static bool can_follow(const struct privileges *program, const struct privileges *own)
{
	return program->seccomp == own->seccomp &&
	       program->seccomp_filters == own->seccomp_filters && program->groups == own->groups;
}

#define ROUNDS 5

/*
 * A difference may be temporary: libc's setuid changes one thread after the other, and a program
 * may visit another namespace.  So compare a few times.  If it stays, drop privileges, repeatedly,
 * because the program may drop more in the meantime.
 */
enum privileges_verdict privileges_follow(struct privileges_watch *watch)
{
	struct timespec pause = {0, 1000000};
	struct privileges program, own;

	for (int i = 0;; i++) {
		bool is_below = read_both(watch, &program, &own);
		bool is_here = namespaces_are_shared(&watch->namespaces);

		if (is_below && is_here)
			return PRIVILEGES_NO_MORE;
		if (i >= ROUNDS && !is_here)
			return PRIVILEGES_ELSEWHERE;
		if (i >= ROUNDS && is_changing(watch, &program, &own))
			return PRIVILEGES_NO_MORE;
		if (i == 2 * ROUNDS || (i >= ROUNDS && !can_follow(&program, &own)))
			return PRIVILEGES_MORE;
		if (i >= ROUNDS)
			drop_and_keep_dumpable(&own, &program);
		nanosleep(&pause, NULL);
	}
}
