# -MD writes a depfile that a real make can use: a change of the net, an include or the weights runs netc again.
command -v make >/dev/null 2>&1 || skip "no make"
mkdir 'my lib'
echo 'scale(x) = 2x' >'my lib/part#1.net'
printf 'include("my lib/part#1.net")\nmodel = Chain(Dense(2 => 3), scale)\n' >m.net
printf '1.W (2, 3) 1 2 3 4 5 6\n1.b (3) 1 2 3\n' | weights_file w.npz
cat >Makefile <<MAKE
t.c: m.net
	@echo netc ran
	@$NETC m.net --weights w.npz -MD -o t.c
-include t.d
MAKE
expect_status 0 make -s
expect_text out "netc ran"
expect_file t.d
for file in m.net 'part\#1.net' w.npz; do expect_text t.d "$file"; done
expect_status 0 make -s
expect_no_text out "netc ran"
for file in m.net 'my lib/part#1.net' w.npz; do
	sleep 0.02
	touch -d '+1 minute' "$file"
	expect_status 0 make -s
	expect_text out "netc ran"
	touch -d '+2 minutes' t.c
	expect_status 0 make -s
	expect_no_text out "netc ran"
	touch -d '-1 minute' m.net 'my lib/part#1.net' w.npz
	touch t.c
done
# An include that is gone must not stop make.
rm 'my lib/part#1.net'
echo 'model = Dense(2 => 3)' >m.net
printf 'W (2, 3) 1 2 3 4 5 6\nb (3) 1 2 3\n' | weights_file w.npz
touch -d '+1 minute' m.net
expect_status 0 make -s
expect_text out "netc ran"
