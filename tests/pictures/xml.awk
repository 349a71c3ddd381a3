# xml.awk: whether a file that netc wrote is well-formed XML: elements are closed in order, attributes are quoted, '<' and
# '&' stand in text only as entities, no control characters. Says what is not; status 1 then.
BEGIN { RS = "<" }
function complain(text)
{
	print FILENAME ": " text
	bad = 1
}
NR == 1 { if ($0 ~ /[^ \n]/) complain("text before the first element"); next }
{
	end = index($0, ">")
	if (!end) { complain("'<" substr($0, 1, 40) "' does not end"); next }
	tag = substr($0, 1, end - 1)
	text = substr($0, end + 1)
	name = tag
	sub(/[ \n\/].*/, "", name)
	if (tag ~ /^\//) {
		if (stack[depth] != substr(tag, 2)) complain("</" substr(tag, 2) "> closes <" stack[depth] ">")
		depth--
	} else {
		if (name !~ /^[a-zA-Z]+$/) complain("an element '" name "'")
		rest = substr(tag, length(name) + 1)
		closed = sub(/\/$/, "", rest)
		gsub(/[ \n]+[a-zA-Z:-]+="[^"]*"/, "", rest)
		if (rest !~ /^[ \n]*$/) complain("attributes of '" tag "'")
		if (!closed) stack[++depth] = name
		elements++
	}
	all = tag text
	gsub(/&(amp|lt|gt|quot);/, "", all)
	if (all ~ /&/) complain("'&' in '" all "'")
	if (all ~ /[\001-\010\013-\037]/) complain("a control character")
}
END {
	if (depth) complain("<" stack[depth] "> is not closed")
	if (!elements) complain("no elements")
	exit bad
}
