/* text.c: letters and numbers. */
#include "text.h"
#include <stdio.h>
#include <stdlib.h>

char
text_char(int letter)
{
	return (char)(letter == TEXT_LETTERS - 1 ? '\n' : ' ' + letter);
}

int
text_letter(int c)
{
	if (c == '\n')
		return TEXT_LETTERS - 1;
	if (c == '\t')
		return 0;
	return c >= ' ' && c <= '~' ? c - ' ' : -1;
}

/* Room for as many letters as the file has bytes. */
static unsigned char *
room(FILE *f)
{
	if (fseek(f, 0, SEEK_END))
		return NULL;
	long size = ftell(f);
	rewind(f);
	return size < 0 ? NULL : malloc((size_t)size + 1);
}

const char *
text_read(const char *path, Text *text)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return "cannot be opened";
	*text = (Text){room(f), 0};
	for (int c; text->letter && (c = getc(f)) != EOF;)
		if (text_letter(c) >= 0)
			text->letter[text->n++] = (unsigned char)text_letter(c);
	fclose(f);
	return text->letter ? NULL : "cannot be read";
}
