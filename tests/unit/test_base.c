/* test_base.c: memory, arena, interned strings, tables, text, UTF-8, whole files. */
#define _XOPEN_SOURCE 700 /* mkdtemp, symlink */
#include "../../compiler/base.h"
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_base(void);

START_TEST(arena_gives_zeroed_aligned_memory)
{
	Arena *a = arena_new();
	for (size_t n = 0; n < 300000; n = 2 * n + 1) {
		unsigned char *p = arena_alloc(a, n);
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % sizeof(double), 0);
		for (size_t i = 0; i < n; i++)
			ck_assert_uint_eq(p[i], 0);
		memset(p, 0xAA, n);
	}
	arena_free(a);
	arena_free(NULL);
}
END_TEST

START_TEST(arena_objects_do_not_overlap)
{
	enum { N = 2000 };
	static unsigned char *object[N];
	Arena *a = arena_new();
	size_t total = 0;
	for (int i = 0; i < N; i++) {
		size_t n = (size_t)(i * 37 % 301 + (i % 97 == 0 ? 50000 : 0)) + 1;
		object[i] = arena_alloc(a, n);
		memset(object[i], i % 256, n);
		total += n;
	}
	ck_assert_uint_eq(arena_bytes(a), total);
	for (int i = 0; i < N; i++) {
		size_t n = (size_t)(i * 37 % 301 + (i % 97 == 0 ? 50000 : 0)) + 1;
		for (size_t k = 0; k < n; k++)
			ck_assert_uint_eq(object[i][k], (unsigned)(i % 256));
	}
	arena_free(a);
}
END_TEST

START_TEST(arena_strings)
{
	Arena *a = arena_new();
	ck_assert_str_eq(arena_strndup(a, "abcdef", 3), "abc");
	ck_assert_str_eq(arena_strndup(a, NULL, 0), "");
	ck_assert_str_eq(arena_printf(a, "%s-%d", "x", 42), "x-42");
	char *wide = arena_printf(a, "%100000d", 7);
	ck_assert_uint_eq(strlen(wide), 100000);
	ck_assert_int_eq(wide[99999], '7');
	arena_free(a);
}
END_TEST

START_TEST(memory_grows_and_keeps)
{
	int *v = memory_new(3, sizeof *v);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(v[i], 0);
	v[2] = 7;
	v = memory_grow(v, 3000, sizeof *v);
	v[2999] = 8;
	ck_assert_int_eq(v[2] + v[2999], 15);
	free(v);
	void *nothing = memory_new(0, sizeof *v);
	ck_assert_ptr_nonnull(nothing);
	free(nothing);
}
END_TEST

static void
end_with_9(void)
{
	_exit(9);
}

/* What no machine has, asked for in each way there is; the bytes of the first wrap around to 4. */
START_TEST(memory_that_is_not_there_ends_the_program)
{
	int table_full = INT_MAX;
	memory_end_by(end_with_9);
	switch (_i) {
	case 0: memory_grow(NULL, SIZE_MAX / 4 + 2, 4); break;
	case 1: arena_alloc(arena_new(), SIZE_MAX - 1); break;
	case 2: table_room(arena_new(), NULL, table_full, &table_full, 1); break;
	}
}
END_TEST

START_TEST(interned_strings_compare_by_pointer)
{
	enum { N = 3000 };
	static const char *s[N];
	Arena *a = arena_new();
	char name[16];
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof name, "w%d", i);
		s[i] = intern(a, name);
		ck_assert_str_eq(s[i], name);
	}
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof name, "w%dx", i);
		ck_assert_ptr_eq(intern_n(a, name, strlen(name) - 1), s[i]);
		ck_assert_ptr_ne(intern(a, name), s[i]);
	}
	ck_assert_ptr_eq(intern(a, ""), intern_n(a, "abc", 0));
	ck_assert_ptr_ne(intern_n(a, "a\0b", 3), intern_n(a, "a\0c", 3));
	arena_free(a);
}
END_TEST

START_TEST(table_grows_and_keeps)
{
	TABLE(int) t = {0};
	Arena *a = arena_new();
	for (int i = 0; i < 10000; i++) {
		int *p = table_push(a, &t);
		ck_assert_int_eq(*p, 0);
		*p = i;
	}
	ck_assert_int_eq(t.n, 10000);
	for (int i = 0; i < t.n; i++)
		ck_assert_int_eq(t.v[i], i);
	arena_free(a);
}
END_TEST

START_TEST(text_grows_and_keeps)
{
	Text t = {0};
	ck_assert_ptr_null(t.v);
	for (int i = 0; i < 1000; i++)
		text_add(&t, "%03d", i);
	ck_assert_uint_eq(t.n, 3000);
	ck_assert_uint_eq(strlen(t.v), 3000);
	ck_assert_int_eq(strncmp(t.v + 1251, "417", 3), 0);
	text_put(&t, "a\0b", 3);
	ck_assert_uint_eq(t.n, 3003);
	ck_assert_int_eq(t.v[3001], 0);
	ck_assert_int_eq(t.v[3003], 0);
	text_free(&t);
	ck_assert_ptr_null(t.v);
	text_put(&t, "", 0);
	ck_assert_str_eq(t.v, "");
	text_free(&t);
}
END_TEST

START_TEST(hash_is_fnv1a)
{
	/* published test vectors of 64-bit FNV-1a */
	ck_assert_uint_eq(hash_bytes(HASH_SEED, "", 0), UINT64_C(0xcbf29ce484222325));
	ck_assert_uint_eq(hash_bytes(HASH_SEED, "a", 1), UINT64_C(0xaf63dc4c8601ec8c));
	ck_assert_uint_eq(hash_bytes(HASH_SEED, "foobar", 6), UINT64_C(0x85944171f73967e8));
	ck_assert_uint_eq(hash_bytes(hash_bytes(HASH_SEED, "foo", 3), "bar", 3), UINT64_C(0x85944171f73967e8));
}
END_TEST

static const struct {
	const char *s;
	int32_t c;
	int len;
} utf8_cases[] = {
	{"a", 'a', 1},
	{"\xC2\x80", 0x80, 2},
	{"\xCF\x83", 0x3C3, 2},
	{"\xE2\x82\x81", 0x2081, 3},
	{"\xEF\xBF\xBF", 0xFFFF, 3},
	{"\xF0\x9F\x98\x80", 0x1F600, 4},
	{"\xF4\x8F\xBF\xBF", 0x10FFFF, 4},
	{"\xC0\x80", -1, 1},         /* overlong NUL */
	{"\xC1\xBF", -1, 1},         /* overlong */
	{"\xE0\x9F\xBF", -1, 1},     /* overlong */
	{"\xF0\x8F\xBF\xBF", -1, 1}, /* overlong */
	{"\xED\xA0\x80", -1, 1},     /* surrogate */
	{"\xF4\x90\x80\x80", -1, 1}, /* above U+10FFFF */
	{"\xF5\x80\x80\x80", -1, 1},
	{"\x80", -1, 1},
	{"\xFF", -1, 1},
	{"\xE2\x82", -1, 1}, /* cut short */
	{"\xE2\x28\xA1", -1, 1},
	{"", -1, 1},
};

START_TEST(utf8_decodes)
{
	int len;
	const char *s = utf8_cases[_i].s;
	ck_assert_int_eq(utf8_decode(s, s + strlen(s), &len), utf8_cases[_i].c);
	ck_assert_int_eq(len, utf8_cases[_i].len);
}
END_TEST

START_TEST(utf8_decodes_every_code_point)
{
	for (int32_t c = 0x80; c <= 0x10FFFF; c++) {
		if (c == 0xD800)
			c = 0xE000;
		int n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, len;
		char s[4];
		for (int i = n - 1, rest = c; i >= 0; i--, rest >>= 6)
			s[i] = (char)(i ? 0x80 | (rest & 0x3F) : (0xF00 >> n & 0xFF) | rest);
		if (utf8_decode(s, s + n, &len) != c || len != n)
			ck_abort_msg("U+%04X", (unsigned)c);
	}
}
END_TEST

START_TEST(utf8_widths)
{
	ck_assert_int_eq(utf8_width('a'), 1);
	ck_assert_int_eq(utf8_width(0x3C3), 1);
	ck_assert_int_eq(utf8_width(0x2032), 1);
	ck_assert_int_eq(utf8_width(0x303), 0);   /* combining tilde */
	ck_assert_int_eq(utf8_width(0x200B), 0);  /* zero-width space */
	ck_assert_int_eq(utf8_width(0x5024), 2);  /* 値 */
	ck_assert_int_eq(utf8_width(0xAC00), 2);  /* Hangul */
	ck_assert_int_eq(utf8_width(0x1F600), 2); /* emoji */
	ck_assert_int_eq(utf8_width(0xFF21), 2);  /* full-width A */
	ck_assert_int_eq(utf8_width('\t'), 0);
	ck_assert_int_eq(utf8_width(0x7F), 0);
}
END_TEST

static char folder[64];

static void
make_folder(void)
{
	strcpy(folder, "/tmp/netc-base-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
remove_folder(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const char *
in_folder(const char *name)
{
	static char path[2][128];
	static int turn;
	char *p = path[turn ^= 1];
	snprintf(p, sizeof path[0], "%s/%s", folder, name);
	return p;
}

static void
check_content(const char *path, const char *data, size_t n)
{
	char *got;
	size_t ngot;
	ck_assert(file_read(path, 1 << 20, &got, &ngot));
	ck_assert_uint_eq(ngot, n);
	ck_assert_int_eq(memcmp(got, data, n), 0);
	ck_assert_int_eq(got[n], 0);
	free(got);
}

START_TEST(file_written_is_read)
{
	static char large[300000];
	for (size_t i = 0; i < sizeof large; i++)
		large[i] = (char)(i * 7);
	const char *path = in_folder("a");
	ck_assert(file_write(path, "x\0y", 3));
	check_content(path, "x\0y", 3);
	ck_assert(file_write(path, large, sizeof large));
	check_content(path, large, sizeof large);
	ck_assert(file_write(path, "", 0));
	check_content(path, "", 0);
}
END_TEST

START_TEST(file_read_limits)
{
	char *data;
	size_t n;
	const char *path = in_folder("a");
	ck_assert(file_write(path, "12345", 5));
	ck_assert(file_read(path, 5, &data, &n));
	free(data);
	ck_assert(!file_read(path, 4, &data, &n));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_ptr_null(data);
	ck_assert(!file_read("/dev/zero", 100000, &data, &n));
	ck_assert_int_eq(errno, EFBIG);
	ck_assert(!file_read(folder, 100, &data, &n));
	ck_assert_int_eq(errno, EISDIR);
	ck_assert(!file_read(in_folder("none"), 100, &data, &n));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(file_read_takes_a_pipe)
{
	int end[2];
	char path[64], *data;
	size_t n;
	ck_assert_int_eq(pipe(end), 0);
	ck_assert_int_eq(write(end[1], "hello", 5), 5);
	close(end[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
	ck_assert(file_read(path, 100, &data, &n));
	ck_assert_uint_eq(n, 5);
	ck_assert_str_eq(data, "hello");
	free(data);
	close(end[0]);
	ck_assert_int_eq(pipe(end), 0);
	ck_assert_int_eq(write(end[1], "hello", 5), 5);
	close(end[1]);
	snprintf(path, sizeof path, "/dev/fd/%d", end[0]);
	ck_assert(!file_read(path, 4, &data, &n));
	ck_assert_int_eq(errno, EFBIG);
	close(end[0]);
}
END_TEST

START_TEST(file_write_keeps_mode_and_links)
{
	struct stat st;
	const char *target = in_folder("target"), *name = in_folder("link");
	mode_t old = umask(027);
	ck_assert(file_write(target, "1", 1));
	umask(old);
	ck_assert_int_eq(stat(target, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(chmod(target, 0604), 0);
	ck_assert_int_eq(symlink("target", name), 0);
	ck_assert(file_write(name, "22", 2));
	ck_assert_int_eq(lstat(name, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	ck_assert_int_eq(stat(target, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0604);
	check_content(target, "22", 2);
}
END_TEST

START_TEST(file_write_leaves_nothing_when_it_fails)
{
	char command[160];
	ck_assert_int_eq(mkdir(in_folder("d"), 0700), 0);
	ck_assert(!file_write(in_folder("d"), "x", 1));
	ck_assert(!file_write(in_folder("none/x"), "x", 1));
	ck_assert_int_eq(errno, ENOENT);
	ck_assert(file_write("/dev/null", "x", 1));
	snprintf(command, sizeof command, "test \"$(ls -A %s)\" = d", folder);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(path_base_is_behind_the_last_slash)
{
	ck_assert_str_eq(path_base("a.net"), "a.net");
	ck_assert_str_eq(path_base("/b/c/a.net"), "a.net");
	ck_assert_str_eq(path_base("b/"), "");
}
END_TEST

Suite *
suite_base(void)
{
	Suite *s = suite_create("base");
	TCase *memory = tcase_create("memory"), *text = tcase_create("text"), *files = tcase_create("files");
	tcase_set_timeout(memory, 30);
	tcase_set_timeout(text, 30);
	tcase_add_test(memory, memory_grows_and_keeps);
	tcase_add_loop_exit_test(memory, memory_that_is_not_there_ends_the_program, 9, 0, 3);
	tcase_add_test(memory, arena_gives_zeroed_aligned_memory);
	tcase_add_test(memory, arena_objects_do_not_overlap);
	tcase_add_test(memory, arena_strings);
	tcase_add_test(memory, interned_strings_compare_by_pointer);
	tcase_add_test(memory, table_grows_and_keeps);
	tcase_add_test(text, text_grows_and_keeps);
	tcase_add_test(text, hash_is_fnv1a);
	tcase_add_loop_test(text, utf8_decodes, 0, COUNT(utf8_cases));
	tcase_add_test(text, utf8_decodes_every_code_point);
	tcase_add_test(text, utf8_widths);
	tcase_add_checked_fixture(files, make_folder, remove_folder);
	tcase_add_test(files, file_written_is_read);
	tcase_add_test(files, file_read_limits);
	tcase_add_test(files, file_read_takes_a_pipe);
	tcase_add_test(files, file_write_keeps_mode_and_links);
	tcase_add_test(files, file_write_leaves_nothing_when_it_fails);
	tcase_add_test(files, path_base_is_behind_the_last_slash);
	suite_add_tcase(s, memory);
	suite_add_tcase(s, text);
	suite_add_tcase(s, files);
	return s;
}
