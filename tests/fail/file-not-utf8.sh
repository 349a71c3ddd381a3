# Latin-1 text: the byte and its position.
printf 'model = Dense(2 => 3)\n# Gr\366\337e\n' >latin1.net
"$NETC" latin1.net -o t.c
