#ifndef MEMAGENT_DEMANGLE_H
#define MEMAGENT_DEMANGLE_H
/*
 * demangle: the names of C++ and Rust functions as their authors wrote them.
 *
 * C++ names go through the program's own __cxa_demangle, if it is GNU's, and the object that has it
 * is never unloaded.  A name stays as it is when demangling it might take much memory or more stack
 * than there is.  Rust's older names ("legacy") are read here, the newer ones in rust_v0.h.
 *
 * Layer    agent; needs rust_v0.h and the shim's object.h.
 * Threads  the sidecar, muted: __cxa_demangle allocates.  Takes the dynamic linker's lock.
 * Source   C++ ABI, 5.1 and 3.4; rustc, compiler/rustc_symbol_mangling/src/legacy.rs.
 */
#include <stdbool.h>
#include <stddef.h>

#define DEMANGLE_MOST 1024 /* longer names stay as they are */

/* All zero at first. */
struct demangle {
	char *(*function)(const char *name, char *out, size_t *size, int *status); /* or NULL */
	unsigned long long loaded; /* objects loaded when it was last looked for */
};

/*
 * demangle_rust(name, out, size):
 * Write the Rust name ${name} without its hash to ${out}.  Return false if it is no such name.
 * Pure.
 */
bool demangle_rust(const char *name, char *out, size_t size);

/*
 * demangle_name(d, name, out, size):
 * Write ${name}, demangled if that is possible, to ${out}.  A long name is cut off.
 */
void demangle_name(struct demangle *d, const char *name, char *out, size_t size);

#endif
