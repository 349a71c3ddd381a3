# The SVG alone, in a browser: every text fits its box, a weight shows its uses, dark and print have their own colours.
run "$NETC" "$ROOT/examples/pedal/pedal.net" --unroll 9 --emit=svg -o pedal.svg
cat >look.js <<'JS'
const paper = getComputedStyle(document.querySelector(".paper")).fill;
let boxes = 0;
for (const b of document.querySelectorAll(".box")) {
	if (!b.querySelector("text")) continue;
	boxes++;
	const r = b.querySelector("rect").getBBox(), t = b.querySelector("text").getBBox();
	if (t.width > r.width) throw new Error(`'${b.textContent}' is wider than its box`);
}
if (boxes < 40) throw new Error(boxes + " boxes");
return paper;
JS
browse pedal.svg -size 2100x700 <look.js
expect_text out "rgb(255, 255, 255)"
browse pedal.svg -dark <look.js
expect_text out "rgb(20, 23, 28)"
browse pedal.svg -dark -print <look.js
expect_text out "rgb(255, 255, 255)"
