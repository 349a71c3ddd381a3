# What the user calls a file stands in the pictures as it is, whatever characters it is made of.
name='a"b<c>&d\e #`{x}.net'
printf '@net struct Größe\n  W; b\n  ŷ\n  function (x)\n    ŷ = tanh(x * W + ŷ{-1} .* b)\n  end\nend\nmodel = Größe(2 => 3)\n' >"$name"
for kind in svg html dot mermaid json; do
	run "$NETC" "$name" --unroll 2 --emit=$kind -o "n.$kind"
done
expect_text n.svg '<title>a&quot;b&lt;c&gt;&amp;d\e #`{x}.net</title>'
expect_text n.svg 'ŷ'
run awk -f "$pictures/xml.awk" n.svg
expect_text n.html '<title>a&quot;b&lt;c&gt;&amp;d\e #`{x}.net</title>'
expect_text n.html '"name":"a\"b\u003cc>&d\\e #`{x}.net"'
expect_text n.json '"files":["a\"b\u003cc>&d\\e #`{x}.net"]'
expect_text n.dot 'a\"b<c>&d\\e #`{x}.net:5'
# A text in the source that would end the script of the page must not.
printf '# </script><script>alert(1)</script>\nmodel = Dense(2 => 1)\n' >evil.net
run "$NETC" evil.net --emit=html -o evil.html
[ "$(grep -c '</script>' evil.html)" = 2 ] || fail "the source can leave its script"
if command -v xmllint >/dev/null 2>&1; then quiet xmllint --noout n.svg; fi
