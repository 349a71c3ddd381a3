/* pass.c: the pipeline on one screen, and its driver. */
#include "pass.h"
#include <assert.h>
#include <string.h>

const Pass pass_table[] = {
	{'S', "shape", pass_shape, 0, FACT_SHAPED, 0, "solve all shapes by unification"},
	{'F', "fold", pass_fold, FACT_SHAPED, 0, FACT_PLANNED, "compute what is constant, drop what does nothing"},
	{'C', "cse", pass_cse, FACT_SHAPED, 0, FACT_PLANNED, "compute equal values once"},
	{'D', "dce", pass_dce, 0, 0, FACT_PLANNED, "drop values that nothing uses"},
	{'M', "merge", pass_merge, FACT_SHAPED, 0, FACT_PLANNED, "sums of products become one affine node"},
	{'H', "hoist", pass_hoist, FACT_SHAPED, 0, FACT_PLANNED,
	 "products that wait for no past run once for all steps"},
	{'K', "pack", pass_pack, FACT_SHAPED, 0, FACT_PLANNED, "weights in the order of use, with scales folded in"},
	{'U', "unroll", pass_unroll, FACT_SHAPED, FACT_UNROLLED, FACT_PLANNED, "copy the net once per time step"},
	{'E', "fuse", pass_fuse, FACT_SHAPED | FACT_UNROLLED, 0, FACT_PLANNED,
	 "a cell's sums and what follows become one loop"},
	{'G', "grad", pass_grad, FACT_SHAPED | FACT_UNROLLED, 0, FACT_PLANNED,
	 "differentiate: turn outputs into a loss and its gradients"},
	{'P', "plan", pass_plan, FACT_SHAPED | FACT_UNROLLED, FACT_PLANNED, 0, "give every value a place in memory"},
};
const int pass_count = COUNT(pass_table);
const char pass_front[] = "SFCD", pass_back[] = "MHKUCDEP";

const Pass *
pass_by_letter(char letter)
{
	for (int i = 0; i < pass_count; i++)
		if (pass_table[i].letter == letter)
			return &pass_table[i];
	return NULL;
}

const Pass *
pass_by_name(const char *name)
{
	for (int i = 0; i < pass_count; i++)
		if (strcmp(pass_table[i].name, name) == 0)
			return &pass_table[i];
	return NULL;
}

bool
pass_possible(const char *letters, unsigned facts)
{
	for (; *letters; letters++) {
		const Pass *p = pass_by_letter(*letters);
		if (!p || (p->needs & ~facts))
			return false;
		facts = (facts | p->gives) & ~p->breaks;
	}
	return true;
}

static void
pass_dump(const Graph *g, const Pass *p, FILE *out)
{
	Text t = {0};
	graph_print(g, &t);
	fprintf(out, "# after %s\n%s", p->name, t.v);
	text_free(&t);
}

bool
pass_run(Graph *g, const char *letters, PassRun *run)
{
	for (; *letters && !run->stopped; letters++) {
		const Pass *p = pass_by_letter(*letters);
		assert(p && (p->needs & ~run->facts) == 0 && "a pass runs before what it needs");
		int errors = diag_errors(g->diag);
		bool leave_out = run->without >> (p - pass_table) & 1;
		if (!leave_out)
			p->fn(g);
		if (diag_errors(g->diag) > errors || g->unknown)
			return false;
		run->facts = (run->facts | p->gives) & ~p->breaks;
		graph_verify(g, p->name);
		if (!leave_out && run->dump && strchr(run->dump, p->letter))
			pass_dump(g, p, run->out);
		if (run->watch)
			run->watch(run->watcher, g, p);
		/* The last run of a pass that runs twice is the one to stop after. */
		run->stopped = run->stop && strcmp(run->stop, p->name) == 0 && !strchr(letters + 1, p->letter);
	}
	return true;
}
