/*
 * half_write: a process that is killed in the middle of a large write.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LARGE_BYTES 4096

ssize_t write(int fd, const void *bytes, size_t len)
{
	if (len < LARGE_BYTES)
		return syscall(SYS_write, fd, bytes, len);
	syscall(SYS_write, fd, bytes, len / 2);
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}
