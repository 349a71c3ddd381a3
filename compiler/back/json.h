/* json.h: a graph as JSON, for the back end of that name and for the page. docs/graph.md says what stands in it. */
#ifndef NETC_BACK_JSON_H
#define NETC_BACK_JSON_H
#include "picture.h"

/* The source files that the spans of a graph are in, in the order in which they are first met. */
typedef TABLE(SourceFile) JsonFiles;

/* "key":"value" and what it holds, with a comma after it if more follows. */
void json_string(Text *t, const char *s);

typedef struct {
	Emit *e;
	Text *t;
	const Grid *grid;
	JsonFiles *files;
	const bool *keep; /* per node, or NULL: all */
	GridMap *more;    /* (node, 0) → row, of those that the grid has none for */
} JsonGraph;

/* The graph as an object. */
void json_graph(JsonGraph *j);
/* Where the rows of the grid stand and how lines run between them, as an object. */
void json_layout(JsonGraph *j);
#endif
