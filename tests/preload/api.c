/*
 * Every function that makes or frees an object is counted once: the aligned family, the calls with
 * NULL or size 0, and C23's sized frees where libc has them.
 */
#include <dlfcn.h>

#include "expect.h"

static struct tally tally;

static void plain(void)
{
	char *zeroed;

	tally_free(&tally, tally_malloc(&tally, 0));
	tally_free(&tally, tally_malloc(&tally, 1));
	tally_free(&tally, tally_malloc(&tally, 1 << 20));
	tally_free(&tally, NULL);
	tally_free(&tally, tally_made(&tally, calloc(0, 0), 0));
	tally_free(&tally, tally_made(&tally, calloc(3, 0), 0));
	zeroed = tally_made(&tally, calloc(7, 11), 77);
	for (int i = 0; i < 77; i++)
		CHECK(zeroed[i] == 0);
	tally_free(&tally, zeroed);
	tally_free(&tally, tally_made(&tally, reallocarray(NULL, 5, 9), 45));
}

static void aligned(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *object = NULL;

	CHECK(posix_memalign(&object, 256, 1000) == 0 && (uintptr_t)object % 256 == 0);
	tally_free(&tally, tally_made(&tally, object, 1000));
	object = tally_made(&tally, aligned_alloc(64, 640), 640);
	CHECK((uintptr_t)object % 64 == 0);
	tally_free(&tally, object);
	object = tally_made(&tally, memalign(1024, 10), 10);
	CHECK((uintptr_t)object % 1024 == 0);
	tally_free(&tally, object);
	object = tally_made(&tally, valloc(100), 100);
	CHECK((uintptr_t)object % page == 0);
	tally_free(&tally, object);
}

/* C23's sized frees.  libc may lack them, but they must be counted in a program that finds them. */
static void sized_frees(void)
{
	void (*sized)(void *, size_t) = dlsym(RTLD_DEFAULT, "free_sized");
	void (*aligned_sized)(void *, size_t, size_t) = dlsym(RTLD_DEFAULT, "free_aligned_sized");
	void *object = tally_gone(&tally, tally_malloc(&tally, 50));

	if (sized != NULL) {
		sized(object, 50);
		sized(NULL, 0);
	} else {
		free(object);
	}
	object = tally_gone(&tally, tally_made(&tally, aligned_alloc(64, 128), 128));
	if (aligned_sized != NULL)
		aligned_sized(object, 64, 128);
	else
		free(object);
}

int main(void)
{
	plain();
	aligned();
	sized_frees();
	tally_expect(&tally);
	return 0;
}
