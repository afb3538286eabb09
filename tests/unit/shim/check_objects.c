#include "shim/sites/objects.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

#include "shim/sites/image.h"
#include "tests/unit/unit.h"

/* Part of libc's package, and needed by nothing. */
#define LIBRARY "libresolv.so.2"
#define FUNCTION "ns_sprintrr"

static struct readable readable;

/* An object that is not loaded, without a build-id. */
static struct image image_of(struct link_map *map, const char *name, uintptr_t start)
{
	map->l_name = (char *)(uintptr_t)name;
	return (struct image){.start = start,
			      .end = start + 8192,
			      .link_map = map,
			      .bias = start - 4096};
}

static unsigned add(const char *name, uintptr_t start)
{
	static __thread struct link_map maps[2];
	struct image image = image_of(&maps[start / 4096 % 2], name, start);

	return objects_find_or_add(&image);
}

START_TEST(objects_have_numbers)
{
	unsigned a = add("/lib/a", 4096), b = add("/lib/b", 3 * 4096);

	ck_assert_ptr_null(objects_at(0));
	ck_assert_uint_gt(a, 0);
	ck_assert_uint_gt(b, 0);
	ck_assert_uint_ne(a, b);
	ck_assert_str_eq(objects_at(a)->path, "/lib/a");
	ck_assert_uint_eq(objects_at(a)->start, 4096);
	ck_assert_uint_eq(objects_at(a)->end, 3 * 4096);
	ck_assert_uint_eq(objects_bias(b), 2 * 4096);
	ck_assert_uint_eq(objects_at(a)->build_id_size, 0);
	ck_assert_uint_eq(objects_bias(0), 0);
}
END_TEST

START_TEST(object_that_moves_keeps_its_number)
{
	unsigned a = add("/lib/a", 4096);

	ck_assert_uint_eq(add("/lib/a", 4096), a);
	ck_assert_uint_eq(add("/lib/a", 16 * 4096), a);
	ck_assert_uint_eq(objects_at(a)->start, 16 * 4096);
	ck_assert_uint_eq(objects_bias(a), 15 * 4096);
}
END_TEST

START_TEST(long_path_is_cut_off)
{
	static char path[4096], other[4096];
	unsigned a;

	unit_repeat(path, 'x', sizeof(path) - 1);
	unit_repeat(other, 'y', sizeof(other) - 1);
	a = add(path, 4096);
	ck_assert_uint_eq(strlen(objects_at(a)->path), sizeof(objects_at(a)->path) - 1);
	ck_assert_uint_eq(add(path, 4096), a);
	ck_assert_uint_ne(add(other, 4096), a);
}
END_TEST

START_TEST(full_table_has_one_number_for_the_rest)
{
	static char names[OBJECTS + 20][16];
	unsigned numbers[OBJECTS + 20];

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		snprintf(names[i], sizeof(names[i]), "/lib/%zu", i);
		numbers[i] = add(names[i], 4096);
	}
	ck_assert_uint_eq(numbers[0], 1);
	ck_assert_uint_eq(numbers[OBJECTS_OTHER - 2], OBJECTS_OTHER - 1);
	for (size_t i = OBJECTS_OTHER - 1; i < UNIT_COUNT(names); i++)
		ck_assert_uint_eq(numbers[i], OBJECTS_OTHER);
	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		ck_assert_uint_eq(add(names[i], 4096), numbers[i]);
	ck_assert_ptr_null(objects_at(OBJECTS_OTHER));
	ck_assert_ptr_null(objects_at(OBJECTS));
	ck_assert_uint_eq(objects_bias(OBJECTS_OTHER), 0);
}
END_TEST

static void *load(struct image *image)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	void *function = library ? dlsym(library, FUNCTION) : NULL;

	ck_assert_ptr_nonnull(function);
	readable = (struct readable){{0}};
	ck_assert(image_find(image, (uintptr_t)function));
	ck_assert(image_open(image, &readable));
	return library;
}

START_TEST(loaded_object_has_path_and_build_id)
{
	struct image image;
	const struct object *object;
	void *library = load(&image);
	struct bytes code = image_bytes(&image, (uintptr_t)dlsym(library, FUNCTION), 16);

	object = objects_at(objects_find_or_add(&image));
	ck_assert_ptr_nonnull(strstr(object->path, LIBRARY));
	ck_assert_uint_eq(object->build_id_size, 20);
	ck_assert_mem_eq(object->build_id, image_build_id(&image).at, 20);
	ck_assert_uint_eq(object->bias, image.link_map->l_addr);
	ck_assert_uint_eq((size_t)(code.end - code.at), 16);
	ck_assert(objects_is_at(objects_find_or_add(&image), &image));
}
END_TEST

START_TEST(loaded_again_elsewhere_it_keeps_its_number)
{
	struct image image, again;
	void *library = load(&image);
	unsigned number = objects_find_or_add(&image);

	dlclose(library);
	ck_assert(!image_find(&again, image.start));
	ck_assert_ptr_ne(mmap((void *)image.start, image.end - image.start, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
			 MAP_FAILED);
	load(&again);
	ck_assert_uint_ne(again.start, image.start);
	ck_assert_uint_eq(objects_find_or_add(&again), number);
	ck_assert_uint_eq(objects_bias(number), again.bias);
}
END_TEST

/* The frames of both must be told apart: they have one number, or one bias. */
START_TEST(loaded_twice_it_has_two_numbers)
{
	struct image image, second;
	struct link_map map;
	unsigned number, other;

	load(&image);
	number = objects_find_or_add(&image);
	second = image;
	map = *image.link_map;
	second.link_map = &map;
	other = objects_find_or_add(&second);
	ck_assert_uint_ne(number, other);
	ck_assert_uint_eq(objects_find_or_add(&image), number);
	ck_assert_uint_eq(objects_find_or_add(&second), other);
}
END_TEST

START_TEST(executable_has_an_empty_path)
{
	struct image image;
	const struct object *object;

	ck_assert(image_find(&image, (uintptr_t)add));
	ck_assert(image_open(&image, &readable));
	object = objects_at(objects_find_or_add(&image));
	ck_assert_str_eq(object->path, "");
	ck_assert_uint_le(object->start, (uintptr_t)add);
	ck_assert_uint_gt(object->end, (uintptr_t)add);
}
END_TEST

#define THREADS 4

static void *add_many(void *arg)
{
	static __thread char names[100][16];
	unsigned *numbers = arg;

	for (unsigned i = 0; i < 100; i++) {
		snprintf(names[i], sizeof(names[i]), "/lib/%u", i);
		numbers[i] = add(names[i], 4096);
	}
	return NULL;
}

/* Two threads that add an object at once may give it two numbers; but no number has two objects. */
START_TEST(threads_add_objects_at_once)
{
	static unsigned numbers[THREADS][100];
	char name[16];
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many, numbers[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < THREADS * 100; i++) {
		snprintf(name, sizeof(name), "/lib/%u", i % 100);
		ck_assert_str_eq(objects_at(numbers[i / 100][i % 100])->path, name);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, objects_have_numbers);
	tcase_add_test(all, object_that_moves_keeps_its_number);
	tcase_add_test(all, long_path_is_cut_off);
	tcase_add_test(all, full_table_has_one_number_for_the_rest);
	tcase_add_test(all, threads_add_objects_at_once);
	if (!image_can_find())
		return;
	tcase_add_test(all, loaded_object_has_path_and_build_id);
	tcase_add_test(all, loaded_again_elsewhere_it_keeps_its_number);
	tcase_add_test(all, loaded_twice_it_has_two_numbers);
	tcase_add_test(all, executable_has_an_empty_path);
}

UNIT_MAIN("objects", add_tests)
