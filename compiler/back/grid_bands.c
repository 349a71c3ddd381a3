/* grid_bands.c: gives each row a band.
 *
 * A layer is a band; layers that feed each other share one (Tarjan's strongly connected components), which is named
 * after the outermost. Bands are in the order of the data, then of the user's text. */
#include "grid_parts.h"
#include "../ops.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
	const GridPlacer *p;
	int32_t *layer; /* per row */
	TABLE(const char *) name;
} Layers;

static void
find_layers(Layers *s)
{
	const GridPlacer *p = s->p;
	Grid *grid = p->grid;
	GridMap *seen = grid_map_new(grid->arena);
	s->layer = arena_alloc(grid->arena, ((size_t)grid->rows.n + 1) * sizeof *s->layer);
	for (int32_t i = 0; i < grid->rows.n; i++) {
		int32_t r = p->order[i];
		const Node *n = graph_node(grid->g, grid->rows.v[r].like);
		if (!row_is_node(grid, r))
			continue;
		const char *name = n->op == OP_INPUT    ? intern(grid->arena, "› inputs")
				   : n->op == OP_OUTPUT ? intern(grid->arena, "› outputs")
							: grid_layer(grid->arena, n->path, false);
		uint64_t key = (uint64_t)(uintptr_t)name;
		s->layer[r] = grid_map_get(seen, (int32_t)(key >> 32), (int32_t)key);
		if (s->layer[r] >= 0)
			continue;
		s->layer[r] = s->name.n;
		grid_map_set(seen, (int32_t)(key >> 32), (int32_t)key, s->name.n);
		*table_push(grid->arena, &s->name) = name;
	}
}

/* Tarjan's strongly connected components over the layers, with its recursion as a stack. */
typedef struct {
	int32_t *first, *to; /* edges between layers */
	int32_t *index, *low, *component, *next;
	int32_t *call, *open; /* stacks */
	int32_t ncall, nopen, count, components;
} Components;

static void
layer_edges(const Layers *s, Components *c)
{
	const GridPlacer *p = s->p;
	Grid *grid = p->grid;
	c->first = arena_alloc(grid->arena, ((size_t)s->name.n + 2) * sizeof *c->first);
	c->to = arena_alloc(grid->arena, ((size_t)grid->edges.n + 1) * sizeof *c->to);
	for (int32_t i = 0; i < grid->edges.n; i++)
		if (edge_is_forward(p, &grid->edges.v[i]))
			c->first[s->layer[grid->edges.v[i].from] + 2]++;
	for (int32_t l = 0; l < s->name.n; l++)
		c->first[l + 2] += c->first[l + 1];
	for (int32_t i = 0; i < grid->edges.n; i++)
		if (edge_is_forward(p, &grid->edges.v[i]))
			c->to[c->first[s->layer[grid->edges.v[i].from] + 1]++] = s->layer[grid->edges.v[i].to];
}

static void
component_close(Components *c, int32_t at)
{
	int32_t member;
	do {
		member = c->open[--c->nopen];
		c->component[member] = c->components;
	} while (member != at);
	c->components++;
}

static void
component_visit(Components *c, int32_t root)
{
	c->call[c->ncall++] = root;
	while (c->ncall) {
		int32_t at = c->call[c->ncall - 1];
		if (!c->index[at]) {
			c->index[at] = c->low[at] = ++c->count;
			c->next[at] = c->first[at];
			c->open[c->nopen++] = at;
		}
		if (c->next[at] < c->first[at + 1]) {
			int32_t to = c->to[c->next[at]++];
			if (!c->index[to])
				c->call[c->ncall++] = to;
			else if (c->component[to] < 0 && c->index[to] < c->low[at])
				c->low[at] = c->index[to];
			continue;
		}
		if (c->low[at] == c->index[at])
			component_close(c, at);
		if (--c->ncall && c->low[at] < c->low[c->call[c->ncall - 1]])
			c->low[c->call[c->ncall - 1]] = c->low[at];
	}
}

static Components
find_components(const Layers *s)
{
	Arena *arena = s->p->grid->arena;
	Components c = {0};
	size_t n = (size_t)s->name.n + 1;
	int32_t **list[] = {&c.index, &c.low, &c.component, &c.next, &c.open};
	for (int i = 0; i < COUNT(list); i++)
		*list[i] = arena_alloc(arena, n * sizeof **list[i]);
	layer_edges(s, &c);
	c.call = arena_alloc(arena, n * sizeof *c.call);
	for (int32_t l = 0; l < s->name.n; l++)
		c.component[l] = -1;
	for (int32_t l = 0; l < s->name.n; l++)
		if (!c.index[l])
			component_visit(&c, l);
	return c;
}

typedef struct {
	int32_t component, depth, begin; /* in the order of the data, then of the text */
	const char *name;
} Band;

static int
compare_bands(const void *a, const void *b)
{
	const Band *x = a, *y = b;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return x->component - y->component;
}

/* Where a layer begins in the user's text. */
static int32_t *
layer_begins(const Layers *s)
{
	const Grid *grid = s->p->grid;
	int32_t *begin = arena_alloc(grid->arena, ((size_t)s->name.n + 1) * sizeof *begin);
	for (int32_t r = 0; r < grid->rows.n; r++) {
		Span at = node_place(graph_node(grid->g, grid->rows.v[r].like));
		if (row_is_node(grid, r) && (!begin[s->layer[r]] || (int32_t)at.lo < begin[s->layer[r]]))
			begin[s->layer[r]] = (int32_t)at.lo;
	}
	return begin;
}

/* A band is named after the outermost of its layers. */
static void
name_bands(const Layers *s, const Components *c, Band *band)
{
	const int32_t *begin = layer_begins(s);
	for (int32_t l = 0; l < s->name.n; l++) {
		Band *b = &band[c->component[l]];
		if (!b->name || begin[l] < b->begin)
			b->begin = begin[l];
		if (!b->name || strlen(s->name.v[l]) < strlen(b->name))
			b->name = s->name.v[l];
	}
}

/* Components come out of Tarjan's search last first. */
static void
order_bands(const Layers *s, const Components *c, Band *band)
{
	for (int32_t i = 0; i < c->components; i++)
		band[i].component = i;
	int32_t *by = arena_alloc(s->p->grid->arena, ((size_t)s->name.n + 1) * sizeof *by);
	int32_t *first = arena_alloc(s->p->grid->arena, ((size_t)c->components + 2) * sizeof *first);
	for (int32_t l = 0; l < s->name.n; l++)
		first[c->component[l] + 2]++;
	for (int32_t i = 0; i < c->components; i++)
		first[i + 2] += first[i + 1];
	for (int32_t l = 0; l < s->name.n; l++)
		by[first[c->component[l] + 1]++] = l;
	for (int32_t i = c->components - 1; i >= 0; i--)
		for (int32_t k = first[i]; k < first[i + 1]; k++)
			for (int32_t e = c->first[by[k]]; e < c->first[by[k] + 1]; e++) {
				Band *to = &band[c->component[c->to[e]]];
				if (to->component != i && to->depth < band[i].depth + 1)
					to->depth = band[i].depth + 1;
			}
	for (int32_t i = 0; i < c->components; i++)
		if (strcmp(band[i].name, "› outputs") == 0)
			band[i].depth = INT32_MAX;
		else if (strcmp(band[i].name, "› inputs") == 0)
			band[i].depth = -1;
	qsort(band, (size_t)c->components, sizeof *band, compare_bands);
}

static void
find_bands(const Layers *s)
{
	Grid *grid = s->p->grid;
	Components c = find_components(s);
	Band *band = arena_alloc(grid->arena, ((size_t)c.components + 1) * sizeof *band);
	int32_t *number = arena_alloc(grid->arena, ((size_t)c.components + 1) * sizeof *number);
	name_bands(s, &c, band);
	order_bands(s, &c, band);
	for (int32_t i = 0; i < c.components; i++) {
		number[band[i].component] = i;
		bool port = strncmp(band[i].name, "› ", strlen("› ")) == 0;
		*table_push(grid->arena, &grid->bands) = (GridBand){
			.label = port ? band[i].name + strlen("› ") : band[i].name, .layer = port ? "" : band[i].name};
	}
	for (int32_t r = 0; r < grid->rows.n; r++)
		if (row_is_node(grid, r))
			grid->rows.v[r].band = number[c.component[s->layer[r]]];
	for (int32_t r = 0; r < grid->rows.n; r++) {
		GridBand *b = &grid->bands.v[grid->rows.v[r].band < 0 ? 0 : grid->rows.v[r].band];
		const char *path = graph_node(grid->g, grid->rows.v[r].like)->path;
		if (row_is_node(grid, r) && b->layer == grid_layer(grid->arena, path, false) && *b->layer)
			b->label = grid_layer(grid->arena, path, true);
	}
}

/* Values of other steps stand in the band of what they are; where that is not known, of what uses them, or of another
 * value of the same state. */
static void
band_edge_rows(GridPlacer *p)
{
	Grid *grid = p->grid;
	int32_t *of_state = arena_alloc(grid->arena, ((size_t)grid->g->state.n + 1) * sizeof *of_state);
	for (int32_t r = 0; r < grid->rows.n; r++) {
		GridRow *row = &grid->rows.v[r];
		if (row->kind == ROW_NODE)
			continue;
		if (row->from >= 0)
			row->band = grid->rows.v[row->from].band;
		else if (p->out.first[r] < p->out.first[r + 1])
			row->band = grid->rows.v[grid->edges.v[p->out.edge[p->out.first[r]]].to].band;
		if (row->band >= 0 && row->state >= 0)
			of_state[row->state] = row->band;
	}
	for (int32_t r = 0; r < grid->rows.n; r++)
		if (grid->rows.v[r].band < 0)
			grid->rows.v[r].band = grid->rows.v[r].state >= 0 ? of_state[grid->rows.v[r].state] : 0;
}

void
grid_bands(GridPlacer *p)
{
	Layers s = {.p = p};
	find_layers(&s);
	find_bands(&s);
	band_edge_rows(p);
}
