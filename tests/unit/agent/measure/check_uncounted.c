#include "agent/measure/uncounted.h"

#include "tests/unit/unit.h"

static const struct {
	const char *name, *mark;
} rows[] = {
    {"mallocx", "mallocx"},
    {"rallocx", "mallocx"},
    {"xallocx", "mallocx"},
    {"dallocx", "mallocx"},
    {"sdallocx", "mallocx"},
    {"nallocx", NULL},
    {"sallocx", NULL},
    {"mallctl", NULL},
    {"mallctlbymib", NULL},
    {"malloc_stats_print", NULL},
    {"je_malloc", "je_mallocx"},
    {"je_free", "je_mallocx"},
    {"je_aligned_alloc", "je_mallocx"},
    {"je_sdallocx", "je_mallocx"},
    {"je_sallocx", NULL},
    {"je_nallocx", NULL},
    {"je_mallctl", NULL},
    {"je_malloc_usable_size", NULL},
    {"je_malloc_stats_print", NULL},
    {"tc_malloc", "tc_malloc"},
    {"tc_malloc_skip_new_handler", "tc_malloc"},
    {"tc_free_sized", "tc_malloc"},
    {"tc_cfree", "tc_malloc"},
    {"tc_new_nothrow", "tc_malloc"},
    {"tc_newarray_aligned", "tc_malloc"},
    {"tc_deletearray_sized_aligned", "tc_malloc"},
    {"tc_posix_memalign", "tc_malloc"},
    {"tc_pvalloc", "tc_malloc"},
    {"tc_version", NULL},
    {"tc_malloc_size", NULL},
    {"tc_malloc_stats", NULL},
    {"tc_mallinfo", NULL},
    {"tc_mallopt", NULL},
    {"tc_nallocx", NULL},
    {"tc_set_new_mode", NULL},
    {"tc_query_new_mode", NULL},
    {"mi_malloc", "mi_malloc"},
    {"mi_malloc_small", "mi_malloc"},
    {"mi_zalloc_aligned", "mi_malloc"},
    {"mi_new_nothrow", "mi_malloc"},
    {"mi_heap_alloc_new_n", "mi_malloc"},
    {"mi_heap_rezalloc_aligned_at", "mi_malloc"},
    {"mi_heap_destroy", "mi_malloc"},
    {"mi_strndup", "mi_malloc"},
    {"mi_realpath", "mi_malloc"},
    {"mi_dupenv_s", "mi_malloc"},
    {"mi__expand", "mi_malloc"},
    {"mi_free", "mi_malloc"},
    {"mi_free_size_aligned", "mi_malloc"},
    {"mi_cfree", "mi_malloc"},
    {"mi_version", NULL},
    {"mi_process_info", NULL},
    {"mi_usable_size", NULL},
    {"mi_malloc_usable_size", NULL},
    {"mi_malloc_size", NULL},
    {"mi_malloc_good_size", NULL},
    {"mi_good_size", NULL},
    {"mi_collect", NULL},
    {"mi_register_deferred_free", NULL},
    {"mi_stats_print", NULL},
    {"mi_option_set", NULL},
    {"mi_heap_get_default", NULL},
    {"mi_is_in_heap_region", NULL},
    {"__libc_malloc", "malloc"},
    {"__libc_free", "malloc"},
    {"__libc_memalign", "malloc"},
    {"__libc_freeres", NULL},
    {"__libc_alloca_cutoff", NULL},
    {"__libc_start_main", NULL},
    {"_Znwm", NULL},
    {"_", NULL},
    {"malloc", NULL},
    {"free", NULL},
    {"atc_malloc", NULL},
    {"tc", NULL},
    {"", NULL},
};

START_TEST(knows_the_names)
{
	const char *mark = uncounted_mark(rows[_i].name);

	ck_assert_pstr_eq(mark, rows[_i].mark);
}
END_TEST

START_TEST(knows_its_own_marks)
{
	for (const char *const *mark = uncounted_marks; *mark; mark++)
		ck_assert_str_eq(uncounted_mark(*mark), *mark);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, knows_the_names, 0, UNIT_COUNT(rows));
	tcase_add_test(all, knows_its_own_marks);
}

UNIT_MAIN("foreign", add_tests)
