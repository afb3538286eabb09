/*
 * 30,000 threads run one after another.  The counts of each are in the sum once, and their blocks
 * are reused.
 *
 * limit: 300
 */
#include "thread.h"

enum { CHURN = 30000 };

static void *work(void *argument)
{
	struct tally *tally = argument;

	thread_book(tally);
	tally_free(tally, tally_malloc(tally, 1 + tally->mallocs % 500));
	/* One object is left for the next thread to free. */
	return tally_malloc(tally, 100);
}

static uint64_t resident_pages(void)
{
	char text[128] = "";
	unsigned long size;
	unsigned long resident;
	int fd = open("/proc/self/statm", O_RDONLY);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	CHECK(sscanf(text, "%lu %lu", &size, &resident) == 2);
	return resident;
}

int main(void)
{
	struct tally tally = {0};
	void *stack = thread_stack(THREAD_STACK);
	uint64_t early = 0;

	for (int i = 0; i < CHURN; i++) {
		void *left = NULL;

		CHECK(pthread_join(thread_start(stack, THREAD_STACK, work, &tally), &left) == 0);
		tally_free(&tally, left);
		if (i == CHURN / 10)
			early = resident_pages();
	}
	/* 27,000 blocks that are not reused would be thousands of pages. */
	CHECK(resident_pages() < early + 1000);
	tally_expect(&tally);
	return 0;
}
