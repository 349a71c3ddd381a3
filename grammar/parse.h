/* parse.h: text → AST. */
#ifndef NETC_PARSE_H
#define NETC_PARSE_H
#include "../compiler/ast.h"

/* A source file may not be larger. */
#define SOURCE_BYTES_MAX (16u << 20)

/* Parses a file and what it includes. Errors go to diag; the tree holds what could be read. Returns false only
 * if the main file could not be read at all (exit status 3); the message has been given. */
bool parse_file(Arena *a, Diag *diag, const char *path, Ast *out);
/* Parses a text that is not a file (the prelude, "-" for stdin, tests). */
void parse_text(Arena *a, Diag *diag, const char *name, const char *text, size_t n, Ast *out);
#endif
