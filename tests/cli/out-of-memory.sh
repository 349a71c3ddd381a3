# Where memory ends, netc says so in one line, with status 1, and writes nothing; wherever in the compiler that is.
echo 'model = Chain(LSTM(10 => 15), Dense(15 => 5))' >m.net
# netc_within LIMIT OPTION...: LIMIT is KiB, or, as a sanitized program wants more than all there is, what one request
# may have.
netc_within()
{
	limit=$1
	shift
	if [ "$VARIANT" = asan ]; then
		ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=$((limit / 1024)) \
			"$NETC" m.net --init=seeded -o m.c "$@" >out 2>all
	else
		(ulimit -v "$limit" && exec "$NETC" m.net --init=seeded -o m.c "$@") >out 2>all
	fi
	code=$?
	grep -v -e '^==.*AddressSanitizer' -e '^ *#[0-9]' -e '^$' -e '^SUMMARY' all >err
	return $code
}
echo 'netc: error: out of memory' >wanted
# ends FROM STEP OPTION...: with more and more memory, netc ends properly until it has enough.
ends()
{
	limit=$1 step=$2 short=0
	shift 2
	until netc_within $limit "$@"; do
		[ $code = 1 ] || { cat all; fail "status $code within $limit KiB"; }
		same wanted err "what is said within $limit KiB"
		expect_empty out
		left=$(ls)
		case $left in *.c* | *.h* | *netc-*) fail "written within $limit KiB: $left" ;; esac
		short=$((short + 1)) limit=$((limit + step))
		[ $short -lt 60 ] || fail "$limit KiB are not enough"
	done
	[ $short -gt 0 ] || fail "too little was wanted for this test: $limit KiB"
	rm -f m.c m.h
}
if [ "$VARIANT" = asan ]; then
	ends 1024 1024 --unroll 10000
	ends 1024 1024 --unroll 2000 --grad=mse
else
	(ulimit -v 1000000) 2>/dev/null || skip "memory cannot be limited here"
	ends 30000 10000 --unroll 20000
	ends 20000 5000 --unroll 2000 --grad=mse
fi
