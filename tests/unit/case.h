/* case.h: what the tests of weights share: messages that are kept, a reader that is given bytes, files made of bytes.
 *
 * Readers get a copy in memory of its exact size, so that the sanitizers see a read past the end. */
#ifndef CASE_H
#define CASE_H
#include "weights/weights.h"

typedef bool Parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out);

typedef struct {
	Arena *arena;
	FILE *out; /* NULL after the last message */
	Diag *diag;
	char *said; /* owned, by open_memstream */
	size_t nsaid;
	TensorTable table;
} Case;

void case_begin(Case *c);
void case_end(Case *c);
/* Everything that was said; no message can follow. */
const char *case_close(Case *c);
/* The same of a file "f", without "f: error: " at the start of each line, and without the last new line. */
const char *case_said(Case *c);
/* Reads the first n bytes, as of a file "f". */
bool case_parse(Case *c, Parse *parse, const char *bytes, size_t n);
/* The tensor of that name, which must be there. */
const Tensor *get(const Case *c, const char *name);

/* Each frees the file. A good one begins the case; a wrong one is one by itself. */
void expect_good(Case *c, Parse *parse, Text *file);
void expect_error(Parse *parse, Text *file, const char *message);
/* Every proper prefix is refused with a message. */
void expect_no_prefix(Parse *parse, const Text *file);

/* Little-endian, in n bytes. */
void put_le(Text *t, uint64_t v, int n);
void put_floats(Text *t, const float *v, int n);
#endif
