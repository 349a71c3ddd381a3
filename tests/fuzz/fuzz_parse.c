/* fuzz_parse.c: any bytes through the parser; what parses must print, parse again and print the same. */
#include "../../grammar/parse.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *a = arena_new();
	Diag *d = diag_new(a, NULL);
	Text once = {0}, twice = {0};
	Ast ast;
	parse_text(a, d, "fuzz.net", arena_strndup(a, (const char *)data, n), n, &ast);
	/* an expression that just fits may print with more brackets than the parser takes */
	if (diag_errors(d) == 0 && n < 500) {
		ast_print(&ast, &once);
		text_put(&once, "", 0);
		parse_text(a, d, "printed.net", once.v, once.n, &ast);
		ast_print(&ast, &twice);
		text_put(&twice, "", 0);
		if (once.n != 0 && (diag_errors(d) != 0 || strcmp(once.v, twice.v) != 0))
			abort();
	}
	text_free(&once);
	text_free(&twice);
	arena_free(a);
	return 0;
}
