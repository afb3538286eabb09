/*
 * grower: makes the resident set grow while live bytes stay level.
 *
 *   grower KIND SECONDS
 *
 * KIND is mapping (private mappings), file (a mapped file), freed (each step has a
 * thread with an arena, which keeps what was freed) or first (writes to memory that was allocated
 * at the start). It grows by 4 MiB every 100 ms.
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STEP ((size_t)4 << 20)
#define PIECE 1024
#define PIECES (STEP / PIECE)

static void check(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(2);
	}
}

static void grow_mapping(size_t step)
{
	char *p = mmap(NULL, STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)step;
	check(p != MAP_FAILED, "mmap");
	memset(p, 1, STEP);
}

/* Read the file, which is as large as all steps and has been unlinked. */
static void grow_file(size_t step)
{
	static int fd = -1;
	volatile char *p;
	char name[] = "/var/tmp/memagent-grower-XXXXXX";

	if (fd < 0) {
		fd = mkstemp(name);
		check(fd >= 0 && unlink(name) == 0, name);
	}
	check(ftruncate(fd, (off_t)((step + 1) * STEP)) == 0, "ftruncate");
	p = mmap(NULL, STEP, PROT_READ, MAP_SHARED, fd, (off_t)(step * STEP));
	check(p != MAP_FAILED, "mmap");
	for (size_t i = 0; i < STEP; i += 4096)
		(void)p[i];
}

/* Allocate in an arena of its own, and free all but the last piece: the arena cannot shrink. */
static void *use_arena(void *unused)
{
	static _Thread_local void *pieces[PIECES];

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = malloc(PIECE);
		check(pieces[i] != NULL, "malloc");
		memset(pieces[i], 1, PIECE);
	}
	for (size_t i = 0; i < PIECES - 1; i++)
		free(pieces[i]);
	for (;;)
		pause();
	return unused;
}

static void grow_freed(size_t step)
{
	pthread_t thread;

	if (step == 0)
		mallopt(M_ARENA_MAX, 1000);
	check(pthread_create(&thread, NULL, use_arena, NULL) == 0, "pthread_create");
}

static void grow_first(size_t step)
{
	static char *p;

	if (p == NULL)
		p = malloc(STEP * 400);
	check(p != NULL, "malloc");
	memset(p + step % 400 * STEP, 1, STEP);
}

static const struct {
	const char *name;
	void (*grow)(size_t step);
} kinds[] = {{"mapping", grow_mapping},
	     {"file", grow_file},
	     {"freed", grow_freed},
	     {"first", grow_first}};

int main(int argc, char **argv)
{
	const struct timespec wait = {.tv_nsec = 100000000};
	int steps = argc == 3 ? atoi(argv[2]) * 10 : 0;

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		for (int step = 0; step < steps; step++) {
			kinds[i].grow((size_t)step);
			nanosleep(&wait, NULL);
		}
		return 0;
	}
	fprintf(stderr, "usage: grower mapping|file|freed|first SECONDS\n");
	return 2;
}
