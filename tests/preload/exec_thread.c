/*
 * exec from a thread, while another one allocates: the kernel ends all others,
 * the agent's too, and the new image counts from zero.
 */
#include "again.h"
#include "thread.h"

static void *exec(void *argument)
{
	run_again();
	return argument;
}

int main(int argc, char **argv)
{
	struct tally tally = {0};

	(void)argv;
	if (!is_again(argc)) {
		thread_start(thread_stack(THREAD_STACK), THREAD_STACK, exec, NULL);
		for (;;)
			free(malloc(100));
	}
	tally_malloc(&tally, 100);
	tally_expect(&tally);
	return 0;
}
