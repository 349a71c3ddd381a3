# Ten thousand chains, one in the other.
awk 'BEGIN { printf "model = "; for (i = 0; i < 10000; i++) printf "Chain("; printf "tanh"; for (i = 0; i < 10000; i++) printf ")"; print "" }' >deep.net
"$NETC" deep.net --dim in=2 -o t.c
