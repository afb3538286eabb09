#include "agent/sites/demangle.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/sites/rust_v0.h"
#include "tests/unit/unit.h"

static const struct {
	const char *mangled, *name;
} rust[] = {
    {"_ZN6server6handle17h0123456789abcdefE", "server::handle"},
    {"_ZN6server6handle17h0123456789abcdefE.llvm.123", "server::handle"},
    {"_ZN5alloc3vec16Vec$LT$T$C$A$GT$4push17h0123456789abcdefE", "alloc::vec::Vec<T,A>::push"},
    {"_ZN45_$LT$T$u20$as$u20$alloc..string..ToString$GT$9to_string17h0123456789abcdefE",
     "<T as alloc::string::ToString>::to_string"},
    {"_ZN6server28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE", "server::{{closure}}"},
    {"_ZN6server3$XX17h0123456789abcdefE", "server::$XX"},
    {"_ZN6server6handle17h0123456789abcdeXE", NULL}, /* no hash */
    {"_ZN6server6handleE", NULL},
    {"_ZN6server99handle17h0123456789abcdefE", NULL}, /* longer than the text */
    {"_ZN6server27handle17h0123456789abcdefE", NULL},
    {"_ZN99999999999999999999999E", NULL},
    {"_ZN17h0123456789abcdefE", NULL}, /* nothing but a hash */
    {"_ZN", NULL},
    {"main", NULL},
    {"", NULL},
};

START_TEST(reads_a_rust_name)
{
	char out[128] = "";
	char *mangled = strdup(rust[_i].mangled); /* the sanitizer knows its end */
	bool is_one = demangle_rust(mangled, out, sizeof(out));

	ck_assert_int_eq(is_one, rust[_i].name != NULL);
	if (is_one)
		ck_assert_str_eq(out, rust[_i].name);
	free(mangled);
}
END_TEST

static const struct {
	const char *mangled, *name;
} newer[] = {
    {"_RNvCs6GmmlP4bgsG_6server6handle", "server::handle"},
    {"_RNvCs6GmmlP4bgsG_6server6handle.llvm.123", "server::handle"},
    {"_RNvMNtCs6GmmlP4bgsG_1r5storeINtB2_6KeeperyE7keep_itB4_", "r::store::Keeper::keep_it"},
    {"_RNvMs3_NtCslNYArtu3iFV_5alloc7raw_vecINtB5_6RawVecINtNtB7_3vec3VecyEE8grow_one"
     "Cs6GmmlP4bgsG_1r",
     "alloc::raw_vec::RawVec::grow_one"},
    {"_RNvXs6_NtNtCsgEmfK2I1SDS_4core3fmt3numjNtB7_8LowerHex3fmt",
     "<usize as core::fmt::LowerHex>::fmt"},
    {"_RNCNvCs1_6server6handle0Cs2_4main", "server::handle::{{closure}}"},
    {"_RNvMCs1_6serverSh5bytes", "server::<impl [u8]>::bytes"},

    {"_RNvXCs1_1aTRhQDNtB2_1TEL_PeOFUKCjEuENtB2_1T1f",
     "<(&u8,&mut dyn a::T,*const str,*mut fn) as a::T>::f"},
    {"_RINvCs1_1a1fKj4_Kb1_KpAh3_E", NULL}, /* a size has no type */
    {"_RINvCs1_1a1fKj4_Kb1_KpAhj3_E", "a::f"},
    {"_RNvB_1f", NULL}, /* refers to itself */
    {"_RNvNvB1_1f1g", NULL},
    {"_RNvC6server9", NULL}, /* longer than the text */
    {"_RNvC6server99999999999999999999999999a", NULL},
    {"_R1NvC6server6handle", NULL}, /* a version that does not exist */
    {"_R", NULL},
    {"_RN", NULL},
    {"main", NULL},
};

START_TEST(reads_a_newer_rust_name)
{
	char out[128] = "";
	char *mangled = strdup(newer[_i].mangled);
	bool is_one = rust_v0(mangled, out, sizeof(out));

	ck_assert_int_eq(is_one, newer[_i].name != NULL);
	if (is_one)
		ck_assert_str_eq(out, newer[_i].name);
	free(mangled);
}
END_TEST

START_TEST(cuts_a_rust_name_off)
{
	char out[8];

	ck_assert(demangle_rust("_ZN6server6handle17h0123456789abcdefE", out, sizeof(out)));
	ck_assert_str_eq(out, "server:");
}
END_TEST

static struct demangle d;

/* Return what becomes of ${name}. */
static const char *demangled(const char *name)
{
	static char out[4096];

	demangle_name(&d, name, out, sizeof(out));
	return out;
}

/* gcc's sanitizers need libstdc++. */
static bool has_cxx(void)
{
	return dlsym(RTLD_DEFAULT, "__cxa_demangle") != NULL;
}

START_TEST(leaves_names_alone_without_a_cxx_library)
{
	if (has_cxx())
		return;
	ck_assert_str_eq(demangled("_Z3puti"), "_Z3puti");
	ck_assert_str_eq(demangled("main"), "main");
}
END_TEST

static bool load_cxx(void)
{
	if (dlopen("libstdc++.so.6", RTLD_NOW))
		return true;
	puts("libstdc++ cannot be loaded");
	return false;
}

START_TEST(demangles_through_the_programs_library)
{
	if (!load_cxx())
		return;
	ck_assert_str_eq(demangled("_ZN5Cache3putEi"), "Cache::put(int)");
	ck_assert_str_eq(demangled("_ZN5Cache3putEi.cold"), "Cache::put(int) [clone .cold]");
	ck_assert_str_eq(demangled("_Z"), "_Z");
	ck_assert_str_eq(demangled("main"), "main");
}
END_TEST

START_TEST(finds_a_library_that_is_loaded_later)
{
	if (has_cxx())
		return;
	ck_assert_str_eq(demangled("_Z3puti"), "_Z3puti");
	if (load_cxx())
		ck_assert_str_eq(demangled("_Z3puti"), "put(int)");
}
END_TEST

/* A library with a __cxa_demangle of its own, loaded by the program. */
static const char source[] =
    "char *strdup(const char *);"
    "char *__cxa_demangle(const char *name, char *out, unsigned long *size, int *status)"
    "{ *status = 0; return strdup(\"used\"); }\n"
    "#ifdef GNU\n"
    "void _ZSt16__throw_bad_castv(void) {}\n"
    "#endif\n"
    "#ifdef UNIQUE\n"
    "__asm__(\".data; .globl mark; .type mark, @gnu_unique_object; .size mark, 8;\""
    "	\"mark: .quad 0; .text\");\n"
    "extern long mark; long *get_mark(void) { return &mark; }\n"
    "#endif\n";

static const struct {
	const char *flags, *name;
} libraries[] = {
    {"-DGNU -DUNIQUE", "used"},
    {"-DGNU", "_Z3puti"},    /* may be unloaded */
    {"-DUNIQUE", "_Z3puti"}, /* ends the process when there is no memory */
};

START_TEST(uses_a_safe_library_only)
{
	char directory[] = "/tmp/memagent-check-XXXXXX", path[64], command[256];
	FILE *f;

	if (has_cxx())
		return;
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/library.so", directory);
	snprintf(command, sizeof(command), "gcc -shared -fPIC -w %s -x c -o %s -",
		 libraries[_i].flags, path);
	f = popen(command, "w");
	fputs(source, f);
	ck_assert_int_eq(pclose(f), 0);
	ck_assert_ptr_nonnull(dlopen(path, RTLD_NOW));
	unlink(path);
	rmdir(directory);
	ck_assert_str_eq(demangled("_Z3puti"), libraries[_i].name);
}
END_TEST

/* Each parameter is twice as long as the one before: 2^80 bytes in 1 KiB. */
START_TEST(leaves_a_name_alone_that_grows_without_end)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char name[1024] = "_Z1f1aI1b1bE";
	size_t used = strlen(name);

	if (!load_cxx())
		return;
	for (unsigned i = 2; i < 82; i++) {
		char part[8];

		if (i < 36)
			snprintf(part, sizeof(part), "S%c_", digits[i]);
		else
			snprintf(part, sizeof(part), "S%c%c_", digits[i / 36], digits[i % 36]);
		used += (size_t)snprintf(name + used, sizeof(name) - used, "S_I%s%sE", part, part);
	}
	ck_assert_str_eq(demangled(name), name);
}
END_TEST

static char deep[DEMANGLE_MOST + 1];

static void *demangle_deep(void *out)
{
	demangle_name(&d, deep, out, 4096);
	return NULL;
}

/* A stack of ${bytes}, in front of which nothing is mapped. */
static void run_on_stack(size_t bytes, char *out)
{
	char *stack = mmap(NULL, bytes + 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	ck_assert_ptr_ne(stack, MAP_FAILED);
	mprotect(stack + 65536, bytes, PROT_READ | PROT_WRITE);
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, stack + 65536, bytes);
	ck_assert_int_eq(pthread_create(&thread, &attr, demangle_deep, out), 0);
	pthread_join(thread, NULL);
	munmap(stack, bytes + 65536);
}

/* Pointers to pointers: each takes a level of recursion. */
START_TEST(does_not_overflow_the_stack)
{
	char out[4096];

	if (!load_cxx())
		return;
	memcpy(deep, "_Z1f", 4);
	memset(deep + 4, 'P', DEMANGLE_MOST - 5);
	deep[DEMANGLE_MOST - 1] = 'i';
	run_on_stack(128 << 10, out);
	ck_assert_str_eq(out, deep);
	run_on_stack(1024 << 10, out);
	ck_assert(strncmp(out, "f(int*", 6) == 0);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, reads_a_rust_name, 0, UNIT_COUNT(rust));
	tcase_add_loop_test(all, reads_a_newer_rust_name, 0, UNIT_COUNT(newer));
	tcase_add_test(all, cuts_a_rust_name_off);
	tcase_add_test(all, leaves_names_alone_without_a_cxx_library);
	tcase_add_test(all, demangles_through_the_programs_library);
	tcase_add_test(all, finds_a_library_that_is_loaded_later);
	tcase_add_loop_test(all, uses_a_safe_library_only, 0, UNIT_COUNT(libraries));
	tcase_add_test(all, leaves_a_name_alone_that_grows_without_end);
	tcase_add_test(all, does_not_overflow_the_stack);
}

UNIT_MAIN("demangle", add)
