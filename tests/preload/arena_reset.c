/*
 * A program resets and destroys an arena of jemalloc's, where the library has jemalloc inside, and
 * its objects go without a free.  The addresses of samples among them are used again.
 *
 * wants-points: unbalanced
 */
#include <dlfcn.h>

#include "expect.h"

#define OBJECTS 2000
#define SIZE 4096
#define ROUNDS 20
#define IN_ARENA(i) (((int)(i) + 1) << 20) /* MALLOCX_ARENA */
#define NO_CACHE (1 << 8)		   /* MALLOCX_TCACHE_NONE */

typedef int control(const char *name, void *old, size_t *old_size, void *new, size_t new_size);
typedef void *make(size_t size, int flags);

static control *mallctl;
static make *mallocx;
static char *volatile objects[OBJECTS];

static void end_arena(unsigned arena, const char *how)
{
	char name[64];

	snprintf(name, sizeof(name), "arena.%u.%s", arena, how);
	CHECK(mallctl(name, NULL, NULL, NULL, 0) == 0);
}

static void use(unsigned arena)
{
	for (int i = 0; i < OBJECTS; i++) {
		objects[i] = mallocx(SIZE, IN_ARENA(arena) | NO_CACHE);
		CHECK(objects[i]);
		memset(objects[i], i, SIZE);
	}
	for (int i = 0; i < OBJECTS; i++)
		CHECK(objects[i][SIZE - 1] == (char)i);
}

int main(void)
{
	mallctl = (control *)(uintptr_t)dlsym(RTLD_DEFAULT, "mallctl");
	mallocx = (make *)(uintptr_t)dlsym(RTLD_DEFAULT, "mallocx");
	for (int round = 0; mallctl && round < ROUNDS; round++) {
		unsigned arena;
		size_t size = sizeof(arena);

		CHECK(mallctl("arenas.create", &arena, &size, NULL, 0) == 0);
		use(arena);
		end_arena(arena, "reset");
		use(arena);
		/* Other arenas get what this one had. */
		end_arena(arena, "destroy");
		for (int i = 0; i < OBJECTS; i++)
			objects[i] = calloc(1, SIZE);
		for (int i = 0; i < OBJECTS; i++) {
			CHECK(objects[i][0] == 0 && objects[i][SIZE - 1] == 0);
			free(objects[i]);
		}
		CHECK(mallctl("thread.tcache.flush", NULL, NULL, NULL, 0) == 0);
	}
	return 0;
}
