# A program instead of a net.
printf '\177ELF\002\001\001\0\0\0\0\0\0\0\0\0\003\0\076\0' >program.net
"$NETC" program.net -o t.c
