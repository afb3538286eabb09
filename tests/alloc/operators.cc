/*
 * operators: calls each form of new and delete a known number of times.
 *
 * Prints "FIELD VALUE" lines of what it did, beside what libraries do.
 *	operators plain      one new and delete, and what libraries and the allocator do for it
 *	operators all        every form
 *	operators throw      every new that must fail, after the handler has been asked
 *
 * With -DOWN it brings operators of its own, the plain ones, as many a program does.
 */
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <unistd.h>

enum { TIMES = 100 };

static unsigned long made, freed, requested;
static int handled;

#ifdef OWN
void *operator new(std::size_t size)
{
	void *p = std::malloc(size);

	if (p == nullptr)
		throw std::bad_alloc();
	return p;
}

void operator delete(void *p) noexcept
{
	std::free(p);
}

void operator delete(void *p, std::size_t) noexcept
{
	std::free(p);
}
#endif

static void *book(void *p, std::size_t size)
{
	if (p == nullptr)
		_exit(3);
	std::memset(p, 1, size);
	made++;
	requested += size;
	return p;
}

static void all_plain(std::size_t size)
{
	const std::align_val_t align{64};
	void *p;

#define DROP(call)                                                                                 \
	do {                                                                                       \
		call;                                                                              \
		freed++;                                                                           \
	} while (0)
	p = book(::operator new(size), size);
	DROP(::operator delete(p));
	p = book(::operator new(size), size);
	DROP(::operator delete(p, size));
	p = book(::operator new(size, std::nothrow), size);
	DROP(::operator delete(p, std::nothrow));
	p = book(::operator new(size, align), size);
	DROP(::operator delete(p, align));
	p = book(::operator new(size, align), size);
	DROP(::operator delete(p, size, align));
	p = book(::operator new(size, align, std::nothrow), size);
	DROP(::operator delete(p, align, std::nothrow));
	p = book(::operator new[](size), size);
	DROP(::operator delete[](p));
	p = book(::operator new[](size), size);
	DROP(::operator delete[](p, size));
	p = book(::operator new[](size, std::nothrow), size);
	DROP(::operator delete[](p, std::nothrow));
	p = book(::operator new[](size, align), size);
	DROP(::operator delete[](p, align));
	p = book(::operator new[](size, align), size);
	DROP(::operator delete[](p, size, align));
	p = book(::operator new[](size, align, std::nothrow), size);
	DROP(::operator delete[](p, align, std::nothrow));
	/* And one that is not freed. */
	book(::operator new(size), size);
	::operator delete(nullptr);
}

static void handle()
{
	handled++;
	std::set_new_handler(nullptr);
}

static void handle_by_throwing()
{
	handled++;
	throw std::bad_alloc();
}

static bool throws(void *(*make)(std::size_t))
{
	try {
		make(PTRDIFF_MAX);
	} catch (const std::bad_alloc &) {
		return true;
	}
	return false;
}

using maker = void *(std::size_t);

static maker *const throwing[] = {
    [](std::size_t size) { return ::operator new(size); },
    [](std::size_t size) { return ::operator new[](size); },
    [](std::size_t size) { return ::operator new (size, std::align_val_t{64}); },
    [](std::size_t size) { return ::operator new[](size, std::align_val_t{64}); },
};

static maker *const silent[] = {
    [](std::size_t size) { return ::operator new(size, std::nothrow); },
    [](std::size_t size) { return ::operator new[](size, std::nothrow); },
    [](std::size_t size) { return ::operator new (size, std::align_val_t{64}, std::nothrow); },
    [](std::size_t size) { return ::operator new[](size, std::align_val_t{64}, std::nothrow); },
};

/* Return an exit status.  Each form is tried twice with a handler, once with one that throws. */
static int must_fail()
{
	unsigned long failed = 0;
	char text[64];

	for (maker *make : throwing) {
		std::set_new_handler(handle);
		if (!throws(make))
			return 4;
		std::set_new_handler(handle_by_throwing);
		if (!throws(make))
			return 5;
		failed += 3;
	}
	for (maker *make : silent) {
		std::set_new_handler(handle);
		if (throws(make) || make(PTRDIFF_MAX))
			return 6;
		std::set_new_handler(handle_by_throwing);
		if (throws(make))
			return 7;
		failed += 4;
	}
	if (handled != 16)
		return 8;
	std::snprintf(text, sizeof(text), "failed_allocs %lu\n", failed);
	return write(STDOUT_FILENO, text, std::strlen(text)) < 0;
}

int main(int argc, char **argv)
{
	char text[128];

	/* tcmalloc's debug library allocates its queue of freed objects in the first delete. */
	::operator delete(::operator new(1));
	if (argc > 1 && std::strcmp(argv[1], "throw") == 0)
		return must_fail();
	if (argc > 1 && std::strcmp(argv[1], "all") == 0)
		for (std::size_t i = 0; i < TIMES; i++)
			all_plain(64 * (i + 1));
	std::snprintf(text, sizeof(text), "mallocs %lu\nfrees %lu\ntotal_requested_bytes %lu\n",
		      made, freed, requested);
	return write(STDOUT_FILENO, text, std::strlen(text)) < 0;
}
