/* main.c: learns to write by reading: charrnn [OPTION]... TEXT
 *
 *     -n N     updates in total (1000)             -e N     a sample and a checkpoint every N updates (250)
 *     -c FILE  the checkpoint (charrnn.safetensors) -r FILE  go on from this checkpoint
 *     -l FILE  the losses (loss.tsv)                -s N     write N letters by the checkpoint of -r, no training
 *
 * The last twentieth of the text is held out: the net never learns from it. Control-C ends training with a checkpoint;
 * -r goes on as if nothing had happened. */
#define _POSIX_C_SOURCE 200809L
#include "checkpoint.h"
#include "progress.h"
#include "sample.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
	const char *text, *checkpoint, *resume, *losses;
	long updates, every;
	int letters;
} Options;

enum { SAMPLE = 300, WINDOW_OF_LOSS = 25 };
static const float temperature = 0.7f;

static Trainer trainer;
static float grad[CHARRNN_NPARAM];
static volatile sig_atomic_t stopped;

static void
stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static int
complain(const char *path, const char *wrong)
{
	if (wrong)
		fprintf(stderr, "charrnn: %s: %s\n", path, wrong);
	return wrong != NULL;
}

static int
options_read(Options *o, int argc, char **argv)
{
	*o = (Options){NULL, "charrnn.safetensors", NULL, "loss.tsv", 1000, 250, 0};
	for (int c; (c = getopt(argc, argv, "n:e:c:r:l:s:")) != -1;) {
		switch (c) {
		case 'n': o->updates = atol(optarg); break;
		case 'e': o->every = atol(optarg); break;
		case 'c': o->checkpoint = optarg; break;
		case 'r': o->resume = optarg; break;
		case 'l': o->losses = optarg; break;
		case 's': o->letters = atoi(optarg); break;
		default: return 1;
		}
	}
	o->text = argv[optind];
	return o->updates < 1 || o->every < 1 || !(o->letters > 0 ? o->resume != NULL : o->text != NULL);
}

/* What training has come to: a line of loss.tsv, a checkpoint, a sample. */
static int
report(const Options *o, FILE *losses, const Text *text, const Text *held, double loss)
{
	double held_loss = sample_loss(&trainer.params, held, 0, held->n);

	progress_clear();
	if (fprintf(losses, "%ld\t%.4f\t%.4f\n", trainer.update, loss, held_loss) < 0 || fflush(losses))
		return complain(o->losses, "cannot be written");
	printf("update %ld, epoch %.1f: loss %.4f, held out %.4f (%.2f bits a letter)\n", trainer.update,
	       (double)trainer.update / (double)train_windows(text, 1), loss, held_loss, held_loss / 0.69314718);
	printf("----------------------------------------\n");
	sample_write(stdout, &trainer.params, SAMPLE, temperature, (unsigned)trainer.update);
	printf("----------------------------------------\n");
	return complain(o->checkpoint, checkpoint_write(o->checkpoint, &trainer));
}

static int
train(const Options *o, FILE *losses, const Text *text, const Text *held)
{
	Progress progress;
	double mean = 0;

	progress_start(&progress, trainer.update, o->updates);
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	for (int n = 1; trainer.update < o->updates && !stopped; n++) {
		double loss = (double)train_gradient(&trainer, text, 0, 1, grad);
		if (!(loss < 1e30))
			return complain(o->text, "the loss is no number any more; the parameters stay as they were");
		train_update(&trainer, grad, o->updates);
		mean += (loss - mean) / (n < WINDOW_OF_LOSS ? n : WINDOW_OF_LOSS);
		progress_show(&progress, trainer.update, mean);
		if (trainer.update % o->every == 0 || trainer.update == o->updates)
			if (report(o, losses, text, held, mean))
				return 1;
	}
	progress_clear();
	if (stopped)
		printf("stopped after update %ld; -r %s goes on\n", trainer.update, o->checkpoint);
	else
		printf("%.1f s, %d weights, %zu bytes of tape; '%s' and '%s' are written\n",
		       progress_seconds(&progress), CHARRNN_NPARAM, sizeof(charrnn_tape), o->checkpoint, o->losses);
	return complain(o->checkpoint, stopped ? checkpoint_write(o->checkpoint, &trainer) : NULL);
}

/* Training goes on in the same list of losses. */
static FILE *
losses_open(const Options *o)
{
	FILE *f = fopen(o->losses, o->resume ? "a" : "w");

	if (f && !o->resume)
		fprintf(f, "update\tloss\theld out\n");
	return f;
}

int
main(int argc, char **argv)
{
	Options o;
	Text text;

	if (options_read(&o, argc, argv)) {
		fprintf(stderr, "usage: charrnn [-n UPDATES] [-e EVERY] [-c FILE] [-l FILE] [-r FILE] TEXT\n"
				"       charrnn -r FILE -s LETTERS\n");
		return 2;
	}
	train_start(&trainer);
	if (o.resume && complain(o.resume, checkpoint_read(o.resume, &trainer)))
		return 1;
	if (o.letters > 0) {
		sample_write(stdout, &trainer.params, o.letters, temperature, (unsigned)trainer.update);
		return 0;
	}
	if (trainer.update >= o.updates)
		return complain(o.resume, "has made all its updates: more with -n");
	if (complain(o.text, text_read(o.text, &text)))
		return 1;
	Text held = {text.letter + text.n - text.n / 20, text.n / 20};
	text.n -= held.n;
	int wrong = complain(o.text, train_windows(&text, 1) ? NULL : "is too short");
	FILE *losses = wrong ? NULL : losses_open(&o);
	wrong = wrong || complain(o.losses, losses ? NULL : "cannot be written") || train(&o, losses, &text, &held);
	if (losses && fclose(losses) != 0)
		wrong = complain(o.losses, "cannot be written");
	free(text.letter);
	return wrong;
}
