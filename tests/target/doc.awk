# doc.awk TABLE PAGE: the page with the figures of table.txt in it, between <!-- figures: WHAT --> and <!-- end -->.
#
# WHAT is a net and, if any, netc's options: a row per target, and for each compiler option the instructions, the flash
# over the weights and the RAM; or "cycles": the rows of the Cortex-M4; or "others": those that no table before has shown.

function grouped(n)
{
	return n < 10000 ? n "" : thousands(n)
}
function thousands(n)
{
	return n < 1000 ? n "" : thousands(int(n / 1000)) " " sprintf("%03d", n % 1000)
}
function code(text)
{
	gsub(",", " ", text)
	return text == "-" ? "" : "`" text "`"
}
function rule(texts, numbers,   text)
{
	while (texts-- > 0) text = text "|---"
	while (numbers-- > 0) text = text "|--:"
	print text "|"
}
function by_target(wanted, with,   r, t, l, targets, levels, order, level, at, text)
{
	for (r = 1; r <= rows; r++) {
		if (net[r] != wanted || options[r] != with || cc[r] ~ /,/) continue
		if (!((target[r], "") in at)) order[++targets] = target[r]
		if (!(("", cc[r]) in at)) level[++levels] = cc[r]
		at[target[r], ""] = at["", cc[r]] = 1
		at[target[r], cc[r]] = r
		shown[r] = 1
	}
	text = "| "
	for (l = 1; l <= levels; l++) text = text " | instructions " level[l]
	for (l = 1; l <= levels; l++) text = text " | flash " level[l]
	for (l = 1; l <= levels; l++) text = text " | RAM " level[l]
	print text " |"
	rule(1, 3 * levels)
	for (t = 1; t <= targets; t++) {
		text = "| " order[t]
		for (l = 1; l <= levels; l++) text = text " | " grouped(insn[at[order[t], level[l]]])
		for (l = 1; l <= levels; l++) text = text " | " grouped(flash[at[order[t], level[l]]])
		for (l = 1; l <= levels; l++) text = text " | " grouped(ram[at[order[t], level[l]]])
		print text " |"
	}
}
function by_cycles(   r)
{
	print "| net | compiler | netc | instructions | cycles |"
	rule(3, 2)
	for (r = 1; r <= rows; r++)
		if (target[r] == "m4")
			print "| " net[r] " | " code(cc[r]) " | " code(options[r]) " | " grouped(insn[r]) " | " grouped(cycles[r]) " |"
}
function others(   r)
{
	print "| target | net | compiler | netc | instructions | flash | RAM |"
	rule(4, 3)
	for (r = 1; r <= rows; r++)
		if (!shown[r])
			print "| " target[r] " | " net[r] " | " code(cc[r]) " | " code(options[r]) " | " grouped(insn[r]) " | " \
				grouped(flash[r]) " | " grouped(ram[r]) " |"
}

FNR == NR && /^#/ { next }
FNR == NR {
	target[++rows] = $1
	net[rows] = $2
	cc[rows] = $3
	options[rows] = $4
	insn[rows] = $5
	cycles[rows] = $6
	flash[rows] = $8
	ram[rows] = $9 + $10 + $11 + $12
	next
}
/^<!-- end -->/ { skipping = 0 }
!skipping
/^<!-- figures: / {
	skipping = 1
	if ($3 == "cycles") by_cycles()
	else if ($3 == "others") others()
	else by_target($3, $4 == "-->" ? "-" : $4)
}
