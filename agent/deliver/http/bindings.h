#ifndef MEMAGENT_BINDINGS_H
#define MEMAGENT_BINDINGS_H
/*
 * bindings: checks that libcurl and its libraries call each other, not functions of the program.
 *
 * A program may export functions with the same names: from an OpenSSL linked into it, of another
 * release, or unrelated ones.  The dynamic linker finds those first.  If only some of a library's
 * symbols are bound there, the structures of two releases get mixed.
 *
 * Layer    agent/deliver/http; needs object.
 * Threads  the sidecar, after the libraries are loaded.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stddef.h>

/* Libraries by purpose. */
enum bindings_family {
	BINDINGS_CURL, /* for every request */
	BINDINGS_TLS,  /* for https */
	BINDINGS_ZLIB, /* for compressed bodies */
};

/*
 * bindings_are_sound(family, why, size):
 * Return whether the symbols of the ${family} are all bound to the libraries loaded for us, or all
 * to another libcurl, another zlib, or another OpenSSL of the same major version.  If not, write to
 * ${why} of ${size} bytes which symbol is bound to another object.
 */
bool bindings_are_sound(enum bindings_family family, char *why, size_t size);

#endif
