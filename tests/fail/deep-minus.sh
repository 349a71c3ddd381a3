# Ten thousand signs: no brackets, but as deep.
awk 'BEGIN { printf "@net f(x) = "; for (i = 0; i < 10000; i++) printf "-"; print "x" }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
