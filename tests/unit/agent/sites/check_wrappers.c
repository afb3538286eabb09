#include "agent/sites/wrappers.h"

#include "tests/unit/unit.h"

/* A stack, innermost frame first, and the function that a person would change. */
static const struct {
	const char *names[8];
	const char *objects[8]; /* NULL: the program */
	size_t chosen;
} stacks[] = {
    {{"push_global", "handle", "main"}, {NULL}, 0},
    {{"xmalloc", "push_global", "main"}, {NULL}, 1},
    {{"zmalloc_usable", "zmalloc", "sdsnewlen", "createStringObject"}, {NULL}, 3},
    {{"do_xmalloc", "xmalloc", "strbuf_grow", "read_line"}, {NULL}, 3},
    {{"jv_mem_alloc", "jv_string_sized", "jq_next"}, {NULL}, 1},
    {{"TclpAlloc", "Tcl_Alloc", "Tcl_NewObj"}, {NULL}, 2},
    {{"g_malloc0", "g_slice_alloc", "g_list_append"}, {NULL}, 2},
    {{"__GI___strdup", "set_name"}, {"libc.so.6"}, 1},
    {{"_IO_file_doallocate", "_IO_getline", "read_config"}, {"libc.so.6", "libc-2.31.so"}, 2},
    {{"_dl_map_object", "dlopen", "load_plugin"}, {"ld-linux-x86-64.so.2", "libc.so.6"}, 2},
    {{"operator new(unsigned long)", "std::allocator<int>::allocate(unsigned long)",
      "void std::vector<int, std::allocator<int> >::_M_realloc_insert<int const&>(int const&)",
      "Cache::put(int)"},
     {"libstdc++.so.6"},
     3},
    {{"__gnu_cxx::new_allocator<char>::allocate(unsigned long, void const*)", "Cache::put(int)"},
     {NULL},
     1},
    {{"_Znwm", "_ZNSt6vectorIiSaIiEE9push_backEOi", "_ZN5Cache3putEi"}, {NULL}, 2},
    /* A function that returns something of std is none of std. */
    {{"operator new(unsigned long)", "std::vector<int, std::allocator<int> > make<int>(int)"},
     {NULL},
     1},
    {{"__rust_alloc", "alloc::raw_vec::RawVec<T,A>::grow_one", "alloc::vec::Vec<T,A>::push",
      "<T as alloc::string::ToString>::to_string",
      "core::iter::traits::iterator::Iterator::collect", "server::handle"},
     {NULL},
     5},
    {{"__once_proxy", "start"}, {"libstdc++.so.6.0.30"}, 1},
    /* "core" and "alloc" are Rust's only where a name has no parameters. */
    {{"core::Engine::start(int)", "main"}, {NULL}, 0},
    {{"_PyObject_GC_NewVar", "PyType_GenericAlloc", "list_append"}, {NULL}, 2},
    {{"PyMem_Realloc", "list_resize"}, {NULL}, 1},
    {{"Perl_safesysmalloc", "Perl_more_bodies", "Perl_sv_grow", "Perl_pp_repeat"}, {NULL}, 3},
    {{"node::NodeArrayBufferAllocator::Allocate(unsigned long)",
      "v8::internal::BackingStore::Allocate(v8::internal::Isolate*, unsigned long)",
      "v8::ArrayBuffer::New(v8::Isolate*, unsigned long)"},
     {NULL},
     2},
    {{"AllocSetAlloc", "palloc0", "ExecInitNode"}, {NULL}, 2},
    {{"ngx_alloc", "ngx_palloc_large", "ngx_create_pool", "ngx_http_create_request"}, {NULL}, 3},
    {{"sqlite3MemMalloc", "sqlite3Malloc", "sqlite3DbMallocRawNN", "sqlite3Parser"}, {NULL}, 3},
    {{"CRYPTO_malloc", "CRYPTO_zalloc", "EVP_CIPHER_CTX_new"}, {NULL}, 2},
    {{"je_malloc_default", "start"}, {NULL}, 1},
    {{"", "start"}, {"libjemalloc.so.2"}, 1},
    {{"xmalloc.part.0", "load"}, {NULL}, 1},
    {{"load.part.0", "main"}, {NULL}, 0},
    /* Without a name it may be anything. */
    {{"server+0x1234", "main"}, {NULL}, 0},
    {{"libc.so.6+0x1234", "main"}, {"libc.so.6"}, 1},
    {{"[jit]", "main"}, {"[jit]"}, 0},
    /* All are wrappers: the innermost one says most. */
    {{"strdup", "__libc_start_main"}, {"libc.so.6", "libc.so.6"}, 0},
};

START_TEST(chooses_the_function_that_a_person_would_change)
{
	struct wrappers_frame frames[8];
	size_t n = 0;

	for (; n < 8 && stacks[_i].names[n]; n++) {
		const char *object = stacks[_i].objects[n];

		frames[n] =
		    (struct wrappers_frame){object ? object : "server", stacks[_i].names[n]};
	}
	ck_assert_uint_eq(wrappers_choose(frames, n), stacks[_i].chosen);
}
END_TEST

static const char *const own[] = {
    "",	   "main",     "reallocate",   "newmalloc_test",   "alloc_buffer", "mi_process",
    "std", "standard", "operator_new", "Slabs::sort(int)", "strdup_all",   "free",
};

START_TEST(leaves_a_function_of_the_program_alone)
{
	struct wrappers_frame frame = {"server", own[_i]};

	ck_assert(!wrappers_has(&frame));
}
END_TEST

START_TEST(bears_an_empty_stack)
{
	ck_assert_uint_eq(wrappers_choose(NULL, 0), 0);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, chooses_the_function_that_a_person_would_change, 0,
			    UNIT_COUNT(stacks));
	tcase_add_loop_test(all, leaves_a_function_of_the_program_alone, 0, UNIT_COUNT(own));
	tcase_add_test(all, bears_an_empty_stack);
}

UNIT_MAIN("wrappers", add)
