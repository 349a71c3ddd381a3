: >empty.net
"$NETC" empty.net -o t.c
