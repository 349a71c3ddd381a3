/* picture.c: what the back ends that draw share. */
#include "picture.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

enum { SOURCE_MAX = 72 }; /* bytes of a source line that a tip shows */

const Graph *
picture_graph(const Emit *e)
{
	return e->window ? e->window : e->step ? e->step : e->net;
}

bool
picture_folded(int32_t columns)
{
	return columns > PICTURE_COLUMNS;
}

bool
picture_shows(int32_t columns, int32_t column)
{
	return !picture_folded(columns) || column < 2 || column == columns - 1;
}

/* The file and line of a node, and the first line of its equation. */
static void
put_source(Emit *e, const Node *n, Sink sink)
{
	Place p = diag_place(e->diag, n->at.lo);
	int length;
	const char *text = diag_text(e->diag, n->at, &length);
	const char *end = memchr(text, '\n', (size_t)length);
	length = end ? (int)(end - text) : length;
	if (length > SOURCE_MAX)
		for (length = SOURCE_MAX; length && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
			;
	escape(&e->text, sink, path_base(p.file));
	text_add(&e->text, ":%d ", p.line);
	escape_n(&e->text, sink, text, (size_t)length);
}

void
picture_tip(Emit *e, const Graph *g, Ref r, Sink sink, const char *newline)
{
	const Node *n = graph_node(g, r);
	const char *name = node_called(g, n);
	escape(&e->text, sink,
	       arena_printf(e->arena, "%s%s%s %s", name, *name ? " = " : "", op_table[n->op].name,
			    shape_text(e->arena, n->shape)));
	SourceFile file;
	if (n->at.hi && diag_source(e->diag, n->at.lo, &file)) { /* a graph read as text has no source */
		text_add(&e->text, "%s", newline);
		put_source(e, n, sink);
	}
	const char *layer = grid_layer(e->arena, n->path, true);
	if (*layer) {
		text_add(&e->text, "%s", newline);
		escape(&e->text, sink, layer);
	}
}
