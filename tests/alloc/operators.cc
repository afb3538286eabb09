/*
 * operators: each form of new and delete, by name, a known number of times.
 *
 * Prints "FIELD VALUE" lines of what it did, beside what libraries do.
 *	operators plain      nothing but what libraries do
 *	operators all        every form
 *	operators throw      a new that must throw, after the handler has been asked
 */
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <unistd.h>

enum { TIMES = 100 };

static unsigned long made, freed, requested;
static int handled;

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
	/* And one that stays. */
	book(::operator new(size), size);
	::operator delete(nullptr);
}

static void handle()
{
	handled++;
	std::set_new_handler(nullptr);
}

static int must_throw()
{
	volatile std::size_t most = PTRDIFF_MAX;

	std::set_new_handler(handle);
	try {
		::operator delete(::operator new(most));
	} catch (const std::bad_alloc &) {
		return handled == 1 ? 0 : 5;
	}
	return 4;
}

int main(int argc, char **argv)
{
	char text[128];

	if (argc > 1 && std::strcmp(argv[1], "throw") == 0)
		return must_throw();
	if (argc > 1 && std::strcmp(argv[1], "all") == 0)
		for (std::size_t i = 0; i < TIMES; i++)
			all_plain(64 * (i + 1));
	std::snprintf(text, sizeof(text), "mallocs %lu\nfrees %lu\ntotal_requested_bytes %lu\n",
		      made, freed, requested);
	return write(STDOUT_FILENO, text, std::strlen(text)) < 0;
}
