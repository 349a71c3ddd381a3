/* fuse.c: what one loop can compute together becomes a group, and groups stand together in the list.
 *
 *   before  %3 = affine 1 %b %x %W   %5 = affine 1 %d %x %V   %6 = tanh %3   %7 = mul %6 %5      (all (40))
 *   after   the same, each with group 1 and beside each other
 *
 * A lane operation computes element j of a vector from elements j of vectors: element-wise operations and the result
 * of a sum of products. Each node is labelled with the latest moment that it may wait for: a user that needs whole
 * vectors is one moment later than its operands, a lane operation on the same width, step and batch is not. Lane
 * operations of one moment and width that are connected, or multiply the same vector, form a group. No path can leave
 * such a group and come back: it would pass through a later moment.
 *
 * The groups that hoist has marked hold one sum for many steps; here they are cut into tiles whose results fit the
 * cache. Delays are gone, but a hoisted group still reaches over time, so the list is sorted again. */
#include "../ops.h"
#include "../pass.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	TILE_BYTES = 128 << 10, /* of results of one hoisted group */
	GROUP_MAX = 96,         /* nodes: compilers take long over longer loops */
};

typedef struct {
	int32_t unit, node, operand; /* node: the next member to look at */
} Visit;

typedef struct {
	Graph *g;
	int32_t n;
	int32_t *unit; /* per node: the first node of its unit, what is computed together */
	int32_t *next; /* per node: the next member of its unit, -1: none; members are in order */
	int32_t *tail; /* per first node: the last member */
	int32_t *moment;
} Fuser;

static bool
is_hoisted(const Fuser *f, int32_t i)
{
	return f->g->node.v[i]->group > 0;
}

static bool
is_lane(const Graph *g, const Node *n)
{
	if (n->shape.rank != 1 || n->op == OP_COPY)
		return false;
	if (n->op == OP_AFFINE)
		return true;
	if (!op_elementwise((Op)n->op))
		return false;
	for (int k = 0; k < n->nin; k++) {
		Shape s = g->node.v[n->in[k].i]->shape;
		if (!shape_equal(s, n->shape) && shape_count(s) != 1)
			return false;
	}
	return true;
}

static bool
same_class(const Node *a, const Node *b)
{
	return a->step == b->step && a->batched == b->batched && shape_equal(a->shape, b->shape);
}

/* Whether operand k of node i is a lane operation that can be in i's loop. */
static bool
joins(const Fuser *f, int32_t i, int k)
{
	const Graph *g = f->g;
	const Node *n = g->node.v[i], *in = g->node.v[n->in[k].i];
	if (is_hoisted(f, i) || is_hoisted(f, n->in[k].i) || !same_class(n, in))
		return false;
	/* A loop computes its sums first. */
	return n->op != OP_AFFINE && is_lane(g, n) && is_lane(g, in);
}

static void
unit_append(Fuser *f, int32_t unit, int32_t i)
{
	f->unit[i] = unit;
	f->next[i] = -1;
	if (unit != i)
		f->next[f->tail[unit]] = i;
	f->tail[unit] = i;
}

/* Steps per tile of each hoisted group: tile[group]. */
static void
size_tiles(const Fuser *f, int32_t groups, int32_t *tile)
{
	const Graph *g = f->g;
	int64_t *bytes = memory_new((size_t)groups + 1, sizeof *bytes);
	for (int32_t i = 0; i < f->n; i++)
		if (is_hoisted(f, i))
			bytes[g->node.v[i]->group] += 4 * shape_count(g->node.v[i]->shape) * g->batch;
	for (int32_t k = 1; k <= groups; k++) {
		int64_t tiles = bytes[k] / TILE_BYTES + 1;
		tile[k] = (int32_t)((g->steps + tiles - 1) / tiles);
	}
	free(bytes);
}

/* Every node is a unit of its own, but for the tiles of hoisted groups. */
static void
make_units(Fuser *f)
{
	const Graph *g = f->g;
	int32_t groups = 0;
	for (int32_t i = 0; i < f->n; i++)
		groups = g->node.v[i]->group > groups ? g->node.v[i]->group : groups;
	int32_t *tile = memory_new((size_t)groups + 1, sizeof *tile);
	int32_t *first = memory_new((size_t)(groups + 1) * (size_t)(g->steps + 1), sizeof *first); /* node + 1 */
	size_tiles(f, groups, tile);
	for (int32_t i = 0; i < f->n; i++) {
		const Node *n = g->node.v[i];
		int32_t *at = &first[(size_t)n->group * (size_t)(g->steps + 1)];
		if (is_hoisted(f, i))
			at += n->step / tile[n->group];
		if (!is_hoisted(f, i) || !*at)
			*at = i + 1;
		unit_append(f, is_hoisted(f, i) ? *at - 1 : i, i);
	}
	free(tile);
	free(first);
}

/* From the sinks backward: the moment of a unit is settled when all its users' are. */
static void
find_moments(Fuser *f)
{
	const Graph *g = f->g;
	int32_t *users = memory_new((size_t)f->n + 1, sizeof *users),
		*ready = memory_new((size_t)f->n + 1, sizeof *ready);
	int32_t top = 0;
	for (int32_t i = 0; i < f->n; i++)
		for (int k = 0; k < g->node.v[i]->nin; k++)
			users[f->unit[g->node.v[i]->in[k].i]] += f->unit[g->node.v[i]->in[k].i] != f->unit[i];
	for (int32_t i = 0; i < f->n; i++)
		if (f->unit[i] == i && !users[i])
			ready[top++] = i;
	while (top) {
		int32_t u = ready[--top];
		for (int32_t i = u; i >= 0; i = f->next[i])
			for (int k = 0; k < g->node.v[i]->nin; k++) {
				int32_t in = f->unit[g->node.v[i]->in[k].i], moment = f->moment[u] - !joins(f, i, k);
				if (in == u)
					continue;
				f->moment[in] = moment < f->moment[in] ? moment : f->moment[in];
				if (!--users[in])
					ready[top++] = in;
			}
	}
	free(users);
	free(ready);
}

/* What only its users keep waiting does not wait where it can be in an operand's loop: y = tanh(c) is in the loop of c
 * at every step, not only at the last. Leaves are always there. */
static void
hurry(Fuser *f)
{
	const Graph *g = f->g;
	for (int32_t i = 0; i < f->n; i++) {
		const Node *n = g->node.v[i];
		int32_t least = INT32_MIN;
		bool joined = false;
		for (int k = 0; k < n->nin && !is_hoisted(f, i); k++) {
			int32_t in = n->in[k].i, moment = f->moment[f->unit[in]] + !joins(f, i, k);
			if (!g->node.v[in]->nin || moment < least)
				continue;
			joined = joins(f, i, k) || (joined && moment == least);
			least = moment;
		}
		if (joined)
			f->moment[i] = least;
	}
}

static int32_t
find_root(int32_t *parent, int32_t i)
{
	while (parent[i] != i)
		i = parent[i] = parent[parent[i]];
	return i;
}

static void
unite(const Fuser *f, int32_t *parent, int32_t a, int32_t b)
{
	if (f->moment[a] != f->moment[b])
		return;
	a = find_root(parent, a);
	b = find_root(parent, b);
	parent[a > b ? a : b] = a < b ? a : b;
}

/* Joins the lane operations of one moment; a unit that grows too long is cut. */
static void
join_units(Fuser *f)
{
	const Graph *g = f->g;
	int32_t *parent = memory_new((size_t)f->n + 1, sizeof *parent),
		*product = memory_new((size_t)f->n + 1, sizeof *product);
	for (int32_t i = 0; i < f->n; i++)
		parent[i] = i;
	for (int32_t i = 0; i < f->n; i++) {
		const Node *n = g->node.v[i];
		for (int k = 0; k < n->nin; k++) {
			int32_t in = n->in[k].i, *last = &product[in];
			if (joins(f, i, k))
				unite(f, parent, i, in);
			if (n->op != OP_AFFINE || is_hoisted(f, i) || k < n->attr.sum.addends ||
			    g->node.v[in]->op == OP_PARAM)
				continue;
			if (*last && same_class(n, g->node.v[*last - 1]))
				unite(f, parent, i, *last - 1);
			*last = i + 1;
		}
	}
	int32_t *count = product, *open = memory_new((size_t)f->n + 1, sizeof *open);
	memset(count, 0, ((size_t)f->n + 1) * sizeof *count);
	for (int32_t i = 0; i < f->n; i++) {
		int32_t root = find_root(parent, i);
		if (is_hoisted(f, i))
			continue;
		if (count[root]++ % GROUP_MAX == 0)
			open[root] = i;
		unit_append(f, open[root], i);
	}
	free(parent);
	free(product);
	free(open);
}

typedef struct {
	int32_t *order, n; /* nodes in the new order */
	int8_t *state;     /* per unit: 0 not visited, 1 open, 2 done */
	Visit *stack;
	int32_t top;
} Sorter;

static int
compare_steps(const void *a, const void *b)
{
	const int32_t *x = a, *y = b; /* {step, node} */
	return x[0] != y[0] ? (x[0] > y[0] ? 1 : -1) : (x[1] > y[1] ? 1 : -1);
}

/* The members of a unit, a hoisted group's by time. */
static void
put_unit(const Fuser *f, Sorter *s, int32_t unit)
{
	int32_t first = s->n;
	for (int32_t i = unit; i >= 0; i = f->next[i])
		s->order[s->n++] = i;
	if (!is_hoisted(f, unit))
		return;
	int32_t n = s->n - first;
	int32_t(*key)[2] = memory_new((size_t)n, sizeof *key);
	for (int32_t k = 0; k < n; k++)
		key[k][1] = s->order[first + k], key[k][0] = f->g->node.v[key[k][1]]->step;
	qsort(key, (size_t)n, sizeof *key, compare_steps);
	for (int32_t k = 0; k < n; k++)
		s->order[first + k] = key[k][1];
	free(key);
}

/* Puts a unit behind all that it needs. */
static void
visit(const Fuser *f, Sorter *s, int32_t unit)
{
	if (s->state[unit])
		return;
	s->state[unit] = 1;
	s->stack[s->top++] = (Visit){unit, unit, 0};
	while (s->top) {
		Visit *v = &s->stack[s->top - 1];
		if (v->node < 0) {
			s->state[v->unit] = 2;
			put_unit(f, s, v->unit);
			s->top--;
			continue;
		}
		const Node *n = f->g->node.v[v->node];
		if (v->operand == n->nin) {
			v->node = f->next[v->node];
			v->operand = 0;
			continue;
		}
		int32_t in = f->unit[n->in[v->operand++].i];
		assert((in == v->unit || s->state[in] != 1) && "groups wait for each other");
		if (!s->state[in]) {
			s->state[in] = 1;
			s->stack[s->top++] = (Visit){in, in, 0};
		}
	}
}

static void
reorder(Fuser *f)
{
	Graph *g = f->g;
	size_t n = (size_t)f->n + 1;
	Sorter s = {.order = memory_new(n, sizeof *s.order),
		    .state = memory_new(n, sizeof *s.state),
		    .stack = memory_new(n, sizeof *s.stack)};
	int32_t *to = memory_new(n, sizeof *to);
	for (int32_t i = 0; i < f->n; i++)
		visit(f, &s, f->unit[i]);
	assert(s.n == f->n);
	Node **old = g->node.v;
	g->node.v = arena_alloc(g->arena, n * sizeof *g->node.v);
	g->node.cap = f->n;
	for (int32_t i = 0; i < f->n; i++)
		to[s.order[i]] = i;
	int32_t groups = 0;
	for (int32_t i = 0; i < f->n; i++) {
		Node *node = old[s.order[i]];
		int32_t unit = f->unit[s.order[i]];
		g->node.v[i] = node;
		for (int k = 0; k < node->nin; k++)
			node->in[k].i = to[node->in[k].i];
		bool alone = f->next[unit] < 0;
		groups += !alone && (!i || f->unit[s.order[i - 1]] != unit);
		node->group = alone ? 0 : groups;
	}
	free(s.order);
	free(s.state);
	free(s.stack);
	free(to);
}

void
pass_fuse(Graph *g)
{
	size_t n = (size_t)g->node.n + 1;
	Fuser f = {.g = g,
		   .n = g->node.n,
		   .unit = memory_new(n, sizeof *f.unit),
		   .next = memory_new(n, sizeof *f.next),
		   .tail = memory_new(n, sizeof *f.tail),
		   .moment = memory_new(n, sizeof *f.moment)};
	make_units(&f);
	find_moments(&f);
	hurry(&f);
	join_units(&f);
	reorder(&f);
	free(f.unit);
	free(f.next);
	free(f.tail);
	free(f.moment);
}
