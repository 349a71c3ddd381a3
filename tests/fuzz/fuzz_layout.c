/* fuzz_layout.c: libFuzzer target for the layouts and for --map.
 *
 * The input is text. A line "name 4x3" is a tensor of the file; "? name" or "? name 4x3" a parameter of the model, "<
 * name" one that runs backwards; "= …" a line of the map; "@torch" the layout. */
#include "weights/layout.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

typedef struct {
	Arena *arena;
	TensorTable file;
	TABLE(WantedTensor) wanted;
	Text map;
	const char *layout;
} Input;

static int
dims_read(const char *s, int64_t *dim)
{
	int rank = 0;
	for (; rank < TENSOR_RANK_MAX && *s >= '0' && *s <= '9'; s++) {
		dim[rank++] = strtol(s, (char **)&s, 10) % 9;
		if (*s != 'x')
			break;
	}
	return rank;
}

static void
line_read(Input *in, char *line)
{
	int64_t dim[TENSOR_RANK_MAX] = {0};
	char *name = line + (strchr("?<", *line) ? strspn(line, "?< ") : 0), *space = strchr(name, ' ');
	int rank = space ? dims_read(space + 1, dim) : -1;
	if (*line == '@' && layout_known(line + 1)) {
		in->layout = line + 1;
		return;
	}
	if (*line == '=') {
		text_add(&in->map, "%s\n", line + 1);
		return;
	}
	if (space)
		*space = '\0';
	if (*line != '?' && *line != '<') {
		if (!*name || tensor_find(&in->file, name))
			return;
		Tensor *t = tensor_add(&in->file, name, rank < 0 ? 0 : rank, dim);
		for (int64_t i = 0; i < t->count; i++)
			t->value[i] = (double)(i + in->file.tensor.n);
		return;
	}
	for (int i = 0; i < in->wanted.n; i++)
		if (strcmp(in->wanted.v[i].name, name) == 0)
			return;
	WantedTensor w = {.name = name, .rank = rank > 2 ? 2 : rank, .dim = {dim[0], dim[1]}, .reversed = *line == '<'};
	*table_push(in->arena, &in->wanted) = w;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena *arena = arena_new();
	Diag *diag = diag_new(arena, NULL);
	Input in = {.arena = arena, .file = {.arena = arena}};
	TensorTable out = {.arena = arena};
	Text report = {0}, list = {0};
	LayoutOptions o = {0};
	char *text = arena_strndup(arena, n ? (const char *)data : "", n), *rest = text;
	for (char *line; (line = strtok_r(rest, "\n", &rest));)
		if (in.file.tensor.n < 200 && in.wanted.n < 200)
			line_read(&in, line);
	o.layout = in.layout;
	o.map = in.map.n ? layout_map_parse(arena, diag, "map", in.map.v, in.map.n) : NULL;
	int before = diag_errors(diag);
	bool ok = layout_apply(arena, diag, "f", &o, in.wanted.v, in.wanted.n, &in.file, &out, &report);
	if (ok != (diag_errors(diag) == before) || (diag_errors(diag) == 0) != (ok && !before))
		abort();
	if (o.map)
		layout_map_end(diag, o.map);
	weights_list(&in.file, &list);
	text_free(&in.map);
	text_free(&report);
	text_free(&list);
	arena_free(arena);
	return 0;
}
