# 'make install' into a folder: what is there works from another folder, and 'make uninstall' leaves nothing.
command -v make >/dev/null 2>&1 || skip "no make"
staging=$PWD/staging prefix=/opt/net\ c
install_files()
{
	run make -s -C "$ROOT" BUILD="$BUILD" DESTDIR="$staging" PREFIX="$prefix" "$1"
}
install_files install-files
root=$staging$prefix
for file in bin/netc include/netc/nn.h share/man/man1/netc.1 share/pkgconfig/netc.pc share/cmake/netc/netcConfig.cmake \
	share/cmake/netc/netcConfigVersion.cmake share/bash-completion/completions/netc share/zsh/site-functions/_netc \
	share/fish/vendor_completions.d/netc.fish share/doc/netc/README.md share/doc/netc/LICENSE \
	share/doc/netc/docs/language.md; do
	expect_file "$root/$file"
done
# Nothing keeps the folder it was staged in, or a place to fill in.
! grep -rlF -e "$staging" -e @PREFIX@ -e @VERSION@ "$root/share" "$root/include" || fail "a file was left unfinished"

mkdir elsewhere
cd elsewhere || exit 1
echo 'model = Chain(LSTM(2 => 3), Dense(3 => 1))' >m.net
quiet "$root/bin/netc" m.net --init=seeded -o m.c
quiet "$CC" -std=c99 $STRICT -c -o m.o m.c
printf '#include <netc/nn.h>\nint main(void) { return nn_tanh(0.0f) != 0.0f; }\n' >nn.c
quiet "$CC" -std=c99 -Wall -Wextra -Wno-unused-function -Werror -I"$root/include" -o nn nn.c
run ./nn

version=$("$root/bin/netc" --version)
if command -v pkg-config >/dev/null 2>&1; then
	PKG_CONFIG_PATH=$root/share/pkgconfig
	export PKG_CONFIG_PATH
	run pkg-config --exists --print-errors netc
	[ "netc $(pkg-config --modversion netc)" = "$version" ] || fail "pkg-config gives another version"
	[ "$(pkg-config --variable=netc netc)" = "$prefix/bin/netc" ] || fail "pkg-config gives another netc"
fi

cd .. || exit 1
install_files uninstall
left=$(find "$root" -type f)
[ -z "$left" ] || fail "uninstall left: $left"
for folder in share/doc/netc share/cmake/netc include/netc; do expect_no_file "$root/$folder"; done
install_files uninstall
