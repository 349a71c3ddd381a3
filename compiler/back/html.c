/* html.c: the back end that writes a page to look around in: one file, nothing to load.
 *
 * The page is view.css, view.js, page.js and the same JSON as --emit=json, with the places of grid.c and the source
 * texts; the graph after each pass is kept too, as far as it is drawn. */
#include "cost.h"
#include "json.h"
#include "../embedded.h"
#include "../ops.h"
#include <inttypes.h>
#include <string.h>

typedef struct {
	JsonFiles files;
	Text passes; /* objects with a comma between */
} Page;

static Page *
page_of(Emit *e)
{
	if (!e->own)
		e->own = arena_alloc(e->arena, sizeof(Page));
	return e->own;
}

/* Nodes in the columns that a folded drawing shows, their operands, and what belongs to no column. */
static const bool *
drawn_nodes(Emit *e, const Grid *grid)
{
	const Graph *g = grid->g;
	bool *keep = arena_alloc(e->arena, (size_t)g->node.n + 1);
	for (int32_t i = 0; i < g->node.n; i++) {
		int32_t column = grid_column(grid, (Ref){i});
		if (column >= 0 && !picture_shows(grid->columns, column))
			continue;
		keep[i] = true;
		for (int k = 0; k < g->node.v[i]->nin; k++)
			keep[g->node.v[i]->in[k].i] = true;
	}
	return keep;
}

static void
html_pass(Emit *e, const Graph *g, const char *name, const char *what)
{
	Page *page = page_of(e);
	JsonGraph j = {.e = e, .t = &page->passes, .grid = grid_new(e->arena, g), .files = &page->files};
	j.keep = drawn_nodes(e, j.grid);
	text_add(j.t, "%s{\"name\":\"%s\",\"what\":\"%s\",\"nodes\":%d,\n\"graph\":", page->passes.n ? ",\n" : "", name,
		 what, g->node.n);
	json_graph(&j);
	text_add(j.t, ",\n\"layout\":");
	json_layout(&j);
	text_add(j.t, "}");
}

/* What a window weighs and takes on each target, as --emit=forecast has it: bytes of code that do not grow with it,
 * bytes of each step. */
static void
put_targets(Emit *e, const Graph *g)
{
	CodeCount code = cost_code(e->arena, g), calls = {{0}};
	WorkCount work = {{0}};
	for (int32_t i = 0; i < g->node.n; i++)
		cost_work(g, (Ref){i}, &work);
	calls.n[CODE_CALL] = code.n[CODE_CALL];
	for (int i = 0; i < cost_targets; i++) {
		const CostTarget *t = &cost_target[i];
		int64_t lines = cost_bytes(t, &calls);
		text_add(&e->text, i ? ",\n{" : "{");
		text_add(&e->text,
			 "\"name\":\"%s\",\"what\":\"%s\",\"fixed\":%" PRId64
			 ",\"perStep\":%.1f,\"instructions\":%" PRId64 "}",
			 t->name, t->what, cost_bytes(t, &code) - lines, (double)lines / g->steps,
			 (cost_insn(t, &work) + g->steps / 2) / g->steps);
	}
}

static void
put_flash(Emit *e)
{
	const Graph *g = picture_graph(e);
	text_add(&e->text, "\"flash\":{\"weights\":%" PRId64 ",\"targets\":[", graph_weight_bytes(g));
	if (e->window || e->step)
		put_targets(e, g);
	text_add(&e->text, "]}");
}

static void
put_sources(Emit *e, const Page *page)
{
	text_add(&e->text, "\"sources\":[");
	for (int i = 0; i < page->files.n; i++) {
		const SourceFile *f = &page->files.v[i];
		text_add(&e->text, i ? ",\n{\"name\":" : "{\"name\":");
		json_string(&e->text, path_base(f->name));
		text_add(&e->text, ",\"text\":\"");
		escape_n(&e->text, SINK_JSON, f->text, f->n);
		text_add(&e->text, "\"}");
	}
	text_add(&e->text, "]");
}

static void
put_data(Emit *e)
{
	Page *page = page_of(e);
	JsonGraph j = {.e = e, .t = &e->text, .grid = grid_new(e->arena, picture_graph(e)), .files = &page->files};
	text_add(&e->text, "{\"graph\":");
	json_graph(&j);
	text_add(&e->text, ",\n\"layout\":");
	json_layout(&j);
	text_add(&e->text, ",\n\"passes\":[\n");
	text_put(&e->text, page->passes.v ? page->passes.v : "", page->passes.n);
	text_add(&e->text, "],\n");
	put_flash(e);
	text_add(&e->text, ",\n");
	put_sources(e, page);
	text_add(&e->text, "}");
	text_free(&page->passes);
}

static void
put_legend(Emit *e)
{
	for (int look = 0; look < LOOK_COUNT; look++)
		text_add(&e->text,
			 "<span class=\"key\"><svg class=\"picture\" width=\"16\" height=\"12\"><g class=\"box %s\">"
			 "<rect x=\"1\" y=\"1\" width=\"14\" height=\"10\" rx=\"3\"/></g></svg> %s</span>\n",
			 look_name((Look)look), look_what((Look)look));
}

static void
html_end(Emit *e)
{
	static const char body[] =
		"<header><h1></h1><span id=\"facts\"></span><nav>"
		"<button data-tab=\"graph\" class=\"on\">Graph</button><button data-tab=\"passes\">Passes</button>"
		"<button data-tab=\"memory\">Memory</button><button data-tab=\"cost\">Cost</button></nav>"
		"<input id=\"search\" type=\"search\" placeholder=\"Search: a name, an operator, %12, step 57\" "
		"aria-label=\"Search\"><span id=\"found\"></span></header>\n"
		"<main>\n"
		"<section id=\"graph\" class=\"tab on\"><div id=\"source\"></div>"
		"<div id=\"canvas\"><div class=\"tools\"><button id=\"fold\"></button><button id=\"fit\">Fit</button>"
		"<button id=\"out\" aria-label=\"Zoom out\">−</button><button id=\"in\" aria-label=\"Zoom "
		"in\">+</button></div>"
		"<div id=\"details\" hidden></div></div></section>\n"
		"<section id=\"passes\" class=\"tab\"><ol id=\"list\"></ol><div class=\"two\">"
		"<figure><figcaption id=\"before-text\"></figcaption><div id=\"before\"></div></figure>"
		"<figure><figcaption id=\"after-text\"></figcaption><div id=\"after\"></div></figure></div></section>\n"
		"<section id=\"memory\" class=\"tab\"><p id=\"memory-text\"></p><div id=\"lives\"><div "
		"id=\"room\"></div>"
		"<canvas></canvas></div><p id=\"life\"></p></section>\n"
		"<section id=\"cost\" class=\"tab\"><div id=\"layers\"></div><div id=\"flash\"></div></section>\n"
		"</main>\n<footer>";
	text_add(&e->text, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			   "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
	escape(&e->text, SINK_XML, e->source);
	text_add(&e->text, "</title>\n<style>\n");
	text_put(&e->text, picture_text, picture_size);
	text_put(&e->text, view_style_text, view_style_size);
	text_add(&e->text, "</style>\n</head>\n<body>\n");
	text_put(&e->text, body, sizeof body - 1);
	put_legend(e);
	text_add(&e->text, "</footer>\n<script type=\"application/json\" id=\"data\">");
	put_data(e);
	text_add(&e->text, "</script>\n<script>\n");
	text_put(&e->text, view_script_text, view_script_size);
	text_put(&e->text, page_script_text, page_script_size);
	text_add(&e->text, "</script>\n</body>\n</html>\n");
}

const Backend back_html = {
	.name = "html", .suffix = ".html", .what = "a page to look around in", .pass = html_pass, .end = html_end};
