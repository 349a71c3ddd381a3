# report.awk: tables of what bench.sh measured, from the files workloads, references, times and instructions.
#
# With -v form=json the same as JSON, with -v form=plot as lines "WORKLOAD CANDIDATE NS RATIO KIND" for plot.awk: RATIO is
# the time over that of native, KIND ours, peer or other (a figure from another run). Candidates come in the order in
# which they were first measured.

function kind_of(name)
{
	if (name ~ /^(native|own|step|v3|plain|O2)$/)
		return "ours"
	return name in measured ? "peer" : "other"
}

# Whole numbers in groups of three: 1 671 138.
function digits(ns,   text, out)
{
	text = sprintf("%.0f", ns)
	while (length(text) > 3) {
		out = " " substr(text, length(text) - 2) out
		text = substr(text, 1, length(text) - 3)
	}
	return text out
}

function fraction(q)
{
	return q ? sprintf("%.2f", q) : "-"
}

function quotient(a, b)
{
	return a && b ? a / b : 0
}

# Time of a over that of b: by the medians of the ratios within rounds, if both were measured in this run. A slow phase
# of the machine that lasts for some rounds moves the medians of the times, but not those.
function ratio(w, a, b)
{
	return (w, a) in relative && (w, b) in relative ? quotient(relative[w, a], relative[w, b]) : quotient(ns[w, a], ns[w, b])
}

# The fastest that is not ours, in an AVX-512 build; measured here or, with a star, elsewhere.
function best_peer(w,   c, name, best)
{
	for (c = 1; c <= columns; c++) {
		name = column[c]
		if (kind_of(name) != "ours" && name !~ /^plain-/ && (w, name) in ns &&
		    (!best || ratio(w, name, "native") < ratio(w, best, "native")))
			best = name
	}
	return best
}

function star(name)
{
	return name (kind_of(name) == "other" ? "*" : "")
}

function column_add(name)
{
	if (!(name in known)) {
		known[name]
		column[++columns] = name
	}
}

/^#/ { next }
pass == "workloads" {
	what[$1] = $0
	sub(/^[^ ]+ /, "", what[$1])
	next
}
pass == "times" {
	measured[$2]
	column_add($2)
	if (!($1 in shown)) {
		shown[$1]
		workload[++workloads] = $1
	}
	ns[$1, $2] = $3
	low[$1, $2] = $4
	high[$1, $2] = $5
	relative[$1, $2] = $6
}
pass == "instructions" { count[$1, $2] = $3 }
pass == "references" && $1 in shown {
	if ($2 == "goal") {
		goal[$1] = $3
		next
	}
	ns[$1, $2] = $3
	column_add($2)
}

function table_times(   c, i, w, name)
{
	printf "%-8s", ""
	for (c = 1; c <= columns; c++)
		if (column[c] !~ /^plain-/)
			printf "%12s", star(column[c])
	printf "  %-14s%7s%6s\n", "best peer", "ratio", "goal"
	for (i = 1; i <= workloads; i++) {
		w = workload[i]
		printf "%-8s", w
		for (c = 1; c <= columns; c++)
			if (column[c] !~ /^plain-/)
				printf "%12s", (w, column[c]) in ns ? digits(ns[w, column[c]]) : "-"
		name = best_peer(w)
		printf "  %-14s%7s%6s\n", name ? star(name) : "-", fraction(ratio(w, name, "native")), goal[w]
	}
}

# The same ratio by each one's fastest round, since a busy machine only ever adds time; peers of this run only.
function ratio_of_lows(w,   c, least)
{
	for (c = 1; c <= columns; c++)
		if (kind_of(column[c]) == "peer" && (w, column[c]) in low && (!least || low[w, column[c]] < least))
			least = low[w, column[c]]
	return fraction(quotient(least, low[w, "native"]))
}

function table_ratios(   i, w)
{
	printf "%-8s%16s%13s%13s%11s%16s%14s%14s%14s\n", "", "ratio of lowest", "own/native", "step/native", "O2/plain",
		"onnx2c*/plain", "instr. v3", "instr. plain", "instr. O2"
	for (i = 1; i <= workloads; i++) {
		w = workload[i]
		printf "%-8s%16s%13s%13s%11s%16s%14s%14s%14s\n", w, ratio_of_lows(w), fraction(ratio(w, "own", "native")),
			fraction(ratio(w, "step", "native")), fraction(ratio(w, "O2", "plain")),
			fraction(ratio(w, "plain-onnx2c", "plain")), instructions(w, "v3"), instructions(w, "plain"),
			instructions(w, "O2")
	}
}

function instructions(w, name)
{
	return (w, name) in count ? digits(count[w, name]) : "-"
}

function json_candidate(w, name)
{
	printf "      {\"name\": \"%s\", \"kind\": \"%s\", \"ns\": %.1f", name, kind_of(name), ns[w, name]
	if ((w, name) in low)
		printf ", \"low\": %.1f, \"high\": %.1f, \"ratio\": %.4f", low[w, name], high[w, name], ratio(w, name, "native")
	if ((w, name) in count)
		printf ", \"instructions\": %.0f", count[w, name]
	printf "}"
}

function json(   i, c, w, comma, name)
{
	printf "{\n  \"machine\": \"%s\", \"compiler\": \"%s\", \"rounds\": %d, \"ms\": %s,\n  \"workloads\": [", machine, compiler,
		rounds, ms
	for (i = 1; i <= workloads; i++) {
		w = workload[i]
		printf "%s\n    {\"name\": \"%s\", \"what\": \"%s\", \"goal\": %s, \"candidates\": [\n", (i > 1 ? "," : ""), w, what[w],
			goal[w] ? goal[w] : "null"
		comma = 0
		for (c = 1; c <= columns; c++)
			if ((w, column[c]) in ns) {
				printf "%s", comma++ ? ",\n" : ""
				json_candidate(w, column[c])
			}
		printf "\n    ]}"
	}
	printf "\n  ]\n}\n"
}

function plot(   i, c)
{
	for (i = 1; i <= workloads; i++)
		for (c = 1; c <= columns; c++)
			if ((workload[i], column[c]) in ns)
				print workload[i], column[c], ns[workload[i], column[c]], ratio(workload[i], column[c], "native"),
					kind_of(column[c])
}

END {
	if (form == "json")
		json()
	else if (form == "plot")
		plot()
	else {
		printf "ns per sequence, train: per update of the weights; median of %d rounds of %s ms, one thread; %s, %s\n\n", rounds, ms, machine, compiler
		table_times()
		print ""
		table_ratios()
		print "\n* from docs/performance.md, measured in other runs on another machine"
	}
}
