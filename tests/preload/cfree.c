/*
 * cfree, which libc keeps for programs linked before 2.26, under a version that
 * only they ask for: a shim that leaves it out never sees those objects go.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

#ifdef __x86_64__
	extern void old_cfree(void *object);

	__asm__(".symver old_cfree, cfree@GLIBC_2.2.5");
	old_cfree(tally_gone(&tally, tally_malloc(&tally, 60)));
	old_cfree(NULL);
#endif
	tally_expect(&tally);
	return 0;
}
