/*
 * libinject: makes a program leak at one call site, and keeps the truth.  A preload in front of the
 * agent:
 *
 *   INJECT_LIST=FILE       write what each call site allocated and freed to FILE.PID
 *   INJECT_SITE=FRAMES     the call site that is to leak, as the column "frames" of such a file has
 * it INJECT_EVERY=N         swallow each Nth free of an object of that site INJECT_LOG=FILE append
 * to FILE.PID what was swallowed: time (ns), objects, bytes
 *
 * A call site is the innermost DEPTH frames, each as the name of its file and an address in it.  So
 * it is the same in each run.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <unwind.h>

#define DEPTH 8
#define SITES (1U << 16)
#define BUCKETS (1U << 20)
#define OBJECTS (1U << 23)
#define LINE 16384
#define LIST_PERIOD_NS 2000000000U
#define LOG_PERIOD_NS 200000000U

struct site {
	uintptr_t frames[DEPTH]; /* innermost first; 0 after the last */
	bool is_chosen;
	uint64_t made, made_bytes, freed, freed_bytes;
};

struct object {
	void *address;
	uint32_t site;
	uint32_t next; /* in the bucket or among the unused; 0 ends */
};

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void *(*next_memalign)(size_t, size_t);
static void *(*next_aligned_alloc)(size_t, size_t);
static int (*next_posix_memalign)(void **, size_t, size_t);
static void (*next_free)(void *);

static struct site *sites;
static uint32_t *buckets;
static struct object *objects;
static uint32_t n_objects = 1, unused;
static atomic_flag lock = ATOMIC_FLAG_INIT;
static __thread bool is_busy;

/* Copies: a program may write its title over its environment.  NULL where not set. */
static const char *list, *wanted, *log_file;
static char executable[PATH_MAX];
static uint64_t every = 1, turn, swallowed, swallowed_bytes;
static _Atomic uint64_t written_ns;
static uint64_t dump_period_ns;
static _Atomic uint64_t dumped_ns;
static bool is_ready;

/* jemalloc's. */
extern int mallctl(const char *, void *, size_t *, void *, size_t) __attribute__((weak));

/* Where this library is. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

static void enter(void)
{
	while (atomic_flag_test_and_set(&lock))
		sched_yield();
}

static void leave(void)
{
	atomic_flag_clear(&lock);
}

static void leave_in_child(void)
{
	swallowed = swallowed_bytes = 0;
	for (uint32_t i = 0; list && i < SITES; i++)
		sites[i].made = sites[i].made_bytes = sites[i].freed = sites[i].freed_bytes = 0;
	leave();
}

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

/* ---- text ---- */

struct text {
	char bytes[LINE];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int n = vsnprintf(t->bytes + t->n, sizeof(t->bytes) - t->n, format, arguments);
	va_end(arguments);
	if (n > 0 && t->n + (size_t)n < sizeof(t->bytes))
		t->n += (size_t)n;
}

/* Write ${pc} as FILE+0xADDRESS; the file with or without its directory. */
static void add_address(struct text *t, uintptr_t pc, bool is_path)
{
	struct dl_find_object found;

	if (_dl_find_object((void *)pc, &found) != 0) {
		add(t, "jit");
		return;
	}
	const char *path =
	    found.dlfo_link_map->l_name[0] ? found.dlfo_link_map->l_name : executable;
	const char *slash = strrchr(path, '/');
	add(t, "%s+0x%lx", slash && !is_path ? slash + 1 : path,
	    (unsigned long)(pc - found.dlfo_link_map->l_addr));
}

static void add_frames(struct text *t, const struct site *site)
{
	for (size_t i = 0; i < DEPTH && site->frames[i]; i++) {
		add(t, i ? ";" : "");
		add_address(t, site->frames[i], false);
	}
}

/* Write the functions, each as PATH+0xSTART. */
static void add_functions(struct text *t, const struct site *site)
{
	for (size_t i = 0; i < DEPTH && site->frames[i]; i++) {
		void *start = _Unwind_FindEnclosingFunction((void *)(site->frames[i] - 1));
		add(t, i ? ";" : "");
		add_address(t, start ? (uintptr_t)start : site->frames[i], true);
	}
}

static void write_text(int fd, struct text *t)
{
	for (size_t done = 0; done < t->n;) {
		ssize_t n = write(fd, t->bytes + done, t->n - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	t->n = 0;
}

/* Write ${name}.PID, with ${suffix}, to ${path}. */
static void name_file(char *path, size_t size, const char *name, const char *suffix)
{
	snprintf(path, size, "%s.%d%s", name, (int)getpid(), suffix);
}

static void write_list(void)
{
	struct text t = {.n = 0};
	char path[PATH_MAX], unfinished[PATH_MAX];

	name_file(path, sizeof(path), list, "");
	name_file(unfinished, sizeof(unfinished), list, "~");
	int fd = open(unfinished, O_WRONLY | O_CREAT | O_CLOEXEC | O_TRUNC, 0666);

	for (uint32_t i = 0; fd >= 0 && i < SITES; i++) {
		if (!sites[i].freed)
			continue;
		add(&t, "%lu\t%lu\t%lu\t%lu\t", sites[i].made, sites[i].made_bytes, sites[i].freed,
		    sites[i].freed_bytes);
		add_frames(&t, &sites[i]);
		add(&t, "\t");
		add_functions(&t, &sites[i]);
		add(&t, "\n");
		write_text(fd, &t);
	}
	if (fd >= 0) {
		close(fd);
		rename(unfinished, path);
	}
}

static void write_log(void)
{
	struct text t = {.n = 0};
	char path[PATH_MAX];

	name_file(path, sizeof(path), log_file, "");
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0666);

	add(&t, "%lu\t%lu\t%lu\n", now_ns(), swallowed, swallowed_bytes);
	if (fd >= 0) {
		write_text(fd, &t);
		close(fd);
	}
}

/* Write the file if it is time to, or if the process ends. */
static void write_file(bool is_last)
{
	uint64_t now = now_ns(), last = atomic_load(&written_ns);
	int kept = errno;

	if (!is_last && (now < last + (list ? LIST_PERIOD_NS : LOG_PERIOD_NS) ||
			 !atomic_compare_exchange_strong(&written_ns, &last, now)))
		return;
	if (list)
		write_list();
	else if (log_file && swallowed)
		write_log();
	errno = kept;
}

static void dump(void)
{
	uint64_t now = now_ns(), last = atomic_load(&dumped_ns);

	if (dump_period_ns && now >= last + dump_period_ns &&
	    atomic_compare_exchange_strong(&dumped_ns, &last, now) && mallctl)
		mallctl("prof.dump", NULL, NULL, NULL, 0);
}

/* ---- sites and objects ---- */

struct walk {
	uintptr_t frames[DEPTH];
	size_t n;
};

static _Unwind_Reason_Code step(struct _Unwind_Context *context, void *data)
{
	struct walk *walk = data;
	uintptr_t pc = _Unwind_GetIP(context);

	if (pc >= (uintptr_t)__ehdr_start && pc < (uintptr_t)_end)
		return _URC_NO_REASON;
	if (!pc || walk->n == DEPTH)
		return _URC_END_OF_STACK;
	walk->frames[walk->n++] = pc;
	return _URC_NO_REASON;
}

static bool is_wanted(const struct site *site)
{
	struct text t = {.n = 0};

	if (!wanted)
		return true;
	add_frames(&t, site);
	return strcmp(t.bytes, wanted) == 0;
}

/* Return whether the wanted site may be called from ${caller}.  This saves most walks. */
static bool may_be_wanted(uintptr_t caller)
{
	static _Atomic uintptr_t known[4096]; /* caller << 1 | answer */
	_Atomic uintptr_t *at = &known[(caller ^ caller >> 12) % 4096];
	uintptr_t answer = atomic_load(at);

	if (answer >> 1 != caller) {
		struct text t = {.n = 0};
		add_address(&t, caller, false);
		answer = caller << 1 | (!wanted || strncmp(t.bytes, wanted, t.n) == 0);
		atomic_store(at, answer);
	}
	return answer & 1;
}

/* Return the site of ${walk}, or SITES if the table is full. */
static uint32_t find_site(const struct walk *walk)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < walk->n; i++)
		hash = (hash ^ walk->frames[i]) * 0x9e3779b97f4a7c15U;
	for (uint32_t i = 0; i < 64; i++) {
		struct site *site = &sites[((hash >> 40) + i) % SITES];
		if (!site->frames[0]) {
			memcpy(site->frames, walk->frames, sizeof(site->frames));
			site->is_chosen = is_wanted(site);
		}
		if (memcmp(site->frames, walk->frames, sizeof(site->frames)) == 0)
			return (uint32_t)(site - sites);
	}
	return SITES;
}

static uint32_t *bucket(const void *p)
{
	return &buckets[(uint32_t)(((uintptr_t)p >> 4) * 0x9e3779b97f4a7c15U >> 32) % BUCKETS];
}

static void insert(void *p, uint32_t site)
{
	uint32_t i = unused;
	if (i)
		unused = objects[i].next;
	else if (n_objects < OBJECTS)
		i = n_objects++;
	else
		return;
	objects[i] = (struct object){.address = p, .site = site, .next = *bucket(p)};
	*bucket(p) = i;
}

/* Return the site of the object ${p} and forget it; SITES if it is not known. */
static uint32_t take(const void *p)
{
	for (uint32_t *at = bucket(p); *at; at = &objects[*at].next) {
		uint32_t i = *at;
		if (objects[i].address != p)
			continue;
		*at = objects[i].next;
		objects[i].next = unused;
		unused = i;
		return objects[i].site;
	}
	return SITES;
}

static __attribute__((noinline)) void made(void *p, const void *caller)
{
	struct walk walk = {.n = 0};

	if (!p || is_busy || !is_ready || !sites || !may_be_wanted((uintptr_t)caller))
		return;
	is_busy = true;
	_Unwind_Backtrace(step, &walk);
	size_t size = malloc_usable_size(p);
	enter();
	uint32_t site = walk.n ? find_site(&walk) : SITES;
	if (site < SITES && sites[site].is_chosen) {
		sites[site].made++;
		sites[site].made_bytes += size;
		insert(p, site);
	}
	leave();
	is_busy = false;
}

/* The object ${p} is about to be freed, or resized.  Return whether it must not. */
static bool swallow(void *p, bool is_resize)
{
	bool is_swallowed = false;

	if (!p || is_busy || !is_ready)
		return false;
	is_busy = true;
	dump();
	enter();
	uint32_t site = sites ? take(p) : SITES;
	if (site < SITES && !is_resize) {
		size_t size = malloc_usable_size(p);
		sites[site].freed++;
		sites[site].freed_bytes += size;
		if (wanted && ++turn % every == 0) {
			is_swallowed = true;
			swallowed++;
			swallowed_bytes += size;
		}
	}
	leave();
	if (site < SITES)
		write_file(false);
	is_busy = false;
	return is_swallowed;
}

/* ---- what the program calls ---- */

static void resolve(void)
{
#define NEXT(name) next_##name = (__typeof__(next_##name))dlsym(RTLD_NEXT, #name)
	NEXT(free);
	NEXT(calloc);
	NEXT(realloc);
	NEXT(memalign);
	NEXT(aligned_alloc);
	NEXT(posix_memalign);
	NEXT(malloc);
#undef NEXT
}

static void *table(size_t bytes)
{
	return mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static const char *setting(const char *name)
{
	const char *value = getenv(name);
	size_t size = value ? strlen(value) + 1 : 0;
	void *copy = size ? table(size) : MAP_FAILED;

	return copy == MAP_FAILED ? NULL : memcpy(copy, value, size);
}

__attribute__((constructor)) static void begin(void)
{
	if (!next_malloc)
		resolve();
	list = setting("INJECT_LIST");
	wanted = setting("INJECT_SITE");
	log_file = setting("INJECT_LOG");
	const char *n = getenv("INJECT_EVERY");
	if (n && strtoull(n, NULL, 10) > 0)
		every = strtoull(n, NULL, 10);
	const char *period = getenv("INJECT_DUMP");
	if (period) {
		dump_period_ns = strtoull(period, NULL, 10) * 1000000000U;
		dumped_ns = now_ns();
		is_ready = true;
	}
	if (!list && !wanted)
		return;
	ssize_t length = readlink("/proc/self/exe", executable, sizeof(executable) - 1);
	executable[length > 0 ? length : 0] = '\0';
	sites = table(SITES * sizeof(*sites));
	buckets = table(BUCKETS * sizeof(*buckets));
	objects = table(OBJECTS * sizeof(*objects));
	if (sites == MAP_FAILED || buckets == MAP_FAILED || objects == MAP_FAILED) {
		sites = NULL;
		return;
	}
	pthread_atfork(enter, leave, leave_in_child);
	is_ready = true;
}

__attribute__((destructor)) static void end(void)
{
	if (!is_ready)
		return;
	is_busy = true;
	write_file(true);
	is_busy = false;
}

void *malloc(size_t size)
{
	if (!next_malloc)
		resolve();
	void *p = next_malloc(size);
	made(p, __builtin_return_address(0));
	return p;
}

void *calloc(size_t n, size_t size)
{
	if (!next_malloc)
		resolve();
	void *p = next_calloc(n, size);
	made(p, __builtin_return_address(0));
	return p;
}

void *realloc(void *old, size_t size)
{
	if (!next_malloc)
		resolve();
	swallow(old, true);
	void *p = next_realloc(old, size);
	made(p, __builtin_return_address(0));
	return p;
}

void *reallocarray(void *old, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	if (!next_malloc)
		resolve();
	swallow(old, true);
	void *p = next_realloc(old, bytes);
	made(p, __builtin_return_address(0));
	return p;
}

void *memalign(size_t alignment, size_t size)
{
	if (!next_malloc)
		resolve();
	void *p = next_memalign(alignment, size);
	made(p, __builtin_return_address(0));
	return p;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	if (!next_malloc)
		resolve();
	void *p = next_aligned_alloc(alignment, size);
	made(p, __builtin_return_address(0));
	return p;
}

int posix_memalign(void **p, size_t alignment, size_t size)
{
	if (!next_malloc)
		resolve();
	int status = next_posix_memalign(p, alignment, size);
	if (status == 0)
		made(*p, __builtin_return_address(0));
	return status;
}

void free(void *p)
{
	if (!next_malloc)
		resolve();
	if (!swallow(p, false))
		next_free(p);
}
