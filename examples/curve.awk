# curve.awk FILE.tsv: lines over a common x: as text, or with -v form=svg as a picture.
#
# The first line names the columns, the first of them x. The text shows one, -v column=N or the last; in the picture
# -v ytitle=... says what is drawn, and -v marks="X text; X text" draws upright lines.
BEGIN { FS = "\t" }
NR == 1 { columns = NF; for (c = 1; c <= NF; c++) name[c] = $c; next }
{
	n++
	for (c = 1; c <= columns; c++) {
		v[n, c] = $c + 0
		if (c > 1) {
			if (!seen++) low = high = $c + 0
			if ($c + 0 < low) low = $c + 0
			if ($c + 0 > high) high = $c + 0
		}
	}
}
END {
	if (!n || columns < 2) { print "curve.awk: nothing to draw" >"/dev/stderr"; exit 1 }
	if (form == "svg") svg(); else text()
}

# A bar a row; no more than twenty rows.
function text(    rows, r, i, k, bar) {
	rows = n < 20 ? n : 20
	if (!column) column = columns
	printf "%10s  %s\n", name[1], name[column]
	for (r = 1; r <= rows; r++) {
		i = rows > 1 ? int((r - 1) * (n - 1) / (rows - 1)) + 1 : n
		bar = ""
		k = high > low ? (v[i, column] - low) / (high - low) * 48 : 0
		while (length(bar) <= k) bar = bar "*"
		printf "%10g  %-49s %.6g\n", v[i, 1], bar, v[i, column]
	}
}

# A round step that cuts the span into four to ten.
function nice(span,    s) {
	s = 10 ^ int(log(span) / log(10) - (span < 1))
	while (span / s > 8) s *= (++turns % 2 ? 2 : 2.5)
	while (span / s < 3) s /= 2
	return s
}
function X(x) { return left + (x - x0) / (x1 - x0) * width }
function Y(y) { return top + (y1 - y) / (y1 - y0) * height }

function svg(    c, i, s, k, count, part, at) {
	left = 60; top = 40; width = 660; height = 280
	x0 = v[1, 1]; x1 = v[n, 1]
	if (x1 <= x0) x1 = x0 + 1
	if (high <= low) high = low + 1
	s = nice(high - low)
	y0 = low >= 0 && low < high / 2 ? 0 : int(low / s - (low < 0)) * s
	y1 = int((high - y0) / s + 0.999) * s + y0
	print "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 760 372'>"
	print "<style>"
	print "text{font:13px system-ui,sans-serif;fill:#444}.end{text-anchor:end}.mid{text-anchor:middle}"
	print "path{fill:none;stroke-linejoin:round;stroke-width:1.8}.grid{stroke:#8884;stroke-width:1}.mark{stroke:#888;stroke-dasharray:4 3}"
	print ".l2{stroke:#a03c00}.l3{stroke:#2f7fc4}.l4{stroke:#3b8f3b}"
	print "@media (prefers-color-scheme:dark){text{fill:#ccc}.l2{stroke:#ffb070}.l3{stroke:#74b3e8}.l4{stroke:#8fd18f}}"
	print "</style>"
	for (k = int(y0 / s); k * s <= y1 + 1e-9; k++)
		if (k * s >= y0 - 1e-9)
			printf "<path class='grid' d='M%d %.1fh%d'/><text class='end' x='%d' y='%.1f'>%g</text>\n", left, Y(k * s), width, left - 7, Y(k * s) + 4.5, k * s
	s = nice(x1 - x0)
	for (k = int(x0 / s); k * s <= x1 + 1e-9; k++)
		if (k * s >= x0 - 1e-9)
			printf "<path class='grid' d='M%.1f %dv%d'/><text class='mid' x='%.1f' y='%d'>%g</text>\n", X(k * s), top, height, X(k * s), top + height + 18, k * s
	count = split(marks, part, "; *")
	for (i = 1; i <= count; i++) {
		at = part[i] + 0
		sub(/^[^ ]* /, "", part[i])
		printf "<path class='mark' d='M%.1f %dv%d'/><text class='end' x='%.1f' y='%d'>%s</text>\n", X(at), top, height, X(at) - 6, top + 16, part[i]
	}
	for (c = columns; c > 1; c--) {
		printf "<path class='l%d' d='", c
		for (i = 1; i <= n; i++) printf "%s%.1f %.1f", i == 1 ? "M" : "L", X(v[i, 1]), Y(v[i, c])
		print "'/>"
		printf "<path class='l%d' d='M%d %dh26'/><text x='%d' y='%d'>%s</text>\n", c, 330 + 140 * (c - 2), 22, 362 + 140 * (c - 2), 26, name[c]
	}
	printf "<text x='%d' y='26'>%s</text><text class='end' x='%d' y='362'>%s</text>\n</svg>\n", left, ytitle, left + width, name[1]
}
