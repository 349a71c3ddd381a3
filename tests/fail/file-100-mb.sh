# status: 3
# 100 MB: refused before it is read.
truncate -s 100M big.net
"$NETC" big.net -o t.c
