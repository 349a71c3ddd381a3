/* main.c: runs the Check suites that 'make' finds in tests/unit/test_*.c.
 *
 * "unit" runs all, "unit NAME…" some, "unit --list" prints the names. Each suite ends in one line,
 * "NAME: N passed, N failed", that the runner counts. */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *suite_##name(void);
#include "suites.def"
#undef SUITE

static const struct {
	const char *name;
	Suite *(*make)(void);
} suites[] = {
#define SUITE(name) {#name, suite_##name},
#include "suites.def"
#undef SUITE
};
enum { SUITES = sizeof suites / sizeof *suites };

/* The number of checks that failed. */
static int
suite_run(int i)
{
	SRunner *runner = srunner_create(suites[i].make());
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner), run = srunner_ntests_run(runner);
	TestResult **results = srunner_failures(runner);
	for (int r = 0; r < failed; r++)
		printf("%s:%d: %s: %s\n", tr_lfile(results[r]), tr_lno(results[r]), tr_tcname(results[r]),
		       tr_msg(results[r]));
	free(results);
	srunner_free(runner);
	printf("%s: %d passed, %d failed\n", suites[i].name, run - failed, failed);
	return failed;
}

static bool
wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc == 1;
}

int
main(int argc, char **argv)
{
	int failed = 0, ran = 0;
	if (argc == 2 && !strcmp(argv[1], "--list")) {
		for (int i = 0; i < SUITES; i++)
			printf("%s\n", suites[i].name);
		return 0;
	}
	for (int i = 0; i < SUITES; i++)
		if (wanted(suites[i].name, argc, argv)) {
			failed += suite_run(i);
			ran++;
		}
	if (!ran)
		fprintf(stderr, "unit: no such suite: '%s'\n", argc > 1 ? argv[1] : "");
	return failed || !ran;
}
