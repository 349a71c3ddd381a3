/* op_shape.c: what each operator says about shapes.
 *
 * A rule is called again and again until nothing changes, so it adds what it knows and returns. What is only usual
 * (an unknown operand of '*' is a matrix, the two sides of '+' have one size) is said at the guess level that names
 * it, after everything certain has been said. */
#include "ops.h"

void
sh_leaf(ShapeSolver *s, Ref r)
{
	(void)s;
	(void)r;
}

void
sh_sink(ShapeSolver *s, Ref r)
{
	shape_set_rank(s, r, 0);
}

void
sh_same(ShapeSolver *s, Ref r)
{
	shape_same(s, r, shape_node(s, r)->in[0]);
}

/* Also as large as the parameter that holds the initial value, where there is one. */
void
sh_delay(ShapeSolver *s, Ref r)
{
	Ref initial = shape_initial(s, r);
	sh_same(s, r);
	if (ref_ok(initial))
		shape_same(s, r, initial);
}

/* softmax needs a vector; it may be the only thing that says so. */
void
sh_features(ShapeSolver *s, Ref r)
{
	Ref a = shape_node(s, r)->in[0];
	int rank = shape_rank(s, a);
	if (rank == 0 || rank == 2) {
		shape_conflict(s, r, true, "'%s' wants a vector", op_table[shape_node(s, r)->op].name);
		return;
	}
	shape_set_rank(s, a, 1);
	shape_same(s, r, a);
}

void
sh_reduce(ShapeSolver *s, Ref r)
{
	shape_set_rank(s, r, 0);
}

/* One axis of a broadcast: sizes are equal, or one of them is 1. */
static void
broadcast_axis(ShapeSolver *s, Ref r, int axis, Ref a, int a_axis, Ref b, int b_axis)
{
	int32_t m = shape_dim(s, a, a_axis), n = shape_dim(s, b, b_axis);
	if (m == 1 || n == 1) {
		shape_same_dim(s, r, axis, m == 1 ? b : a, m == 1 ? b_axis : a_axis);
		if (shape_guess(s) >= GUESS_ONE && (!m || !n))
			shape_same_dim(s, a, a_axis, b, b_axis);
		return;
	}
	if ((m && n) || shape_guess(s) >= GUESS_SIZE)
		shape_same_dim(s, a, a_axis, b, b_axis);
	if (m || n || shape_guess(s) >= GUESS_SIZE)
		shape_same_dim(s, r, axis, m ? a : b, m ? a_axis : b_axis);
}

/* A vector v with a matrix m: a row or a column is as good as a vector; else v is a row. */
static void
broadcast_vector_matrix(ShapeSolver *s, Ref r, Ref v, Ref m)
{
	int32_t rows = shape_dim(s, m, 0), columns = shape_dim(s, m, 1);
	if (rows == 1 || columns == 1) {
		shape_set_rank(s, r, 1);
		broadcast_axis(s, r, 0, v, 0, m, rows == 1 ? 1 : 0);
	} else if ((rows && columns) || shape_guess(s) >= GUESS_SIZE) {
		shape_set_rank(s, r, 2);
		shape_same_dim(s, r, 0, m, 0);
		broadcast_axis(s, r, 1, v, 0, m, 1);
	}
}

static void
broadcast_unknown(ShapeSolver *s, Ref r, Ref known, Ref unknown)
{
	int rank = shape_rank(s, known);
	if (rank == 0)
		shape_same(s, r, unknown);
	if (shape_guess(s) >= GUESS_RESULT && shape_node(s, known)->op != OP_CONST)
		shape_set_rank(s, r, rank);
	if (shape_guess(s) >= GUESS_RANK && shape_rank(s, r) != RANK_UNKNOWN)
		shape_set_rank(s, unknown, shape_rank(s, r));
}

void
sh_broadcast(ShapeSolver *s, Ref r)
{
	Ref a = shape_node(s, r)->in[0], b = shape_node(s, r)->in[1];
	int m = shape_rank(s, a), n = shape_rank(s, b);
	if (m == RANK_UNKNOWN && n == RANK_UNKNOWN) {
		if (shape_guess(s) >= GUESS_RANK && shape_rank(s, r) != RANK_UNKNOWN) {
			shape_set_rank(s, a, shape_rank(s, r));
			shape_set_rank(s, b, shape_rank(s, r));
		}
	} else if (m == RANK_UNKNOWN) {
		broadcast_unknown(s, r, b, a);
	} else if (n == RANK_UNKNOWN) {
		broadcast_unknown(s, r, a, b);
	} else if (m == 0 || n == 0) {
		shape_same(s, r, m == 0 ? b : a);
	} else if (m != n) {
		broadcast_vector_matrix(s, r, m == 1 ? a : b, m == 1 ? b : a);
	} else {
		shape_set_rank(s, r, m);
		for (int axis = 0; axis < m; axis++)
			broadcast_axis(s, r, axis, a, axis, b, axis);
	}
}

/* A parameter in a product is a matrix, what meets a matrix is a vector. */
static void
matmul_guess(ShapeSolver *s, Ref a, Ref b)
{
	int rank = shape_rank(s, b);
	if (shape_rank(s, a) != RANK_UNKNOWN || rank == 0)
		return;
	bool is_param = shape_node(s, a)->op == OP_PARAM;
	if (shape_guess(s) >= GUESS_MATRIX && is_param)
		shape_set_rank(s, a, 2);
	else if (shape_guess(s) >= GUESS_RESULT && rank != RANK_UNKNOWN)
		shape_set_rank(s, a, rank == 2 ? 1 : 2);
}

static void
product_shape(ShapeSolver *s, Ref r, Ref a, Ref b)
{
	matmul_guess(s, a, b);
	matmul_guess(s, b, a);
	int m = shape_rank(s, a), n = shape_rank(s, b);
	if (m == 0 || n == 0) {
		shape_same(s, r, m == 0 ? b : a);
		return;
	}
	if (m == RANK_UNKNOWN || n == RANK_UNKNOWN)
		return;
	if (m == 1 && n == 1) {
		shape_conflict(s, r, true,
			       "'*' of two vectors; write '.*' for the element-wise product, dot(a, b) for the sum");
		return;
	}
	shape_same_dim(s, a, m - 1, b, 0);
	shape_set_rank(s, r, m + n - 2);
	if (m == 2)
		shape_same_dim(s, r, 0, a, 0);
	if (n == 2)
		shape_same_dim(s, r, m - 1, b, 1);
}

void
sh_matmul(ShapeSolver *s, Ref r)
{
	product_shape(s, r, shape_node(s, r)->in[0], shape_node(s, r)->in[1]);
}

void
sh_affine(ShapeSolver *s, Ref r)
{
	const Node *n = shape_node(s, r);
	int32_t addends = n->attr.sum.addends;
	for (int k = 0; k < addends; k++)
		shape_same(s, r, n->in[k]);
	for (int k = addends; k + 1 < n->nin; k += 2)
		product_shape(s, r, n->in[k], n->in[k + 1]);
}

void
sh_gather(ShapeSolver *s, Ref r)
{
	Ref table = shape_node(s, r)->in[0], index = shape_node(s, r)->in[1];
	shape_set_rank(s, table, 2);
	shape_set_rank(s, r, 1);
	shape_same_dim(s, r, 0, table, 1);
	if (shape_rank(s, index) == 2 || (shape_rank(s, index) == 1 && shape_dim(s, index, 0) > 1))
		shape_conflict(s, r, true, "the index into an embedding is one number");
	else if (shape_rank(s, index) == 1)
		shape_set_dim(s, index, 0, 1);
}

void
sh_concat(ShapeSolver *s, Ref r)
{
	const Node *n = shape_node(s, r);
	shape_set_rank(s, r, 1);
	int64_t sum = 0;
	Ref unknown = REF_NONE;
	int nunknown = 0;
	for (int i = 0; i < n->nin; i++) {
		int rank = shape_rank(s, n->in[i]);
		if (rank == 2) {
			shape_conflict(s, r, true, "'vcat' and 'hcat' join vectors; a matrix cannot be part of them");
			return;
		}
		if (rank == RANK_UNKNOWN && shape_guess(s) >= GUESS_SIZE)
			shape_set_rank(s, n->in[i], rank = 1);
		int32_t d = rank == 0 ? 1 : rank == 1 ? shape_dim(s, n->in[i], 0) : 0;
		sum += d;
		if (!d)
			unknown = n->in[i], nunknown++;
	}
	int32_t total = shape_dim(s, r, 0);
	if (!nunknown && sum <= INT32_MAX)
		shape_set_dim(s, r, 0, (int32_t)sum);
	else if (nunknown == 1 && total && shape_rank(s, unknown) == 1 && total > sum)
		shape_set_dim(s, unknown, 0, (int32_t)(total - sum));
}

void
sh_slice(ShapeSolver *s, Ref r)
{
	const Node *n = shape_node(s, r);
	int rank = shape_rank(s, n->in[0]);
	if (rank == 0 || rank == 2) {
		shape_conflict(s, r, true, "only a vector can be indexed");
		return;
	}
	shape_set_rank(s, r, n->op == OP_SLICE ? 1 : 0);
	if (shape_guess(s) >= GUESS_RESULT)
		shape_set_rank(s, n->in[0], 1);
	if (rank != 1 || !shape_dim(s, n->in[0], 0))
		return;
	int64_t size = shape_dim(s, n->in[0], 0), first = n->attr.range.first, last = n->attr.range.last;
	first += first <= 0 ? size : 0;
	last += last <= 0 ? size : 0;
	if ((first < 1 || last > size) && n->op == OP_ELEMENT)
		shape_conflict(s, r, false, "index %lld is outside a vector of %lld", (long long)first,
			       (long long)size);
	else if (first < 1 || last > size || first > last)
		shape_conflict(s, r, false, "index %lld:%lld is outside a vector of %lld", (long long)first,
			       (long long)last, (long long)size);
	else if (n->op == OP_SLICE)
		shape_set_dim(s, r, 0, (int32_t)(last - first + 1));
}
