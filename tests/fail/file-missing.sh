# status: 3
"$NETC" nowhere.net -o t.c
