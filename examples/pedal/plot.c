/* plot.c: the pedal in a picture; its colours follow the reader's choice of light or dark. */
#include "plot.h"
#include "circuit.h"
#include <stdio.h>

typedef struct {
	double left, top, width, height; /* in pixels */
	double x0, x1, y0, y1;           /* what they show */
} Panel;

static const char *style =
	"<style>\n"
	"text{font:13px system-ui,sans-serif;fill:#444}.end{text-anchor:end}.mid{text-anchor:middle}\n"
	"path{fill:none;stroke-linejoin:round}.grid{stroke:#8884}\n"
	".in{stroke:#777;stroke-width:1.5}.circuit{stroke:#74b3e8;stroke-width:5}\n"
	".net{stroke:#a03c00;stroke-width:1.6}\n"
	"@media (prefers-color-scheme:dark){text{fill:#ccc}.in{stroke:#aaa}.circuit{stroke:#2d6a9f}\n"
	".net{stroke:#ffb070}}\n"
	"</style>\n";

static double
at_x(const Panel *p, double x)
{
	return p->left + (x - p->x0) / (p->x1 - p->x0) * p->width;
}

static double
at_y(const Panel *p, double y)
{
	return p->top + (p->y1 - y) / (p->y1 - p->y0) * p->height;
}

/* Grid lines and their numbers, every dx and dy. */
static void
grid(FILE *f, const Panel *p, double dx, double dy)
{
	for (int k = (int)(p->x0 / dx - 0.5); k * dx <= p->x1 + 1e-9; k++) {
		double x = at_x(p, k * dx);
		if (k * dx < p->x0 - 1e-9)
			continue;
		fprintf(f, "<path class='grid' d='M%.1f %.1fv%.1f'/>", x, p->top, p->height);
		fprintf(f, "<text class='mid' x='%.1f' y='%.1f'>%g</text>\n", x, p->top + p->height + 17, k * dx);
	}
	for (int k = (int)(p->y0 / dy - 0.5); k * dy <= p->y1 + 1e-9; k++) {
		double y = at_y(p, k * dy);
		if (k * dy < p->y0 - 1e-9)
			continue;
		fprintf(f, "<path class='grid' d='M%.1f %.1fh%.1f'/>", p->left, y, p->width);
		fprintf(f, "<text class='end' x='%.1f' y='%.1f'>%g</text>\n", p->left - 7, y + 4.5, k * dy);
	}
}

static void
label(FILE *f, const char *class, double x, double y, const char *text)
{
	fprintf(f, "<text class='%s' x='%.1f' y='%.1f'>%s</text>\n", class, x, y, text);
}

/* y against x, or against milliseconds when x is NULL; full scale is in volts. */
static void
line(FILE *f, const Panel *p, const char *class, const float *x, const float *y, double full, int n)
{
	fprintf(f, "<path class='%s' d='", class);
	for (int t = 0; t < n; t++) {
		double across = x ? (double)x[t] * CIRCUIT_IN_FULL : t * 1e3 / CIRCUIT_RATE;
		fprintf(f, "%c%.1f %.1f", t ? 'L' : 'M', at_x(p, across), at_y(p, (double)y[t] * full));
	}
	fputs("'/>\n", f);
}

static void
both(FILE *f, const Panel *p, const float *x, Trace t)
{
	line(f, p, "circuit", x, t.circuit, CIRCUIT_OUT_FULL, t.n);
	line(f, p, "net", x, t.net, CIRCUIT_OUT_FULL, t.n);
}

static void
legend(FILE *f, double x, double y)
{
	fprintf(f, "<path class='circuit' d='M%.1f %.1fh28'/>", x, y);
	label(f, "", x + 36, y + 4, "the circuit");
	fprintf(f, "<path class='net' d='M%.1f %.1fh28'/>", x + 124, y);
	label(f, "", x + 160, y + 4, "the net");
}

const char *
plot_write(const char *path, Trace curve, Trace excerpt)
{
	double ms = (excerpt.n - 1) * 1e3 / CIRCUIT_RATE;
	Panel transfer = {50, 50, 340, 340, -0.4, 0.4, -1.25, 0.75};
	Panel before = {450, 50, 480, 90, 0, ms, -0.4, 0.4}, after = {450, 180, 480, 210, 0, ms, -1.25, 0.75};
	FILE *f = fopen(path, "w");

	if (!f)
		return "cannot be written";
	fprintf(f, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 950 440'>\n%s", style);
	label(f, "", 50, 22, "output against input, volts: a cycle of 220 Hz");
	grid(f, &transfer, 0.2, 0.25);
	both(f, &transfer, curve.in, curve);
	label(f, "", 450, 22, "input, volts");
	grid(f, &before, 1, 0.4);
	line(f, &before, "in", NULL, excerpt.in, CIRCUIT_IN_FULL, excerpt.n);
	label(f, "", 450, 172, "output, volts");
	legend(f, 707, 168);
	grid(f, &after, 1, 0.25);
	both(f, &after, NULL, excerpt);
	label(f, "end", 930, 428, "milliseconds");
	fputs("</svg>\n", f);
	int failed = ferror(f);
	return fclose(f) != 0 || failed ? "cannot be written" : NULL;
}
