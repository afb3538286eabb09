#ifndef MEMAGENT_BINDINGS_H
#define MEMAGENT_BINDINGS_H
/*
 * bindings: whether libcurl and the libraries that it needs call each other.
 *
 * A program may show functions of the same names to the world: those of an OpenSSL that is linked
 * in, of another release, or functions that have nothing to do with it.  The dynamic linker finds
 * them first.  If only some of a library's names lead there, structures of two releases get mixed.
 *
 * Layer    agent/deliver/http; needs object.
 * Threads  the sidecar, after the libraries are loaded.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>

/* The libraries that stand for a purpose, by the names of their files. */
enum bindings_family {
	BINDINGS_CURL, /* for every request */
	BINDINGS_TLS,  /* for https */
	BINDINGS_ZLIB, /* for compressed bodies */
};

/*
 * bindings_are_sound(family, why, size):
 * Return whether the names of the ${family} all lead to the libraries that were loaded for us, or
 * all elsewhere: to the whole of a libcurl, a zlib or an OpenSSL of the same major version.  If
 * not,
 * ${why} of ${size} bytes tells of the first name that leads elsewhere.
 */
bool bindings_are_sound(enum bindings_family family, char *why, size_t size);

#endif
