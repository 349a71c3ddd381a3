# The depfile never gets into the code on stdout.
echo 'model = Dense(2 => 3)' >m.net
"$NETC" m.net --init=seeded -MD -o - >out.c 2>err
[ $? = 2 ] && exit 0
quiet "$CC" -std=c99 $STRICT -c -o out.o out.c
