/* c_names.c: user's names and numbers as C.
 *
 * Public names carry the prefix and internal ones a role as well, so they meet no library name; what stands alone
 * (arguments, members of the state struct) is kept away from keywords and well-known macros. */
#include "back.h"
#include <math.h>
#include <string.h>

/* Unicode → letters; anything else becomes uXXXX. */
static const struct {
	int32_t c;
	const char *as;
} letters[] = {
	{0x3b1, "alpha"},   {0x3b2, "beta"},     {0x3b3, "gamma"},  {0x3b4, "delta"},   {0x3b5, "epsilon"},
	{0x3b6, "zeta"},    {0x3b7, "eta"},      {0x3b8, "theta"},  {0x3b9, "iota"},    {0x3ba, "kappa"},
	{0x3bb, "lambda"},  {0x3bc, "mu"},       {0x3bd, "nu"},     {0x3be, "xi"},      {0x3bf, "omicron"},
	{0x3c0, "pi"},      {0x3c1, "rho"},      {0x3c2, "sigma"},  {0x3c3, "sigma"},   {0x3c4, "tau"},
	{0x3c5, "upsilon"}, {0x3c6, "phi"},      {0x3c7, "chi"},    {0x3c8, "psi"},     {0x3c9, "omega"},
	{0x393, "Gamma"},   {0x394, "Delta"},    {0x398, "Theta"},  {0x39b, "Lambda"},  {0x39e, "Xi"},
	{0x3a0, "Pi"},      {0x3a3, "Sigma"},    {0x3a6, "Phi"},    {0x3a8, "Psi"},     {0x3a9, "Omega"},
	{0x2032, "_prime"}, {0x2033, "_prime2"}, {0x303, "_tilde"}, {0x302, "_hat"},    {0x304, "_bar"},
	{0x307, "_dot"},    {0x30c, "_check"},   {0x207a, "_plus"}, {0x207b, "_minus"}, {0x2c7c, "j"},
	{0x209c, "t"},      {0x2095, "h"},       {0x2093, "x"},     {0x1d62, "i"},      {0x2096, "k"},
	{0x2099, "n"},      {0xb9, "1"},         {0xb2, "2"},       {0xb3, "3"},
};

static const char *const reserved[] = {
	"alignas",
	"alignof",
	"and",
	"and_eq",
	"asm",
	"auto",
	"bitand",
	"bitor",
	"bool",
	"break",
	"case",
	"catch",
	"char",
	"char16_t",
	"char32_t",
	"class",
	"compl",
	"const",
	"const_cast",
	"constexpr",
	"continue",
	"decltype",
	"default",
	"delete",
	"do",
	"double",
	"dynamic_cast",
	"else",
	"enum",
	"explicit",
	"export",
	"extern",
	"false",
	"float",
	"for",
	"friend",
	"goto",
	"if",
	"inline",
	"int",
	"long",
	"mutable",
	"namespace",
	"new",
	"noexcept",
	"not",
	"not_eq",
	"nullptr",
	"operator",
	"or",
	"or_eq",
	"private",
	"protected",
	"public",
	"register",
	"reinterpret_cast",
	"restrict",
	"return",
	"short",
	"signed",
	"sizeof",
	"static",
	"static_assert",
	"static_cast",
	"struct",
	"switch",
	"template",
	"this",
	"thread_local",
	"throw",
	"true",
	"try",
	"typedef",
	"typeid",
	"typename",
	"typeof",
	"union",
	"unsigned",
	"using",
	"virtual",
	"void",
	"volatile",
	"wchar_t",
	"while",
	"xor",
	"xor_eq",
	"NULL",
	"EOF",
	"I",
	"M_PI",
	"NAN",
	"INFINITY",
	"HUGE_VAL",
	"assert",
	"errno",
	"stdin",
	"stdout",
	"stderr",
	"linux",
	"unix",
	"i386",
	"arm",
	"avr",
	"mips",
	"sun",
	"vax",
	"near",
	"far",
	"interrupt",
	"huge",
	"min",
	"max",
	"signals",
	"slots",
	"emit",
	"main",
	/* what the generated functions use themselves */
	"s",
	"w",
	"p",
	"work",
	"i",
	"j",
	"k",
	"b",
};

static void
put_character(Text *t, int32_t c)
{
	if (c < 0x80) {
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		text_add(t, "%c", good ? (char)c : '_');
		return;
	}
	if (c >= 0x2080 && c <= 0x2089) {
		text_add(t, "%d", (int)(c - 0x2080));
		return;
	}
	for (int i = 0; i < COUNT(letters); i++)
		if (letters[i].c == c) {
			text_add(t, "%s", letters[i].as);
			return;
		}
	text_add(t, "u%04X", (unsigned)c);
}

const char *
c_identifier(Arena *a, const char *name)
{
	Text t = {0};
	const char *end = name + strlen(name);
	if (*name >= '0' && *name <= '9')
		text_add(&t, "l"); /* layer 1 of a Chain */
	for (const char *p = name; p < end;) {
		int len = 1;
		int32_t c = utf8_decode(p, end, &len);
		put_character(&t, c < 0 ? '_' : c);
		p += c < 0 ? 1 : len;
	}
	const char *s = intern(a, t.n ? t.v : "_");
	text_free(&t);
	return s;
}

const char *
c_alone(Arena *a, const char *name)
{
	const char *s = c_identifier(a, name);
	bool ours = strncmp(s, "nn_", 3) == 0 || strncmp(s, "NN_", 3) == 0; /* the runtime and its macros */
	for (int i = 0; i < COUNT(reserved); i++)
		ours |= strcmp(reserved[i], s) == 0;
	return ours ? intern(a, arena_printf(a, "%s_", s)) : s;
}

const char *
c_upper(Arena *a, const char *name)
{
	char *s = arena_strndup(a, name, strlen(name));
	for (char *p = s; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return s;
}

static UsedName *
name_slot(const NameTable *t, const char *name)
{
	size_t at = (size_t)hash_bytes(HASH_SEED, name, strlen(name)) & (t->cap - 1);
	while (t->v[at].name && t->v[at].name != name)
		at = (at + 1) & (t->cap - 1);
	return &t->v[at];
}

static void
name_room(Arena *a, NameTable *t)
{
	NameTable old = *t;
	if (2 * (t->n + 1) <= t->cap)
		return;
	t->cap = old.cap ? 2 * old.cap : 64;
	t->v = arena_alloc(a, t->cap * sizeof *t->v);
	for (size_t i = 0; i < old.cap; i++)
		if (old.v[i].name)
			*name_slot(t, old.v[i].name) = old.v[i];
}

const char *
c_unique(Arena *a, NameTable *t, const char *identifier)
{
	const char *base = intern(a, identifier), *name = base;
	name_room(a, t);
	int copy = name_slot(t, base)->copies;
	while (name_slot(t, name)->name) {
		copy = copy < 2 ? 2 : copy + 1;
		name = intern(a, arena_printf(a, "%s_%d", identifier, copy));
	}
	if (name != base)
		name_slot(t, base)->copies = copy;
	name_slot(t, name)->name = name;
	t->n++;
	return name;
}

const char *
c_float(Arena *a, double v)
{
	char s[40];
	snprintf(s, sizeof s, "%.9g", (double)(float)v);
	for (int digits = 1; digits < 9; digits++) {
		char shorter[40];
		double back;
		snprintf(shorter, sizeof shorter, "%.*g", digits, (double)(float)v);
		if (sscanf(shorter, "%lf", &back) == 1 && (float)back == (float)v) {
			memcpy(s, shorter, sizeof s);
			break;
		}
	}
	const char *point = strpbrk(s, ".e") ? "" : ".0";
	return signbit(v) ? arena_printf(a, "(%s%sf)", s, point) : arena_printf(a, "%s%sf", s, point);
}

const char *
c_comment(Arena *a, const char *s, int n)
{
	char *out = arena_strndup(a, s, (size_t)n);
	for (char *p = out; *p; p++) {
		if ((p[0] == '*' && p[1] == '/') || (p[0] == '/' && p[1] == '*') || (p[0] == '?' && p[1] == '?'))
			p[1] = ' ';
		if (*p == '\n' || *p == '\r' || *p == '\t' || *p == '\\')
			*p = ' ';
	}
	return out;
}
