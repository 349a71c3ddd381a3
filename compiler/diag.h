/* diag.h: the source map, and everything netc says about the user's input.
 *
 * A Span is a pair of byte offsets into one address space that holds all source files one after the other,
 * the embedded prelude too, so a span is eight bytes and knows its file. */
#ifndef NETC_DIAG_H
#define NETC_DIAG_H
#include "base.h"
#include <stdio.h>

typedef struct {
	uint32_t lo, hi; /* bytes [lo, hi) of the source map; hi == 0: nowhere */
} Span;
#define SPAN_NONE ((Span){0, 0})

/* One row is one warning: W(id, name, on by default, what). -Wall turns all on. */
#define WARNINGS(W)                                                                                      \
	W(MISSING_COMMA, "missing-comma", true, "two arguments separated by a new line only")            \
	W(UNUSED_FIELD, "unused-field", true, "a field that no equation uses")                           \
	W(UNUSED_EQUATION, "unused-equation", true, "an equation whose value reaches no output")         \
	W(UNDELAYED_STATE, "undelayed-state", true, "a state that is never read back by a delay")        \
	W(SHADOW, "shadow", true, "a name that hides a field, a function or a layer")                    \
	W(UNUSED_ARRAY, "unused-array", true, "an array of a --check or --eval file that nothing reads") \
	W(NARROWING, "narrowing", true, "weights that lose bits on the way to float32")

typedef enum {
#define W(id, name, on, what) WARN_##id,
	WARNINGS(W)
#undef W
		WARN_COUNT
} Warning;

typedef enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorWhen;
typedef enum { DIAG_TEXT, DIAG_JSON } DiagFormat;

typedef struct Diag Diag;

/* Messages go to out (borrowed). */
Diag *diag_new(Arena *a, FILE *out);
void diag_color(Diag *d, ColorWhen when);
void diag_format(Diag *d, DiagFormat format);
/* One -W option without its "-W": "all", "error", "no-shadow", "error=shadow", "shadow"; also "none" for -w.
 * false if the name is unknown. */
bool diag_warning_option(Diag *d, const char *name);
/* Prints what is pending (JSON is one array). Call once, last. */
void diag_flush(Diag *d);

/* Adds a source text (borrowed, NUL-terminated) under the name that messages show; returns its first offset. */
uint32_t diag_add_source(Diag *d, const char *name, const char *text, size_t n);
/* The offset that the next source text will get. */
uint32_t diag_next_source(const Diag *d);
/* Name, 1-based line and 1-based column (in bytes) of an offset. */
typedef struct {
	const char *file;
	int line, column;
	const char *line_text; /* borrowed, ends at '\n' or NUL */
} Place;
Place diag_place(const Diag *d, uint32_t offset);
/* A whole source text; all borrowed. */
typedef struct {
	const char *name, *text;
	size_t n;
	uint32_t first; /* the offset of text[0] */
} SourceFile;
/* The one that holds an offset; false if there is none. */
bool diag_source(const Diag *d, uint32_t offset, SourceFile *out);
/* The source text of a span (borrowed) and its length. */
const char *diag_text(const Diag *d, Span at, int *n);

/* Each prints "file:line:column: error: …", the source line, and ^~~~ under the span. A note belongs to the
 * message before it. After 20 errors the rest are counted, not printed. The first line is lower case, names
 * quoted with ' ', found and wanted both said. */
void diag_error(Diag *d, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_warning(Diag *d, Warning w, Span at, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_note(Diag *d, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* About a file that has no source lines: "w.npz: error: …"; file may be NULL: "netc: error: …". */
void diag_file_error(Diag *d, const char *file, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_file_warning(Diag *d, Warning w, const char *file, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* While muted nothing is printed, and diag_errors counts from zero: for trying something. */
void diag_mute(Diag *d, bool on);
/* Errors so far, warnings turned into errors included. */
int diag_errors(const Diag *d);

/* The candidate nearest to name by edit distance, or NULL if none is near enough to suggest. */
const char *diag_nearest(const char *name, const char *const *candidate, int n);
#endif
