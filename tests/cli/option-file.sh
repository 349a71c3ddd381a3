# @FILE holds options: quotes, backslashes, another @FILE.
mkdir 'a b'
echo 'model = Dense(2 => 3)' >'a b/m.net'
printf '%s\n' '--init=seeded' '"a b/m.net"' '@more' >options
printf '%s' "-o 'a b'/t\\ 1.c
--name  pre" >more
expect_status 0 "$NETC" @options
expect_text 'a b/t 1.h' "void pre_step("
echo '@loop' >loop
expect_status 2 "$NETC" @loop
expect_text err loop
