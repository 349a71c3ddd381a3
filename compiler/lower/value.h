/* value.h: what names mean while a net is lowered: an abstract interpretation of the AST, in which a call of a model
 * appends nodes to the graph.
 *
 * A body is a set of equations: a name is evaluated when it is first needed. A name that is needed while its own
 * equation is being evaluated is a cycle; a delayed name is not needed, it only makes a DELAY node whose operand is
 * filled in at the end. */
#ifndef NETC_VALUE_H
#define NETC_VALUE_H
#include "lower.h"

typedef struct Lower Lower;
typedef struct Scope Scope;
typedef struct Binding Binding;
typedef struct Equation Equation;
typedef struct Value Value;
typedef struct Type Type;
typedef struct Model Model;
typedef struct Builtin Builtin;

typedef enum {
	V_ERROR, /* a message has been given; anything made from it is one too */
	V_NUMBER,
	V_BOOL,
	V_DIM, /* a size that is not known yet: _ in a constructor */
	V_NODE,
	V_TUPLE,
	V_PAIR,   /* a => b */
	V_TENSOR, /* zeros(5), glorot_uniform(in, out): the initial value of a parameter */
	V_FUNC,
	V_BUILTIN,
	V_TYPE,
	V_MODEL,
} ValueKind;

struct Value {
	ValueKind kind;
	Span at; /* what the user wrote for it */
	union {
		double number;
		bool boolean;
		int32_t dim; /* < 0: a shape variable of the graph */
		Ref node;
		struct ValueList *list; /* V_TUPLE, V_PAIR (two) */
		struct Tensor0 *tensor;
		struct Closure *func;
		const Builtin *builtin;
		Type *type;
		Model *model;
	} u;
};

typedef struct ValueList {
	Value *v;
	int n;
} ValueList;

typedef struct Tensor0 {
	InitKind init;
	double scale;
	Shape shape;
} Tensor0;

typedef struct Closure {
	const Func *func;
	Scope *scope;  /* where it was written */
	int32_t order; /* and after which statement */
} Closure;

/* name = expression; a pattern binds several names to one equation. */
struct Equation {
	const Stmt *stmt;
	Scope *scope;
	int32_t order;
	enum { PENDING, RUNNING, DONE } progress;
	Value value;
};

struct Binding {
	const char *name;
	Span at;
	Equation *equation; /* NULL: an argument, a field, or a declaration */
	const Decl *decl;   /* of a top-level declaration */
	int32_t order;      /* statement that binds it; -1 for arguments */
	bool running, done, used;
	Value value;
	int32_t state; /* 1 + index of its StateInfo, 0 if never delayed */
};

typedef enum { SCOPE_FILE, SCOPE_FIELDS, SCOPE_BODY } ScopeKind;

/* The call that a body belongs to: whose states it makes, and how its nodes are named. */
typedef struct {
	Model *model;
	const char *path;
	Span site;
	bool flip;
} Context;

struct Scope {
	Scope *up;
	Context context;  /* SCOPE_BODY */
	int32_t up_order; /* statements of `up` that are in sight, for rebound arguments */
	ScopeKind kind;
	bool sequential; /* a plain function: arguments may be rebound */
	Model *model;    /* SCOPE_FIELDS: whose */
	TABLE(Binding *) binding;
};

/* A struct, with what its body says about each field. */
typedef struct {
	const Field *decl;
	bool assigned, called, read, delayed, trainable;
} FieldUse;

struct Type {
	const char *name;
	const Decl *decl;
	Scope *scope;
	FieldUse *field;
	int nfield;
	TABLE(const Decl *) constructor;
	bool in_prelude;
};

typedef enum {
	MODEL_STRUCT,
	MODEL_CHAIN,
	MODEL_PARALLEL,
	MODEL_FLIP,
	MODEL_RECUR,
	MODEL_LAST,
} ModelKind;

struct Model {
	ModelKind kind;
	Type *type;        /* MODEL_STRUCT */
	Value *field;      /* MODEL_STRUCT: one per field; V_ERROR with at.hi == 0: not given */
	const char *label; /* as written, or NULL */
	Span made;         /* the whole constructor call, if the user wrote it */
	const char *hint;  /* the name it was bound to first, or NULL */
	Span at;
	int32_t in, out;  /* T(in, out): sizes, 0 if not given, < 0 a shape variable */
	Value *child;     /* CHAIN, PARALLEL; FLIP, RECUR, LAST: one */
	const char **key; /* of children, NULL if positional */
	int nchild;
	Value op;      /* PARALLEL: what joins; RECUR: the initial state, V_ERROR if not given */
	Value initial; /* rnn(x, h0): the initial state of this call; V_ERROR if not given */
	bool named;
	const char *prefix;  /* of its parameters */
	const char *locator; /* "model[3]" */
	Scope *fields;       /* SCOPE_FIELDS, made at the first call */
};

typedef struct {
	const char *key; /* keyword or NULL */
	Value value;
	Span at; /* "key = value" */
} ArgValue;

typedef struct {
	ArgValue *v;
	int n;
	bool dot;
	Span at;   /* the whole call */
	int input; /* the argument that T(in, out) gives the size of */
} Args;

/* A DELAY node whose operand is not known yet. */
typedef struct {
	Ref delay;
	Binding *binding;
	Span at;
} PendingDelay;

struct Lower {
	Arena *arena;
	Diag *diag;
	Graph *g;
	Scope *prelude, *user;
	const LowerOptions *options;
	int32_t window;
	TABLE(Span) reported; /* one message per place */
	TABLE(Binding *) running;
	TABLE(PendingDelay) pending;
	/* The call that is being evaluated. */
	Model *model;
	const char *path, *equation;
	Span site; /* the user's text that led into the prelude */
	bool flip;
	int depth;
	int64_t calls; /* so far */
	unsigned unsure;
	Span unsure_at;
	bool reported_now; /* the last error was printed, so its notes are */
};

/* lower.c */
void lower_error(Lower *l, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
void lower_note(Lower *l, Span at, const char *fmt, ...) PRINTF_LIKE(3, 4);
bool lower_first_time(Lower *l, Span at);
bool lower_is_users(const Lower *l, Span at);

/* scope.c */
Scope *scope_new(Lower *l, Scope *up, ScopeKind kind);
Binding *scope_bind(Lower *l, Scope *s, const char *name, Span at);
Binding *scope_find(Scope *s, const char *name, int32_t order, Scope **where);
void scope_bind_body(Lower *l, Scope *s, const Stmt *body);
void scope_bind_pattern(Lower *l, Scope *s, const Pattern *p, Value v);
Value scope_run_body(Lower *l, Scope *s, const Func *f);
Value binding_value(Lower *l, Binding *b, Span use);
Value name_value(Lower *l, Scope *s, int32_t order, const char *name, Span at);
int32_t state_of(Lower *l, Binding *b, const Model *model);
void state_set_initial(Lower *l, StateInfo *s, Value v);
Value delay_of(Lower *l, Binding *b, int32_t steps, Span at);
Value delay_value(Lower *l, Scope *s, int32_t order, const Expr *e);
void delays_resolve(Lower *l);

/* expr.c */
Value eval_expr(Lower *l, Scope *s, int32_t order, const Expr *e);
Value value_error(void);
Value value_number(double v, Span at);
Value value_node(Ref r, Span at);
Value value_tuple(Lower *l, const Value *v, int n, Span at);
const char *value_what(const Value *v);
/* The value as a node, or REF_NONE after an error. */
Ref value_ref(Lower *l, Value v);
bool value_is_size(const Value *v);
Ref lower_add(Lower *l, Op op, int nin, const Ref *in, Span at);
Value value_binary(Lower *l, char op, bool dot, Value a, Value b, Span at);

/* model.c */
Type *type_new(Lower *l, const Decl *d, Scope *s, bool in_prelude);
Value call_value(Lower *l, Value callee, Args *args);
Value call_one(Lower *l, Value callee, Value arg, Span at);
Value construct(Lower *l, Type *t, Args *args);
Value layer_of_type(Lower *l, Value v);
Value construct_by_dims(Lower *l, Type *t);
Value model_value(Model *m);
Model *model_new(Lower *l, ModelKind kind, Span at);
void model_name(Lower *l, Value v, const char *prefix, const char *locator, const char *key, int depth);
Value expect_size(Lower *l, Value v, int32_t size, const char *what, Span at);
Value field_value(Lower *l, Binding *b, Scope *fields);

/* recur.c */
Value recur_call(Lower *l, Model *m, Args *args);

/* builtin.c */
struct Builtin {
	const char *name;
	Value (*call)(Lower *l, const Builtin *b, Args *args);
	Op op;
	InitKind init;
	double number; /* a constant's value, an initialiser's scale */
	int min, max;  /* positional arguments; max -1: any number */
	bool elementwise, constant;
};
const Builtin *builtin_find(const char *name);
int builtin_names(const char **out, int max);
#endif
