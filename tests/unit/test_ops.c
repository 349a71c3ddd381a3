/* test_ops.c: every row of the operator table is complete and says what it should. */
#include "../../compiler/ops.h"
#include <check.h>
#include <ctype.h>
#include <string.h>

Suite *suite_ops(void);

START_TEST(row_has_name_and_shape_rule)
{
	const OpRow *row = &op_table[_i];
	ck_assert_ptr_nonnull(row->name);
	ck_assert(row->shape != NULL);
	ck_assert_int_eq(op_named(row->name), _i);
	for (const char *c = row->name; *c; c++)
		ck_assert_msg(islower((unsigned char)*c) || (c > row->name && isdigit((unsigned char)*c)),
			      "'%s' cannot be read back from a dump", row->name);
	ck_assert_uint_lt(strlen(row->name), 32);
	ck_assert_int_ge(row->nin, -1);
	ck_assert_int_ge(row->flops, 0);
}
END_TEST

/* What makes no value from operands has no evaluation rule; all others have. */
START_TEST(row_has_eval_rule)
{
	const OpRow *row = &op_table[_i];
	bool leaf = row->nin == 0, time = _i == OP_DELAY || _i == OP_UPDATE;
	bool adds = _i == OP_LOSS || _i == OP_GRAD;
	ck_assert_msg((row->eval != NULL) == (!leaf && !time && !adds), "%s", row->name);
	ck_assert_int_eq(row->sink, adds || _i == OP_UPDATE || _i == OP_OUTPUT);
}
END_TEST

/* %0, and %1 with two operands, and no other. */
static void
check_expression(const OpRow *row, const char *c)
{
	bool seen[2] = {false, false};
	int depth = 0;
	for (; *c; c++) {
		depth += (*c == '(') - (*c == ')');
		ck_assert_int_ge(depth, 0);
		if (*c != '%')
			continue;
		c++;
		ck_assert_msg(*c == '0' || *c == '1', "%s: '%%%c'", row->name, *c);
		seen[*c - '0'] = true;
	}
	ck_assert_int_eq(depth, 0);
	ck_assert_msg(seen[0] && seen[1] == (row->nin == 2), "%s: an operand is missing in '%s'", row->name, row->c);
}

START_TEST(row_has_sound_expression)
{
	const OpRow *row = &op_table[_i];
	ck_assert_int_eq(op_elementwise((Op)_i), row->c != NULL);
	ck_assert_msg(!row->libm || row->c, "%s", row->name);
	if (!row->c)
		return;
	ck_assert_msg(row->nin == 1 || row->nin == 2, "%s", row->name);
	ck_assert(row->eval != NULL);
	check_expression(row, row->c);
	if (row->libm)
		check_expression(row, row->libm);
}
END_TEST

START_TEST(row_has_right_operands)
{
	static const struct {
		Op op;
		int nin;
		AttrTag attr;
	} wanted[] = {
		{OP_INPUT, 0, ATTR_INDEX},     {OP_PARAM, 0, ATTR_INDEX},  {OP_CONST, 0, ATTR_NUMBER},
		{OP_STATE, 0, ATTR_SLOT},      {OP_INIT, 0, ATTR_INDEX},   {OP_DELAY, 1, ATTR_SLOT},
		{OP_UPDATE, -1, ATTR_INDEX},   {OP_OUTPUT, 1, ATTR_INDEX}, {OP_EXPECT, 1, ATTR_NONE},
		{OP_COPY, 1, ATTR_NONE},       {OP_NEG, 1, ATTR_NONE},     {OP_ABS, 1, ATTR_NONE},
		{OP_SQRT, 1, ATTR_NONE},       {OP_EXP, 1, ATTR_NONE},     {OP_LOG, 1, ATTR_NONE},
		{OP_TANH, 1, ATTR_NONE},       {OP_SIGMOID, 1, ATTR_NONE}, {OP_ADD, 2, ATTR_NONE},
		{OP_SUB, 2, ATTR_NONE},        {OP_MUL, 2, ATTR_NONE},     {OP_DIV, 2, ATTR_NONE},
		{OP_POW, 2, ATTR_NONE},        {OP_MIN, 2, ATTR_NONE},     {OP_MAX, 2, ATTR_NONE},
		{OP_MATMUL, 2, ATTR_NONE},     {OP_SUM, 1, ATTR_NONE},     {OP_MEAN, 1, ATTR_NONE},
		{OP_MAXIMUM, 1, ATTR_NONE},    {OP_MINIMUM, 1, ATTR_NONE}, {OP_SOFTMAX, 1, ATTR_NONE},
		{OP_LOGSOFTMAX, 1, ATTR_NONE}, {OP_CONCAT, -1, ATTR_NONE}, {OP_SLICE, 1, ATTR_RANGE},
		{OP_ELEMENT, 1, ATTR_RANGE},   {OP_GATHER, 2, ATTR_NONE},
	};
	for (int i = 0; i < COUNT(wanted); i++) {
		ck_assert_msg(op_table[wanted[i].op].nin == wanted[i].nin, "%s", op_table[wanted[i].op].name);
		ck_assert_msg(op_table[wanted[i].op].attr == wanted[i].attr, "%s", op_table[wanted[i].op].name);
	}
}
END_TEST

START_TEST(unknown_names)
{
	static const char *const name[] = {"", "TANH", "tan", "tanhh", "tanh ", "?"};
	for (int i = 0; i < COUNT(name); i++)
		ck_assert_int_eq(op_named(name[i]), OP_COUNT);
}
END_TEST

Suite *
suite_ops(void)
{
	Suite *s = suite_create("ops");
	TCase *t = tcase_create("table");
	tcase_add_loop_test(t, row_has_name_and_shape_rule, 0, OP_COUNT);
	tcase_add_loop_test(t, row_has_eval_rule, 0, OP_COUNT);
	tcase_add_loop_test(t, row_has_sound_expression, 0, OP_COUNT);
	tcase_add_test(t, row_has_right_operands);
	tcase_add_test(t, unknown_names);
	suite_add_tcase(s, t);
	return s;
}
