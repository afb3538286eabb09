#include "agent/sites/name.h"

#include <stdio.h>

#include "tests/unit/unit.h"

static const struct {
	const char *text, *clean;
} dirty[] = {
    {"main", "main"},
    {"a;b", "a,b"},
    {"a\"b", "a'b"},
    {"a\nb\tc\x7f", "a?b?c?"},
    {"na\xc3\xafve", "na\xc3\xafve"},
    {"\xe2\x82\xac \xf0\x9f\x98\x80", "\xe2\x82\xac \xf0\x9f\x98\x80"},
    {"a\xff", "a?"},
    {"\xc3", "?"},
    {"\xe2\x82", "??"},
    {"\xc0\xaf", "??"},		  /* overlong */
    {"\xed\xa0\x80", "???"},	  /* a surrogate */
    {"\xf4\x90\x80\x80", "????"}, /* beyond Unicode */
};

START_TEST(cleans_a_name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s", dirty[_i].text);
	name_clean(text);
	ck_assert_str_eq(text, dirty[_i].clean);
}
END_TEST

static const struct {
	const char *text;
	size_t size;
	const char *shorter;
} lengths[] = {
    {"main", 8, "main"},
    {"abcdefg", 8, "abcdefg"},
    {"abcdefgh", 8, "abcd..."},
    {"map<vector<long> >::put(int)", 24, "map<...>::put(int)"},
    {"a<b<c<d<e<f<g> > > > > >::h()", 29, "a<b<c<d<e<...> > > > >::h()"},
    {"operator< <aaaaaaaaaaaaaaaa>(int)", 24, "operator< <...>(int)"},
    {"s<aaaaaaaaaaaaaaaa>::operator->()", 24, "s<...>::operator->()"},
    {"f<aaaaaaaaaaaaaa>(x)::{lambda()#1}", 26, "f<...>(x)::{lambda()#1}"},
    {"f<aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 12, "f<..."},
    {"abc\xe2\x82\xac\xe2\x82\xac", 8, "abc..."}, /* not within a character */
    {"aaaaaaaaaaaaaaaaaaa<b>::c", 12, "aaaaaaaa..."},
};

START_TEST(shortens_a_name)
{
	char out[64];
	size_t n = name_shorten(lengths[_i].text, out, lengths[_i].size);

	ck_assert_str_eq(out, lengths[_i].shorter);
	ck_assert_uint_eq(n, strlen(out));
}
END_TEST

static const struct {
	const char *text, *identifier;
} identifiers[] = {
    {"main", "main"},
    {"", ""},
    {"push.part.0", "push"},
    {"push.cold", "push"},
    {"libfoo.so.1+0x10", "libfoo.so.1+0x10"},
    {"handle(Request const&)", "handle"},
    {"void sort<int>(int*, int*)", "sort<int>"},
    {"std::vector<int> make<int>(int)", "make<int>"},
    {"std::vector<int, std::allocator<int> >::push_back(int&&)",
     "std::vector<int, std::allocator<int> >::push_back"},
    {"operator new(unsigned long)", "operator new"},
    {"operator new[](unsigned long)", "operator new[]"},
    {"(anonymous namespace)::work(int)", "(anonymous namespace)::work"},
    {"v8::(anonymous namespace)::work(int)", "v8::(anonymous namespace)::work"},
    {"Cache::operator()(int) const", "Cache::operator()"},
    {"Cache::operator bool() const", "Cache::operator bool"},
    {"bool operator< <int>(A<int> const&)", "operator< <int>"},
    {"A<&(B::operator<<(int))>::f()", "A<&(B::operator<<(int))>::f"},
    {"p<char>::operator->() const", "p<char>::operator->"},
    {"main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
    {"decltype (f({parm#1})) g<int>(int)", "g<int>"},
    {"Server::push(int) [clone .cold]", "Server::push"},
    {"alloc::vec::Vec<T,A>::push", "alloc::vec::Vec<T,A>::push"},
};

START_TEST(tells_the_identifier)
{
	size_t n;
	const char *start = name_identifier(identifiers[_i].text, &n);
	char out[128];

	snprintf(out, sizeof(out), "%.*s", (int)n, start);
	ck_assert_str_eq(out, identifiers[_i].identifier);
}
END_TEST

static const struct {
	const char *text, *cut;
} clones[] = {
    {"push", "push"},
    {"push.cold", "push"},
    {"push.part.0", "push"},
    {"push.isra.0.cold", "push"},
    {"push.constprop.12", "push"},
    {"push.lto_priv.0", "push"},
    {"Server::push(int) [clone .cold]", "Server::push(int)"},
    {"Server::push(int) [clone .isra.0] [clone .cold]", "Server::push(int)"},
    {".cold", ".cold"},
    {"libfoo.so.1+0x10", "libfoo.so.1+0x10"},
    {"f.partial", "f.partial"},
};

START_TEST(cuts_the_suffixes_of_clones)
{
	char out[64];

	name_without_clone(clones[_i].text, out, sizeof(out));
	ck_assert_str_eq(out, clones[_i].cut);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_loop_test(all, cleans_a_name, 0, UNIT_COUNT(dirty));
	tcase_add_loop_test(all, shortens_a_name, 0, UNIT_COUNT(lengths));
	tcase_add_loop_test(all, tells_the_identifier, 0, UNIT_COUNT(identifiers));
	tcase_add_loop_test(all, cuts_the_suffixes_of_clones, 0, UNIT_COUNT(clones));
}

UNIT_MAIN("name", add)
