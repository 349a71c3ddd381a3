/* layout_table.c: the .def files as tables, and the small lists inside their strings. */
#include "layout_parts.h"
#include <string.h>

const LayerRow layer_table[LAYER_COUNT] = {
#define LAYER(id, types, fields) [LAYER_##id] = {types, fields},
#include "layout_layers.def"
#undef LAYER
};

const FrameworkRow framework_table[FRAMEWORK_COUNT] = {
#define FRAMEWORK(id, name, shown) [FRAMEWORK_##id] = {name, shown},
#include "layout_frameworks.def"
#undef FRAMEWORK
};

const LayoutRow layout_table[] = {
#define ROW(framework, layer, form, names, axis, blocks, need) \
	{FRAMEWORK_##framework, LAYER_##layer, form, names, AXIS_##axis, blocks, NEED_##need},
#include "layout.def"
#undef ROW
};
const int layout_table_count = COUNT(layout_table);

bool
word_next(const char **list, char separator, Word *out)
{
	const char *s = *list;
	while (*s && *s == separator)
		s++;
	out->s = s;
	while (*s && *s != separator)
		s++;
	out->n = (int)(s - out->s);
	*list = s;
	return out->n > 0;
}

bool
word_is(Word w, const char *s)
{
	return strlen(s) == (size_t)w.n && memcmp(w.s, s, (size_t)w.n) == 0;
}

int
word_count(const char *list, char separator)
{
	Word w;
	int n = 0;
	while (word_next(&list, separator, &w))
		n++;
	return n;
}

bool
layer_field_next(const char **fields, LayerField *out)
{
	Word w;
	if (!word_next(fields, ' ', &w))
		return false;
	const char *colon = memchr(w.s, ':', (size_t)w.n);
	out->name = (Word){w.s, (int)(colon - w.s)};
	out->size = (Word){colon + 1, w.n - out->name.n - 1};
	out->optional = w.s[w.n - 1] == '?';
	out->size.n -= out->optional;
	return true;
}

bool
layer_field_find(Layer layer, Word name, LayerField *out)
{
	const char *list = layer_table[layer].fields;
	while (layer_field_next(&list, out))
		if (out->name.n == name.n && memcmp(out->name.s, name.s, (size_t)name.n) == 0)
			return true;
	return false;
}
