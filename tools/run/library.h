#ifndef MEMAGENT_LIBRARY_H
#define MEMAGENT_LIBRARY_H
/*
 * library: where the library to preload is.
 *
 * Layer    tools/run, leaf.
 */
#include <limits.h>
#include <stddef.h>

struct library {
	const char *name;	    /* libmemagent.so or libmemagent-jemalloc.so */
	char path[PATH_MAX];	    /* "" when it was not found */
	char missing[2 * PATH_MAX]; /* then: where it was looked for */
};

/*
 * library_find(library):
 * Look for ${library->name} beside this program's file, and in lib beside the file's directory.
 */
void library_find(struct library *library);

#endif
