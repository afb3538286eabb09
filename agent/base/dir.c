#include "agent/base/dir.h"

#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct entry {
	uint64_t inode;
	int64_t next;
	unsigned short size;
	unsigned char type;
	char name[];
};

void dir_start(struct dir *dir, int fd)
{
	dir->fd = fd;
	dir->have = dir->at = 0;
	lseek(fd, 0, SEEK_SET);
}

const char *dir_next(struct dir *dir)
{
	for (;;) {
		const struct entry *entry;

		if (dir->at >= dir->have) {
			dir->have =
			    syscall(SYS_getdents64, dir->fd, dir->entries, sizeof(dir->entries));
			dir->at = 0;
			if (dir->have <= 0)
				return NULL;
		}
		entry = (const struct entry *)(void *)(dir->entries + dir->at);
		dir->at += entry->size;
		if (strcmp(entry->name, ".") != 0 && strcmp(entry->name, "..") != 0)
			return entry->name;
	}
}
