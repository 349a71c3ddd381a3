/* peer_onnxruntime.c: ONNX Runtime by its C API, on the model that onnx_model.py wrote.
 *
 * The library is opened at run time (ORT_LIB), since the npm package that brings it has no header. Its API is one table
 * of functions whose places never change; the few that are used here are declared with their place. */
#include "peer.h"
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The library's own objects, all of them opaque. A status other than NULL is an error. */
typedef void *Status;
typedef struct {
	void **(*functions)(uint32_t version);
	const char *(*version)(void);
} ApiBase;

/* Calls the function at a place of the table; the types of its arguments stand before it. */
#define CALL(place, types, ...) check(((Status(*) types)api[place])(__VA_ARGS__))
#define ERROR_MESSAGE 2
#define CREATE_ENV 3
#define CREATE_SESSION 7
#define RUN 9
#define CREATE_SESSION_OPTIONS 10
#define SET_OPTIMIZATION 23
#define SET_INNER_THREADS 24
#define SET_OUTER_THREADS 25
#define TENSOR_OF_DATA 49
#define CREATE_CPU_MEMORY 69

enum { API_VERSION = 1, WARNING = 2, ALL_OPTIMIZATIONS = 99, ARENA = 1, DEFAULT_MEMORY = 0, FLOAT = 1 };

static void **api;
static void *session, *memory, *input, *output;
static const float *input_of;
static float *output_of;
static int64_t x_shape[3], y_shape[2];

static void
check(Status status)
{
	if (!status)
		return;
	fprintf(stderr, "onnxruntime: %s\n", ((const char *(*)(Status))api[ERROR_MESSAGE])(status));
	exit(1);
}

static void *
tensor_of(float *data, const int64_t *shape, size_t rank)
{
	void *tensor = NULL;
	size_t bytes = sizeof *data;
	for (size_t i = 0; i < rank; i++)
		bytes *= (size_t)shape[i];
	CALL(TENSOR_OF_DATA, (void *, void *, size_t, const int64_t *, size_t, int, void **), memory, data, bytes,
	     shape, rank, FLOAT, &tensor);
	return tensor;
}

/* Opens the library; false if it is not there. */
static bool
api_open(void)
{
	const char *path = getenv("ORT_LIB");
	void *library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
	void *symbol = library ? dlsym(library, "OrtGetApiBase") : NULL;
	if (!symbol) {
		fprintf(stderr, "onnxruntime: %s\n", path ? dlerror() : "ORT_LIB is not set");
		return false;
	}
	const ApiBase *(*base)(void) = (const ApiBase *(*)(void))(uintptr_t)symbol;
	api = base()->functions(API_VERSION);
	return api != NULL;
}

bool
peer_open(const Workload *w, const char *dir)
{
	char path[512];
	void *env = NULL, *options = NULL;
	if (!api_open())
		return false;
	snprintf(path, sizeof path, "%s/model.onnx", dir);
	CALL(CREATE_ENV, (int, const char *, void **), WARNING, "bench", &env);
	CALL(CREATE_SESSION_OPTIONS, (void **), &options);
	CALL(SET_OPTIMIZATION, (void *, int), options, ALL_OPTIMIZATIONS);
	CALL(SET_INNER_THREADS, (void *, int), options, 1);
	CALL(SET_OUTER_THREADS, (void *, int), options, 1);
	CALL(CREATE_SESSION, (void *, const char *, void *, void **), env, path, options, &session);
	CALL(CREATE_CPU_MEMORY, (int, int, void **), ARENA, DEFAULT_MEMORY, &memory);
	x_shape[0] = w->steps;
	x_shape[1] = w->batch;
	x_shape[2] = w->layer[0].in;
	y_shape[0] = (w->last ? 1 : w->steps) * w->batch;
	y_shape[1] = w->layer[w->layers - 1].out;
	return true;
}

void
peer_run(const float *x, float *y)
{
	static const char *const x_name[] = {"x"}, *const y_name[] = {"y"};
	if (x != input_of || y != output_of) {
		input = tensor_of((float *)(uintptr_t)x, x_shape, 3);
		output = tensor_of(y, y_shape, 2);
		input_of = x;
		output_of = y;
	}
	CALL(RUN, (void *, void *, const char *const *, void *const *, size_t, const char *const *, size_t, void **),
	     session, NULL, x_name, &input, 1, y_name, 1, &output);
}
