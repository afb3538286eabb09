/*
 * Calls compare_here in a signal handler, which interrupts all kinds of code.
 *
 *   signals [own-stack]
 */
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define SIGNALS 5000
#define OWN_STACK_BYTES (256 << 10)

static void (*compare_here)(void);
static volatile sig_atomic_t handled;
static volatile double sum;
static pthread_t main_thread;

static void handle(int number)
{
	(void)number;
	if (compare_here)
		compare_here();
	handled++;
}

/* Send the next one when one is handled, after different times. */
static void *send(void *arg)
{
	unsigned seed = 1;

	while (handled < SIGNALS) {
		sig_atomic_t before = handled;
		int pause = rand_r(&seed) % 500;

		pthread_kill(main_thread, SIGUSR1);
		while (handled == before)
			;
		for (volatile int i = 0; i < pause; i++)
			;
	}
	return arg;
}

static void *nothing(void *arg)
{
	return arg;
}

static void use_threads(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, nothing, NULL);
	pthread_join(thread, NULL);
}

static void use_library(const char *name, const char *function)
{
	void *library = dlopen(name, RTLD_LAZY);

	if (library == NULL)
		return;
	sum += dlsym(library, function) != NULL;
	dlclose(library);
}

static void use_libc(int i)
{
	char text[200], large[20000];
	struct timeval now;
	regex_t regex;

	snprintf(text, sizeof(text), "%d %s %.10g %Lf", i, "text", i * 1.7, (long double)i);
	sum += strtod(text, NULL) + sin(i) * exp(-i) + pow(i, 1.5);
	gettimeofday(&now, NULL);
	memset(large, i, sizeof(large));
	memmove(large + 100, large, 10000);
	sum += large[200];
	if (regcomp(&regex, "a(b|c)*d+[e-g]", REG_EXTENDED) == 0) {
		regexec(&regex, "abcbcdddg", 0, NULL, 0);
		regfree(&regex);
	}
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	stack_t own = {.ss_size = OWN_STACK_BYTES};
	pthread_t sender;

	(void)argv;
	compare_here = (void (*)(void))dlsym(RTLD_DEFAULT, "compare_here");
	if (argc > 1) {
		action.sa_flags |= SA_ONSTACK;
		own.ss_sp = malloc(OWN_STACK_BYTES);
		sigaltstack(&own, NULL);
	}
	main_thread = pthread_self();
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&sender, NULL, send, NULL);
	for (int i = 0; handled < SIGNALS; i++) {
		use_libc(i);
		use_threads();
		use_library("libz.so.1", "crc32");
	}
	pthread_join(sender, NULL);
	return 0;
}
