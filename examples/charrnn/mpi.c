/* mpi.c: the same training by several processes over MPI: mpirun -np P mpi TEXT [UPDATES [CHECKPOINT]]
 *
 * Every process reads its own parts of the text. The mean of their gradients is the gradient of one batch P times as
 * large; it is one flat array, so one MPI_Allreduce makes it, and then every process makes the same update. */
#include "checkpoint.h"
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static Trainer trainer;
/* The gradient, and the loss behind it, so that both are summed in one go. */
static float sum[CHARRNN_NPARAM + 1];

static void
train(const Text *text, long updates, int process, int processes)
{
	while (trainer.update < updates) {
		sum[CHARRNN_NPARAM] = train_gradient(&trainer, text, process, processes, sum);
		MPI_Allreduce(MPI_IN_PLACE, sum, CHARRNN_NPARAM + 1, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
		for (int i = 0; i <= CHARRNN_NPARAM; i++)
			sum[i] /= (float)processes;
		train_update(&trainer, sum, updates);
		if (process == 0)
			printf("update %ld: loss %.6f\n", trainer.update, (double)sum[CHARRNN_NPARAM]);
	}
}

static int
complain(const char *path, const char *wrong)
{
	if (wrong)
		fprintf(stderr, "mpi: %s: %s\n", path, wrong);
	return wrong != NULL;
}

static int
run(int argc, char **argv)
{
	int process, processes;
	Text text;

	MPI_Comm_rank(MPI_COMM_WORLD, &process);
	MPI_Comm_size(MPI_COMM_WORLD, &processes);
	if (argc < 2)
		return complain("TEXT", "is missing");
	if (complain(argv[1], text_read(argv[1], &text)))
		return 1;
	int wrong = complain(argv[1], train_windows(&text, processes) ? NULL : "is too short");
	if (!wrong) {
		train_start(&trainer);
		train(&text, argc > 2 ? atol(argv[2]) : 100, process, processes);
		if (argc > 3 && process == 0)
			wrong = complain(argv[3], checkpoint_write(argv[3], &trainer));
	}
	free(text.letter);
	return wrong;
}

int
main(int argc, char **argv)
{
	MPI_Init(&argc, &argv);
	int wrong = run(argc, argv);
	if (wrong)
		MPI_Abort(MPI_COMM_WORLD, wrong);
	MPI_Finalize();
	return wrong;
}
