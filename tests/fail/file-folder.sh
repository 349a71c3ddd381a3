# status: 3
mkdir folder.net
"$NETC" folder.net -o t.c
