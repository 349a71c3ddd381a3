# overlap.awk: reads an SVG of netc's and says which boxes overlap, which line runs through a box, and which tie is not
# straight. Prints "N boxes, N lines" last; status 1 if anything was said.
function attribute(name,   at)
{
	at = index($0, " " name "=\"")
	if (!at) return ""
	at += length(name) + 3
	return substr($0, at, index(substr($0, at), "\"") - 1)
}
function complain(text)
{
	print FILENAME ":" FNR ": " text
	bad = 1
}
function add_box(   line, at)
{
	line = $0
	match(line, /<rect[^>]*>/)
	$0 = substr(line, RSTART, RLENGTH)
	n++
	x[n] = attribute("x") + shift_x
	y[n] = attribute("y") + 0
	w[n] = attribute("width") + 0
	h[n] = attribute("height") + 0
	$0 = line
	match(line, /<text.*<\/text>/)
	label[n] = substr(line, RSTART, RLENGTH)
	gsub(/<[^>]*>/, "", label[n])
}
# A line from (ax, ay) to (bx, by), which is level or upright, through the inside of a box.
function crosses(ax, ay, bx, by, k,   low_x, high_x, low_y, high_y)
{
	low_x = ax < bx ? ax : bx; high_x = ax < bx ? bx : ax
	low_y = ay < by ? ay : by; high_y = ay < by ? by : ay
	return low_x < x[k] + w[k] - 1 && high_x > x[k] + 1 && low_y < y[k] + h[k] - 1 && high_y > y[k] + 1
}
function add_line(ax, ay, bx, by, number)
{
	m++
	fx[m] = ax; fy[m] = ay; tx[m] = bx; ty[m] = by; of[m] = number
}
# Corners are rounded by "L Q": the point that Q bends at is the corner.
function add_path(d, dx, dy, number,   part, count, i, ax, ay)
{
	gsub(/[MLQ]/, " & ", d)
	gsub(/H/, " H ", d)
	count = split(d, part, " ")
	for (i = 1; i <= count; ) {
		if (part[i] == "M") { ax = part[i + 1] + dx; ay = part[i + 2] + dy; i += 3 }
		else if (part[i] == "L") { add_line(ax, ay, part[i + 1] + dx, part[i + 2] + dy, number); ax = part[i + 1] + dx; ay = part[i + 2] + dy; i += 3 }
		else if (part[i] == "Q") { add_line(ax, ay, part[i + 1] + dx, part[i + 2] + dy, number); add_line(part[i + 1] + dx, part[i + 2] + dy, part[i + 3] + dx, part[i + 4] + dy, number); ax = part[i + 3] + dx; ay = part[i + 4] + dy; i += 5 }
		else if (part[i] == "H") { add_line(ax, ay, part[i + 1] + dx, ay, number); ax = part[i + 1] + dx; i += 2 }
		else { complain("a path has '" part[i] "'"); return }
	}
}
/^<g class="column"/ { shift_x = attribute("transform"); sub(/.*\(/, "", shift_x); shift_x += 0; column = 1; next }
/^<g transform="translate\(0 / { shift_y = $0; sub(/.*translate\(0 /, "", shift_y); shift_y += 0; next }
/^<g class="box/ && /<title>/ { open_box = 1 }
open_box && /<rect/ { add_box(); open_box = 0; next }
/^<path class="edge"/ { add_path(attribute("d"), shift_x, shift_y, ++paths); next }
/^<path class="tie"/ {
	d = attribute("d")
	if (d !~ /^M[-0-9.]+ [-0-9.]+H[-0-9.]+$/) complain("a tie is not straight: " d)
	ties++
	add_path(d, 0, 0, ++paths)
	next
}
/^<\/g>/ && column && !shift_y { column = 0; shift_x = 0; next }
/^<\/g>/ { shift_y = 0 }
END {
	for (i = 1; i <= n; i++)
		for (k = i + 1; k <= n; k++)
			if (x[i] < x[k] + w[k] && x[k] < x[i] + w[i] && y[i] < y[k] + h[k] && y[k] < y[i] + h[i])
				complain("'" label[i] "' overlaps '" label[k] "'")
	for (i = 1; i <= m; i++) {
		if (fx[i] != tx[i] && fy[i] != ty[i]) complain("a line is neither level nor upright: " fx[i] " " fy[i] " " tx[i] " " ty[i])
		for (k = 1; k <= n; k++)
			if (crosses(fx[i], fy[i], tx[i], ty[i], k)) complain("a line runs through '" label[k] "' at " x[k] ", " y[k])
	}
	print n " boxes, " paths " lines, " ties + 0 " ties"
	exit bad
}
