# UTF-16, as some editors save it.
printf '\377\376m\0o\0d\0e\0l\0' >utf16.net
"$NETC" utf16.net -o t.c
