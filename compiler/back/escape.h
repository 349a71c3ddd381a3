/* escape.h: text for each kind of output, by one table of what may not stand there as it is. */
#ifndef NETC_BACK_ESCAPE_H
#define NETC_BACK_ESCAPE_H
#include "../base.h"

typedef enum {
	SINK_XML,     /* SVG and HTML, in text and in quoted attributes */
	SINK_JSON,    /* in a string; also fit for a <script> of a page */
	SINK_DOT,     /* in a quoted label */
	SINK_MERMAID, /* in a quoted label */
	SINK_COUNT
} Sink;

void escape_n(Text *t, Sink sink, const char *s, size_t n);
void escape(Text *t, Sink sink, const char *s);
#endif
