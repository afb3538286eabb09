#ifndef MEMAGENT_LIBRARY_H
#define MEMAGENT_LIBRARY_H
/*
 * library: finds the library to preload, and makes the value of LD_PRELOAD.
 *
 * Layer    tools/run, leaf.
 */
#include <limits.h>
#include <stddef.h>

struct library {
	const char *name;	    /* libmemagent.so or libmemagent-jemalloc.so */
	char directory[PATH_MAX];   /* of this program's file */
	char path[PATH_MAX];	    /* "" if it was not found */
	char missing[2 * PATH_MAX]; /* if so, the reason, with the places searched */
};

/*
 * library_find(library):
 * Search for ${library->name} beside this program's file, and in lib beside that directory.  Fill
 * the rest.
 */
void library_find(struct library *library);

/*
 * library_join(library, before):
 * Return ${library} in front of ${before}, the value of LD_PRELOAD or NULL.  If the library is in
 * ${before} already, return that.  The result is from malloc, or NULL.  Pure.
 */
char *library_join(const char *library, const char *before);

#endif
