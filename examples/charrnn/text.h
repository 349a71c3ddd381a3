/* text.h: a text as numbers: the printable letters of ASCII from the blank on are 0 to 94, the end of a line is 95. */
#ifndef TEXT_H
#define TEXT_H
#include <stddef.h>

enum { TEXT_LETTERS = 96 };

typedef struct {
	unsigned char *letter; /* n of them, on the heap */
	size_t n;
} Text;

/* Reads a file; a tab counts as a blank, and bytes that are no letter are left out. NULL, or what is wrong. */
const char *text_read(const char *path, Text *text);
char text_char(int letter);
/* -1 for what is no letter. */
int text_letter(int c);

#endif
