#ifndef MEMAGENT_LIBRARY_H
#define MEMAGENT_LIBRARY_H
/*
 * library: finds the library to preload.
 *
 * Layer    tools/run, leaf.
 */
#include <limits.h>
#include <stddef.h>

struct library {
	const char *name;	    /* libmemagent.so or libmemagent-jemalloc.so */
	char path[PATH_MAX];	    /* "" if it was not found */
	char missing[2 * PATH_MAX]; /* if so, the reason, with the places searched */
};

/*
 * library_find(library):
 * Search for ${library->name} beside this program's file, and in lib beside that directory.
 */
void library_find(struct library *library);

#endif
