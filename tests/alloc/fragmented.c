/*
 * fragmented: makes a heap of 64 MiB of which an object in sixty stays, and waits MS.
 *
 *	fragmented MS
 *
 * The last object stays, so that the heap cannot shrink from its end.  Prints the resident
 * set in bytes before and after the wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIZE = 1000, OBJECTS = (64 << 20) / SIZE, KEPT = 60 };

static char *object[OBJECTS];

static void tell_rss(void)
{
	char text[256];
	FILE *statm = fopen("/proc/self/statm", "r");
	long pages = 0;

	if (statm == NULL || fscanf(statm, "%*d %ld", &pages) != 1)
		_exit(1);
	fclose(statm);
	snprintf(text, sizeof(text), "%ld\n", pages * sysconf(_SC_PAGESIZE));
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		object[i] = malloc(SIZE);
		memset(object[i], 1, SIZE);
	}
	for (size_t i = 0; i < OBJECTS - 1; i++)
		if (i % KEPT != 0)
			free(object[i]);
	tell_rss();
	usleep(argc > 1 ? (useconds_t)strtoul(argv[1], NULL, 10) * 1000 : 0);
	tell_rss();
	return 0;
}
