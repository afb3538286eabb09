/*
 * replaced: a program that replaces some of C++'s operators and calls all of them.
 *
 *	-DREPLACED='FORM(NEW, _Znwm) FORM(DELETE, _ZdlPv)'  those that it replaces
 *	-DHEADER=64   its news put a header before what they return, and its deletes take it off
 *	-DNO_MAIN     a library with a function replaced_run instead of main
 *	-DNO_CALLS    the operators only, and replaced_report
 *
 * Prints how often each of its operators was called.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sstream>
#include <string>

#ifndef HEADER
#define HEADER 0
#endif
#define EVERYBODY extern "C" __attribute__((visibility("default")))


EVERYBODY void replaced_report();
EVERYBODY void replaced_run();

#ifdef REPLACED
/* All objects here are aligned to 64, whatever was requested. */
static void *make(std::size_t size, unsigned long *calls)
{
	char *p = static_cast<char *>(std::aligned_alloc(64, (size + HEADER + 64) & ~std::size_t{63}));

	if (p == nullptr)
		std::abort();
	++*calls;
	return p + HEADER;
}

static void drop(void *object, unsigned long *calls)
{
	++*calls;
	if (object)
		std::free(static_cast<char *>(object) - HEADER);
}

#define BODY_NEW(symbol)                                                                           \
	static unsigned long calls_##symbol;                                                       \
	EVERYBODY void *symbol(std::size_t size)                                                   \
	{                                                                                          \
		return make(size, &calls_##symbol);                                                \
	}
#define BODY_DELETE(symbol)                                                                        \
	static unsigned long calls_##symbol;                                                       \
	EVERYBODY void symbol(void *object)                                                        \
	{                                                                                          \
		drop(object, &calls_##symbol);                                                     \
	}
#define FORM(kind, symbol) BODY_##kind(symbol)
REPLACED
#undef FORM

EVERYBODY void replaced_report()
{
#define FORM(kind, symbol) std::printf("%s %lu\n", #symbol, calls_##symbol);
	REPLACED
#undef FORM
	std::fflush(stdout);
}
#endif

#ifndef NO_CALLS
static void each_form(std::size_t size)
{
	const std::align_val_t align{64};

	::operator delete(std::memset(::operator new(size), 1, size));
	::operator delete(std::memset(::operator new(size), 2, size), size);
	::operator delete(std::memset(::operator new(size, std::nothrow), 3, size), std::nothrow);
	::operator delete(std::memset(::operator new(size, align), 4, size), align);
	::operator delete(std::memset(::operator new(size, align), 5, size), size, align);
	::operator delete(::operator new(size, align, std::nothrow), align, std::nothrow);
	::operator delete[](std::memset(::operator new[](size), 6, size));
	::operator delete[](std::memset(::operator new[](size), 7, size), size);
	::operator delete[](std::memset(::operator new[](size, std::nothrow), 8, size), std::nothrow);
	::operator delete[](std::memset(::operator new[](size, align), 9, size), align);
	::operator delete[](std::memset(::operator new[](size, align), 10, size), size, align);
	::operator delete[](::operator new[](size, align, std::nothrow), align, std::nothrow);
	::operator delete(nullptr);
	::operator delete[](nullptr);
}

/* Objects that the C++ library's own code makes and the program frees, and the reverse. */
static void through_the_library()
{
	std::ostringstream stream;
	std::string text(100, 'x');

	for (int i = 0; i < 100; i++)
		stream << i << text;
	text += stream.str();
	text.reserve(text.size() * 2);
	if (text.empty())
		std::abort();
}

EVERYBODY void replaced_run()
{
#ifdef REPLACED
	/* An allocator may have made its own objects with these operators. */
#define FORM(kind, symbol) calls_##symbol = 0;
	REPLACED
#undef FORM
#endif
	for (std::size_t size = 0; size < 2000; size += 40)
		each_form(size);
	through_the_library();
#ifdef REPLACED
	replaced_report();
#endif
}
#endif

#ifndef NO_MAIN
int main()
{
	replaced_run();
	replaced_report();
	return 0;
}
#endif
