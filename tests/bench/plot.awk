# plot.awk: an SVG bar chart from report.awk's lines "WORKLOAD CANDIDATE NS RATIO KIND".
#
# A panel for each workload; bars are RATIO, the time over that of 'native', on one scale, cut at LIMIT.

BEGIN {
	LIMIT = 8
	BAR = 15; LABEL = 110; WIDE = 300; PANEL = LABEL + WIDE + 70; ACROSS = 2; GAP = 46; TOP = 56
	colour["ours"] = "#1f6fb4"; colour["peer"] = "#c2661b"; colour["other"] = "#b9b2a8"
}

function text(x, y, class, string)
{
	out = out sprintf("<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, class, string)
}

function bar(x, y, times, kind,   cut, wide)
{
	cut = times > LIMIT
	wide = WIDE * (cut ? LIMIT : times) / LIMIT
	out = out sprintf("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill=\"%s\"%s/>\n", x, y, wide, BAR - 3,
		colour[kind], cut ? " fill-opacity=\"0.55\"" : "")
	text(x + wide + 4, y + BAR - 5, "v", sprintf("%s%.2f", cut ? "→ " : "", times))
}

{
	if (!($1 in rows))
		order[++panels] = $1
	n = ++rows[$1]
	name[$1, n] = $2
	times[$1, n] = $4
	kind[$1, n] = $5
	if ($2 == "native")
		native[$1] = $3
}

function sorted(w,   i, k, t)
{
	for (i = 2; i <= rows[w]; i++)
		for (k = i; k > 1 && times[w, k] < times[w, k - 1]; k--) {
			t = times[w, k]; times[w, k] = times[w, k - 1]; times[w, k - 1] = t
			t = name[w, k]; name[w, k] = name[w, k - 1]; name[w, k - 1] = t
			t = kind[w, k]; kind[w, k] = kind[w, k - 1]; kind[w, k - 1] = t
		}
}

function panel(w, x, y,   i)
{
	text(x, y, "t", w sprintf(": native %.1f µs", native[w] / 1000))
	out = out sprintf("<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" class=\"one\"/>\n", x + LABEL + WIDE / LIMIT,
		x + LABEL + WIDE / LIMIT, y + 4, y + rows[w] * BAR + 8)
	for (i = 1; i <= rows[w]; i++) {
		text(x + LABEL - 6, y + i * BAR + 4, "n", name[w, i] (kind[w, i] == "other" ? "*" : ""))
		bar(x + LABEL, y + (i - 1) * BAR + 8, times[w, i], kind[w, i])
	}
}

END {
	y = TOP
	for (i = 1; i <= panels; i++) {
		sorted(order[i])
		x = 20 + (i - 1) % ACROSS * PANEL
		if ((i - 1) % ACROSS == 0) {
			y += high
			high = 0
		}
		panel(order[i], x, y)
		if (rows[order[i]] * BAR + GAP > high)
			high = rows[order[i]] * BAR + GAP
	}
	wide = 20 + ACROSS * PANEL
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", wide, y + high, wide, y + high
	print "<style>text{font:12px sans-serif;fill:#222}.t{font-weight:bold}.n{text-anchor:end}.v{font-size:11px;fill:#444;paint-order:stroke;stroke:#fff;stroke-width:4px}"
	print ".one{stroke:#222;stroke-dasharray:2 2}</style>"
	print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
	print "<text x=\"20\" y=\"24\">Time over netc’s native build (shorter is better); blue: netc’s C, brown: peers, grey*: figures from other runs</text>"
	printf "%s</svg>\n", out
}
