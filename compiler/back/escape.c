/* escape.c: the table of escapes, and its one reader. */
#include "escape.h"
#include <string.h>

typedef struct {
	char c;
	const char *as;
} Escape;

enum { ESCAPES_MAX = 8 };

static const struct {
	Escape of[ESCAPES_MAX]; /* ends at c == 0 */
	const char *control;    /* stands for a control character; NULL: its number, \\u0007 */
} escapes[SINK_COUNT] = {
	[SINK_XML] = {{{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\n', "\n"}, {'\t', "\t"}},
		      "\xef\xbf\xbd"},
	/* '<' cannot end a script, nor begin a comment in it */
	[SINK_JSON] = {{{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}, {'<', "\\u003c"}},
		       NULL},
	[SINK_DOT] = {{{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}}, "\xef\xbf\xbd"},
	[SINK_MERMAID] = {{{'"', "#quot;"},
			   {'#', "#35;"},
			   {'<', "#lt;"},
			   {'>', "#gt;"},
			   {'&', "#amp;"},
			   {'\\', "#92;"},
			   {'`', "#96;"}},
			  " "},
};

static const char *
escape_of(Sink sink, char c)
{
	for (const Escape *e = escapes[sink].of; e < escapes[sink].of + ESCAPES_MAX && e->c; e++)
		if (e->c == c)
			return e->as;
	return NULL;
}

void
escape_n(Text *t, Sink sink, const char *s, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		const char *as = c < 0x80 ? escape_of(sink, s[i]) : NULL;
		if (!as && c >= 0x20 && c != 0x7f)
			continue;
		text_put(t, s + from, i - from);
		from = i + 1;
		if (as)
			text_put(t, as, strlen(as));
		else if (!escapes[sink].control)
			text_add(t, "\\u%04x", c);
		else
			text_put(t, escapes[sink].control, strlen(escapes[sink].control));
	}
	text_put(t, s + from, n - from);
}

void
escape(Text *t, Sink sink, const char *s)
{
	escape_n(t, sink, s, strlen(s));
}
