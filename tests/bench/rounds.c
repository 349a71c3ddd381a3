/* rounds.c: runs candidates in interleaved rounds: rounds N FILE, FILE having lines "NAME COMMAND...".
 *
 * All are started first and made ready (main.c); then each runs a round in turn, N times, one at a time, so that a slow
 * phase of the machine meets all of them. Prints "NAME MEDIAN LOWEST HIGHEST RATIO": times in ns, and the median over
 * the rounds of its time over the first one's in the same round. A candidate that exits with 77 is skipped, and said
 * so; any other end before its last round is an error, and the status is 1. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANDIDATES_MAX = 32, ROUNDS_MAX = 999 };

typedef struct {
	char name[64];
	pid_t pid;
	FILE *to, *from;
	double *time; /* of each round */
} Candidate;

static bool
child_start(Candidate *c, const char *command)
{
	int in[2], out[2];
	if (pipe(in) || pipe(out))
		return false;
	c->pid = fork();
	if (!c->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	/* Else the next child holds this one's input open. */
	fcntl(in[1], F_SETFD, FD_CLOEXEC);
	fcntl(out[0], F_SETFD, FD_CLOEXEC);
	c->to = fdopen(in[1], "w");
	c->from = fdopen(out[0], "r");
	return c->pid > 0 && c->to && c->from;
}

/* Waits for its end; its exit status, 128 if a signal ended it. */
static int
child_end(Candidate *c)
{
	int status = 0;
	fclose(c->to);
	fclose(c->from);
	return waitpid(c->pid, &status, 0) == c->pid && WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Starts it and waits until it is ready; the status it ended with if it is not. */
static int
candidate_start(Candidate *c, const char *line, int rounds)
{
	char answer[64];
	int used = 0;
	c->time = calloc((size_t)rounds, sizeof *c->time);
	if (sscanf(line, "%63s %n", c->name, &used) < 1 || !c->time || !child_start(c, line + used))
		return 1;
	while (fgets(answer, sizeof answer, c->from))
		if (!strcmp(answer, "ready\n"))
			return 0;
	int status = child_end(c);
	return status ? status : 1;
}

static bool
candidate_round(Candidate *c, int round)
{
	char answer[64];
	fputs("round\n", c->to);
	return !fflush(c->to) && fgets(answer, sizeof answer, c->from) && (c->time[round] = atof(answer)) > 0;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double
median(double *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, compare);
	return (v[n / 2] + v[(n - 1) / 2]) / 2;
}

static void
candidates_print(Candidate *c, int n, int rounds)
{
	double ratio[CANDIDATES_MAX], of_round[ROUNDS_MAX];
	for (int k = 0; k < n; k++) {
		for (int r = 0; r < rounds; r++)
			of_round[r] = c[k].time[r] / c[0].time[r];
		ratio[k] = median(of_round, rounds);
	}
	for (int k = 0; k < n; k++) {
		double *t = c[k].time, middle = median(t, rounds);
		printf("%s %.1f %.1f %.1f %.4f\n", c[k].name, middle, t[0], t[rounds - 1], ratio[k]);
	}
}

/* The candidates that got ready; others are named on stderr. *bad if one of them should have. */
static int
candidates_start(Candidate *c, FILE *f, int rounds, bool *bad)
{
	char line[4096];
	int n = 0;
	while (n < CANDIDATES_MAX && fgets(line, sizeof line, f)) {
		int status = candidate_start(&c[n], line, rounds);
		if (status)
			fprintf(stderr, "%s: %s (status %d)\n", c[n].name, status == 77 ? "skipped" : "failed", status);
		*bad = *bad || (status && status != 77);
		n += !status;
	}
	return n;
}

int
main(int argc, char **argv)
{
	static Candidate c[CANDIDATES_MAX];
	bool bad = false;
	int rounds = argc == 3 ? atoi(argv[1]) : 0;
	FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;
	if (!f || rounds < 1 || rounds > ROUNDS_MAX)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	int n = candidates_start(c, f, rounds, &bad);
	for (int round = 0; round < rounds && !bad; round++)
		for (int k = 0; k < n && !bad; k++)
			if (!candidate_round(&c[k], round)) {
				fprintf(stderr, "%s: failed in round %d\n", c[k].name, round + 1);
				bad = true;
			}
	if (!bad)
		candidates_print(c, n, rounds);
	for (int k = 0; k < n; k++)
		child_end(&c[k]);
	fclose(f);
	return bad;
}
