#include "agent/sites/names.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/sites/symbols.h"
#include "tests/unit/unit.h"

/* The objects that the tests have: files of theirs, and this program. */
enum { FILE_OBJECT = 1, OTHER_OBJECT, PROGRAM, VDSO, OBJECTS };

static struct names_object objects[OBJECTS];

static bool describe(unsigned index, struct names_object *out)
{
	if (index >= OBJECTS || objects[index].path == NULL)
		return false;
	*out = objects[index];
	return true;
}

static struct names names;
static char directory[] = "/tmp/memagent-check-XXXXXX";
static char debug_root[64], first[64], second[64];
static uint8_t ids[OBJECTS][SYMBOLS_ID_BYTES];

static const char source[] = "static __attribute__((noinline)) int inner(int x) { return x * 3; }\n"
			     "int outer(int x) { return inner(x) + 1; }\n"
			     "int main(void) { return outer(1); }\n";

/* Run a command in the directory, with "%s" for its path. */
static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(command, sizeof(command), format, ap);
	va_end(ap);
	ck_assert_msg(system(command) == 0, "%s", command);
}

/* Build ${path} with these flags. */
static void build(const char *path, const char *flags)
{
	run("gcc -O1 -Wl,--build-id=sha1 %s -o %s %s/source.c", flags, path, directory);
}

static void describe_file(unsigned object, const char *path)
{
	int fd = open(path, O_RDONLY);

	ck_assert_int_ge(fd, 0);
	objects[object].path = path;
	objects[object].build_id = ids[object];
	objects[object].build_id_bytes = symbols_build_id(fd, ids[object]);
	close(fd);
}

static void set_up(void)
{
	FILE *f;
	char path[64];

	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(debug_root, sizeof(debug_root), "%s/debug", directory);
	snprintf(first, sizeof(first), "%s/first", directory);
	snprintf(second, sizeof(second), "%s/second", directory);
	snprintf(path, sizeof(path), "%s/source.c", directory);
	f = fopen(path, "w");
	fputs(source, f);
	fclose(f);
	objects[PROGRAM].path = "";
	objects[VDSO].path = "linux-vdso.so.1";
	names =
	    (struct names){.describe = describe, .debug_root = debug_root, .perf_maps = directory};
}

static void clean_up(void)
{
	run("rm -rf %s", directory);
}

/* Return the address of a function of ${path}, as nm has it. */
static uint64_t address_of(const char *path, const char *function)
{
	char command[1024];
	unsigned long long address = 0;
	FILE *f;

	snprintf(command, sizeof(command), "nm %s | awk '$3 == \"%s\" { print $1 }'", path,
		 function);
	f = popen(command, "r");
	ck_assert_int_eq(fscanf(f, "%llx", &address), 1);
	pclose(f);
	return address;
}

static uint64_t frame_of(unsigned object, uint64_t address)
{
	return (uint64_t)object << 48 | address;
}

static void finish(void)
{
	while (!names_work(&names, 1000000))
		;
}

static const char *now_named(uint64_t frame)
{
	static char name[NAME_MOST + 1];

	ck_assert_uint_eq(names_of(&names, frame, name, sizeof(name)), strlen(name));
	return name;
}

static const char *named(uint64_t frame)
{
	names_want(&names, &frame, 1);
	finish();
	return now_named(frame);
}

static uint64_t inner, outer;

/* Build ${path}, and set the frames of its functions. */
static void prepare(const char *path, const char *flags)
{
	build(path, flags);
	describe_file(FILE_OBJECT, path);
	inner = frame_of(FILE_OBJECT, address_of(path, "inner") + 1);
	outer = frame_of(FILE_OBJECT, address_of(path, "outer") + 1);
}

/* "FILE+0xADDRESS" of a frame. */
static const char *bare(const char *file, uint64_t frame)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s+0x%llx", file,
		 (unsigned long long)(frame & ((UINT64_C(1) << 48) - 1)));
	return name;
}

static const char *const kinds[] = {"-pie -fPIE", "-no-pie -fno-pie", "-shared -fPIC", "-static",
				    "-pie -fPIE -Wl,-Ttext-segment=0x10000000"};

START_TEST(names_the_functions_of_a_file)
{
	prepare(first, kinds[_i]);
	ck_assert_str_eq(now_named(inner), bare("first", inner));
	ck_assert_str_eq(named(inner), "inner");
	ck_assert_str_eq(named(outer), "outer");
	ck_assert_str_eq(named(frame_of(FILE_OBJECT, 1)), "first+0x1");
}
END_TEST

START_TEST(names_exported_functions_of_a_stripped_file)
{
	prepare(first, "-shared -fPIC");
	run("strip %s", first);
	ck_assert_str_eq(named(outer), "outer");
	ck_assert_str_eq(named(inner), bare("first", inner));
}
END_TEST

/* Move the debug information of ${first} to ${path}, as packages do. */
static void split(const char *path)
{
	run("objcopy --only-keep-debug %s %s", first, path);
	run("strip %s", first);
}

START_TEST(finds_debug_information_by_build_id)
{
	char path[128], *end = path;

	prepare(first, "-pie -fPIE -g");
	end += sprintf(end, "%s/.build-id/%02x", debug_root, ids[FILE_OBJECT][0]);
	run("mkdir -p %s", path);
	*end++ = '/';
	for (size_t i = 1; i < objects[FILE_OBJECT].build_id_bytes; i++)
		end += sprintf(end, "%02x", ids[FILE_OBJECT][i]);
	strcpy(end, ".debug");
	split(path);
	ck_assert_str_eq(named(inner), "inner");
}
END_TEST

static const char *const places[] = {"%s", "%s/.debug", "%s/debug%s"};

START_TEST(finds_debug_information_by_its_link)
{
	char place[128], path[160];

	prepare(first, "-pie -fPIE -g");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(place, sizeof(place), places[_i], directory, directory);
#pragma GCC diagnostic pop
	run("mkdir -p %s", place);
	snprintf(path, sizeof(path), "%s/first.debug", place);
	split(path);
	run("objcopy --add-gnu-debuglink=%s %s", path, first);
	ck_assert_str_eq(named(inner), "inner");
}
END_TEST

START_TEST(uses_no_debug_information_of_another_build)
{
	build(first, "-pie -fPIE -g -DOTHER");
	run("cd %s && sed -i 's/3/4/' source.c", directory);
	build(second, "-pie -fPIE -g");
	prepare(first, "-pie -fPIE -g -DMORE -Wl,--build-id=0x1234");
	run("strip %s", first);
	run("objcopy --only-keep-debug %s %s/second.debug", second, directory);
	run("objcopy --add-gnu-debuglink=%s/second.debug %s", directory, first);
	ck_assert_str_eq(named(inner), bare("first", inner));
}
END_TEST

/* As a program whose addresses prelink has changed after its debug information was split off. */
START_TEST(follows_the_addresses_of_a_prelinked_file)
{
	prepare(first, "-shared -fPIC -g -Wl,--build-id=0x12345678");
	split("/dev/null");
	build(second, "-shared -fPIC -g -Wl,--build-id=0x12345678 -Wl,-Ttext-segment=0x20000000");
	run("objcopy --only-keep-debug --strip-symbol=outer %s %s/second.debug", second, directory);
	run("objcopy --add-gnu-debuglink=%s/second.debug %s", directory, first);
	ck_assert_str_eq(named(inner), "inner");
	/* This one is in .dynsym only, where the addresses are those of the file again. */
	ck_assert_str_eq(named(outer), "outer");
}
END_TEST

static const struct {
	const char *loaded, *replacement;
} replaced[] = {
    {"-Wl,--build-id=0x12345678", "-Wl,--build-id=0x12345679"},
    {"-Wl,--build-id=0x1234", "-Wl,--build-id=0x12345678"},
    {"-Wl,--build-id=0x12345678", "-Wl,--build-id=none"},
};

START_TEST(names_nothing_from_a_replaced_file)
{
	char flags[64];

	snprintf(flags, sizeof(flags), "-shared -fPIC %s", replaced[_i].loaded);
	prepare(first, flags);
	snprintf(flags, sizeof(flags), "-shared -fPIC %s", replaced[_i].replacement);
	build(second, flags);
	run("mv %s %s", second, first);
	ck_assert_str_eq(named(outer), bare("first", outer));
}
END_TEST

/* Wait for the next second, because a file has no finer time for this. */
static void wait_for_next_second(void)
{
	struct timespec next = {.tv_sec = time(NULL) + 2};

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &next, NULL);
}

START_TEST(trusts_a_file_without_a_build_id_only_if_it_is_old)
{
	uint64_t early, late;

	prepare(first, "-shared -fPIC -Wl,--build-id=none");
	ck_assert_uint_eq(objects[FILE_OBJECT].build_id_bytes, 0);
	early = outer;
	wait_for_next_second();
	ck_assert_str_eq(named(early), "outer");
	wait_for_next_second();
	build(second, "-shared -fPIC -Wl,--build-id=none");
	objects[OTHER_OBJECT].path = second;
	late = frame_of(OTHER_OBJECT, address_of(second, "outer"));
	ck_assert_str_eq(named(late), bare("second", late));
}
END_TEST

/* A relative path was meant for the directory of that time. */
START_TEST(bears_other_kinds_of_files)
{
	uint64_t frame = frame_of(FILE_OBJECT, 0x1000);

	objects[FILE_OBJECT].path = first;
	ck_assert_str_eq(named(frame), "first+0x1000");
	mkfifo(first, 0600);
	ck_assert_str_eq(named(frame + 1), "first+0x1001");
	objects[FILE_OBJECT].path = directory;
	ck_assert_int_eq(strncmp(named(frame + 2), "memagent-check-", 15), 0);
	objects[FILE_OBJECT].path = "/dev/zero";
	ck_assert_str_eq(named(frame + 3), "zero+0x1003");
	ck_assert_str_eq(named(frame_of(VDSO, 0x10)), "linux-vdso.so.1+0x10");
	ck_assert_str_eq(named(frame_of(OBJECTS + 1, 0x10)), "[other]+0x10");
	ck_assert_str_eq(named(frame_of(65535, 0x10)), "[other]+0x10");
}
END_TEST

__attribute__((noinline)) static void function_of_this_program(void)
{
	__asm__ volatile("");
}

/* Return the bias of this program. */
static int take_bias(struct dl_phdr_info *object, size_t size, void *arg)
{
	(void)size;
	*(uintptr_t *)arg = object->dlpi_addr;
	return 1;
}

START_TEST(names_the_functions_of_the_program)
{
	uintptr_t bias;
	char file[NAME_MOST + 1];

	dl_iterate_phdr(take_bias, &bias);
	ck_assert_str_eq(named(frame_of(PROGRAM, (uintptr_t)function_of_this_program - bias)),
			 "function_of_this_program");
	/* An object that is not known is not the program. */
	ck_assert_int_eq(strncmp(named(frame_of(OBJECTS + 1,
						(uintptr_t)function_of_this_program - bias)),
				 "[other]+0x", 10),
			 0);
	names_file(&names, frame_of(PROGRAM, 0), file, sizeof(file));
	ck_assert_str_eq(file, "check_names");
}
END_TEST

static unsigned count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

/* A child has its own copy of the table of descriptors, or none. */
START_TEST(works_in_small_steps_and_keeps_no_file_open)
{
	unsigned calls = 0, descriptors = count_descriptors();
	bool is_done;

	prepare(first, "-static");
	names_want(&names, (uint64_t[]){inner, outer}, 2);
	do {
		is_done = names_work(&names, 0);
		ck_assert_uint_eq(count_descriptors(), descriptors);
		calls++;
	} while (!is_done);
	ck_assert_uint_gt(calls, 3);
	ck_assert_str_eq(now_named(inner), "inner");
	ck_assert_str_eq(now_named(outer), "outer");
}
END_TEST

START_TEST(notices_that_a_file_is_replaced_meanwhile)
{
	prepare(first, "-shared -fPIC -Wl,--build-id=0x1234");
	names_want(&names, &inner, 1);
	names_work(&names, 0);
	run("sed -i 's/inner/other/; s/^int main/int a1, a2; int more(int x) { return x; } &/' "
	    "%s/source.c",
	    directory);
	build(second, "-shared -fPIC -Wl,--build-id=0x1234");
	run("mv %s %s", second, first);
	finish();
	ck_assert_str_eq(now_named(inner), bare("first", inner));
}
END_TEST

START_TEST(goes_on_in_a_forked_child)
{
	prepare(first, "-static");
	names_want(&names, &inner, 1);
	names_work(&names, 0);
	/* As in a copy that was made in the middle of a step, with the numbers of other files. */
	names.is_busy = true;
	ck_assert_str_eq(now_named(inner), bare("first", inner));
	ck_assert_uint_eq(names.forgotten, 1);
	ck_assert_str_eq(named(inner), "inner");
	ck_assert(!names.is_busy);
}
END_TEST

START_TEST(names_many_frames_of_many_objects)
{
	static uint64_t frames[3000];
	uint64_t other;

	build(second, "-shared -fPIC -O0 -falign-functions=256");
	describe_file(OTHER_OBJECT, second);
	other = frame_of(OTHER_OBJECT, address_of(second, "inner"));
	prepare(first, "-shared -fPIC");
	for (size_t i = 0; i < 3000; i++)
		frames[i] = i % 2 ? inner + i * 4 : other + i * 4;
	frames[2997] = inner;
	frames[2998] = other;
	frames[2999] = outer;
	names_want(&names, frames, 3000);
	finish();
	ck_assert_str_eq(now_named(inner), "inner");
	ck_assert_str_eq(now_named(other), "inner");
	ck_assert_str_eq(now_named(outer), "outer");
	ck_assert_str_eq(now_named(frames[2990]), bare("second", frames[2990]));
}
END_TEST

/* Want frames that nothing names, from ${from} on. */
static void fill(uint64_t from, size_t count)
{
	static uint64_t frames[40000];

	for (size_t i = 0; i < count; i++)
		frames[i] = frame_of(OBJECTS + 1, from + i);
	names_want(&names, frames, count);
}

START_TEST(is_bounded)
{
	prepare(first, "-shared -fPIC");
	ck_assert_str_eq(named(inner), "inner");
	fill(0, 40000);
	finish();
	ck_assert_uint_gt(names.refused, 10000);
	/* It has been emptied once, to make room. */
	ck_assert_uint_eq(names.forgotten, 1);
	ck_assert_str_eq(now_named(frame_of(OBJECTS + 1, 39999)), "[other]+0x9c3f");
	fill(50000, 10);
	ck_assert_uint_eq(names.forgotten, 1);
	ck_assert_str_eq(named(outer), bare("first", outer));
}
END_TEST

static void write_map(const char *text)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "%s/perf-%d.map", directory, (int)getpid());
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

START_TEST(names_generated_code)
{
	uint64_t a = 0x7000, b = 0x8000, c = 0x9000;

	write_map("7000 100 a;\"b\"\n9000 100 \n");
	names_want(&names, (uint64_t[]){a, b, c}, 3);
	finish();
	ck_assert_str_eq(now_named(a), "a,'b'");
	ck_assert_str_eq(now_named(b), "[jit]");
	ck_assert_str_eq(now_named(c), "[jit]");
	/* The map is read once a minute at most, and then again for what had no name. */
	write_map("7000 100 x\n8000 100 later\n");
	ck_assert_str_eq(named(b), "[jit]");
	names.may_read_map_ns = 0;
	ck_assert_str_eq(named(b), "later");
	ck_assert_str_eq(now_named(a), "a,'b'");
}
END_TEST

START_TEST(names_are_of_limited_length)
{
	char flags[1024], name[601];
	const char *found;

	unit_repeat(name, 'f', 600);
	snprintf(flags, sizeof(flags), "-shared -fPIC -Douter=%s", name);
	build(first, flags);
	describe_file(FILE_OBJECT, first);
	found = named(frame_of(FILE_OBJECT, address_of(first, name)));
	ck_assert_uint_eq(strlen(found), NAME_MOST);
	ck_assert_str_eq(found + NAME_MOST - 3, "...");
}
END_TEST

/* All frames of a function share the text of its name. */
START_TEST(keeps_a_name_once)
{
	static uint64_t frames[20000];
	char name[251];
	uint64_t address;
	FILE *f;

	snprintf(name, sizeof(name), "%s/source.c", directory);
	f = fopen(name, "a");
	unit_repeat(name, 'f', 250);
	fprintf(f, "void %s(void) { __asm__ volatile(\".fill 20000, 1, 0x90\"); }\n", name);
	fclose(f);
	build(first, "-shared -fPIC");
	describe_file(FILE_OBJECT, first);
	address = address_of(first, name);
	for (size_t i = 0; i < 20000; i++)
		frames[i] = frame_of(FILE_OBJECT, address + i);
	names_want(&names, frames, 20000);
	finish();
	ck_assert_uint_eq(names.refused, 0);
	ck_assert_str_eq(now_named(frames[19999]), name);
}
END_TEST

START_TEST(names_are_clean)
{
	build(first, "-shared -fPIC");
	run("objcopy --redefine-sym 'outer=a;b' %s", first);
	describe_file(FILE_OBJECT, first);
	ck_assert_str_eq(named(frame_of(FILE_OBJECT, address_of(first, "a;b"))), "a,b");
}
END_TEST

START_TEST(demangles)
{
	if (dlopen("libstdc++.so.6", RTLD_NOW) == NULL)
		return;
	build(first, "-shared -fPIC -Douter=_ZN5Cache3putEi");
	describe_file(FILE_OBJECT, first);
	ck_assert_str_eq(named(frame_of(FILE_OBJECT, address_of(first, "_ZN5Cache3putEi"))),
			 "Cache::put(int)");
}
END_TEST

/* Every byte of the headers and tables has a wrong value once. */
START_TEST(bears_a_broken_file)
{
	uint64_t state = (uint64_t)_i;
	struct stat file;
	int fd;

	prepare(first, "-shared -fPIC");
	fd = open(first, O_RDWR);
	fstat(fd, &file);
	for (int i = 0; i < 200; i++) {
		uint64_t place = unit_random(&state);
		char byte = (char)(place >> 32);

		(void)!pwrite(fd, &byte, 1, (off_t)(place % (uint64_t)file.st_size));
		named(frame_of(FILE_OBJECT, place % 0x5000));
	}
	for (off_t size = file.st_size; size > 0; size = size * 9 / 10) {
		ck_assert_int_eq(ftruncate(fd, size), 0);
		named(frame_of(FILE_OBJECT, 0x6000 + (uint64_t)size));
	}
	close(fd);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, clean_up);
	tcase_add_loop_test(all, names_the_functions_of_a_file, 0, UNIT_COUNT(kinds));
	tcase_add_test(all, names_exported_functions_of_a_stripped_file);
	tcase_add_test(all, finds_debug_information_by_build_id);
	tcase_add_loop_test(all, finds_debug_information_by_its_link, 0, UNIT_COUNT(places));
	tcase_add_test(all, uses_no_debug_information_of_another_build);
	tcase_add_test(all, follows_the_addresses_of_a_prelinked_file);
	tcase_add_loop_test(all, names_nothing_from_a_replaced_file, 0, UNIT_COUNT(replaced));
	tcase_add_test(all, trusts_a_file_without_a_build_id_only_if_it_is_old);
	tcase_add_test(all, bears_other_kinds_of_files);
	tcase_add_test(all, names_the_functions_of_the_program);
	tcase_add_test(all, works_in_small_steps_and_keeps_no_file_open);
	tcase_add_test(all, notices_that_a_file_is_replaced_meanwhile);
	tcase_add_test(all, goes_on_in_a_forked_child);
	tcase_add_test(all, names_many_frames_of_many_objects);
	tcase_add_test(all, is_bounded);
	tcase_add_test(all, names_generated_code);
	tcase_add_test(all, names_are_clean);
	tcase_add_test(all, names_are_of_limited_length);
	tcase_add_test(all, keeps_a_name_once);
	tcase_add_test(all, demangles);
	tcase_add_loop_test(all, bears_a_broken_file, 0, UNIT_SEEDS / 4);
}

UNIT_MAIN("names", add)
