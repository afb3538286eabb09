#include "tools/run/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "agent/guest/exclude.h"
#include "tools/run/elf_file.h"
#include "tools/run/library.h"
#include "tools/run/script.h"

#define INTERPRETERS_MOST 5 /* nested scripts that execve(2) runs */
#define GO "it is a Go program without cgo, which does not use malloc"

static __attribute__((format(printf, 2, 3))) void set_reason(struct verdict_on *v,
							     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->why, sizeof(v->why), format, args);
	va_end(args);
}

/* Return 0 if ${file} can be run, else the exit status that env(1) would have. */
static int cannot_run(const char *file)
{
	struct stat st;

	if (stat(file, &st))
		return 127;
	return S_ISREG(st.st_mode) && access(file, X_OK) == 0 ? 0 : 126;
}

/* Find the file of ${name} as execvp(3) does.  Return 0, or the exit status if there is none. */
static int find_command(const char *name, char out[PATH_MAX])
{
	const char *path = getenv("PATH");
	int worst = 127;

	snprintf(out, PATH_MAX, "%s", name);
	if (strchr(name, '/'))
		return cannot_run(name);
	for (path = path ? path : "/bin:/usr/bin"; *name; path++) {
		int length = (int)strcspn(path, ":");
		int status;

		snprintf(out, PATH_MAX, "%.*s/%s", length ? length : 1, length ? path : ".", name);
		status = cannot_run(out);
		if (status == 0)
			return 0;
		if (status == 126)
			worst = status;
		path += length;
		if (*path == '\0')
			break;
	}
	snprintf(out, PATH_MAX, "%s", name);
	return worst;
}

static bool machine_of(const char *path, struct elf_machine *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_elf = fd >= 0 && elf_machine(fd, out);

	if (fd >= 0)
		close(fd);
	return is_elf;
}

/*
 * A program that gives its caller another user, another group or capabilities starts with AT_SECURE
 * set, and then the dynamic linker ignores LD_PRELOAD.
 * Source: security/commoncap.c, cap_bprm_creds_from_file().
 */
static void judge_privileges(const char *path, struct verdict_on *v)
{
	const char *what = NULL;
	struct statvfs system;
	struct stat st;

	if (stat(path, &st))
		return;
	if ((st.st_mode & S_ISUID) && st.st_uid != getuid())
		what = "it is set-uid";
	else if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getgid())
		what = "it is set-gid";
	else if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
		what = "it has file capabilities";
	if (what == NULL || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ||
	    (statvfs(path, &system) == 0 && (system.f_flag & ST_NOSUID)))
		return;
	set_reason(v, "%s, and for such a program the system ignores LD_PRELOAD", what);
}

/* Such a run-time ends the program at its start if another library comes first. */
static void judge_sanitizer(const char *runtime, const char *where, struct verdict_on *v)
{
	v->is_harmed = true;
	set_reason(
	    v,
	    "%s %s, and a program of %s ends at its start when another library comes first: to "
	    "meter it, "
	    "build it without -fsanitize",
	    where, runtime, elf_is_sanitizer(runtime));
}

/* Return whether LD_PRELOAD has the run-time of a sanitizer; if so, set the reason. */
static bool is_preloaded(struct verdict_on *v)
{
	const char *list = getenv("LD_PRELOAD");

	while (list && *list) {
		int n = (int)strcspn(list, ": ");
		char item[PATH_MAX];

		snprintf(item, sizeof(item), "%.*s", n, list);
		if (elf_is_sanitizer(basename(item))) {
			judge_sanitizer(basename(item), "LD_PRELOAD has", v);
			return true;
		}
		list += n + (list[n] != '\0');
	}
	return false;
}

static void judge_dynamic(const struct elf_facts *facts, struct verdict_on *v)
{
	const char *name = basename(facts->loader);

	snprintf(v->loader, sizeof(v->loader), "%s", facts->loader);
	v->fatal = cannot_run(facts->loader);
	if (v->fatal) {
		set_reason(v, "%s is to be loaded by %s, which is missing or not executable",
			   v->judged, facts->loader);
		return;
	}
	v->is_harmed = true;
	if (strncmp(name, "ld-musl-", strlen("ld-musl-")) == 0)
		set_reason(v, "it is linked with musl, and the library needs glibc");
	else if (strncmp(name, "ld-uClibc", strlen("ld-uClibc")) == 0 ||
		 strcmp(name, "linker") == 0 || strcmp(name, "linker64") == 0)
		set_reason(v, "it is not linked with glibc, which the library needs");
	else if (facts->needed == 0)
		/* The library would load libc, but nothing would set up its threads. */
		set_reason(v, "%s", facts->is_go ? GO : "it does not use the C library");
	else if (facts->runtime[0])
		judge_sanitizer(facts->runtime, "it needs", v);
	else if (!is_preloaded(v))
		v->is_harmed = false;
	if (v->why[0] == '\0')
		judge_privileges(v->judged, v);
}

static bool is_loader(const char *path)
{
	const char *name = basename(path);

	return strncmp(name, "ld-", 3) == 0 || strncmp(name, "ld.so", 5) == 0 ||
	       strncmp(name, "ld64.so.", 8) == 0;
}

static void judge_elf(int fd, const struct elf_machine *machine, const char *library,
		      struct verdict_on *v)
{
	struct elf_machine own;
	struct elf_facts facts;
	char ours[64], theirs[64];

	if (!machine_of(library, &own)) {
		v->is_harmed = true;
		set_reason(v, "%s is not a shared library", library);
	} else if (!elf_machine_equal(machine, &own)) {
		v->is_harmed = true;
		elf_machine_name(&own, ours, sizeof(ours));
		elf_machine_name(machine, theirs, sizeof(theirs));
		set_reason(v, "it is a %s%s program, and the library is %s", theirs,
			   machine->order == own.order ? "" : " of the other byte order", ours);
	} else {
		elf_facts(fd, &facts);
		if (facts.loader[0])
			judge_dynamic(&facts, v);
		else if (!is_loader(v->judged))
			set_reason(v, "%s", facts.is_go ? GO : "it is statically linked");
	}
}

static void judge_interpreter(const struct script *script, struct verdict_on *v)
{
	bool is_found = true;
	char found[PATH_MAX];

	snprintf(found, sizeof(found), "%s", script->interpreter);
	v->fatal = cannot_run(found);
	if (v->fatal == 0 && script->program[0]) {
		v->fatal = find_command(script->program, found);
		is_found = v->fatal == 0;
	}
	if (v->fatal == 0) {
		snprintf(v->judged, sizeof(v->judged), "%s", found);
		return;
	}
	if (found[0] && found[strlen(found) - 1] == '\r')
		set_reason(v, "the first line of %s ends as in DOS, in a carriage return",
			   v->judged);
	else
		set_reason(v, "%s is to be run by %s, which is missing or not executable",
			   v->judged, is_found ? script->interpreter : script->program);
}

/* Judge ${v->judged}.  If it is a script, set it to the interpreter, and return true. */
static bool judge_file(const char *library, struct verdict_on *v)
{
	int fd = open(v->judged, O_RDONLY | O_CLOEXEC);
	struct elf_machine machine;
	struct script script;
	char first[SCRIPT_BYTES] = "";
	bool is_script = false;
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, first, sizeof(first) - 1, 0);
	if (elf_machine(fd, &machine)) {
		judge_elf(fd, &machine, library, v);
	} else if (n >= 0) {
		/* A file that execve(2) does not recognize is run by the shell. */
		script_read(first, &script);
		judge_interpreter(&script, v);
		is_script = v->why[0] == '\0';
	}
	close(fd);
	return is_script;
}

/* Some programs get no agent because of their name or an option. */
static void judge_name(char *const *command, const char *exclude, struct verdict_on *v)
{
	const char *name = basename(strcmp(v->judged, v->file) == 0 ? command[0] : v->judged);

	if (exclude_by_name(name, exclude))
		set_reason(v,
			   "programs that are called %s get no agent, only what they start (see "
			   "--exclude)",
			   name);
	else if (exclude_by_option(command))
		set_reason(v,
			   "programs with such an option must have one thread, and get no agent");
}

void judge(char *const *command, const struct library *library, const char *exclude,
	   struct verdict_on *v)
{
	memset(v, 0, sizeof(*v));
	v->fatal = find_command(command[0], v->file);
	snprintf(v->judged, sizeof(v->judged), "%s", v->fatal ? command[0] : v->file);
	v->is_harmed = true;
	if (v->fatal) {
		set_reason(v, "it is not %s", v->fatal == 126 ? "executable" : "there");
	} else if (library->path[0] == '\0') {
		set_reason(v, "%s", library->missing);
	} else if (strpbrk(library->path, " :")) {
		set_reason(v, "%s has a space or a colon in it, which LD_PRELOAD cannot take",
			   library->path);
	} else {
		v->is_harmed = false;
		for (int i = 0; i < INTERPRETERS_MOST && judge_file(library->path, v); i++)
			continue;
		if (v->why[0] == '\0')
			judge_name(command, exclude, v);
	}
}
