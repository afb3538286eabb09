/*
 * fault: makes one call of the agent fail; to be preloaded behind the agent.
 *
 * FAULT_WHO    agent: what the agent's threads (by their name) call, libraries' calls among them;
 *              own: of these, what the agent's own code calls, or has a library call not far below
 *              it;
 *              shim: what the agent's code calls in the program's threads, and all that is
 *              allocated before main begins
 * FAULT_KIND   memory: allocations and mappings; error: other calls, each with an error that
 *              fits; interrupt: EINTR where there may be one; short: half of what was asked for
 * FAULT_AT     which one, from 1; 0 is none
 * FAULT_REPORT file that says what it was, or without a fault how many there would have been
 *
 * Not seen: what libc does inside itself (getaddrinfo's sockets, a thread's stack).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <unwind.h>

enum kind { MEMORY = 1, ERROR = 2, INTERRUPT = 4, SHORT = 8 };

static struct {
	bool of_shim;
	bool own;
	unsigned kind;
	unsigned long at;
	const char *report;
	bool ready;
} wanted;

static unsigned long calls;
static bool main_has_begun;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);

/* The function that would have been called without this library. */
#define NEXT(name)                                                                                 \
	({                                                                                         \
		static __typeof__(&name) next_##name;                                              \
		if (next_##name == NULL)                                                           \
			next_##name = (__typeof__(&name))dlsym(RTLD_NEXT, #name);                  \
		next_##name;                                                                       \
	})

static void report(const char *name)
{
	char text[128];
	int saved = errno;
	int fd = (int)NEXT(syscall)(SYS_openat, AT_FDCWD, wanted.report,
				    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	snprintf(text, sizeof(text), "%s %lu\n", name, calls);
	NEXT(syscall)(SYS_write, fd, text, strlen(text));
	NEXT(syscall)(SYS_close, fd);
	errno = saved;
}

static void __attribute__((constructor)) start(void)
{
	const char *kind = getenv("FAULT_KIND");
	const char *who = getenv("FAULT_WHO");
	const char *at = getenv("FAULT_AT");

	wanted.report = getenv("FAULT_REPORT");
	if (kind == NULL || who == NULL || at == NULL || wanted.report == NULL)
		return;
	wanted.kind = kind[0] == 'm'   ? MEMORY
		      : kind[0] == 'e' ? ERROR
		      : kind[0] == 'i' ? INTERRUPT
				       : SHORT;
	wanted.of_shim = strcmp(who, "shim") == 0;
	wanted.own = strcmp(who, "own") == 0;
	wanted.at = strtoul(at, NULL, 10);
	wanted.ready = true;
}

static void __attribute__((destructor)) stop(void)
{
	if (wanted.ready && wanted.at == 0)
		report("calls");
}

/* Between the constructors and main. */
int __libc_start_main(int (*start_of)(int, char **, char **), int argc, char **argv,
		      int (*init)(int, char **, char **), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end);

int __libc_start_main(int (*start_of)(int, char **, char **), int argc, char **argv,
		      int (*init)(int, char **, char **), void (*fini)(void),
		      void (*rtld_fini)(void), void *stack_end)
{
	main_has_begun = true;
	return NEXT(__libc_start_main)(start_of, argc, argv, init, fini, rtld_fini, stack_end);
}

static bool is_agents_thread(void)
{
	static __thread bool is_known;
	char name[16] = "";

	if (!is_known) {
		prctl(PR_GET_NAME, name);
		is_known = strcmp(name, "memagent") == 0;
	}
	return is_known;
}

enum object { OTHERS, AGENTS, THIS };

struct place {
	uintptr_t at;
	enum object object;
};

static enum object object_called(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (strcmp(name, "libmemagent.so") == 0 || strcmp(name, "libmemagent-jemalloc.so") == 0 ||
	    strcmp(name, "memagent-http.so") == 0)
		return AGENTS;
	return strcmp(name, "libfault.so") == 0 ? THIS : OTHERS;
}

static int is_there(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct place *place = arg;

	(void)size;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];

		if (part->p_type == PT_LOAD &&
		    place->at - object->dlpi_addr - part->p_vaddr < part->p_memsz) {
			place->object = object_called(object->dlpi_name);
			return 1;
		}
	}
	return 0;
}

/* Not by dladdr, which also searches the function's name and is slow. */
static enum object object_at(uintptr_t at)
{
	struct place place = {at, OTHERS};

	dl_iterate_phdr(is_there, &place);
	return place.object;
}

/* Frames above this library's and the one in which the agent passes a malloc on. */
#define NEAR 4

struct frames {
	unsigned above;
	bool near;
};

static _Unwind_Reason_Code look_at(struct _Unwind_Context *context, void *arg)
{
	struct frames *frames = arg;
	enum object object = object_at(_Unwind_GetIP(context));

	if (object == THIS)
		return _URC_NO_REASON;
	if (frames->above++ > 0)
		frames->near = object == AGENTS;
	return frames->near || frames->above > NEAR ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static bool is_near_agents_code(void)
{
	struct frames frames = {0, false};

	_Unwind_Backtrace(look_at, &frames);
	return frames.near;
}

/* Return whether the call ${name}, which can fail in the ways ${kinds}, is to fail. */
static bool is_due(unsigned kinds, const char *name, const void *caller)
{
	static __thread bool inside; /* calls made by this library do not count */
	bool counts = false;
	int saved = errno;

	if (!wanted.ready || !(wanted.kind & kinds) || inside)
		return false;
	inside = true;
	if (!wanted.of_shim)
		counts = is_agents_thread() && (!wanted.own || is_near_agents_code());
	else if (caller == NULL)
		counts = !main_has_begun;
	else
		counts = !is_agents_thread() && object_at((uintptr_t)caller) == AGENTS;
	if (counts && __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) == wanted.at)
		report(name);
	else
		counts = false;
	inside = false;
	errno = saved;
	return counts;
}

#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

/* Set the error of this kind of fault. */
#define FAIL(kinds, error, result)                                                                 \
	do {                                                                                       \
		if (is_due(kinds, __func__, CALLER)) {                                             \
			errno = wanted.kind == INTERRUPT ? EINTR : (error);                        \
			return result;                                                             \
		}                                                                                  \
	} while (0)

#define FAIL_MEMORY(result)                                                                        \
	do {                                                                                       \
		if (is_due(MEMORY, __func__, NULL)) {                                              \
			errno = ENOMEM;                                                            \
			return result;                                                             \
		}                                                                                  \
	} while (0)

/* The requested length, or half of it. */
static size_t cut(size_t n, const char *name, const void *caller)
{
	return n > 1 && is_due(SHORT, name, caller) ? n / 2 : n;
}

#define CUT(n) cut(n, __func__, CALLER)

void *malloc(size_t size)
{
	FAIL_MEMORY(NULL);
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	FAIL_MEMORY(NULL);
	return __libc_calloc(count, size);
}

void *realloc(void *p, size_t size)
{
	FAIL_MEMORY(NULL);
	return __libc_realloc(p, size);
}

void free(void *p)
{
	__libc_free(p);
}

void *memalign(size_t alignment, size_t size);

void *memalign(size_t alignment, size_t size)
{
	FAIL_MEMORY(NULL);
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	FAIL_MEMORY(NULL);
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **p, size_t alignment, size_t size)
{
	FAIL_MEMORY(ENOMEM);
	*p = __libc_memalign(alignment, size);
	return *p ? 0 : ENOMEM;
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
	FAIL(MEMORY, ENOMEM, MAP_FAILED);
	return NEXT(mmap)(address, size, protection, flags, fd, offset);
}

int mprotect(void *address, size_t size, int protection)
{
	FAIL(MEMORY, ENOMEM, -1);
	return NEXT(mprotect)(address, size, protection);
}

int madvise(void *address, size_t size, int advice)
{
	FAIL(ERROR, EINVAL, -1);
	return NEXT(madvise)(address, size, advice);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
		   void *arg)
{
	FAIL(MEMORY, EAGAIN, EAGAIN);
	return NEXT(pthread_create)(thread, attributes, run, arg);
}

int pthread_key_create(pthread_key_t *key, void (*destroy)(void *))
{
	FAIL(MEMORY, EAGAIN, EAGAIN);
	return NEXT(pthread_key_create)(key, destroy);
}

int at_quick_exit(void (*handler)(void))
{
	FAIL(MEMORY, ENOMEM, -1);
	return NEXT(at_quick_exit)(handler);
}

void *dlopen(const char *name, int flags)
{
	FAIL(ERROR, ENOENT, NULL);
	return NEXT(dlopen)(name, flags);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
		struct addrinfo **out)
{
	FAIL(ERROR | MEMORY, ENOMEM, EAI_MEMORY);
	return NEXT(getaddrinfo)(host, service, hints, out);
}

/* open and openat, with and without 64, take at most a mode. */
#define OPEN(name)                                                                                 \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list args;                                                                      \
		int mode;                                                                          \
		va_start(args, flags);                                                             \
		mode = va_arg(args, int);                                                          \
		va_end(args);                                                                      \
		FAIL(ERROR | INTERRUPT, EMFILE, -1);                                               \
		return NEXT(name)(path, flags, mode);                                              \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                               \
	int name(int at, const char *path, int flags, ...)                                         \
	{                                                                                          \
		va_list args;                                                                      \
		int mode;                                                                          \
		va_start(args, flags);                                                             \
		mode = va_arg(args, int);                                                          \
		va_end(args);                                                                      \
		FAIL(ERROR | INTERRUPT, EMFILE, -1);                                               \
		return NEXT(name)(at, path, flags, mode);                                          \
	}
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode)
{
	FAIL(ERROR, EMFILE, NULL);
	return NEXT(fopen)(path, mode);
}

FILE *fopen64(const char *path, const char *mode)
{
	FAIL(ERROR, EMFILE, NULL);
	return NEXT(fopen64)(path, mode);
}

ssize_t read(int fd, void *to, size_t n)
{
	FAIL(ERROR | INTERRUPT, EIO, -1);
	return NEXT(read)(fd, to, CUT(n));
}

ssize_t pread(int fd, void *to, size_t n, off_t offset)
{
	FAIL(ERROR | INTERRUPT, EIO, -1);
	return NEXT(pread)(fd, to, CUT(n), offset);
}

ssize_t write(int fd, const void *from, size_t n)
{
	FAIL(ERROR | INTERRUPT, ENOSPC, -1);
	return NEXT(write)(fd, from, CUT(n));
}

ssize_t writev(int fd, const struct iovec *from, int n)
{
	FAIL(ERROR | INTERRUPT, ENOSPC, -1);
	return NEXT(writev)(fd, from, (int)CUT((size_t)n));
}

ssize_t readlink(const char *path, char *to, size_t n)
{
	FAIL(ERROR, ENOENT, -1);
	return NEXT(readlink)(path, to, CUT(n));
}

ssize_t readlinkat(int at, const char *path, char *to, size_t n)
{
	FAIL(ERROR, ENOENT, -1);
	return NEXT(readlinkat)(at, path, to, CUT(n));
}

int statx(int at, const char *path, int flags, unsigned mask, struct statx *to)
{
	FAIL(ERROR, ENOSYS, -1);
	return NEXT(statx)(at, path, flags, mask, to);
}

int fstat(int fd, struct stat *to)
{
	FAIL(ERROR, EIO, -1);
	return NEXT(fstat)(fd, to);
}

int flock(int fd, int operation)
{
	FAIL(ERROR | INTERRUPT, ENOLCK, -1);
	return NEXT(flock)(fd, operation);
}

int ftruncate(int fd, off_t size)
{
	FAIL(ERROR | INTERRUPT, EIO, -1);
	return NEXT(ftruncate)(fd, size);
}

off_t lseek(int fd, off_t offset, int from)
{
	FAIL(ERROR, EINVAL, -1);
	return NEXT(lseek)(fd, offset, from);
}

int renameat(int from_at, const char *from, int to_at, const char *to)
{
	FAIL(ERROR, ENOSPC, -1);
	return NEXT(renameat)(from_at, from, to_at, to);
}

int unlinkat(int at, const char *path, int flags)
{
	FAIL(ERROR, EROFS, -1);
	return NEXT(unlinkat)(at, path, flags);
}

/* Linux closes it even if it returns an error. */
int close(int fd)
{
	int result = NEXT(close)(fd);

	FAIL(ERROR | INTERRUPT, EIO, -1);
	return result;
}

int uname(struct utsname *to)
{
	FAIL(ERROR, EFAULT, -1);
	return NEXT(uname)(to);
}

int socket(int domain, int type, int protocol)
{
	FAIL(ERROR, EMFILE, -1);
	return NEXT(socket)(domain, type, protocol);
}

int connect(int fd, const struct sockaddr *address, socklen_t size)
{
	FAIL(ERROR | INTERRUPT, ECONNREFUSED, -1);
	return NEXT(connect)(fd, address, size);
}

int socketpair(int domain, int type, int protocol, int fds[2])
{
	FAIL(ERROR, EMFILE, -1);
	return NEXT(socketpair)(domain, type, protocol, fds);
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	FAIL(ERROR, EINVAL, -1);
	return NEXT(setsockopt)(fd, level, name, value, size);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	FAIL(ERROR, EINVAL, -1);
	return NEXT(getsockopt)(fd, level, name, value, size);
}

ssize_t send(int fd, const void *from, size_t n, int flags)
{
	FAIL(ERROR | INTERRUPT, wanted.at % 2 ? ECONNRESET : EAGAIN, -1);
	return NEXT(send)(fd, from, CUT(n), flags);
}

ssize_t sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr *to,
	       socklen_t size)
{
	FAIL(ERROR | INTERRUPT, EAGAIN, -1);
	return NEXT(sendto)(fd, from, CUT(n), flags, to, size);
}

ssize_t recv(int fd, void *to, size_t n, int flags)
{
	FAIL(ERROR | INTERRUPT, wanted.at % 2 ? ECONNRESET : EAGAIN, -1);
	return NEXT(recv)(fd, to, CUT(n), flags);
}

int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	FAIL(ERROR | INTERRUPT, ENOMEM, -1);
	return NEXT(poll)(fds, n, timeout);
}

/* OpenSSL 3.5 aborts without memory for a lock of its configuration. */
void abort(void)
{
	Dl_info caller;

	if (wanted.ready && dladdr(CALLER, &caller) && strstr(caller.dli_fname, "/libcrypto.so"))
		report("abort of OpenSSL");
	NEXT(abort)();
	__builtin_unreachable();
}

/* The calls that may fail. */
long syscall(long number, ...)
{
	va_list args;
	long a[6];

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
	if (number == SYS_close_range || number == SYS_pidfd_open || number == SYS_pidfd_getfd)
		FAIL(ERROR, EPERM, -1);
	if (number == SYS_getdents64)
		FAIL(ERROR, EIO, -1);
	if (number == SYS_futex)
		FAIL(INTERRUPT, EINTR, -1);
	return NEXT(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
